"""Functions that are traced again and again, which takes longer than to run them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from layertrace.diagnosis.case import Case, is_users
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.timeline.event import Change, Event, FunctionRef, Location, TensorSpec
from layertrace.timeline.functions import FunctionLife

_GUIDE = "https://www.tensorflow.org/guide/function#controlling_retracing"
ENOUGH = 3
"""Retraces for one reason: one is a partial last batch, two may be meant."""
ENOUGH_FUNCTIONS = 5
"""Functions made anew from one code: TensorFlow warns from the fifth on."""
WORTH = 5
"""Runs for each trace from which on a function was worth making: a trace takes as long as many runs."""


@dataclass(frozen=True)
class Retraces:
    """The retraces of one function that one argument caused."""

    life: FunctionLife
    argument: str
    traces: tuple[Event, ...]
    changes: tuple[Change, ...]
    runs: tuple[Event, ...]

    @property
    def location(self) -> Location | None:
        """The line that called the function, or its definition if they were several."""
        lines = {event.location for event in self.traces}
        return self.traces[0].location if len(lines) == 1 else self.life.defined_at or self.traces[0].location

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The first and the last change."""
        ends = {0: self.changes[0], len(self.changes) - 1: self.changes[-1]}
        return tuple(
            Evidence(str(change), (self.traces[at].seq,), self.traces[at].location)
            for at, change in ends.items()
        )

    @property
    def is_settled(self) -> bool:
        """Whether all values have been met: since the last new one it ran more than twice as often as before.

        A closed set, as of modes or sizes of buckets, has a graph for each; that is what they are for.
        """
        last = self.traces[-1].seq
        before = sum(run.times for run in self.runs if run.seq < last)
        return sum(run.times for run in self.runs) - before > 2 * before

    @property
    def counts(self) -> str:
        """How often the function was traced and run."""
        runs = f" in {self.life.runs} runs" if self.life.runs else ""
        return f"{self.life.name} was traced {self.life.traced} times{runs}"


def _retraces(case: Case, *kinds: str) -> Iterator[Retraces]:
    """Yield what one argument of one function caused, where that happened often enough."""
    runs = _runs(case)
    for life in case.timeline.functions:
        found: dict[str, list[tuple[Event, Change]]] = {}
        for event in life.traces:
            changes = () if event.cause is None else event.cause.changes
            arguments = {change.argument.partition("[")[0] for change in changes}
            # Of two arguments that changed at once it cannot be told which it was; and the steps of Keras
            # take data of any structure, with or without targets and weights.
            is_data = _is_hosts(life.defined_at) and any(change.what == "structure" for change in changes)
            if len(arguments) == 1 and all(change.what in kinds for change in changes) and not is_data:
                found.setdefault(arguments.pop(), []).append((event, changes[0]))
        for root, pairs in found.items():
            if len(pairs) >= ENOUGH:
                traces, alone = zip(*pairs, strict=True)
                names = {change.argument for change in alone}
                argument = names.pop() if len(names) == 1 else root
                one = Retraces(life, argument, traces, alone, tuple(runs.get(life.function, ())))
                if not one.is_settled:
                    yield one


def _runs(case: Case) -> dict[FunctionRef | None, list[Event]]:
    """Return the runs of each function."""
    found: dict[FunctionRef | None, list[Event]] = {}
    for run in case.events("run"):
        found.setdefault(run.function, []).append(run)
    return found


def _is_hosts(place: Location | None) -> bool:
    """Tell code of Keras's or TensorFlow's own."""
    return place is not None and _OWN.search(place.file) is not None


_OWN = re.compile(r"[/\\](keras[/\\]src|tf_keras|tensorflow[/\\]python)[/\\]")


