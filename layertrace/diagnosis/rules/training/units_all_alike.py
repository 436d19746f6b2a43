"""LT529: All units of a hidden layer begin with the same weights, and stay equal."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs, specs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.training_steps import outermost_trace
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, FunctionRef, LayerRef, Location, VariableSpec

_FEWEST = 3  # updates: behind a weight that begins as 0, the first one or two give no gradient


@rule("LT529", "units-all-alike", "error", links.INITIALIZERS, backends=WITH_TRAINING)
def units_all_alike(context: DiagnosisContext) -> Iterator[Violation]:
    """All units of a hidden layer begin with the same weights, and stay equal.

    ## Why is this bad?

    Units with equal weights compute equal outputs and get equal gradients, so that training keeps them equal.
    A layer of 64 such units learns what one unit would. Random initial weights make them differ. Zeros are
    worse: behind a ReLU, units of zeros get no gradient at all.

    ## Example

    ```python
    layers.Dense(64, activation="relu", kernel_initializer="zeros")
    layers.Dense(1, kernel_initializer="zeros")
    ```

    ## Use instead

    ```python
    layers.Dense(64, activation="relu")
    layers.Dense(1)
    ```

    ## Known limits

    - Reported if the columns of the kernel are equal after three updates, and the output goes into another
      layer with weights. In the last layer, weights that begin equal become different.
    - Looked at are kernels of Keras's layers, and matrices of the program's own, of up to a million numbers.
    """
    for state in context.states.values():
        for name, (units, is_any) in state.alike.items():
            found = _weight(context, state, name)
            if found is None:
                continue
            created, variable = found
            times = _updates(context, variable.id)
            is_constant = variable.initializer in _CONSTANTS
            # A random kernel that is 0 in the end was pruned: tests/cases/clean/kernels_that_begin_equal.py
            if times < _FEWEST or not (is_any or is_constant):
                continue
            layer = _outer(context, state.layer)
            # Matrices of one's own may be anything: tests/cases/clean/kernels_that_begin_equal.py
            if not _is_hidden(context, layer, units, is_own=is_user_defined(state.layer)):
                continue
            begins = f"begins as {variable.initializer}" if is_constant else "begins equal in all columns"
            init = context.init_of(layer)
            place = created.location if is_user_defined(state.layer) else init.location if init else None
            edits = _edits(place, name)
            yield Violation(
                message=f"All {units} units of {{layer}} have the same weights, also after {times} updates: "
                f"its {name} {begins}, and they learn what one unit would.",
                layer=layer,
                location=place or created.location,
                evidence=(Evidence(f"{variable.name} was created", seqs(created), created.location),),
                fix="" if edits else f"# leave {name} the random values that layers begin with",
                fix_place="elsewhere",
                edits=edits,
            )


_CONSTANTS = ("Zeros", "Ones", "Constant")


def _weight(context: DiagnosisContext, state: LayerState, name: str) -> tuple[Event, VariableSpec] | None:
    """Return the creation of a weight of a layer, and the weight."""
    for event, variable, _ in context.created_variables(state.layer):
        if variable.name.removesuffix(":0").rpartition("/")[2] == name:
            return event, variable
    return None


def _updates(context: DiagnosisContext, variable: int) -> int:
    """Return how often an optimizer was given a gradient for a variable."""
    eager, functions = 0, set[FunctionRef]()
    for update in context.observations("update"):
        at = update.variables.index(variable) if variable in update.variables else None
        if at is None or (isinstance(update.now, tuple) and at in update.now):
            continue
        trace = outermost_trace(context, update.during)
        if trace is None or trace.function is None:
            eager += update.times
        else:
            functions.add(trace.function)
    return eager + sum(run.times for run in context.events("run") if run.function in functions)


def _outer(context: DiagnosisContext, layer: LayerRef) -> LayerRef:
    """Return the layer of a recurrent cell, or the layer itself."""
    holder = context.holder(layer)
    is_cell = layer.class_name.endswith("Cell") and holder is not None
    return holder.layer if is_cell and holder is not None else layer


def _is_hidden(context: DiagnosisContext, layer: LayerRef, units: int, *, is_own: bool) -> bool:
    """Return whether what a layer returns goes into another layer with weights, judged by the shapes."""
    for call in context.of(layer, "call"):
        widths = {each.shape[-1] for each in specs(call.outputs) if each.shape}
        if is_own and units not in widths:
            continue
        outer: Event | None = call
        while outer is not None:
            parent = context.parent(outer)
            inside = context.children(parent) if parent is not None else context.events("call", _is_top)
            for later in inside:
                if later.kind != "call" or later.seq <= call.seq or later.layer is None:
                    continue
                if later.layer == layer:
                    break
                sizes = [each.shape[-1] for each in specs(later.inputs) if each.shape]
                if any(size and size % units == 0 for size in sizes) and _has_weights(context, later.layer):
                    return True
            outer = parent
    return False


def _is_top(event: Event) -> bool:
    return event.parent is None


def _has_weights(context: DiagnosisContext, layer: LayerRef) -> bool:
    state = context.state(layer)
    return state is not None and not context.updated.isdisjoint(state.variables)


def _edits(place: Location | None, name: str) -> tuple[Edit, ...]:
    """Return the edit that removes the initializer of a weight from the call that creates its layer."""
    calls = [node for node in nodes_at(place) if isinstance(node, ast.Call)]
    given = [
        (call, keyword)
        for call in calls
        for keyword in call.keywords
        if keyword.arg in (f"{name}_initializer", "initializer")
        if place is not None and keyword.lineno == keyword.end_lineno == place.line == keyword.value.lineno
    ]
    if len(given) != 1 or place is None:
        return ()
    keyword = given[0][1]
    before = linecache.getline(place.file, place.line).encode()[: keyword.col_offset].rstrip()
    start, text = len(before) - 1, ""
    if not before.endswith(b",") or dotted(given[0][0].func).endswith("add_weight"):
        start, text = keyword.col_offset, f'{keyword.arg}="glorot_uniform"'
    return lines_with(place, [(place.line, start, keyword.end_col_offset, text)])
