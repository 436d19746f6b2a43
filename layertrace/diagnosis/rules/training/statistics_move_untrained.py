"""LT543: The statistics of a batch normalization change although the model around it is not trained."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.freezing import was_frozen
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.training._shared import training_calls, with_training
from layertrace.diagnosis.user_classes import calls_anywhere
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event
from layertrace.timeline.ownership import is_container


@rule("LT543", "statistics-move-untrained", "warning", links.TRANSFER_LEARNING)
def statistics_move_untrained(context: DiagnosisContext) -> Iterator[Violation]:
    """The statistics of a batch normalization change although the model around it is not trained.

    ## Why is this bad?

    An optimizer that is given only the variables of a head leaves the weights of its backbone alone. But in
    training mode a `BatchNormalization` updates its moving mean and variance by itself. The pretrained
    backbone gives other features after training.

    ## Example

    ```python
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            features = self.backbone(x, training=True)
            loss = self.compute_loss(x, y, self.head(features))
        variables = self.head.trainable_variables
        gradients = tape.gradient(loss, variables)
        self.optimizer.apply_gradients(zip(gradients, variables))
    ```

    ## Use instead

    ```python
    self.head(self.backbone(x, training=False))
    ```

    ## Known limits

    - Reported only if a model holds both the backbone and a layer that an optimizer updates, and if the
      backbone has other weights and no optimizer updates any of them.
    - Not reported in files that assign weights, which may copy them to a teacher.
    """
    reported: set[int] = set()
    for layer, call in training_calls(context, "BatchNormalization"):
        if call.mode == "symbolic":
            continue
        state = context.state(layer)
        chain = [call, *context.enclosing(call, "call")]
        if state is None or state.statistics != "moved" or layer.id in reported or len(chain) < 2:
            continue
        # tests/cases/clean/frozen_and_thawed_around_measuring.py
        if was_frozen(context, layer, call.start_ns):
            continue
        untrained = [outer for outer in chain if _is_untrained(context, context.state(outer.layer))]
        trained = chain[len(untrained)] if untrained and len(untrained) < len(chain) else None
        if trained is None or untrained != chain[: len(untrained)]:
            continue
        backbone, model = context.state(untrained[-1].layer), context.state(trained.layer)
        if backbone is None or model is None or not context.updated & set(model.variables):
            continue
        if not _has_other_weights(context, state, backbone, model):
            continue
        # A teacher or a key encoder gets its weights otherwise:
        # tests/cases/clean/teacher_with_statistics_of_its_own.py
        places = [
            place for place in (context.call_defined_at(model.layer), trained.location) if place is not None
        ]
        if any(
            calls_anywhere(place, "assign", "assign_add", "assign_sub", "set_weights") for place in places
        ):
            continue
        reported.add(layer.id)
        yield _violation(context, call, untrained[-1], backbone, model)


def _is_untrained(context: DiagnosisContext, state: LayerState | None) -> bool:
    """Return whether a layer has trainable weights, all of them known, and no optimizer updates any."""
    if state is None or 0 in state.variables or context.updated & set(state.variables):
        return False
    variables = [context.variables.get(number) for number in state.variables]
    return None not in variables and any(spec.trainable for spec in variables if spec is not None)


def _has_other_weights(
    context: DiagnosisContext, norm: LayerState, backbone: LayerState, model: LayerState
) -> bool:
    """Return whether a backbone has more trainable weights than those of a normalization.

    Of a normalization that is a layer of the trained model itself, those of the other layers count.
    """
    numbers = set(backbone.variables)
    if backbone is norm:
        numbers = set(model.variables) - context.updated
    others = [context.variables.get(number) for number in numbers - set(norm.variables)]
    return any(spec is not None and spec.trainable for spec in others)


def _violation(
    context: DiagnosisContext, call: Event, outer: Event, backbone: LayerState, model: LayerState
) -> Violation:
    layer = call.layer
    inside = "it" if backbone.layer == layer else backbone.layer.name
    in_code = not is_container(model.layer)
    fix = with_training(outer.location, "False") if in_code else None
    return Violation(
        message=f"{{layer}} runs with training=True, so its moving mean and variance change in each step, "
        f"though no optimizer updates the weights of {inside}: it does not stay as it was.",
        layer=layer,
        location=outer.location,
        evidence=(
            Evidence("in training mode here", seqs(call), call.location),
            *_update_of(context, model),
        ),
        fix=fix or f"{backbone.layer.name}.trainable = False  # before the training",
        fix_place="in place" if fix else "elsewhere",
    )


def _update_of(context: DiagnosisContext, model: LayerState) -> Iterator[Evidence]:
    for update in context.observations("update"):
        if set(update.variables) & set(model.variables):
            names = sorted({path.rpartition("/")[0] for path in update.paths})
            event = context.event(update.during)
            yield Evidence(f"updates only {', '.join(names[:3])}", seqs(event), update.location)
            return
