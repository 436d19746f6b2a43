"""LT105: A layer of Keras 3 keeps a raw `tf.Variable`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import is_one_statement, keras_in, lines_with
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.state._shared import initializer_comment, initializer_of
from layertrace.diagnosis.user_source import (
    dotted,
    is_changed,
    methods_beside,
    nodes_at,
    nodes_of,
    read_by_lambdas,
)
from layertrace.timeline.event import Event, LayerRef, VariableSpec
from layertrace.timeline.ownership import is_lambda


@rule("LT105", "untracked-variable", "warning", links.SUBCLASSING)
def untracked_variable(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer of Keras 3 keeps a raw `tf.Variable`.

    ## Why is this bad?

    Keras 3 tracks only instances of `keras.Variable`, which `add_weight` creates. A `tf.Variable` is not
    in `weights`, no optimizer trains it, and no file contains it. (`tf_keras` does track it.)

    ## Example

    ```python
    def __init__(self):
        super().__init__()
        self.a = tf.Variable(1.0)
    ```

    ## Use instead

    ```python
    def build(self, input_shape):
        self.a = self.add_weight(shape=(), initializer="ones", name="a")
    ```

    ## Known limits

    - Only a note where nothing is lost in training: a variable that is not of floats, is not trainable
      and is never assigned, or is updated by an optimizer of the user's own.
    - A variable outside of any layer is reported only if a `Lambda` reads it, an optimizer updates other
      variables, and nothing in the file assigns it.
    - A variable that is created in `call` is reported as LT101.
    """
    for event, spec, outer in context.created_variables():
        if spec.source != "tf" or event.error is not None or outer is None:
            continue
        layer = outer.layer
        if outer.kind not in ("init", "build") or layer is None or layer.framework != "keras":
            continue
        if not is_user_defined(layer):
            continue
        name = _attribute(context, layer, event, spec) or spec.name
        # An optimizer of the user's own trains it: tests/cases/clean/metrics_and_optimizers_inside.py
        is_trained = spec.id in context.updated
        learns = (spec.trainable and not is_trained) or _is_assigned(context, layer, name)
        state = context.state(layer)
        # Its own methods save it: tests/cases/clean/restored_by_its_own_methods.py
        saves = state is not None and not {"load_assets", "load_own_variables"}.isdisjoint(state.methods)
        learns = learns and not (saves and not context.updated)
        # A count is nothing to train: tests/cases/clean/counters_in_layers.py
        loses_something = "float" in spec.dtype and learns
        in_list = _is_in_list(event)
        weight = f"self.add_weight(shape={tuple(spec.shape or ())}, initializer={initializer_of(event, spec)}"
        weight += "" if in_list else f', name="{name}"'
        weight += ")" if spec.trainable else ", trainable=False)"
        value = f"[{weight}, ...]" if in_list else weight
        kept = _as_keras_variable(event, spec)
        is_here = len(kept) == 1 and is_one_statement(event.location)
        one_line = kept[0].code if is_here else ""
        yield Violation(
            message=f"{{layer}} keeps a raw tf.Variable ({name}), which Keras 3 does not "
            f"{'train or count' if saves else 'train, count or save'}.",
            layer=layer,
            location=event.location,
            evidence=(
                Evidence(f"tf.Variable created in {outer.kind}", (outer.seq, event.seq), event.location),
            ),
            fix=f"{initializer_comment(event, spec)}self.{name} = {value}" if not kept else one_line,
            fix_place="in place" if one_line else None,
            edits=() if one_line else kept,
            severity=None if loses_something else "note",
        )
    yield from _read_by_lambda(context)


def _as_keras_variable(event: Event, spec: VariableSpec) -> tuple[Edit, ...]:
    """Return the edits that write `keras.Variable` instead of `tf.Variable`, which keeps the initial value.

    None if the line has no such call, or passes arguments that Keras does not have.
    """
    place = event.location
    calls = [
        node
        for node in nodes_at(place)
        if isinstance(node, ast.Call) and dotted(node.func).endswith("Variable")
    ]
    if place is None or len(calls) != 1 or not {each.arg for each in calls[0].keywords} <= _OF_BOTH:
        return ()
    call = calls[0]
    if call.lineno != place.line or call.func.lineno != call.func.end_lineno or len(call.args) > 1:
        return ()
    texts = [
        (call.func.lineno, call.func.col_offset, call.func.end_col_offset, f"{keras_in(place)}.Variable")
    ]
    for keyword in call.keywords:
        if keyword.arg == "initial_value":
            end = keyword.col_offset + len("initial_value")
            texts.append((keyword.lineno, keyword.col_offset, end, "initializer"))
    if spec.dtype != "float32" and not any(keyword.arg == "dtype" for keyword in call.keywords):
        # Keras makes floats of Python's integers.
        end = (call.end_col_offset or 1) - 1
        texts.append((call.end_lineno or call.lineno, end, end, f', dtype="{spec.dtype}"'))
    return lines_with(place, texts)


