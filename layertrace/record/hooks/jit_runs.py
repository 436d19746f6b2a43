"""Count the runs of the functions that Keras jits on JAX to train, test and predict.

A jitted function that JAX has traced runs without any Python, so it has to be counted where it is called.
Keras calls each of its own from a function that holds it in a closure (`_make_function` of its trainer).
There, one that counts takes its place while a recording runs. Those that a program jits itself cannot be
counted.
"""

from __future__ import annotations

import functools
import sys
import threading
import weakref
from types import CellType, FrameType, FunctionType
from typing import Any

from layertrace.record.describe.exceptions import hide
from layertrace.record.describe.last_batches import is_in_a_loop_over_batches
from layertrace.record.describe.retrace_causes import code_of
from layertrace.record.describe.traced_functions import FunctionRecord, record_of
from layertrace.record.frameworks import jax_private
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.jit_compilations import at_work, compilations
from layertrace.record.hooks.observer import AnyObserver, Call, Observer, Undo, ignore
from layertrace.record.hooks.runs import Run, RunNote, observer_of_runs
from layertrace.record.hub import hub, threads
from layertrace.record.process import safe
from layertrace.record.process.forks import held_over_forks
from layertrace.record.process.guard import guarded
from layertrace.record.process.hidden_code import hidden
from layertrace.record.spans import HookedMethod

__all__ = ["MAKERS", "count_steps", "made"]

MAKERS = ("make_train_function", "make_test_function", "make_predict_function")
"""The methods of a model after which it has such a function; Keras calls them before each use."""

_HELD = ("_step_function", "step_function")
"""The names under which Keras's functions hold each other, and the innermost one a jitted function."""

_RUN = HookedMethod("run")


class CountedStep:
    """Calls a jitted function and counts its runs.

    Attributes:
        step: The jitted function.
        function: The Python function that it traces.
    """

    __slots__ = ("_runs", "function", "step")

    def __init__(self, step: Any, runs: Observer[Run]) -> None:
        self.step = step
        self.function = step.__wrapped__
        self._runs = runs

    @hidden
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the function."""
        if hub.emit is None:
            return self.step(*args, **kwargs)
        caller = sys._getframe(1)
        token = self._runs.begin(Call(_RUN, self, (), (), None, caller))
        at_work.step = self.function, caller
        try:
            result = self.step(*args, **kwargs)
        except BaseException as error:
            if token is not None:
                self._runs.fail(token, error)
            hide(error)
            raise
        finally:
            at_work.step = None
        if token is not None:
            self._runs.end(token, result, self)
        return result


class _Counting:
    """The closures that hold a `CountedStep` now, and how many recordings want that."""

    def __init__(self) -> None:
        self._users = 0
        self._exchanged: list[weakref.ref[FunctionType]] = []  # a jitted function would keep its model alive
        self._lock = held_over_forks(threading.RLock())

    def start(self) -> Undo:
        """Count for one more recording; return the undo."""
        with self._lock:
            self._users += 1
            compilations.listen()
        return self._stop

    def _stop(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                compilations.stop()
            while self._users == 0 and self._exchanged:
                function = self._exchanged.pop()()
                cell = None if function is None else _cell(function)
                if cell is not None and type(cell.cell_contents) is CountedStep:
                    cell.cell_contents = cell.cell_contents.step

    def exchange(self, function: FunctionType) -> None:
        """Make a function of Keras call a `CountedStep`, if it calls a jitted function."""
        with self._lock:
            cell = _cell(function)
            step = None if cell is None else cell.cell_contents
            if cell is None or not self._users or type(step) is not jax_private.find("jitted"):
                return
            _note_earlier(step)
            cell.cell_contents = CountedStep(step, _runs())
            self._exchanged.append(weakref.ref(function))


_counting = _Counting()
count_steps = _counting.start


def _cell(function: FunctionType) -> CellType | None:
    """Return the cell in which a function of Keras holds what it calls for each batch."""
    names = function.__code__.co_freevars
    held = next((name for name in _HELD if name in names), None)
    return None if held is None else (function.__closure__ or ())[names.index(held)]


def _note_earlier(step: Any) -> None:
    """Note how many traces a function has from before it was first seen."""
    record = record_of(step.__wrapped__)
    if not record.kept and jax_private.find("cache_size") is not None:
        record.earlier = int(step._cache_size())


@functools.cache
def _runs() -> Observer[Run]:
    return observer_of_runs("function", _about, Loaded.backend.is_eager)


def _about(counted: CountedStep, record: FunctionRecord) -> RunNote:
    ref = record.identify(safe.code_name(counted.function) or "", counted.function)
    return RunNote(ref, record, record.earlier + len(record.kept), code_of(counted.function))


def _begins_a_loop(frame: FrameType | None) -> bool:
    """Return whether a program calls `fit`, `evaluate` or `predict`, and not Keras inside another of them."""
    return is_in_a_loop_over_batches(frame) and not is_in_a_loop_over_batches(frame and frame.f_back)


@functools.cache
def made(method: str) -> AnyObserver:
    """Return an observer of a method that makes a function of a model.

    Args:
        method: Its name, one of `MAKERS`.
    """
    attribute = method.removeprefix("make_")

    def begin(call: Call) -> bool | None:
        if hub.emit is None:
            return None
        with guarded("count the runs of a function"):
            if _begins_a_loop(call.caller):
                threads.state.runs_for = None  # its runs are counted apart from those of the loop before
        return True

    def end(_: bool, __: object, trainer: object) -> None:
        with guarded("count the runs of a function"):
            function = safe.instance_dict(trainer).get(attribute)
            while type(function) is FunctionType and (cell := _cell(function)) is not None:
                inner = cell.cell_contents
                if type(inner) is not FunctionType:
                    _counting.exchange(function)
                function = inner

    return Observer(begin, end, ignore)
