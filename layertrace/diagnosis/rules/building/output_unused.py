"""LT315: A layer is called, and nothing uses what it returns."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import is_read_later, source_of
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import nodes_at
from layertrace.timeline.event import Event, LayerRef, Location
from layertrace.timeline.ownership import is_functional


@rule("LT315", "output-unused", "warning", links.SUBCLASSING)
def output_unused(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer is called, and nothing uses what it returns.

    ## Why is this bad?

    A layer does not change its input, it returns an output. If the code goes on with the input, the layer has
    no effect: a dropout drops nothing, and weights are not trained.

    ## Example

    ```python
    h = self.hidden(x)
    dropped = self.dropout(h)
    return self.out(h)
    ```

    ## Use instead

    ```python
    h = self.hidden(x)
    h = self.dropout(h)
    return self.out(h)
    ```

    ## Known limits

    - An output that is returned, kept in an attribute, assigned to `_`, or used in any graph is not reported.
    - A layer of the program that adds a loss or has weights which are not trained may be called for that, and
      is not reported.
    - Calls that run only eagerly are not examined.
    """
    for layer, call in unused_outputs(context).items():
        yield _violation(layer, call)


def unused_outputs(context: DiagnosisContext) -> dict[LayerRef, Event]:
    """Return the layers whose outputs nothing uses, with the first call of each."""
    return {**_in_graphs(context), **_outside_of_models(context)}


def _in_graphs(context: DiagnosisContext) -> dict[LayerRef, Event]:
    unused: dict[LayerRef, set[int]] = {}
    for layer, observation in context.layer_observations("unused output"):
        if observation.during is not None:
            unused.setdefault(layer, set()).add(observation.during)
    layers = {}
    for layer, calls in unused.items():
        first = context.event(min(calls))
        if first is None or first.location is None or _may_have_effect(context, layer):
            continue
        # Another graph may use it: tests/cases/clean/outputs_used_elsewhere.py
        elsewhere = [
            call
            for call in context.of(layer, "call")
            if call.seq not in calls and (call.mode == "graph" or call.location != first.location)
        ]
        outer = context.parent(first)
        in_a_call = outer is not None and outer.kind == "call" and outer.layer is not None
        if (
            in_a_call
            and not [call for call in elsewhere if call.mode != "symbolic"]
            and _target(first) is not None
        ):
            layers[layer] = first
    return layers


def _outside_of_models(context: DiagnosisContext) -> dict[LayerRef, Event]:
    """Return layers of the functional API whose output reaches no model, and that the program never reads."""
    states = context.states.values()
    models = [state for state in states if any(is_functional(base) for base in state.layer.bases)]
    if not models or not all(state.alive for state in models):
        return {}
    inside = {child for state in states for child in state.children}
    layers = {}
    for layer in context.layers:
        state, init = context.state(layer), context.init_of(layer)
        if layer.id in inside or state is None or state.declared is None or init is None or state in models:
            continue
        if any(call.mode != "symbolic" or call.parent is not None for call in context.of(layer, "call")):
            continue
        target = _target(init)
        # Only where it is created and called in one line: Keras need not run its `call` to know the output.
        if target is None or not _is_called_at_once(init.location) or init.parent is not None:
            continue
        if not is_read_later(init.location, target) and init.seq < _last_model(context):
            layers[layer] = init
    return layers


def _is_called_at_once(place: Location | None) -> bool:
    """Return whether a statement is `Layer(...)(x)`."""
    statement = next((node for node in nodes_at(place) if isinstance(node, ast.stmt)), None)
    value = statement.value if isinstance(statement, (ast.Assign, ast.Expr)) else None
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Call)


def _last_model(context: DiagnosisContext) -> int:
    """Return the number of the last event in which a functional model was created."""
    inits = context.events("init")
    made = [init.seq for init in inits if init.layer and any(map(is_functional, init.layer.bases))]
    return max(made, default=-1)


def _may_have_effect(context: DiagnosisContext, layer: LayerRef) -> bool:
    """Return whether a layer of the program may be called for something else than its output."""
    # tests/cases/clean/outputs_used_elsewhere.py
    state = context.state(layer)
    inside = {layer.id, *(() if state is None else state.children)}
    if any(source.id in inside for source, _ in context.layer_observations("loss")):
        return True
    specs = [] if state is None else [context.variables.get(number) for number in state.variables]
    return is_user_defined(layer) and any(spec is None or not spec.trainable for spec in specs)


def _target(call: Event) -> str | None:
    """Return the name that an output is assigned to, empty if it is dropped; None for any other use."""
    statement = next((node for node in nodes_at(call.location) if isinstance(node, ast.stmt)), None)
    if isinstance(statement, ast.Expr):
        return "" if isinstance(statement.value, ast.Call) else None
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    [target] = statement.targets
    if not isinstance(statement.value, ast.Call) or not isinstance(target, ast.Name):
        return None
    return None if target.id.startswith("_") else target.id


def _violation(layer: LayerRef, call: Event) -> Violation:
    target = _target(call)
    output = f"its output, {target}" if target else "its output"
    return Violation(
        message=f"{{layer}} is called, but nothing uses {output}: the layer has no effect.",
        layer=layer,
        location=call.location,
        evidence=(Evidence("called here", seqs(call), call.location),),
        fix=_passed_on(call.location) or f"# use {target or 'its output'} in the lines that follow",
        fix_place="in place" if _passed_on(call.location) else "elsewhere",
    )


def _passed_on(place: Location | None) -> str:
    """Write the call with its output under the name of its input; nothing if the input has no name."""
    statement = next((node for node in nodes_at(place) if isinstance(node, ast.stmt)), None)
    value = statement.value if isinstance(statement, (ast.Assign, ast.Expr)) else None
    if not isinstance(value, ast.Call) or not value.args or not isinstance(value.args[0], ast.Name):
        return ""
    passed = value.args[0].id
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    # The lines below may read the output of the last of several layers.
    kept = f"{target.id} = " if isinstance(target, ast.Name) and is_read_later(place, target.id) else ""
    return f"{kept}{passed} = {source_of(place, value)}"
