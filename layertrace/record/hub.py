"""Connect hooks with recorders: who listens, and what is running in each thread."""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from layertrace.record.process.forks import held_over_forks
from layertrace.record.spans import PARENT, THREAD, Emit, Shape, Span, ThreadState

if TYPE_CHECKING:  # observations are made by rooms above this one
    from layertrace.record.describe.observations import PendingObservation


def _known_thread() -> threading.Thread | None:
    """Return the current thread if Python started it.

    TensorFlow runs a `py_function` in its own threads. `threading.current_thread` would add them to
    `threading.enumerate()`, which the program may count.
    """
    ident = threading.get_ident()
    return next((thread for thread in threading.enumerate() if thread.ident == ident), None)


class _Threads(threading.local):
    """The state of the current thread, created when a thread first asks for it."""

    def __init__(self) -> None:
        thread = _known_thread()
        name = f"thread {threading.get_native_id()}" if thread is None else thread.name
        with _lock:
            living = {state.name: state for state in hub.living_states()}
            if thread is None and name in living and living[name].span is None:
                self.state = living[name]  # Python forgets the state of a foreign thread between two calls
                return
            used = living.keys()
            names = (name if n == 1 else f"{name} ({n})" for n in itertools.count(1))
            unused = next(name for name in names if name not in used)
            self.state = ThreadState(unused, hub.replica() if hub.replica else None)
            hub.states = [*map(weakref.ref, hub.living_states()), weakref.ref(self.state)]

    def __reduce__(self) -> str:
        return "threads"


class Hub:
    """Who listens. Without an `emit`, nothing is recorded and hooks do nothing.

    Attributes:
        emit: Takes every record; the `extend` of a list if there is only one listener; None without any.
        items, most, fill: With one listener: the items of its records, how many of them it keeps, and what to
            do when it has that many.
        replica: Returns which replica of a strategy runs in the current thread.
        begun: Takes every span as it begins; None if no listener needs that.
        tensor_type: The class of eager tensors, for which `call` has a fast path; None if every span has to
            be passed to `begun`, or if this TensorFlow keeps shapes in another way.
        shape_tuple, dtype_number: Methods of that class: a tensor's shape, and the number that stands for its
            dtype. Calling them is faster than asking the tensor: 0.33 instead of 0.46 µs for the shape, 0.03
            instead of 0.28 µs for the dtype (TensorFlow 2.21).
        observers: Take what is noticed besides events (`layertrace.record.describe.observations`).
        states: The state of every thread that a hook ran in, while the thread or an event of it lives.
    """

    __slots__ = (
        "begun", "dtype_number", "emit", "fill", "items", "most", "observers", "replica", "shape_tuple",
        "states", "tensor_type",
    )  # fmt: skip

    def __init__(self) -> None:
        self.emit: Emit | None = None
        self.items: list[object] = []
        self.most = 1
        self.fill: Callable[[], object] = int
        self.replica: Callable[[], int | None] | None = None
        self.begun: Callable[[Span], object] | None = None
        self.tensor_type: Any = None  # a class or None; declared so, a comparison with it would narrow types
        self.shape_tuple: Callable[[Any], Shape]  # both are set together with `tensor_type`
        self.dtype_number: Callable[[Any], int]
        self.observers: tuple[Callable[[PendingObservation], object], ...] = ()
        self.states: list[weakref.ref[ThreadState]] = []

    def __reduce__(self) -> str:
        """Pickle as the name of the one hub that each process has."""
        return "hub"

    def living_states(self) -> list[ThreadState]:
        """Return the states of the threads that live, and of those that have events."""
        return [state for reference in self.states if (state := reference()) is not None]

    def forget_open_spans(self) -> None:
        """Forget the spans that were open when the last recording ended or was interrupted."""
        for state in self.living_states():
            state.span = None
            state.runs_for = None
            state.skips = 0

    def counted_runs(self) -> int:
        """Return how many runs have been counted by records that may still count more."""
        return sum(note.times for state in self.living_states() for note in list(state.runs.values()))

    def open_spans(self) -> Iterator[Span]:
        """Yield the open spans of every thread, innermost first."""
        for state in self.living_states():
            span = state.span
            while span is not None:
                yield span
                parent = span[PARENT]
                span = parent if parent is not None and parent[THREAD] is state else None


_lock = held_over_forks(threading.RLock())
hub = Hub()
threads = _Threads()
