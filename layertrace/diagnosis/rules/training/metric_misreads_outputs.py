"""LT532: A metric takes logits for probabilities, or compares probabilities with labels."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, FixPlace, Violation
from layertrace.diagnosis.name_lists import joined
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.rules.training._metrics import (
    metric_name,
    named_metric,
    named_metrics,
    with_metric,
)
from layertrace.diagnosis.user_source import line_of
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import LayerRef, Location, TensorSpec

_THRESHOLDS = {"BinaryAccuracy", "Precision", "Recall", "AUC", "accuracy", "acc", "binary_accuracy"}
_EQUALITY = {"Accuracy"}


@rule("LT532", "metric-misreads-outputs", "warning", links.TRAINING, backends=WITH_TRAINING)
def metric_misreads_outputs(context: DiagnosisContext) -> Iterator[Violation]:
    """A metric takes logits for probabilities, or compares probabilities with labels.

    ## Why is this bad?

    `"accuracy"` and `BinaryAccuracy` count what is above 0.5 as the class 1. A model whose loss has
    `from_logits=True` returns logits, where 0 is the middle: its outputs between 0 and 0.5 are counted
    wrongly. `keras.metrics.Accuracy` compares outputs with labels for equality, which probabilities never
    meet.

    ## Example

    ```python
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    ```

    ## Use instead

    ```python
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    accuracy = keras.metrics.BinaryAccuracy(threshold=0.0)
    model.compile("adam", loss, metrics=[accuracy])
    ```

    ## Known limits

    - Only metrics in a traced function are examined, together with the loss that takes the same outputs. On
      JAX and torch, these are the metrics of `compile`, for models with one output that are trained by `fit`.
    """
    reported: set[object] = set()
    for what in ("threshold of logits", "equality of outputs"):
        for seen in context.observations(what):
            model = _model(context, seen)
            key = (what, model)
            if key in reported or model is None:
                continue
            reported.add(key)
            examine = _threshold if what == "threshold of logits" else _equality
            yield examine(context, seen, model)


def _model(context: DiagnosisContext, seen: Observation) -> LayerRef | None:
    """Return the outermost model whose outputs these are."""
    around = [state for state in context.states.values() if _holds(state, seen.layer)]
    return max(around, key=lambda state: len(state.children)).layer if around else seen.layer


def _holds(state: LayerState, layer: LayerRef | None) -> bool:
    return layer is not None and layer.id in state.children


def _threshold(context: DiagnosisContext, seen: Observation, model: LayerRef) -> Violation:
    place, statement, nodes = named_metrics(context, model, _THRESHOLDS, _takes_probabilities)
    trace = context.event(seen.during)
    names = [metric_name(node) for node in nodes] or [seen.name or "This line"]
    limit = seen.before if isinstance(seen.before, float) else 0.5
    fix, fix_place = _for_logits(names[0], model), "elsewhere"
    edits: tuple[Edit, ...] = ()
    if statement is not None and nodes and place is not None:
        changes = {node: _for_logits(metric_name(node), model) for node in nodes}
        lines = _by_line(place, statement, changes)
        changed = with_metric(place, statement, lines[0])
        fix, fix_place = (changed, "in place") if changed else (fix, fix_place)
        edits = tuple(_edit(place, statement, each) for each in lines) if len(lines) > 1 else ()
    elif seen.name == "":
        fix = "# compare logits with 0.0, or the sigmoid of them with 0.5"
    return Violation(
        message=f"{joined(names)} {'count' if len(names) > 1 else 'counts'} only those logits of "
        f"{{layer}} that are above {limit:g} as class 1, as if "
        f"they were probabilities: those from 0 to {limit:g} become class 0.",
        layer=model,
        location=place or seen.location,
        evidence=(Evidence(f"{seen.paths[0]} takes the same outputs", seqs(trace), seen.location),),
        fix="" if edits else fix,
        fix_place=_as_place(fix_place),
        edits=edits,
    )


def _by_line(place: Location, statement: ast.stmt, changes: dict[ast.expr, str]) -> list[dict[ast.expr, str]]:
    """Return the changes of each line; all of them, if the statement begins on the first of these."""
    if place.line == statement.lineno:
        return [changes]
    lines: dict[int, dict[ast.expr, str]] = {}
    for node, new in changes.items():
        lines.setdefault(node.lineno, {})[node] = new
    return list(lines.values())


def _edit(place: Location, statement: ast.stmt, changes: dict[ast.expr, str]) -> Edit:
    line = line_of(place, next(iter(changes)))
    source = linecache.getline(line.file, line.line).rstrip("\n")
    return Edit(line, source, with_metric(line, statement, changes))


def _takes_probabilities(node: ast.expr) -> bool:
    """Return whether a metric is not written for logits: with a threshold of 0, or `from_logits=True`."""
    given = {each.arg: each.value for each in node.keywords} if isinstance(node, ast.Call) else {}
    if "from_logits" in given:
        return False
    limit = given.get("threshold", given.get("thresholds"))
    return not (isinstance(limit, ast.Constant) and limit.value == 0)


def _for_logits(name: str, model: LayerRef) -> str:
    """Write a metric so that it takes logits."""
    arguments = {"AUC": "from_logits=True", "Precision": "thresholds=0.0", "Recall": "thresholds=0.0"}
    return f"{model.framework}.metrics.{_class(name)}({arguments.get(name, 'threshold=0.0')})"


def _as_place(place: str) -> FixPlace:
    return "in place" if place == "in place" else "elsewhere"


def _class(name: str) -> str:
    return name if name in ("BinaryAccuracy", "Precision", "Recall", "AUC") else "BinaryAccuracy"


def _equality(context: DiagnosisContext, seen: Observation, model: LayerRef) -> Violation:
    place, statement, node = named_metric(context, model, _EQUALITY)
    outputs, labels = seen.now, seen.before
    wide, flat = _width(outputs), _width(labels)
    of_classes = "CategoricalAccuracy" if wide == flat else "SparseCategoricalAccuracy"
    better = "BinaryAccuracy" if wide == 1 else of_classes
    fix, fix_place = f"{model.framework}.metrics.{better}()", "elsewhere"
    if statement is not None and node is not None and place is not None:
        changed = with_metric(place, statement, {node: fix})
        fix, fix_place = (changed, "in place") if changed else (fix, fix_place)
    return Violation(
        message=f"The metric accuracy (Accuracy) of {{layer}} compares outputs {outputs} with labels "
        f"{labels} for equality, which probabilities never meet: use {better}.",
        layer=model,
        location=place or seen.location,
        evidence=(Evidence("compared here", seqs(context.event(seen.during)), seen.location),),
        fix=fix,
        fix_place=_as_place(fix_place),
    )


def _width(spec: object) -> int | None:
    return spec.shape[-1] if isinstance(spec, TensorSpec) and spec.shape else None
