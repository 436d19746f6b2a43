"""LT214: A function, loss or metric uses a Python value that changed after it was traced."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.name_lists import joined
from layertrace.diagnosis.program_lines import compiled_again
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.tracing._shared import attribute_path
from layertrace.diagnosis.rules.tracing._variables import as_variable, is_array
from layertrace.diagnosis.state_changes import StateChange, change_of
from layertrace.diagnosis.state_reads import read_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, Location, Opaque


@rule("LT214", "stale-python-value", "error", links.FREE_VARIABLES)
def stale_python_value(context: DiagnosisContext) -> Iterator[Violation]:
    """A function, loss or metric uses a Python value that changed after it was traced.

    ## Why is this bad?

    A global, a closure variable or an attribute is a constant of the graph, and TensorFlow does not check it
    to decide whether to trace again. The graph silently goes on with the old value. The same happens to a
    model or a variable that a name stood for during the trace.

    ## Example

    ```python
    alpha = 0.0

    def blend(truth, predicted):
        error = mse(truth, predicted)
        return (1 - alpha) * error + alpha * mae(truth, predicted)

    class Anneal(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            global alpha
            alpha = epoch / 10
    ```

    ## Use instead

    ```python
    alpha = keras.Variable(0.0, trainable=False)

    class Anneal(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            alpha.assign(epoch / 10)
    ```

    ## Known limits

    - Seen only if the graph runs again after the change.
    - Followed are losses and metrics of `compile`, functions of `tf.function`, the functions that they name,
      and objects up to two levels deep.
    - The line is found in the source: the last assignment before the run, or the first one in a callback.
    """
    changed_while_traced = {
        (observation.reader, observation.name) for observation in context.observations("changed in call")
    }
    of_layers = {observation.name for _, observation in context.layer_observations("changed after trace")}
    by_line: dict[tuple[str, Location | None], list[tuple[Observation, StateChange | None]]] = {}
    seen: set[tuple[str, Location | None, str]] = set()
    for observation in context.observations("changed after trace"):
        key = (observation.reader, observation.defined_at, observation.name)
        if observation.layer is not None or key in seen or key[::2] in changed_while_traced:
            continue
        seen.add(key)
        if observation.name.startswith("global ") and observation.name in of_layers:
            continue
        path = attribute_path(observation.name)
        change = change_of(path, observation.now, observation.location, observation.defined_at)
        by_line.setdefault((observation.reader, observation.defined_at), []).append((observation, change))
    for changes in by_line.values():
        yield _violation(context, changes)


def _violation(context: DiagnosisContext, changes: list[tuple[Observation, StateChange | None]]) -> Violation:
    """Report the values of one function that have changed, at the line that changes the first of them."""
    changes = sorted(changes, key=lambda pair: pair[1].location.line if pair[1] is not None else 0)
    observation, change = changes[0]
    path = attribute_path(observation.name)
    reading = read_at(observation.defined_at, path)
    run, graph = _run(context, observation)
    traced = "traced it" if observation.role == "dataset function" else "was traced"
    before, now = _shown(observation.before), _shown(observation.now)
    is_replaced = isinstance(observation.now, Opaque) and not is_array(observation.now)
    now = f"another {before.strip('<>')}" if is_replaced and before == now else now
    others = [attribute_path(other.name) for other, _ in changes[1:]]
    too = f" So it does for {joined(others)}." if others else ""
    fix, edits = _fix(context, observation, path, change)
    return Violation(
        message=f"{observation.reader} reads {path}, which was {before} when {graph} {traced} and is {now} "
        f"now: the graph keeps {before}.{too}",
        location=observation.location if change is None else change.location,
        evidence=(
            Evidence(f"the graph runs with {path} = {before}, not {now}", seqs(run), observation.location),
            *([Evidence(f"{observation.reader} reads it here", (), reading)] if reading else ()),
        ),
        fix=fix,
        edits=edits,
        fix_place="in place" if edits or (change is not None and change.assignment) else "elsewhere",
    )


_OF_KERAS = ("loss", "metric", "schedule")


def _shown(value: object) -> str:
    return str(value) if isinstance(value, Opaque) else repr(value)


def _run(context: DiagnosisContext, observation: Observation) -> tuple[Event | None, str]:
    """Return the run after the change, and the name of the graph."""
    runs = context.events("run", lambda event: event.location == observation.location)
    if observation.role in _OF_KERAS:
        role = next((run.function.role for run in runs if run.function and run.function.role), "train")
        return next(iter(runs), None), f"the {role} function"
    if observation.role == "dataset function":
        return None, "Dataset.map"
    return next(iter(runs), None), "it"


def _fix(
    context: DiagnosisContext, observation: Observation, path: str, change: StateChange | None
) -> tuple[str, tuple[Edit, ...]]:
    """Write how a variable holds the value, or how a new graph is made where it cannot."""
    before, now = observation.before, observation.now
    is_bool = isinstance(now, bool) or isinstance(before, bool)
    is_number = isinstance(now, (int, float)) and isinstance(before, (int, float)) and not is_bool
    if change is not None and (is_number or is_array(before) or is_array(now)):
        return as_variable(observation, path, change, observation.defined_at)
    if observation.role in _OF_KERAS:
        return compiled_again(context, observation.location), ()
    if observation.role == "dataset function":
        return f"dataset = dataset.map({observation.reader})  # again, after the change", ()
    name = observation.reader.rpartition(".")[2]
    if is_bool or isinstance(now, str):
        argument = path.rpartition(".")[2]
        return f"def {name}(..., {argument}): ...  # an argument: each value gets a graph of its own", ()
    target = name if "." not in observation.reader else f"self.{name}"
    return f"{target} = tf.function({target}.python_function)  # a new graph, after the change", ()
