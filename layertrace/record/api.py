"""The ways to start a recording: `trace`, `traced`, `TraceMixin`."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Collection, Sequence
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, cast

from layertrace.errors import TargetError
from layertrace.record.layers import is_layer_class
from layertrace.record.process.guard import report_internal_error
from layertrace.record.recording.recorder import MAX_EVENTS, Recorder, running
from layertrace.record.recording.targets import Targets
from layertrace.timeline import lazy_views
from layertrace.timeline.timeline import Timeline

__all__ = ["TraceMixin", "between_programs", "current_timeline", "is_disabled", "trace", "traced"]

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound=type)


def is_disabled() -> bool:
    """Tell whether `LAYERTRACE_DISABLED` is set, so that nothing is to be recorded."""
    return os.environ.get("LAYERTRACE_DISABLED", "") not in ("", "0")


class trace:  # noqa: N801  # used like a function, as contextlib's are
    """Record what happens to layers while a block or a function runs.

    Without targets every layer is recorded that is made, built or called, whoever wrote it. Results,
    exceptions, graphs and saved files stay what they are without it.

    Args:
        *targets: What to record instead: layers or models (with all that happens inside them), layer
            classes (with their subclasses), and globs of names or paths such as `"encoder/*"`.
        echo: Print each event to standard error as it happens, for programs that hang or die.
        max_events: How many events to keep. A recording that is full stops and says so.
        report: Whether, if an exception ends the recording, to print to standard error what is wrong and what
            happened up to there; the exception goes on unchanged.
        save: A file to write the recording to as it happens, so that what is known is there if the program is
            killed: `.layertrace` or `.jsonl`.
        fail_on: Codes of findings that stop the program at the culprit's line, as `LT101` does where a
            variable is made in `call`, with a `CulpritError`. A debugger opens there.

    Raises:
        TargetError: If a target is none of these.
        RuleError: If a finding of `fail_on` does not exist, or needs the whole recording.
        FormatError: When it starts, if the file of `save` cannot be written.
        HostError: When it starts, if TensorFlow or Keras is missing or too old.

    Example:
        with layertrace.trace() as timeline:
            model(x)
        print(timeline)
    """

    def __init__(
        self,
        *targets: object,
        echo: bool = False,
        max_events: int = MAX_EVENTS,
        report: bool = True,
        save: str | os.PathLike[str] | None = None,
        fail_on: Sequence[str] = (),
    ) -> None:
        if max_events < 1:
            raise TargetError(f"max_events={max_events} keeps nothing; give at least 1")
        self._given = targets
        self._targets = Targets(targets)
        self._echo = echo
        self._max_events = max_events
        self._report = report
        self._save = save
        self._fail_on = (fail_on,) if isinstance(fail_on, str) else tuple(fail_on)
        self._fail_fast = lazy_views.load("fail_fast")(self._fail_on) if self._fail_on else None
        self._recorders: list[Recorder] = []

    def start(self, *, wait: bool = False) -> Timeline:
        """Start a recording and return its timeline, which grows until `stop`.

        Args:
            wait: Whether, where the program has not imported Keras yet, to begin when it does. Else Keras is
                imported here.

        Raises:
            HostError: If TensorFlow or Keras is missing or too old.
        """
        save = None if is_disabled() else self._save
        recorder = Recorder(
            self._targets, max_events=self._max_events, echo=self._echo, fail_fast=self._fail_fast, save=save
        )
        if is_disabled():
            recorder.note("LAYERTRACE_DISABLED is set: nothing was recorded")
            return recorder.timeline
        recorder.start(wait=wait)
        self._recorders.append(recorder)
        return recorder.timeline

    def narrow(self, *targets: object) -> None:
        """Keep what these targets are about only, as if the recording had been started with them.

        Args:
            *targets: As for `trace`.

        Raises:
            TargetError: If a target is none.
        """
        self._given, self._targets = targets, Targets(targets)
        for recorder in self._recorders:
            recorder.narrow(self._targets)

    def stop(self) -> None:
        """Stop the recording that was started last by this object; without one, do nothing."""
        if self._recorders:
            self._recorders.pop().stop()

    def __enter__(self) -> Timeline:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        place: TracebackType | None,
    ) -> None:
        if not self._recorders:
            return
        recorder = self._recorders.pop()
        recorder.stop(error)
        if self._report and isinstance(error, Exception):
            _report(recorder.timeline, error)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Record each run of a function; `function.timeline` is the timeline of the latest.

        Raises:
            TargetError: If what is decorated is a class (`traced` is for those) or cannot be called.
        """
        if isinstance(function, type):
            raise TargetError(
                f"trace() decorates functions; for the class {function.__name__} use @layertrace.traced"
            )
        if not callable(function):
            raise TargetError(f"trace() decorates functions, not a {type(function).__name__}")
        again = functools.partial(
            trace,
            *self._given,
            echo=self._echo,
            max_events=self._max_events,
            report=self._report,
            save=self._save,
            fail_on=self._fail_on,
        )
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def run_async(*args: P.args, **kwargs: P.kwargs) -> Any:
                with again() as run_async.timeline:  # type: ignore[attr-defined]  # functions take any
                    return await function(*args, **kwargs)

            return cast(Callable[P, R], run_async)

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with again() as run.timeline:  # type: ignore[attr-defined]  # functions take any
                return function(*args, **kwargs)

        return run


