"""LT515: Sample weights are passed to a model that does not use them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, line_of, methods_beside, nodes_at, nodes_of, parameters
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import Event, Location


@rule("LT515", "sample-weights-ignored", "error", links.CUSTOM_TRAIN_STEP)
def sample_weights_ignored(context: DiagnosisContext) -> Iterator[Violation]:
    """Sample weights are passed to a model that does not use them.

    ## Why is this bad?

    `sample_weight` and `class_weight` of `fit` reach the loss as one weight for each row. A `train_step` that
    reads only `x` and `y` drops them. A loss that returns one number for the whole batch has no rows left
    to weight: each row counts alike, also those with the weight 0.

    ## Example

    ```python
    def train_step(self, data):
        x, y = data[0], data[1]
    ```

    ## Use instead

    ```python
    def train_step(self, data):
        x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
        ...
        loss = self.compute_loss(x, y, y_pred, sample_weight=weight)
    ```

    ## Known limits

    - A `train_step` of `tf_keras` is not examined, nor one that runs eagerly.
    """
    reported: set[object] = set()
    for observation in context.observations("weights unused"):
        trace = context.event(observation.during)
        function = None if trace is None else trace.function
        step = None if function is None else f"{function.role}_step"
        name = None if function is None else function.model
        for state in context.states.values():
            place = _dropping(state, step)
            if state.layer.name == name and place is not None and place not in reported and trace is not None:
                reported.add(place)
                yield _dropped(state, trace, place, str(step))
    for observation in context.observations("scalar loss"):
        if observation.location not in reported:
            reported.add(observation.location)
            yield _scalar(context, observation)


def _dropping(state: LayerState, step: str | None) -> Location | None:
    """Return the line of a model that drops the weights: where its step reads the data, or its own loss."""
    method = state.methods.get(step or "")
    if method is not None:
        names = parameters(method)
        data = names[-1] if names else "data"
        for node in nodes_of(method):
            if isinstance(node, ast.Name) and node.id == data:
                return line_of(method, node)
        return method
    others = [methods_beside(place) for place in state.methods.values()]
    return next((methods["compute_loss"] for methods in others if "compute_loss" in methods), None)


def _dropped(state: LayerState, trace: Event, place: Location, step: str) -> Violation:
    method = state.methods.get(step)
    if method is None:
        return Violation(
            message="{layer} is given sample weights, but its compute_loss does not use them: each row "
            "counts alike.",
            layer=state.layer,
            location=place,
            evidence=(Evidence("nothing in this graph reads the weights", seqs(trace), trace.location),),
            fix="losses = losses * sample_weight  # one loss and one weight for each row, before the mean",
            fix_place="elsewhere",
        )
    data = (parameters(method) or ["data"])[-1]
    return Violation(
        message=f"{{layer}} is given sample weights, but its {step} does not use them: each row counts "
        "alike.",
        layer=state.layer,
        location=place,
        evidence=(Evidence("nothing in this graph reads the weights", seqs(trace), trace.location),),
        fix=f"x, y, sample_weight = keras.utils.unpack_x_y_sample_weight({data})\n"
        "# and below: self.compute_loss(..., sample_weight=sample_weight)",
        fix_place="in place",
    )


def _scalar(context: DiagnosisContext, seen: Observation) -> Violation:
    trace = context.event(seen.during)
    return Violation(
        message=f"The loss {seen.name} returns one number for the whole batch, so the sample weights cannot "
        "weight its rows: each row counts alike.",
        location=seen.location,
        evidence=(Evidence("reduced to one number", seqs(trace), seen.location),),
        fix=_one_for_each_row(seen.location)
        or "tf.reduce_mean(..., axis=-1)  # one number for each row: Keras weights them and takes the mean",
        fix_place="in place",
    )


def _one_for_each_row(place: Location | None) -> str:
    """Write the statement with `axis=-1` in its mean or sum; nothing if it has none."""
    nodes = list(nodes_at(place))
    statement = next((node for node in nodes if isinstance(node, ast.stmt)), None)
    for node in nodes:
        if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
            continue
        if statement is not None and dotted(node.func).endswith(("mean", "sum")):
            return rewritten(place, statement, {node: f"{source_of(place, node)[:-1]}, axis=-1)"})
    return ""
