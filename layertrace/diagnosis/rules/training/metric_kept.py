"""LT521: A metric goes on from epoch to epoch, because `fit` does not reset it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import before_method, is_one_statement, lines_with, only
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.state._shared import initializer_of
from layertrace.diagnosis.rules.training._outside_metrics import outside_of_model
from layertrace.diagnosis.user_classes import only_return
from layertrace.diagnosis.user_source import line_of, nodes_at, nodes_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef, Location, VariableSpec


@rule("LT521", "metric-kept", "warning", links.CUSTOM_TRAIN_STEP)
def metric_kept(context: DiagnosisContext) -> Iterator[Violation]:
    """A metric goes on from epoch to epoch, because `fit` does not reset it.

    ## Why is this bad?

    `fit` and `evaluate` reset the metrics that the property `metrics` of the model returns, and in each
    only the variables that Keras knows. A metric that is not in `metrics`, or a `tf.Variable` in a metric
    of Keras 3, keeps its values: what is shown after the second epoch is an average over both.

    ## Example

    ```python
    @property
    def metrics(self):
        return [self.total_tracker]

    def train_step(self, x):
        ...
        self.total_tracker.update_state(total)
        self.kl_tracker.update_state(kl)
    ```

    ## Use instead

    ```python
    @property
    def metrics(self):
        return [self.total_tracker, self.kl_tracker]

    def train_step(self, x):
        ...
        self.total_tracker.update_state(total)
        self.kl_tracker.update_state(kl)
    ```

    ## Known limits

    - Looked at are metrics in attributes of the model and of objects that it holds, those that it was
      compiled with, and in Keras 3 those that its `fit` updates and reads. They have at most 10,000 numbers.
    - A `tf.Variable` that does not begin with 0 is not reported: Keras would reset it to 0.
    - A metric of a class that has a `reset_state` of its own is not reported, and neither is a `Sum`, which
      may count something on purpose.
    - A metric that the program resets between two passes is not reported, and neither is one that a
      `tf.function` resets: layertrace does not record when a graph does that. A reset by `assign` is not
      seen.
    """
    kept = context.layer_observations("metric kept")
    left_out: dict[tuple[LayerRef, Location | None], dict[str, Observation]] = {}
    reported: set[tuple[LayerRef, str]] = set()
    outside: set[Location | None] = set()
    for layer, seen in kept:
        if seen.role == "not in the model":
            if seen.defined_at not in outside:
                outside.add(seen.defined_at)
                yield outside_of_model(layer, seen)
        elif seen.role == "not in metrics":
            left_out.setdefault((layer, seen.defined_at), {}).setdefault(seen.reader, seen)
        elif (layer, seen.name) not in reported:
            reported.add((layer, seen.name))
            yield from _with_raw_variables(context, layer, seen)
    for (layer, place), metrics in left_out.items():
        yield from _left_out(context, layer, place, metrics)


_SO_FAR = "its value covers all epochs so far."


def _left_out(
    context: DiagnosisContext, layer: LayerRef, place: Location | None, metrics: dict[str, Observation]
) -> Iterator[Violation]:
    """Report the metrics of one model that its property `metrics` does not return."""
    state = context.state(layer)
    train_step = None if state is None else state.methods.get("train_step")
    if not is_user_defined(layer):
        return
    first = next(iter(metrics.values()))
    names = " and ".join(f"{path} ({seen.paths[0]})" for path, seen in metrics.items())
    reason = "which its property metrics leaves out" if place is not None else "which Keras does not find"
    expressions = [f"self.{path}" for path in metrics]
    if place is None:
        added = f"@property\ndef metrics(self):\n    return [*super().metrics, {', '.join(expressions)}]"
        edits = only(before_method(train_step, added))
    else:
        edits = _returning(place, expressions)
        added = "" if edits else f"return [..., {', '.join(expressions)}]  # in the property metrics"
    location = (only_return(place) or place) if place is not None else _created(context, first)
    value = _SO_FAR if len(metrics) == 1 else "their values cover all epochs so far."
    yield Violation(
        message=f"{{layer}} resets its metrics in each epoch, but not {names}, {reason}: {value}",
        layer=layer,
        location=location or first.location,
        evidence=(Evidence("was not reset here", (), first.location),),
        fix="" if edits else added,
        fix_place="elsewhere",
        edits=edits,
    )


def _returning(place: Location, expressions: Sequence[str]) -> tuple[Edit, ...]:
    """Return the edit by which a property also returns some expressions."""
    returns = [node for node in nodes_of(place) if isinstance(node, ast.Return)]
    value = returns[0].value if len(returns) == 1 else None
    if value is None or value.lineno != value.end_lineno:
        return ()
    more = ", ".join(expressions)
    if isinstance(value, ast.List):
        end = (value.end_col_offset or 1) - 1
        text = f", {more}" if value.elts else more
        return lines_with(place, [(value.lineno, end, end, text)])
    both = f"[*{ast.unparse(value)}, {more}]"
    return lines_with(place, [(value.lineno, value.col_offset, value.end_col_offset, both)])


def _with_raw_variables(context: DiagnosisContext, layer: LayerRef, seen: Observation) -> Iterator[Violation]:
    """Report a metric whose only variables are those that Keras does not know."""
    cls, *attributes = seen.paths
    created = {spec.id: (event, spec) for event, spec, _ in context.created_variables()}
    known = [created[number] for number in seen.variables if number in created]
    # Keras would set it to 0: tests/cases/clean/metrics_that_are_kept.py
    if any(initializer_of(event, spec) != '"zeros"' for event, spec in known):
        return
    edits = [
        edit
        for attribute, (event, spec) in zip(attributes, known, strict=False)
        for edit in _as_weight(event, spec, attribute)
    ]
    is_whole = len(known) == len(edits) == len(attributes)
    place = known[0][0].location if known else None
    attribute, raw = attributes[0], "a raw tf.Variable" if len(attributes) == 1 else "raw tf.Variables"
    yield Violation(
        message=f"{{layer}} resets its metrics in each epoch, but {seen.name} ({cls}) keeps "
        f"{' and '.join(attributes)} in {raw}, which Keras 3 does not reset: {_SO_FAR}",
        layer=layer,
        location=place or seen.location,
        evidence=(Evidence("was not reset here", (), seen.location),),
        fix=""
        if is_whole
        else f'self.{attribute} = self.add_weight(initializer="zeros", name="{attribute}")',
        fix_place="elsewhere",
        edits=tuple(edits) if is_whole else (),
    )


def _as_weight(event: Event, spec: VariableSpec, attribute: str) -> tuple[Edit, ...]:
    """Return the edit that creates a variable by `add_weight`, if its line assigns nothing else."""
    assigned = [node for node in nodes_at(event.location) if isinstance(node, ast.Assign)]
    if event.location is None or len(assigned) != 1 or not is_one_statement(event.location):
        return ()
    target = assigned[0].targets[0]
    if not isinstance(target, ast.Attribute) or target.attr != attribute:
        return ()
    dtype = "" if spec.dtype == "float32" else f', dtype="{spec.dtype}"'
    weight = f'shape={tuple(spec.shape or ())}, initializer="zeros"{dtype}, name="{attribute}"'
    value = assigned[0].value
    return lines_with(
        line_of(event.location, assigned[0]),
        [(value.lineno, value.col_offset, value.end_col_offset, f"self.add_weight({weight})")],
    )


def _created(context: DiagnosisContext, seen: Observation) -> Location | None:
    """Return the line that created the first variable of a metric."""
    places = {spec.id: event.location for event, spec, _ in context.created_variables()}
    return next((places[number] for number in seen.variables if number in places), None)
