"""LT509: A layer is frozen when a model is compiled, but not when the model takes its first step."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import assignment_before, statement_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.statement_parts import receiver
from layertrace.diagnosis.training_steps import Training, Trainings, reads_trainable
from layertrace.timeline.context import LayerState, Observation


@rule("LT509", "unfrozen-before-first-step", "error", links.TRANSFER_LEARNING, backends=WITH_TRAINING)
def unfrozen_before_first_step(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer is frozen when a model is compiled, but not when the model takes its first step.

    ## Why is this bad?

    Keras 3 reads `trainable` when the train function is traced, in the first step, and not in `compile`. A
    discriminator that was frozen only to compile the combined model is trained by that model as well, with
    the wrong labels.

    ## Example

    ```python
    discriminator.trainable = False
    combined.compile("adam", "binary_crossentropy")
    discriminator.trainable = True
    discriminator.compile("adam", "binary_crossentropy")
    combined.fit(noise, ones)
    ```

    ## Use instead

    ```python
    discriminator.trainable = False
    combined.fit(noise, ones)
    discriminator.trainable = True
    ```

    ## Known limits

    Only a layer that is compiled as a model of its own is reported: for any other it is taken to be intended
    that the latest `trainable` counts.
    """
    trainings = Trainings(context)
    for training in trainings.all:
        trace = training.traces[0]
        compiled = trainings.compiled_before(training.model.layer, trace.start_ns)
        if compiled is None:
            continue
        for number in training.model.children:
            inner = context.states.get(number)
            if inner is None or number not in (compiled.before if isinstance(compiled.before, tuple) else ()):
                continue
            own = trainings.compiled_before(inner.layer, float("inf"))
            weights = training.updated.intersection(inner.variables)
            if own is not None and weights:
                yield _violation(context, training, compiled, inner, len(weights))


def _violation(
    context: DiagnosisContext, training: Training, compiled: Observation, inner: LayerState, weights: int
) -> Violation:
    trace = training.traces[0]
    outer = training.model.layer.name
    line = assignment_before(context, "trainable", True, compiled.location, trace.location)
    model = receiver(statement_at(context, trace.location).source, ("fit", "train_on_batch")) or outer
    name = line[1].split(".trainable")[0].strip() if line is not None else inner.layer.name
    return Violation(
        message=f"{{layer}} was frozen when {outer} was compiled, and is trainable in its first step, "
        f"{reads_trainable(context)}: {outer} updates its {weights} weights, too.",
        layer=inner.layer,
        location=trace.location if line is None else line[0],
        evidence=(
            Evidence(f"{outer} is compiled here", (), compiled.location),
            Evidence(f"{outer} takes its first step here", seqs(trace), trace.location),
        ),
        fix=f"{name}.trainable = False  # before each step of {model}\n{name}.trainable = True  # after it",
        fix_place="elsewhere",
    )
