"""Start recordings: of the targets of a `Tracer`, or of decorated classes for the whole program."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import TypeVar

from layertrace.errors import DependencyError, TargetError
from layertrace.record.layers import is_layer_class
from layertrace.record.process.guard import warn_once
from layertrace.record.recording.echo import EventLine
from layertrace.record.recording.fail_fast import FailFast
from layertrace.record.recording.recorder import MAX_EVENTS, Recorder, running
from layertrace.record.recording.targets import Targets
from layertrace.timeline.timeline import Timeline

__all__ = [
    "MAX_EVENTS",
    "TraceMixin",
    "Tracer",
    "between_programs",
    "current_timeline",
    "is_disabled",
    "is_recording",
    "last_timeline",
    "traced",
]

C = TypeVar("C", bound=type)


def is_disabled() -> bool:
    """Return whether `LAYERTRACE_DISABLED` is set, so that nothing is recorded."""
    return os.environ.get("LAYERTRACE_DISABLED", "") not in ("", "0")


class Tracer:
    """Starts and stops recordings of the same targets.

    Args:
        *targets: Layers, models, layer classes and globs; without any, everything is recorded.
        exclude: Of these, what to leave out.
        max_events: How many events to keep.
        echo: Renders each event, to print it to standard error as it happens.
        fail_fast: Decides as events begin whether to stop the program.
        save: A file to write the recording to as it happens.

    Raises:
        TargetError: If a target is none of these.
    """

    def __init__(
        self,
        *targets: object,
        exclude: Iterable[object] = (),
        max_events: int = MAX_EVENTS,
        echo: EventLine | None = None,
        fail_fast: FailFast | None = None,
        save: str | os.PathLike[str] | None = None,
    ) -> None:
        if max_events < 1:
            raise TargetError(f"max_events must be at least 1, got {max_events}")
        self._given = targets
        self._exclude = tuple(exclude)
        self._targets = Targets(targets, self._exclude)
        self._max_events = max_events
        self._event_line = echo
        self._fail_fast = fail_fast
        self._file = save
        self._recorders: list[Recorder] = []

    def start(self, *, wait: bool = False) -> Timeline:
        """Start a recording and return its timeline, which grows until `stop`.

        Args:
            wait: Whether to begin when the program imports Keras, if it has not imported it yet. Otherwise
                Keras is imported here.

        Raises:
            DependencyError: If TensorFlow or Keras is missing or too old.
            BackendError: If Keras runs on a backend that is not recorded.
        """
        recorder = Recorder(
            self._targets,
            max_events=self._max_events,
            echo=self._event_line,
            fail_fast=self._fail_fast,
            save=None if is_disabled() else self._file,
        )
        if is_disabled():
            recorder.note("LAYERTRACE_DISABLED is set: nothing was recorded")
            return recorder.timeline
        recorder.start(wait=wait)
        self._recorders.append(recorder)
        return recorder.timeline

    def narrow(self, *targets: object) -> None:
        """Keep only what these targets include, as if the recording had been started with them.

        Args:
            *targets: As for `trace`.

        Raises:
            TargetError: If a target is not valid.
        """
        self._given, self._targets = targets, Targets(targets, self._exclude)
        for recorder in self._recorders:
            recorder.narrow(self._targets)

    def note(self, sentence: str) -> None:
        """Add a sentence to the notes of the recording that this object started last."""
        for recorder in self._recorders[-1:]:
            recorder.note(sentence)

    def stop(self) -> None:
        """Stop the recording that this object started last; without one, do nothing."""
        self._stop(None)

    def _stop(self, error: BaseException | None) -> Timeline | None:
        """Stop the recording that this object started last, and return its timeline; None without one.

        Args:
            error: The exception that ended the recording.
        """
        if not self._recorders:
            return None
        global _last
        recorder = self._recorders.pop()
        recorder.stop(error)
        _last = recorder.timeline
        return recorder.timeline


_program: Recorder | None = None
_last: Timeline | None = None
"""The timeline of the recording that ended last; it holds nothing of the program."""


def last_timeline() -> Timeline | None:
    """Return the timeline of the recording that ended last, if no other recording runs now."""
    return None if is_recording() else _last


def _program_recorder() -> Recorder:
    global _program
    if _program is None:
        _program = Recorder(Targets(()))
        _program.targets.include_nothing()
    return _program


def is_recording() -> bool:
    """Return whether a recording runs, apart from the process-wide one of `traced` and `TraceMixin`."""
    return any(recorder is not _program for recorder in running)


def between_programs(kept: Collection[Recorder]) -> None:
    """End what one program left running before the next begins in this process, as pytest runs tests.

    Recordings that were started with `trace` and not stopped are stopped, with a note; what `traced` and
    `TraceMixin` record begins again.

    Args:
        kept: Recorders that may go on, since they will be stopped later.
    """
    for recorder in tuple(running):
        if recorder is not _program and recorder not in kept:
            recorder.note("stopped by layertrace at the end of a test that had not stopped it")
            recorder.stop()
    if _program is not None:
        _program.forget()
    global _last
    _last = None


def traced(cls: C) -> C:
    """Record every layer of a class and its subclasses, for the rest of the program.

    The events go to the process-wide timeline, which `current_timeline()` returns while no other
    recording runs. The class comes back as it is, with a warning if its Keras cannot be recorded.

    Raises:
        TargetError: If it is not a Keras layer class.
    """
    if not is_layer_class(cls):
        kind = f"the class {cls.__name__}" if isinstance(cls, type) else f"a {type(cls).__name__}"
        raise TargetError(
            f"cannot trace {kind}: it is not a Keras layer class. Decorate a class derived from "
            "keras.layers.Layer; for an existing layer or model use `with layertrace.trace(layer):`"
        )
    if is_disabled():
        return cls
    recorder = _program_recorder()
    recorder.targets.classes += (cls,)
    if recorder in running:
        recorder.hook_new_targets()
        return cls
    try:
        recorder.start()
    except DependencyError as error:  # the class must still be defined, and its module imported
        if str(error) not in recorder.notes():
            recorder.note(str(error))
        warn_once(f"{error}; until then, decorated classes are not recorded", key=str(error))
    return cls


class TraceMixin:
    """Record every layer of the classes that inherit from this, for the rest of the program.

    `class MyDense(layertrace.TraceMixin, keras.layers.Layer)` is the same as `@layertrace.traced`.
    """

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if is_layer_class(cls):
            traced(cls)


def current_timeline() -> Timeline:
    """Return the timeline of the recording that started last and still runs.

    If none runs, it is the process-wide timeline that `traced` and `TraceMixin` record into.
    """
    for recorder in reversed(running):
        if recorder is not _program:
            return recorder.timeline
    return _program_recorder().timeline
