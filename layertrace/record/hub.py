"""Where hooks and recorders meet: who listens, and what is running in each thread."""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from layertrace.record.process.forks import held_over_forks
from layertrace.record.spans import PARENT, THREAD, Emit, ThreadState


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


_lock = held_over_forks(threading.RLock())
hub = Hub()
threads = _Threads()
