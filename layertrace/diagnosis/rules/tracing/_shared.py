"""Name what a graph froze, find the run of a stale graph, and write weights that replace Python state."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from layertrace.diagnosis.context import DiagnosisContext, user_function
from layertrace.diagnosis.program_lines import compiled_again, optimizer_with, receiver_at
from layertrace.diagnosis.state_reads import Branch
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, FunctionRef, LayerRef, Location
from layertrace.timeline.ownership import is_framework_file


def runs_by_function(context: DiagnosisContext) -> dict[FunctionRef | None, list[Event]]:
    """Return the runs of each function."""
    runs: dict[FunctionRef | None, list[Event]] = {}
    for run in context.events("run"):
        runs.setdefault(run.function, []).append(run)
    return runs


def is_framework_code(place: Location | None) -> bool:
    """Return whether a line belongs to Keras or TensorFlow."""
    return place is not None and is_framework_file(place.file)


def runs_in_xla(context: DiagnosisContext, seen: Iterable[Observation]) -> bool:
    """Return whether XLA compiles a function during whose trace something was observed."""
    events = [event for each in seen if (event := context.event(each.during)) is not None]
    around = [outer for event in events for outer in (event, *context.ancestors(event))]
    return any(event.graph is not None and event.graph.jit_compile for event in around)


def attribute_path(name: str) -> str:
    """Return how the user writes what an observation is about: `self.rate`, `Scale.rate`, `RATE`."""
    kind, _, rest = name.partition(" ")
    return rest if kind in ("class", "global") else f"self.{name}"


def weight_name(name: str) -> str:
    """Return the name of a weight that replaces Python state: the last word of the state's name."""
    words: list[str] = re.findall(r"[A-Za-z_]\w*", name)
    return words[-1] if words else "state"


def weight_creation(name: str, value: object) -> str:
    """Write how a weight is created that replaces Python state with a value."""
    number = value if isinstance(value, (int, float)) else 0
    initializer = f"keras.initializers.Constant({float(number)})" if number else '"zeros"'
    return f"self.{weight_name(name)} = self.add_weight(shape=(), initializer={initializer}, trainable=False)"


class StaleRun(NamedTuple):
    """A graph that ran after a change, and the trace that it came from; None where they are unknown."""

    run: Event | None
    trace: Event | None


def stale_run(context: DiagnosisContext, layer: LayerRef, place: Location | None) -> StaleRun:
    """Return the run of a line whose graph contains an older call of a layer, and the trace of that graph."""
    traces: dict[FunctionRef | None, Event] = {}
    for call in context.of(layer, "call"):
        outer = list(context.enclosing(call, "trace")) if call.mode == "graph" else []
        if outer:
            traces[outer[-1].function] = outer[-1]
    for run in context.events("run", lambda event: event.location == place):
        trace = traces.get(run.function)
        if trace is not None and trace.seq < run.seq:
            return StaleRun(run, trace)
    return StaleRun(None, next((trace for trace in traces.values() if trace.location == place), None))


def function_recreation(context: DiagnosisContext, trace: Event | None, place: Location | None) -> str:
    """Return the code that recreates the function of a trace, so that its next run traces again."""
    name = None if trace is None else user_function(trace)
    return compiled_again(context, place) if name is None else f"{name} = tf.function({name})"


def traced_again(context: DiagnosisContext, trace: Event | None, place: Location | None) -> str:
    """Return the code that makes a function trace again: a `tf.function`, or one of a Keras model."""
    role = None if trace is None or trace.function is None else trace.function.role
    model = receiver_at(place, ("predict", "evaluate", "predict_on_batch", "test_on_batch"))
    if role in ("predict", "test") and model:
        return f"{model}.make_{role}_function(force=True)  # after the change"
    return function_recreation(context, trace, place)


def accumulated(context: DiagnosisContext, layer: LayerRef, branch: Branch) -> str:
    """Write how an optimizer of Keras applies gradients at each n-th step; empty for any other branch."""
    if not branch.applies or branch.every is None or layer.framework != "keras":
        return ""
    made = optimizer_with(context, layer, f"gradient_accumulation_steps={branch.every}")
    receiver, _, method = branch.applies.rpartition(".")
    return (
        f"{made}  # in compile\n"
        f"{receiver}.{method}(...)  # in each step, without the if: the optimizer counts and adds up itself"
    )
