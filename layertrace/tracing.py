"""Record what happens to layers while a block or a function runs: `layertrace.trace`."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, cast

from layertrace.errors import TargetError
from layertrace.record.api import MAX_EVENTS, Tracer, is_recording
from layertrace.record.process.guard import guarded
from layertrace.record.recording.echo import EventLine
from layertrace.record.recording.fail_fast import FailFast
from layertrace.timeline.timeline import Timeline

__all__ = ["trace"]

P = ParamSpec("P")
R = TypeVar("R")


class trace(Tracer):  # noqa: N801  # used like a function, as contextlib's are
    """Record what happens to layers while a block or a function runs.

    Without targets every layer is recorded that is created, built or called, yours or a library's. Results,
    exceptions, graphs and saved files stay what they are without it.

    Args:
        *targets: What to record instead: layers or models (with all that happens inside them), layer
            classes (with their subclasses), and globs of names or paths such as `"encoder/*"`.
        exclude: What to leave out: layers, models, names and paths, each with what happens inside; layer
            classes and modules such as `"keras.*"`, without what is inside their layers.
        echo: Print each event to standard error as it happens, for programs that hang or die.
        max_events: How many events to keep. A recording that is full stops, and adds a note.
        report: Whether, if an exception ends the recording, to print to standard error what is wrong and what
            happened before it; the exception is raised unchanged.
        save: A file to write the recording to as it happens, so that it survives if the program is killed:
            `.layertrace` or `.jsonl`.
        fail_on: Codes of findings that stop the program at the culprit's line, as `LT101` does when a
            variable is created in `call`, with a `CulpritError`. A debugger opens there.

    Raises:
        TargetError: If a target is none of these.
        RuleError: If a finding of `fail_on` does not exist, or needs the whole recording.
        FormatError: When it starts, if the file of `save` cannot be written.
        DependencyError: When it starts, if TensorFlow or Keras is missing or too old.
        BackendError: When it starts, if Keras runs on a backend that is not recorded.

    Example:
        with layertrace.trace() as timeline:
            model(x)
        print(timeline)
    """

    def __init__(
        self,
        *targets: object,
        exclude: object = (),
        echo: bool = False,
        max_events: int = MAX_EVENTS,
        report: bool = True,
        save: str | os.PathLike[str] | None = None,
        fail_on: Sequence[str] = (),
    ) -> None:
        codes = (fail_on,) if isinstance(fail_on, str) else tuple(fail_on)
        super().__init__(
            *targets,
            exclude=exclude if isinstance(exclude, (list, tuple, set, frozenset)) else (exclude,),
            max_events=max_events,
            echo=_event_line() if echo else None,
            fail_fast=_fail_fast(codes) if codes else None,
            save=save,
        )
        self._echo = echo
        self._report = report
        self._fail_on = codes

    def __enter__(self) -> Timeline:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        place: TracebackType | None,
    ) -> None:
        timeline = self._stop(error)
        if timeline is not None and self._report and isinstance(error, Exception):
            _report(timeline, error)

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
            exclude=self._exclude,
            echo=self._echo,
            max_events=self._max_events,
            report=self._report,
            save=self._file,
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


# Imported when they are needed: `layertrace.trace` itself loads neither rich nor the rules.


def _event_line() -> EventLine:
    from layertrace.render import echo_line

    return echo_line


def _fail_fast(codes: Sequence[str]) -> FailFast:
    from layertrace.diagnosis import fail_fast_on

    return fail_fast_on(codes)


_reported: list[int] = []
"""The exceptions that are passing through nested recordings, and were reported by the innermost."""


def _report(timeline: Timeline, error: Exception) -> None:
    """Print to standard error what is wrong and what happened, once for each exception."""
    with guarded("report the exception that ended a recording"):
        from layertrace.render import print_failure

        if id(error) not in _reported:
            _reported.append(id(error))
            print_failure(timeline)
        if not is_recording():
            _reported.clear()