@rule("LT201", "retraced-by-shape", "warning", _GUIDE, spots=[("trace", None)])
def retraced_by_shape(case: Case) -> Iterator[Found]:
    """A function is traced again for each new shape, or dtype, of an argument.

    A `tf.function` is specialised for the shapes that it is called with. With `reduce_retracing=True` it
    is made for any size of the dimension that differs, after the second; an `input_signature` says so
    from the start.

    Bad:

    ```python
    @tf.function
    def step(x): ...
    ```

    Good:

    ```python
    @tf.function(reduce_retracing=True)
    def step(x): ...
    ```
    """
    for one in _retraces(case, "shape", "rank", "dtype"):
        axes = sorted({axis for change in one.changes for axis in change.axes})
        flips = all(change.what == "dtype" for change in one.changes)
        other = "the dtype of " if flips else "the rank of "
        where = f"dimension {', '.join(map(str, axes))} of " if axes else other
        yield Found(
            message=f"{one.counts}, {len(one.traces)} of them since {where}{one.argument} differed.",
            location=one.location,
            evidence=one.evidence,
            fix=_cast(one) if flips else "@tf.function(reduce_retracing=True)" + _signature(one, axes),
        )


def _cast(one: Retraces) -> str:
    """Write down a call with one dtype for all: one of floats, if there is any."""
    met = [said.partition("[")[0] for change in one.changes for said in (change.before, change.now) if said]
    dtype = next((name for name in met if name.startswith("float")), met[0])
    return f"{one.life.name}(tf.cast({one.argument}, tf.{dtype}))  # the same dtype each time"


def _signature(one: Retraces, axes: list[int]) -> str:
    """Spell out the specification that fits all shapes, where the argument is the only one."""
    last = one.traces[-1].inputs
    spec = last.get(one.argument) if isinstance(last, dict) and len(last) == 1 else None
    if not isinstance(spec, TensorSpec) or spec.shape is None or not axes:
        return ""
    shape = tuple(None if axis in axes else size for axis, size in enumerate(spec.shape))
    return f"\n# or @tf.function(input_signature=[tf.TensorSpec({shape}, tf.{spec.dtype})])"


@rule("LT202", "retraced-by-value", "warning", _GUIDE, spots=[("trace", None)])
def retraced_by_value(case: Case) -> Iterator[Found]:
    """A function is traced again for each new Python value of an argument.

    Python numbers, strings and objects are constants of the graph, so each new one takes a new graph. A
    tensor is an input of the graph.

    Bad:

    ```python
    for epoch in range(100):
        step(x, epoch)
    ```

    Good:

    ```python
    for epoch in range(100):
        step(x, tf.constant(epoch))
    ```
    """
    for one in _retraces(case, "value", "object", "structure"):
        values = [str(change.before) for change in one.changes[:1]] + [str(c.now) for c in one.changes]
        distinct = list(dict.fromkeys(values))
        if set(distinct) <= {"True", "False", "None"}:
            continue
        objects = all(change.what == "object" for change in one.changes)
        kind = "object" if objects else "Python value"
        name = one.argument.partition("[")[0]
        advice = (
            f"# make the object once, outside of the loop, and pass that one as {name}"
            if objects
            else f"{one.life.name}(..., {name}=tf.constant({name}))"
        )
        yield Found(
            message=f"{one.counts}, {len(one.traces)} of them for a new {kind} of {one.argument} "
            f"({', '.join(distinct[:3])}{', …' if len(distinct) > 3 else ''}), which is a constant of the "
            f"graph.",
            location=one.location,
            evidence=one.evidence,
            fix=advice,
        )


@rule("LT203", "function-made-anew", "warning", _GUIDE)
def function_made_anew(case: Case) -> Iterator[Found]:
    """A `tf.function`, or a model with its train and predict functions, is made anew in each turn of a loop.

    Each has to be traced, although the code is the same; no single function is traced twice. Models that
    are trained, for each fold of a cross-validation say, are meant to be new, and so is a function that
    runs many times.

    Bad:

    ```python
    for batch in batches:
        model = make_model()
        model.predict(batch)
    ```

    Good:

    ```python
    model = make_model()
    for batch in batches:
        model.predict(batch)
    ```
    """
    for name, traces in _made_anew(case, "new function"):
        location = traces[-1].location
        functions = len({event.function for event in traces}) + 1
        yield Found(
            message=f"{functions} functions named {name} were made from the same code and traced once "
            f"each: a new "
            "model, or a new tf.function, in each turn of a loop.",
            location=location,
            evidence=(Evidence(str(traces[-1].cause), (traces[0].seq, traces[-1].seq), location),),
            fix="# make the model (or the tf.function) once, before the loop; for a few calls of each,\n"
            "# model(x, training=False) needs no tracing",
        )


