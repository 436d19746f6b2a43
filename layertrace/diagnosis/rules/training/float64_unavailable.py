"""LT587: A layer is asked for float64, and JAX computes in float32."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import line_edit
from layertrace.diagnosis.name_lists import joined
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import tree_of
from layertrace.timeline.event import Event, LayerRef, Location, TensorSpec


@rule("LT587", "float64-unavailable", "warning", links.KERAS_ON_JAX, backends=("jax",))
def float64_unavailable(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer is asked for float64, and JAX computes in float32.

    ## Why is this bad?

    JAX has 64 bits only if they are enabled. Without that, it truncates each array to 32 bits, with a warning
    at most: the layer and its variables still report float64, and differences below a ten-millionth of a
    number vanish.

    ## Example

    ```python
    exact = keras.layers.Dense(1, dtype="float64")
    ```

    ## Use instead

    ```python
    jax.config.update("jax_enable_x64", True)  # before any array is created
    exact = keras.layers.Dense(1, dtype="float64")
    ```

    ## Known limits

    Reported for layers of Keras with weights, which were called with data and returned float32. Your own
    layers may cast on purpose.
    """
    truncated = list(_truncated(context))
    if not truncated:
        return
    layer, call = truncated[0]
    init = context.init_of(layer)
    place = call.location if init is None or init.location is None else init.location
    names = [each.name for each, _ in truncated[1:]]
    others = f", and so {'does' if len(names) == 1 else 'do'} {joined(names, _MOST_NAMES)}" if names else ""
    edits = _enabled(place)
    yield Violation(
        message=f"{{layer}} has the dtype float64, but returns float32{others}: JAX has no 64 bits unless "
        "jax_enable_x64 is set.",
        layer=layer,
        location=place,
        evidence=(Evidence(f"returned {call.outputs}", seqs(call), call.location),),
        fix="" if edits else _ENABLE,
        fix_place="elsewhere",
        edits=edits,
    )


_MOST_NAMES = 3
_ENABLE = 'import jax\n\njax.config.update("jax_enable_x64", True)'


def _truncated(context: DiagnosisContext) -> Iterator[tuple[LayerRef, Event]]:
    """Yield the layers that compute in float64 and return float32, each with a call."""
    for state in context.states.values():
        # tests/backends/cases/lt587_float64_unavailable/clean_casts_and_float32.py
        if state.compute_dtype != "float64" or is_user_defined(state.layer) or not state.variables:
            continue
        for call in context.of(state.layer, "call"):
            if call.mode == "symbolic" or not isinstance(call.outputs, TensorSpec):
                continue
            if call.outputs.dtype == "float32":
                yield state.layer, call
                break


def _enabled(place: Location | None) -> tuple[Edit, ...]:
    """Return the edit that enables 64 bits before a file imports Keras."""
    tree = None if place is None else tree_of(place.file)
    for node in [] if tree is None else tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)) or place is None:
            continue
        names = (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
        )
        if any(name.partition(".")[0] == "keras" for name in names):
            line = Location(place.file, node.lineno, "<module>")
            edit = line_edit(line, "")
            return (Edit(line, edit.source, f"{_ENABLE}\n{edit.source}"),)
    return ()
