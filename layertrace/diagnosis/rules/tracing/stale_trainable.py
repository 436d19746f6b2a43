"""LT207: A layer was frozen or unfrozen after the train function was traced."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import assignment_before, compiled_again, kept_optimizer
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.tracing._shared import function_recreation, stale_run
from layertrace.diagnosis.training_steps import outermost_trace
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef, Location


@rule("LT207", "stale-trainable", "error", links.TRANSFER_LEARNING)
def stale_trainable(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer was frozen or unfrozen after the train function was traced.

    ## Why is this bad?

    Only `compile` recreates the train function. Without it, `fit` silently runs the graph that was traced
    with the old list of trainable variables.

    ## Example

    ```python
    model.fit(x, y)
    base.trainable = False
    model.fit(x, y)
    ```

    ## Use instead

    ```python
    model.fit(x, y)
    base.trainable = False
    model.compile(optimizer, loss)
    model.fit(x, y)
    ```

    ## Known limits

    - Seen only if the graph runs again after the change.
    - Of a frozen model, only the outermost layer is reported, not the layers inside it.
    - A frozen layer is reported only if the graph that runs updates its variables. An unfrozen one is not
      reported if a function that runs in turn with this one updates them.
    """
    changed = {
        layer: observation
        for layer, observation in context.layer_observations("changed after trace")
        if observation.name == "trainable"
    }
    states = [state for layer in changed if (state := context.state(layer)) is not None]
    inside = {child for state in states for child in state.children}
    for layer, observation in changed.items():
        state = context.state(layer)
        if layer.id in inside or state is None:
            continue
        run, trace = stale_run(context, layer, observation.location)
        # What another model trained before: another_after_pretraining.py
        is_updated = bool(_updated(context, trace, run).intersection(state.variables) - {0})
        # Frozen and not updated, or trainable and updated: the graph agrees with the flag, as in
        # tests/cases/clean/teacher_frozen_after_the_first_epoch.py
        if (observation.now is False and not is_updated) or (observation.now is True and is_updated):
            continue
        consequence = "still updates it" if observation.now is False else "does not update it"
        fix = function_recreation(context, trace, observation.location)
        callback = _set_in_callback(context, observation, trace)
        if callback is not None:
            yield _while_fit_runs(context, layer, observation, callback, consequence)
            continue
        yield Violation(
            message=f"{{layer}} has trainable={observation.now} now, but the train function that ran here "
            f"{consequence}: it was traced before that{_traced_at(trace, observation.location)}."
            f"{_cost(fix)}",
            layer=layer,
            location=observation.location,
            evidence=(
                Evidence(
                    f"trainable: {observation.before} → {observation.now}",
                    seqs(run or trace),
                    observation.location,
                ),
                *_change(context, observation, trace),
            ),
            fix=fix,
            fix_place="before",
        )


def _updated(context: DiagnosisContext, trace: Event | None, run: Event | None) -> set[int]:
    """Return the variables that a function updates, or another function that runs in turn with it.

    Two models train one layer in turn: tests/cases/clean/discriminator_thawed_for_its_own_steps.py

    Args:
        context: What was recorded.
        trace: The trace of the function; None if it is unknown.
        run: Its run after the change.
    """
    function = None if trace is None else trace.function
    later = {
        event.function for event in context.events("run") if run is not None and event.start_ns > run.start_ns
    }
    numbers: set[int] = set()
    for update in context.observations("update"):
        outer = outermost_trace(context, update.during)
        if outer is not None and (function is None or outer.function in {function, *later}):
            numbers.update(update.variables)
    return numbers


def _set_in_callback(
    context: DiagnosisContext, observation: Observation, trace: Event | None
) -> Location | None:
    """Return the line of a callback that set `trainable` while `fit` ran, which no `compile` can help."""
    traced = None if trace is None else trace.location
    if traced is None or traced != observation.location:
        return None
    line = assignment_before(context, "trainable", observation.now, traced, observation.location)
    return line[0] if line is not None and line[0].function.rpartition(".")[2].startswith("on_") else None


def _while_fit_runs(
    context: DiagnosisContext, layer: LayerRef, observation: Observation, line: Location, consequence: str
) -> Violation:
    """Return the finding of a callback that freezes or unfreezes a layer."""
    again = compiled_again(context, observation.location)
    return Violation(
        message=f"{{layer}} gets trainable={observation.now} in {line.function}, while fit runs, but the "
        f"train function {consequence}: it was traced before that.",
        layer=layer,
        location=line,
        evidence=(
            Evidence(f"trainable: {observation.before} → {observation.now}", (), line),
            Evidence("the same train function runs on", (), observation.location),
        ),
        fix="# call fit for each stage, without this callback; between two stages:\n"
        f"{layer.name}.trainable = {observation.now}\n{again}",
        fix_place="elsewhere",
    )


def _cost(fix: str) -> str:
    """Return what compiling again costs, unless the program passes an optimizer that it has kept."""
    if ".compile(" not in fix or kept_optimizer(fix):
        return ""
    return " Compile again: that begins with a new optimizer, without the momentum of this one."


def _traced_at(trace: Event | None, place: Location | None) -> str:
    """Return at which line of the same file a function was traced, if it is another one."""
    line = None if trace is None else trace.location
    if line is None or place is None or line.file != place.file or line.line == place.line:
        return ""
    return f", at line {line.line}"


def _change(context: DiagnosisContext, observation: Observation, trace: Event | None) -> Iterator[Evidence]:
    """Yield the line that set `trainable`, or between which two lines it was set."""
    traced, place = None if trace is None else trace.location, observation.location
    line = assignment_before(context, "trainable", observation.now, traced, place)
    if line is not None:
        yield Evidence("trainable is set here", (), line[0], source=line[1])
    elif traced is not None and place is not None and traced.file == place.file and traced.line < place.line:
        yield Evidence(f"it was set between lines {traced.line} and {place.line}", (), place)
