"""LT511: Training one model changes another that was trained before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, FixPlace, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.statement_parts import receiver
from layertrace.diagnosis.training_steps import Training, Trainings
from layertrace.timeline.event import Event, Location


@rule("LT511", "trained-by-other-model", "warning", links.TRANSFER_LEARNING, backends=WITH_TRAINING)
def trained_by_other_model(context: DiagnosisContext) -> Iterator[Violation]:
    """Training one model changes another that was trained before.

    ## Why is this bad?

    A new model that is made of the layers of another does not copy them. Training it changes their weights,
    so the first model, whose other layers fit the old weights, gives other answers than before.

    ## Example

    ```python
    shirts.fit(x, kinds)
    sandals = keras.Sequential([*shirts.layers[:-1], keras.layers.Dense(1)])
    sandals.fit(x, is_sandal)
    shirts.predict(x)
    ```

    ## Use instead

    ```python
    shirts.fit(x, kinds)
    copy = keras.models.clone_model(shirts)
    copy.set_weights(shirts.get_weights())
    sandals = keras.Sequential([*copy.layers[:-1], keras.layers.Dense(1)])
    sandals.fit(x, is_sandal)
    shirts.predict(x)
    ```

    ## Known limits

    - Reported if the first model is used again, is not trained again, and has trained weights that the second
      does not have. A model that is fine-tuned as a whole inside another is taken to be intended.
    - Only models that are trained by `fit` or `train_on_batch` are looked at.
    """
    trainings = Trainings(context).all
    reported: set[int] = set()
    for first in trainings:
        for second in trainings:
            if second.model.layer == first.model.layer or first.model.layer.id in reported:
                continue
            # A model that is trained again, in turns, follows: tests/cases/clean/gradients_in_turns.py
            if any(
                other.model.layer == first.model.layer and other.last_ns > second.began_ns
                for other in trainings
            ):
                continue
            shared = second.updated.intersection(first.model.variables)
            own = first.updated.difference(second.model.variables)
            used = _used_after(context, first, second.began_ns)
            if shared and own and used is not None:
                reported.add(first.model.layer.id)
                yield _violation(context, first, second, shared, used)


def _used_after(context: DiagnosisContext, training: Training, since_ns: int) -> Event | None:
    """Return when a model was used after a time: called, or run to predict or to test."""
    model = training.model.layer
    traces = [list(context.enclosing(call, "trace")) for call in context.of(model, "call")]
    functions = {outer[-1].function for outer in traces if outer}
    for event in context.timeline:
        is_run = event.kind == "run" and event.function in functions
        is_call = event.kind == "call" and event.layer == model and event.parent is None
        if event.start_ns > since_ns and (is_run or is_call):
            return event
    return None


def _violation(
    context: DiagnosisContext, first: Training, second: Training, shared: set[int], used: Event
) -> Violation:
    outer = second.model.layer
    layers = [
        state.layer.name
        for number in first.model.children
        if (state := context.states.get(number)) is not None
        and not state.children
        and shared.intersection(state.variables)
    ]
    names = ", ".join(layers[:3]) + (f" and {len(layers) - 3} more" if len(layers) > 3 else "")
    init = context.init_of(outer)
    trace = second.traces[0]
    place = trace.location if init is None else init.location
    model = _name_of(context, first)
    place = _borrowing_line(context, model, place, trace.location) or place
    fix, fix_place = _fix(context, model, place)
    return Violation(
        message=f"{{layer}} was trained, and then changed by the training of {outer.name}, which has its "
        f"layer{'s' * (len(layers) != 1)} {names}: {len(shared)} of its weights have other values now.",
        layer=first.model.layer,
        location=place,
        evidence=(
            Evidence(f"{outer.name} is trained here, for {second.steps} steps", seqs(trace), trace.location),
            Evidence(f"{first.model.layer.name} is used here after that", seqs(used), used.location),
        ),
        fix=fix,
        fix_place=fix_place,
    )


def _name_of(context: DiagnosisContext, training: Training) -> str:
    """Return what the program calls a model where it trains it."""
    place = training.runs[0].location if training.runs else training.traces[0].location
    methods = ("fit", "train_on_batch")
    return receiver(statement_at(context, place).source, methods) or training.model.layer.name


def _borrowing_line(
    context: DiagnosisContext, model: str, place: Location | None, until: Location | None
) -> Location | None:
    """Return the line that takes layers from a model: that which creates the other, or one after it."""
    if place is None or until is None or place.file != until.file:
        return None
    parts = re.compile(rf"(?<![\w.]){re.escape(model)}\.(layers|get_layer|outputs?|inputs?)\b")
    for line in range(place.line, max(until.line, place.line + 1)):
        here = Location(place.file, line, place.function)
        if parts.search(statement_at(context, here).source):
            return here
    return None


def _fix(context: DiagnosisContext, model: str, place: Location | None) -> tuple[str, FixPlace]:
    """Write how a copy lends its layers instead, and the line that takes them."""
    copy = f"{model.rpartition('.')[2]}_copy"
    lines = [f"{copy} = keras.models.clone_model({model})", f"{copy}.set_weights({model}.get_weights())"]
    source = statement_at(context, place).source
    name = re.compile(rf"(?<![\w.]){re.escape(model)}(?=[.\[,)\]])")
    if source and name.search(source) and len(source) < 200:
        return "\n".join([*lines, name.sub(copy, source)]), "in place"
    return "\n".join([*lines, f"# and use the layers of {copy} here"]), "before"
