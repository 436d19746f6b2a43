"""LT508: A model is trained although all of its weights are frozen."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, FixPlace, Violation
from layertrace.diagnosis.program_lines import assignment_before, statement_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.statement_parts import receiver
from layertrace.diagnosis.training_steps import Training, Trainings, reads_trainable
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Location


@rule("LT508", "nothing-to-train", "error", links.TRANSFER_LEARNING, backends=WITH_TRAINING)
def nothing_to_train(context: DiagnosisContext) -> Iterator[Violation]:
    """A model is trained although all of its weights are frozen.

    ## Why is this bad?

    Keras 3 reads `trainable` when the train function is traced, in the first step, and not in `compile`. The
    old recipe for a GAN, to compile the discriminator, freeze it, and compile the combined model, therefore
    trains a discriminator that never changes. The only sign is a warning.

    ## Example

    ```python
    discriminator.compile("adam", "binary_crossentropy")
    discriminator.trainable = False
    combined.compile("adam", "binary_crossentropy")
    for real, noise in batches:
        discriminator.train_on_batch(real, ones)
        combined.train_on_batch(noise, ones)
    ```

    ## Use instead

    ```python
    for real, noise in batches:
        discriminator.trainable = True
        discriminator.train_on_batch(real, ones)
        discriminator.trainable = False
        combined.train_on_batch(noise, ones)
    ```

    ## Known limits

    Models with a `train_step` of their own are not looked at. On JAX and torch, Keras reads `trainable` again
    later, but not in `compile` either.
    """
    trainings = Trainings(context)
    for training in trainings.all:
        if training.updates or "train_step" in training.model.methods or not training.steps:
            continue
        weights = [
            number
            for number in training.model.variables
            if (spec := context.variables.get(number)) is not None and spec.trainable and spec.role is None
        ]
        # A step may run eagerly, or in a thread of its own: tests/cases/clean/strategy_scope.py
        apart = [update for update in context.observations("update") if update.during is None]
        if any({0, *weights}.intersection(update.variables) for update in apart):
            continue
        trace = training.traces[0]
        compiled = trainings.compiled_before(training.model.layer, trace.start_ns)
        if not weights or (compiled is not None and compiled.name == "<NoneType>"):
            continue
        yield _violation(context, training, compiled, len(weights))


def _violation(
    context: DiagnosisContext, training: Training, compiled: Observation | None, weights: int
) -> Violation:
    trace = training.traces[0]
    was_trainable = compiled is not None and bool(compiled.variables)
    after = compiled.location if compiled is not None and was_trainable else None
    line = assignment_before(context, "trainable", False, after, trace.location)
    steps = f"{training.steps} step{'s' * (training.steps != 1)}"
    why = (
        f"was trainable when it was compiled, but frozen before its first step, {reads_trainable(context)}"
        if was_trainable
        else "is trained with all of its layers frozen"
    )
    evidence = [Evidence(f"updates 0 of {weights} weights", seqs(trace), trace.location)]
    if compiled is not None:
        evidence.append(Evidence("compiled here", (), compiled.location))
    fix, fix_place = _fix(context, training, line, trace.location)
    return Violation(
        message=f"{{layer}} {why}: {steps} changed none of its {weights} weights.",
        layer=training.model.layer,
        location=trace.location if line is None else line[0],
        evidence=tuple(evidence),
        fix=fix,
        fix_place=fix_place,
    )


def _fix(
    context: DiagnosisContext, training: Training, line: tuple[Location, str] | None, place: Location | None
) -> tuple[str, FixPlace]:
    """Write the lines that thaw the model before each step, and freeze it for the model around it."""
    methods = ("fit", "train_on_batch")
    model = receiver(statement_at(context, place).source, methods) or training.model.layer.name
    around = next(
        (
            other
            for other in Trainings(context).all
            if training.model.layer.id in other.model.children and other.updates
        ),
        None,
    )
    thawed = f"{model}.trainable = True"
    if around is None:
        if line is None:
            return thawed, "before"
        return statement_at(context, line[0]).source.replace("False", "True") or thawed, "in place"
    outer = (
        receiver(statement_at(context, around.traces[0].location).source, methods) or around.model.layer.name
    )
    return (
        f"{thawed}  # before each step of {model}\n{model}.trainable = False  # before each step of {outer}",
        "elsewhere",
    )