_reported: list[int] = []
"""The exceptions on their way through nested recordings that were reported by the innermost."""


def _report(timeline: Timeline, error: Exception) -> None:
    """Print to standard error what is wrong and what happened, once for each exception."""
    try:
        if id(error) not in _reported:
            _reported.append(id(error))
            lazy_views.load("failure")(timeline)
        if not any(recorder is not _program for recorder in running):
            _reported.clear()
    except Exception:  # promise 1: the program's own exception goes on
        report_internal_error("report the exception that ended a recording")


_program: Recorder | None = None


def _program_recorder() -> Recorder:
    global _program
    if _program is None:
        _program = Recorder(Targets(()))
        _program.targets.everything = False
    return _program


def between_programs(kept: Collection[Recorder]) -> None:
    """End what one program left running before the next begins in this process, as pytest runs tests.

    Recordings that were started with `trace` and not stopped are stopped, and say so; what `traced` and
    `TraceMixin` record begins anew.

    Args:
        kept: Recorders that may go on, since whoever started them will stop them later.
    """
    for recorder in tuple(running):
        if recorder is not _program and recorder not in kept:
            recorder.note("stopped when the test ended that had left it open")
            recorder.stop()
    if _program is not None:
        _program.forget()


def traced(cls: C) -> C:
    """Record every layer of a class and its subclasses, for the rest of the program.

    The events go to the process-wide timeline, which `current_timeline()` returns while no other
    recording runs. The class comes back as it is.

    Raises:
        TargetError: If it is no Keras layer class.
    """
    if not is_layer_class(cls):
        told = f"the class {cls.__name__}" if isinstance(cls, type) else f"a {type(cls).__name__}"
        raise TargetError(
            f"cannot trace {told}: it is no Keras layer class. Decorate a class derived from "
            "keras.layers.Layer; for a layer or a model that exists use `with layertrace.trace(layer):`"
        )
    if is_disabled():
        return cls
    recorder = _program_recorder()
    recorder.targets.classes += (cls,)
    if recorder not in running:
        recorder.start()
    else:
        recorder.hook_new_targets()
    return cls


class TraceMixin:
    """Record every layer of the classes that inherit from this, for the rest of the program.

    `class MyDense(layertrace.TraceMixin, keras.layers.Layer)` is the same as `@layertrace.traced`.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if is_layer_class(cls):
            traced(cls)


def current_timeline() -> Timeline:
    """Return the timeline of the recording that started last and still runs.

    Where none runs, it is the process-wide timeline that `traced` and `TraceMixin` record into.
    """
    for recorder in reversed(running):
        if recorder is not _program:
            return recorder.timeline
    return _program_recorder().timeline