@rule("LT204", "traced-per-instance", "warning", _GUIDE)
def traced_per_instance(case: Case) -> Iterator[Found]:
    """A method that is a `tf.function` is traced for each instance of its class.

    `@tf.function` on a method makes a function for each object. Keras compiles `fit`, `evaluate` and
    `predict` itself, so that `call` needs none.

    Bad:

    ```python
    class Scale(keras.layers.Layer):
        @tf.function
        def call(self, x):
            return 2 * x
    ```

    Good:

    ```python
    class Scale(keras.layers.Layer):
        def call(self, x):
            return 2 * x
    ```
    """
    for name, traces in _made_anew(case, "new instance"):
        first = traces[0]
        count = len({event.function for event in traces}) + 1
        again = len(traces) + 1 - count
        rest = "no instance was traced twice" if not again else f"{again} traces more were for other reasons"
        yield Found(
            message=f"{name} was traced once for each of {count} instances, since it is a tf.function; "
            f"{rest}.",
            location=first.defined_at or first.location,
            evidence=(Evidence(str(traces[-1].cause), (first.seq, traces[-1].seq), traces[-1].location),),
            fix=f"def {name}(self, ...):  # without @tf.function: fit and predict compile it",
        )


def _made_anew(case: Case, reason: str) -> Iterator[tuple[str, list[Event]]]:
    """Yield the first traces of functions of one code but the first, where there are many."""
    found: dict[tuple[str, Location | int, Location | None], list[Event]] = {}
    worth = _Worth(case)
    seen: set[FunctionRef] = set()
    for event in case.events("trace"):
        if event.cause is None or event.cause.reason != reason or event.function is None:
            continue
        busy = case.busy_layer(event)
        if busy is not None and not is_users(busy):
            continue  # a layer of Keras that compiles its own operations
        if event.defined_at is not None and "/tensorflow/python/" in event.defined_at.file.replace("\\", "/"):
            continue  # what TensorFlow makes for its own sake, as for a distributed dataset
        if event.function not in seen and event.graph is not None:
            seen.add(event.function)
            if busy is None and worth.was(event):
                continue
            # Models on lines of their own are different models; their functions are of one code, Keras's.
            line = event.location if _is_hosts(event.defined_at) else None
            key = (event.function.name, event.defined_at or event.function.id, line)
            found.setdefault(key, []).append(event)
    outermost = [(key[0], events) for key, events in found.items() if len(events) + 1 >= ENOUGH_FUNCTIONS]
    lines = [{event.location for event in events} for _, events in outermost]
    for number, (name, events) in enumerate(outermost):
        # `fit` makes two, one inside the other, on the same line: one finding is enough
        if not any(lines[number] == lines[other] for other in range(number)):
            yield name, events


class _Worth:
    """Tells functions that were worth their trace from those that are made anew for nothing."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._runs = _runs(case)
        self._traces = Counter(event.function for event in case.events("trace"))
        self._trained = {
            around.function
            for update in case.observations("update")
            if (event := case.event(update.during)) is not None
            for around in (event, *case.around(event))
            if around.kind == "trace"
        }

    def was(self, trace: Event) -> bool:
        """Tell a function that trains, or belongs to a model that is trained, or ran many times."""
        outermost = [trace, *(one for one in self._case.around(trace) if one.kind == "trace")][-1]
        if outermost.function in self._trained or self._is_of_trained(outermost):
            return True
        runs = sum(run.times for run in self._runs.get(outermost.function, ()))
        return runs >= WORTH * self._traces[outermost.function]

    def _is_of_trained(self, trace: Event) -> bool:
        """Tell whether a layer that is called in a trace has variables that an optimizer was to update."""
        called = {one.layer.id for one in self._case.all_inside(trace) if one.kind == "call" and one.layer}
        states = [state for number in called if (state := self._case.states.get(number)) is not None]
        return any(not self._case.updated.isdisjoint(state.variables) for state in states)
