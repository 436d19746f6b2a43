"""Where hooks and recorders meet: who listens, and what is running in each thread.

A *span* is what a hook notes when something begins, a *record* what it adds when that ends. Both are
plain tuples: they are made in the path of every layer call, where a tuple costs a fifth of an object
(`tests/benchmarks/pieces.py` shows the shares). They hold no layer and no tensor, and take the form
of events when somebody reads them (`layertrace.record.recording.materialize`).
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, MethodType
from typing import Any, Literal, NamedTuple

from layertrace.record.layers import LayerRecord
from layertrace.record.process import safe
from layertrace.record.process.forks import held_over_forks

Emit = Callable[[tuple[Any, ...]], object]
Kind = Literal["init", "build", "call", "variable", "trace", "run", "watch"]


class HookedMethod:
    """What all events of one hooked method have in common.

    It holds the method's code, never the method: a function may close over layers. `frames_to_caller` is how
    far away the user's code was last time, `known_call_sites` are the lines of it that were met there
    (`source_lines.caller`), and `last` is the last of these. What is only watched, such as an update by an
    optimizer, has the kind `watch`.
    """

    __slots__ = (
        "code",
        "defaults",
        "frames_to_caller",
        "is_default",
        "kind",
        "known_call_sites",
        "last",
        "names",
        "uses_callers_location",
        "variadic",
    )  # fmt: skip

    def __init__(
        self,
        kind: Kind,
        names: tuple[str, ...] = (),
        defaults: tuple[object, ...] = (),
        variadic: tuple[str | None, str | None] = (None, None),
        uses_callers_location: bool = False,
    ) -> None:
        self.kind = kind
        self.code: CodeType | None = None
        self.is_default = False
        self.names = names
        self.defaults = defaults
        self.variadic = variadic
        self.uses_callers_location = uses_callers_location
        self.frames_to_caller = 0
        self.known_call_sites: dict[int, tuple[CodeType, int]] = {}
        self.last: tuple[CodeType | None, int] = (None, -1)

    def __reduce__(self) -> Any:
        """Pickle no more than makes another: `cloudpickle` writes the functions of a script's classes."""
        return HookedMethod, (self.kind, self.names, (), self.variadic, self.uses_callers_location)

    def stand_for(self, original: Any) -> None:
        """Note where the method is defined, below its decorators, and whether it is Keras's default."""
        self.code = code_behind(original)
        self.is_default = bool(safe.truth(safe.instance_dict(original).get("_is_default")))


def code_behind(function: Any) -> CodeType | None:
    """Return the code of a function, method or callable object, below its decorators."""
    bare = safe.unwrap(function)
    kind: type = type(bare)
    if kind is MethodType or kind is staticmethod or kind is classmethod:
        bare = safe.unwrap(bare.__func__)
    if type(bare) is not FunctionType:
        bare = safe.unwrap(safe.class_attribute(type(bare), "__call__"))
    return bare.__code__ if type(bare) is FunctionType else None


class Span(NamedTuple):
    """Something that has begun. Hooks write it as a plain tuple; this names the places.

    `place` is code and instruction of the user's code, None where that of the parent holds. `detail`
    is the shape of the one tensor that came in, with its dtype in `dtype`; or, with `dtype` None,
    whatever the kind of event needs: arguments, a variable, a trace.
    """

    method: HookedMethod
    layer: LayerRecord | None
    parent: tuple[Any, ...] | None
    thread: ThreadState
    start: int
    mode: Any
    place: tuple[CodeType, int] | None
    detail: Any
    dtype: Any


class Record(NamedTuple):
    """Something that has ended, with what came out: an output's shape and dtype, or a structure.

    Where `output` is a structure, `dtype` may be the mode, if the span did not know better than `eager`.
    """

    span: tuple[Any, ...]
    end: int | None
    output: Any
    dtype: Any
    error: Any


class ThreadState:
    """What is running in one thread.

    Attributes:
        span: The innermost span that has begun and not ended.
        failing: The exception on its way out: its identity and those of what it was raised from,
            and the span that it left last.
        failed_at, traced_until: When an exception last left a span, and when the last trace ended.
        replica: Which replica of a `tf.distribute` strategy the thread serves; None where it serves none.
        runs: The runs of functions that are being counted.
        runs_for: Who listens to them; None as soon as anything else begins in the thread.
        skips: How many calls are under way that are not events, of code that often is one.
    """

    __slots__ = (
        "__weakref__", "failed_at", "failing", "name", "replica", "runs", "runs_for", "skips", "span",
        "traced_until",
    )  # fmt: skip

    def __init__(self, name: str, replica: int | None) -> None:
        self.name = name
        self.replica = replica
        self.failed_at = 0
        self.skips = 0
        self.traced_until = 0
        self.runs: dict[Any, Any] = {}
        self.runs_for: Emit | None = None
        self.span: tuple[Any, ...] | None = None
        self.failing: tuple[frozenset[int], tuple[Any, ...] | None] = (frozenset(), None)


