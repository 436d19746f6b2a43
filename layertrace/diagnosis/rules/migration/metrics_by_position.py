"""LT708: The metrics are passed to `compile` third, where Keras 3 expects the weights of the losses."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import LayerRef, Location


@rule("LT708", "metrics-by-position", "error", links.MIGRATING_TO_KERAS_3, backends=WITH_TRAINING)
def metrics_by_position(context: DiagnosisContext) -> Iterator[Violation]:
    """The metrics are passed to `compile` third, where Keras 3 expects the weights of the losses.

    ## Why is this bad?

    Keras 2 had the parameters `optimizer, loss, metrics, loss_weights`, Keras 3 has `optimizer, loss,
    loss_weights, metrics`. Keras 3 takes a metric in the third place for the weight of a loss. The error
    follows in `fit`, and names neither `compile` nor the metric: "dtype='string' is not a valid dtype".

    ## Example

    ```python
    model.compile("adam", "mse", ["mae"])
    ```

    ## Use instead

    ```python
    model.compile("adam", "mse", metrics=["mae"])
    ```

    ## Known limits

    Metrics in a dictionary are not recognized, nor are functions of your own.
    """
    for model, seen in context.layer_observations("compiled"):
        if seen.role == "metrics as loss weights":
            yield _violation(model, seen.location)
    failure = context.failure
    if failure is not None and failure.error.message.startswith("Expected `loss_weights` argument to be"):
        given = list(_given(failure.error.location))
        if len(given) > _THIRD and failure.error.type == "ValueError":
            yield _violation(failure.layer, failure.error.location, is_single=True)


_THIRD = 2
_NAMES = {_THIRD: "metrics", 3: "loss_weights"}


def _violation(model: LayerRef | None, place: Location | None, *, is_single: bool = False) -> Violation:
    edits = _by_keyword(place, is_single=is_single)
    return Violation(
        message=f"{'{layer}' if model is not None else 'The model'} is compiled with metrics as the third "
        "argument, where Keras 3 expects the weights of the losses: pass them by keyword.",
        layer=model,
        location=place,
        evidence=(Evidence("compiled here", (), place),),
        fix="" if edits else "metrics=...  # by keyword",
        fix_place="elsewhere",
        edits=edits,
    )


def _given(place: Location | None) -> Iterator[ast.expr]:
    """Yield the positional arguments of the only `compile` at a place."""
    found = [
        node
        for node in nodes_at(place)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "compile"
    ]
    if len(found) == 1 and not any(isinstance(node, ast.Starred) for node in found[0].args):
        yield from found[0].args


def _by_keyword(place: Location | None, *, is_single: bool) -> tuple[Edit, ...]:
    """Return the edit that names the arguments after the loss, in the order of Keras 2.

    Args:
        place: The line of the `compile`.
        is_single: Whether the metrics are one, which Keras 3 takes only in a list.
    """
    given = list(_given(place))
    later = {node: _NAMES[at] for at, node in enumerate(given) if at in _NAMES}
    if place is None or not later or len(given) > len(_NAMES) + _THIRD:
        return ()
    texts: list[tuple[int, int, int | None, str]] = []
    for node, name in later.items():
        is_wrapped = is_single and name == "metrics" and node.end_lineno is not None
        begin = f"{name}=[" if is_wrapped else f"{name}="
        texts.append((node.lineno, node.col_offset, node.col_offset, begin))
        if is_wrapped and node.end_lineno is not None and node.end_col_offset is not None:
            texts.append((node.end_lineno, node.end_col_offset, node.end_col_offset, "]"))
    return lines_with(place, texts)