_OF_BOTH = {"initial_value", "trainable", "name", "dtype"}
"""Arguments that `tf.Variable` and `keras.Variable` have, with that name or another."""


def _read_by_lambda(context: DiagnosisContext) -> Iterator[Violation]:
    """Find a raw variable outside of any layer that a `Lambda` reads and no optimizer updates."""
    candidates = [
        (event, spec)
        for event, spec, _ in context.created_variables()
        if event.parent is None and event.error is None and spec.source == "tf" and spec.trainable
        if "float" in spec.dtype and context.updated and spec.id not in context.updated
    ]
    for event, spec in candidates:
        targets = (target for node in _assignments(event) for target in node.targets)
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        for init in context.events("init", _is_of_lambda) if names else ():
            read = names & set(read_by_lambdas(init.location))
            # A variable that is assigned is not meant to be a weight, such as an annealed factor:
            # tests/cases/clean/factors_annealed_from_outside.py
            if not read or is_changed(event.location, read):
                continue
            name = next(iter(read))
            yield Violation(
                message=f"{{layer}} reads the raw tf.Variable {name}, which belongs to no layer: Keras 3 "
                "does not train, count or save it.",
                layer=init.layer,
                location=event.location,
                evidence=(
                    Evidence(
                        f"tf.Variable {name} created outside of any layer", (event.seq,), event.location
                    ),
                    Evidence("read by a Lambda", (init.seq,), init.location),
                ),
                fix="class Layer(keras.layers.Layer):  # instead of the Lambda\n"
                "    def build(self, input_shape):\n"
                f"{initializer_comment(event, spec, indent=8)}"
                f"        self.{name} = self.add_weight(shape={tuple(spec.shape or ())}, "
                f'initializer={initializer_of(event, spec)}, name="{name}")',
            )


def _is_of_lambda(event: Event) -> bool:
    layer = event.layer
    return layer is not None and layer.framework == "keras" and is_lambda(layer)


def _is_assigned(context: DiagnosisContext, layer: LayerRef, name: str) -> bool:
    """Return whether a method of the class assigns a variable: a moving average, a counter."""
    state = context.state(layer)
    methods = {} if state is None else methods_beside(next(iter(state.methods.values()), None))
    calls = (node for place in methods.values() for node in nodes_of(place) if isinstance(node, ast.Call))
    return any(f".{name}.assign" in f".{dotted(node.func)}" for node in calls)


def _is_in_list(event: Event) -> bool:
    """Return whether a variable is created for a list: `[tf.Variable(i) for i in range(3)]`."""
    values = (node.value for node in _assignments(event))
    return any(isinstance(value, (ast.List, ast.ListComp, ast.Tuple)) for value in values)


def _assignments(event: Event) -> list[ast.Assign]:
    """Return the statements on the line of an event that create variables and assign them."""
    return [
        node
        for node in nodes_at(event.location)
        if isinstance(node, ast.Assign)
        and any(
            dotted(call.func).endswith("Variable") for call in ast.walk(node) if isinstance(call, ast.Call)
        )
    ]


def _attribute(context: DiagnosisContext, layer: LayerRef, event: Event, spec: VariableSpec) -> str | None:
    """Return the attribute that holds a variable: its assignment's target, or the only one of its shape."""
    state = context.state(layer)
    targets = [target for node in _assignments(event) for target in node.targets]
    if len(targets) == 1 and isinstance(targets[0], ast.Attribute):
        return targets[0].attr
    if state is None:
        return None
    fitting = [name for name, held in state.tensors.items() if getattr(held, "shape", None) == spec.shape]
    return fitting[0] if len(fitting) == 1 else None