def _known_thread() -> threading.Thread | None:
    """Return the current thread if Python started it.

    TensorFlow runs a `py_function` in threads of its own. `threading.current_thread` would add them to those
    that the program can count.
    """
    ident = threading.get_ident()
    return next((thread for thread in threading.enumerate() if thread.ident == ident), None)


class _Threads(threading.local):
    """The state of the current thread, made when a thread first asks."""

    def __init__(self) -> None:
        thread = _known_thread()
        name = f"thread {threading.get_native_id()}" if thread is None else thread.name
        with _lock:
            living = {state.name: state for state in hub.living_states()}
            if thread is None and name in living and living[name].span is None:
                self.state = living[name]  # a thread that is not Python's forgets its state between two calls
                return
            used = living.keys()
            names = (name if n == 1 else f"{name} ({n})" for n in itertools.count(1))
            unused = next(name for name in names if name not in used)
            self.state = ThreadState(unused, hub.replica() if hub.replica else None)
            hub.states = [*map(weakref.ref, hub.living_states()), weakref.ref(self.state)]

    def __reduce__(self) -> str:
        return "threads"


class Hub:
    """Who listens. With `emit` None nobody does, and hooks are inert.

    Attributes:
        emit: Takes every record; one list's `append` where there is just one listener.
        records, most, fill: The records of the one listener, how many it keeps, and what to do when it has
            that many.
        replica: Tells which replica of a strategy the current thread serves.
        begun: Takes every span as it begins, where somebody wants to see that.
        tensor_type: The class of eager tensors, for which `call` has a short way; None where every
            span has to be shown to `begun`, or their shapes are not to be had as they were.
        shape_tuple, dtype_number: Methods of that class: a tensor's shape, and the number that stands for its
            dtype. As methods of the class they take half the time that asking the tensor for them takes.
        observers: Take what is noticed beside events (`layertrace.record.describe.observations`).
        states: The state of every thread that a hook ran in, as long as it lives or is told of.
    """

    __slots__ = (
        "begun",
        "dtype_number",
        "emit",
        "fill",
        "most",
        "observers",
        "records",
        "replica",
        "shape_tuple",
        "states",
        "tensor_type",
    )  # fmt: skip

    def __init__(self) -> None:
        self.emit: Emit | None = None
        self.records: list[Any] = []
        self.most = 1
        self.fill: Callable[[], object] = int
        self.replica: Callable[[], int | None] | None = None
        self.begun: Callable[[tuple[Any, ...]], object] | None = None
        self.tensor_type: Any = None  # a class, or None; a comparison with it narrows no type then
        self.shape_tuple: Any = None
        self.dtype_number: Any = None
        self.observers: tuple[Callable[[Any], object], ...] = ()
        self.states: list[weakref.ref[ThreadState]] = []

    def __reduce__(self) -> str:
        """Pickle as the name of the one hub that each process has."""
        return "hub"

    def living_states(self) -> list[ThreadState]:
        """Return the states of the threads that live, and of those that events are told of."""
        return [state for reference in self.states if (state := reference()) is not None]

    def forget_open_spans(self) -> None:
        """Forget what was running when the last recording ended, or was interrupted: its end was not seen."""
        for state in self.living_states():
            state.span = None
            state.runs_for = None
            state.skips = 0

    def counted_runs(self) -> int:
        """Return how many runs are counted in records that may still grow."""
        return sum(note.times for state in self.living_states() for note in list(state.runs.values()))

    def open_spans(self) -> Iterator[tuple[Any, ...]]:
        """Yield what has begun and not ended, in every thread, innermost first."""
        for state in self.living_states():
            span = state.span
            while span is not None:
                yield span
                span = span[PARENT] if span[PARENT] is None or span[PARENT][THREAD] is state else None


METHOD, LAYER, PARENT, THREAD, START, MODE, PLACE, DETAIL, DTYPE = range(9)


def parent_of(span: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Return the span around a span; for the first one in a replica's thread, the trace it serves."""
    parent: tuple[Any, ...] | None = span[PARENT]
    if parent is None and span[MODE] is not None:
        trace: tuple[Any, ...] | None = span[MODE].span
        return None if trace is span else trace
    return parent


_lock = held_over_forks(threading.RLock())
hub = Hub()
threads = _Threads()
