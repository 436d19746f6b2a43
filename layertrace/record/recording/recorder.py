"""Collect records for one timeline, from start to stop."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from layertrace.record.describe.failures import failure_of
from layertrace.record.describe.observations import PendingObservations
from layertrace.record.engines import choice
from layertrace.record.frameworks import loading
from layertrace.record.frameworks.import_hook import ImportWatch
from layertrace.record.hooks.hook_points import class_points, shared_points, subclasses
from layertrace.record.hooks.observer import Engine, HookPoint
from layertrace.record.hub import hub, threads
from layertrace.record.process import safe
from layertrace.record.process.forks import held_over_forks
from layertrace.record.process.guard import report_internal_error
from layertrace.record.python_state.switch import read_setting
from layertrace.record.recording.autosave import Saver
from layertrace.record.recording.echo import Echo
from layertrace.record.recording.layer_states import states_of
from layertrace.record.recording.materialize import EventBuilder, assign_owners
from layertrace.record.recording.targets import Targets
from layertrace.record.spans import LAYER, METHOD, START, parent_of
from layertrace.timeline.context import Failure, RecordingContext
from layertrace.timeline.event import Event
from layertrace.timeline.timeline import Timeline

__all__ = ["Recorder", "running"]

MAX_EVENTS = 1_000_000

_lock = held_over_forks(threading.RLock())
running: list[Recorder] = []
"""The recorders that listen now, in the order in which they started."""


class Recorder:
    """Listens to the hooks from `start` to `stop`, and is the source of one timeline.

    Args:
        targets: What to record.
        clock: Returns nanoseconds.
        max_events: How many events to keep. The first ones are the point of a recording, so when it
            is full it stops, and says so in the timeline's notes.
        echo: Whether to tell each event to standard error as it happens.
        fail_fast: Decides as events begin whether to stop the program (`layertrace.diagnosis.FailFast`).
        save: Where to write the recording as it happens.

    Raises:
        FormatError: If the file cannot be written.
    """

    def __init__(
        self,
        targets: Targets,
        *,
        clock: Callable[[], int] = time.perf_counter_ns,
        max_events: int = MAX_EVENTS,
        echo: bool = False,
        fail_fast: Any = None,
        save: str | os.PathLike[str] | None = None,
    ) -> None:
        self.fail_fast = fail_fast
        self.targets = targets
        self.timeline = Timeline.from_source(self)
        self.max_events = max_events
        self._clock = clock
        self._wants_echo = echo
        self.echo: Echo | None = None
        self.is_full = False
        self._records: list[tuple[Any, ...]] = []
        self._undos: list[Callable[[], None]] = []
        self._hooked_classes: dict[
            int, type
        ] = {}  # by identity: a metaclass may compare and hash as it likes
        self._hosts: set[str] = set()
        self._engine: Engine | None = None
        self._watch = ImportWatch(loading.WATCHED, self._cover_arrived)
        self._notes: list[str] = []
        self.observations = PendingObservations()
        self._failure: Failure | None = None
        self._surroundings: RecordingContext | None = None
        self._start_ns = 0
        self._started_ns: int | None = None
        self._reader = EventBuilder(0)
        self._read: tuple[tuple[int, int], tuple[Event, ...]] | None = None
        self._saver = (
            None
            if save is None
            else Saver(save, lambda: self._records, self._unfinished, self._may_be_chosen)
        )

    # Listening

    def start(self, *, wait: bool = False) -> None:
        """Hook what is not hooked yet, and listen.

        Args:
            wait: Whether, where no Keras is imported yet, to wait until the program imports one.
        """
        try:
            self._start(wait)
        except BaseException:
            if self._saver is not None:
                self._saver.discard()
            raise

    def _start(self, wait: bool) -> None:
        if not wait or loading.loaded():
            loading.load()
        with _lock:
            self._start_ns, self._started_ns = self._clock(), time.time_ns()
            note = read_setting(is_first=not running)
            self._notes += [] if note is None else [note]
            self.echo = Echo(self._start_ns) if self._wants_echo else None
            try:
                if self._saver is not None:
                    self._saver.start(self._start_ns, self._started_ns)
                for host in loading.loaded():
                    self.hook_framework(host)
            except BaseException:
                self._unhook()
                raise
            running.append(self)
            self._watch.start()
            _tell_hub()

    def hook_framework(self, host: str) -> None:
        """Hook a Keras: all classes that this recorder is about, and the layers that exist."""
        self._hosts.add(host)
        engine = self._started_engine()
        for point in shared_points(host, cover_new):
            self._hook(point)
        for cls in subclasses(loading.layer_base(host)):
            self.hook_class(cls)
        if host == "keras" and (undo := engine.observe_existing_layers()) is not None:
            self._undos.append(undo)

    def _started_engine(self) -> Engine:
        if self._engine is None:
            self._engine = choice.enter()
        return self._engine

    def _cover_arrived(self, host: str) -> None:
        """Hook each Keras that was imported just now; one may have come in the middle of another import."""
        try:
            with _lock:
                arrived = [one for one in loading.loaded() if one not in self._hosts]
                if self in running and arrived:
                    loading.load()
                    for one in arrived:
                        self.hook_framework(one)
                    _tell_hub()
        except Exception:  # promise 1: an import of the traced program never fails for our sake
            report_internal_error(f"hook {host}")

    def narrow(self, targets: Targets) -> None:
        """Keep what these targets are about only, of what was recorded so far, too."""
        with _lock:
            self.targets = targets
            self._read = None
            if self in running:
                self.hook_new_targets()
                _tell_hub()

    def forget(self) -> None:
        """Drop what was recorded so far, and go on."""
        with _lock:
            self._records.clear()
            self.observations.clear()
            self._start_ns = self._clock()
            self._read = None

    def hook_new_targets(self) -> None:
        """Hook what the targets have come to include since the start."""
        with _lock:
            for host in loading.loaded():
                self.hook_framework(host)

    def hook_class(self, cls: type) -> None:
        """Hook one class, if this recorder is about its layers."""
        if id(cls) in self._hooked_classes or not self.targets.covers(cls):
            return
        for owner in safe.mro(cls):  # inherited methods included
            if id(owner) not in self._hooked_classes:
                self._hooked_classes[id(owner)] = owner
                for point in self._points(owner):
                    self._hook(point)

    def _points(self, owner: type) -> Iterable[HookPoint]:
        try:
            return class_points(owner)
        except Exception:  # promise 1: a class that we do not understand works as ever, unseen
            report_internal_error(f"hook a class named {safe.name_of(owner)}")
            return ()

    def _hook(self, point: HookPoint) -> None:
        try:
            undo = self._started_engine().observe(point)
        except Exception:  # promise 1: a class that we do not understand works as ever, unseen
            report_internal_error(f"hook {point.label}")
            return
        if undo is not None:
            self._undos.append(undo)

    def _unhook(self) -> None:
        for undo in self._undos:
            undo()
        self._undos.clear()
        self._hooked_classes.clear()
        self._hosts.clear()
        if self._engine is not None:
            self._engine = None
            choice.leave()

    def stop(self, error: BaseException | None = None) -> None:
        """Stop listening and put everything back. Stopping twice is as good as once.

        Args:
            error: The exception that ended the recording.
        """
        with _lock:
            if self not in running:
                return
            self._failed(error)
            running.remove(self)
            self._watch.stop()
            _tell_hub()
            self._records += self._unfinished()
            self._notes += self._problems()
            self._unhook()
            events = self._settle()
        if self._saver is not None:  # it may take seconds, and others may read, record and fork meanwhile
            as_written = events is None or (self.targets.everything and not self.is_full)
            settled = None if as_written else self.timeline
            self._saver.stop(self._surroundings or RecordingContext(), self._notes, settled)
        with _lock:
            self._records, self._saver, self._reader = [], None, EventBuilder(0)
            self._read = ((0, 0), events or ())

    def _problems(self) -> list[str]:
        return [] if self._engine is None else self._engine.problems()

    def detach_after_fork(self) -> None:
        """Put everything back and keep nothing: in a fork the recording is that of the parent."""
        with _lock:
            running.remove(self)
            self._watch.stop()
            _tell_hub()
            self._unhook()
            self._records, self._saver, self._read = [], None, ((0, 0), ())

    def _failed(self, error: BaseException | None) -> None:
        try:
            self._failure = None if error is None else failure_of(error, threads.state.name)
        except Exception:  # promise 1: this runs at the end of the program's `with` block
            report_internal_error("record the exception that ended a recording")

    def _settle(self) -> tuple[Event, ...] | None:
        """Make events of all that was recorded; None if that fails."""
        events = None
        try:
            events = self._events()
            self._surroundings = self._look_around(self._records)
        except Exception:  # promise 1: this runs at the end of the program's `with` block
            events = None
            report_internal_error("read what was recorded")
            self.note("the recording cannot be read, see the warning")
        self._read = ((len(self._records), 0), events or ())
        return events

    # Records

    @property
    def sink(self) -> Callable[[tuple[Any, ...]], object]:
        """What takes a record, as fast as can be: the hub calls it in the path of the program."""
        simple = self.targets.everything and self.echo is None
        return self._records.append if simple else self._take

    def _take(self, record: tuple[Any, ...]) -> None:
        if self.targets.may_keep(record[0]):
            self._records.append(record)
            if self.echo is not None:
                self.echo.ended(record)

    def begun(self, span: tuple[Any, ...]) -> None:
        """Tell an event as it begins, and stop the program if it is a mistake.

        Raises:
            CulpritError: If `fail_fast` says so.
        """
        if self.echo is not None and self.targets.may_keep(span):
            self.echo.begun(span)
        around = parent_of(span)
        if self.fail_fast is not None and self.fail_fast.may_trigger(
            span[METHOD].kind, None if around is None else around[METHOD].kind
        ):
            begins = (span, None, None, None, None)
            events = self._events([*self._unfinished(), begins])
            self.fail_fast.check(Timeline(events, (), self._look_around([*self._records, begins])))

    def check_size(self) -> None:
        """Listen no more when full."""
        if self.is_full or len(self._records) < self.max_events:
            return
        if not _lock.acquire(blocking=False):  # this may be any thread at any point: never wait here
            return
        try:
            self.is_full = True
            _tell_hub()
            self.note(
                f"recording stopped at {len(self._records):,} events; trace fewer layers, or give trace() "
                "a larger max_events"
            )
        finally:
            _lock.release()

    def _unfinished(self) -> list[tuple[Any, ...]]:
        return [(span, None, None, None, None) for span in hub.open_spans()]

    def _may_be_chosen(self, record: tuple[Any, ...]) -> bool:
        return self.targets.may_choose(record)  # which may be other targets by then

    @property
    def records(self) -> list[tuple[Any, ...]]:
        """What has ended so far; it grows."""
        return self._records

    # EventSource

    def events(self) -> Sequence[Event]:
        """Return all events so far."""
        with _lock:
            open_now = [] if self not in running else self._unfinished()
            version = len(self._records), 0 if self not in running else hub.counted_runs()
            if self._read is None or self._read[0] != version or open_now:
                self._read = ((-1, 0) if open_now else version, self._events(open_now))
            return self._read[1]

    def notes(self) -> Sequence[str]:
        """Return what is to be said about this recording."""
        return tuple(self._notes)

    def note(self, sentence: str) -> None:
        """Add a sentence about this recording."""
        self._notes.append(sentence)

    def surroundings(self) -> RecordingContext:
        """Return what is known beside the events, as it is now, or was when the recording ended."""
        with _lock:
            if self._surroundings is not None:
                return self._surroundings
            self.events()
            return self._look_around([*self._records, *self._unfinished()])

    def _look_around(self, records: Sequence[tuple[Any, ...]]) -> RecordingContext:
        mine = [r[0] for r in records if r[0][START] >= self._start_ns]
        layers = {span[LAYER].number: span[LAYER] for span in mine if span[LAYER] is not None}
        reader = self._reader
        return RecordingContext(
            states=states_of(layers.values()),
            observations=reader.observations(self.observations.counted()),
            failure=self._failure,
            versions=loading.versions(),
            started_ns=self._started_ns,
        )

    def _events(self, unfinished: Sequence[tuple[Any, ...]] = ()) -> tuple[Event, ...]:
        records = tuple(self._records)
        ended = {id(r[0]) for r in records} if unfinished else set()  # since it was found to be unfinished
        records += tuple(r for r in unfinished if id(r[0]) not in ended)
        mine = [r for r in records if r[0][START] >= self._start_ns]
        assign_owners(mine)
        self._reader = EventBuilder(self._start_ns)
        return self._reader.read(self.targets.chosen(mine))


def cover_new(cls: type) -> None:
    """Hook a class whose first layer is about to be made, for all who listen."""
    for recorder in tuple(running):
        if id(cls) in recorder._hooked_classes:
            continue
        try:
            with _lock:
                if recorder in running:  # another thread may have stopped it just now
                    recorder.hook_class(cls)
        except Exception:  # promise 1: making a layer never fails for our sake
            report_internal_error(f"hook a class named {safe.name_of(cls)}")


def _tell_beginnings(watchers: tuple[Callable[[tuple[Any, ...]], None], ...]) -> None:
    if not watchers:
        hub.begun = None
        hub.shape_tuple, hub.dtype_number = loading.tensor_methods()
        hub.tensor_type = loading.tensor_type()
        return

    def begun(span: tuple[Any, ...]) -> None:
        for watch in watchers:
            watch(span)

    hub.begun = begun
    hub.tensor_type = None  # the short way of hooks tells no beginnings


def _tell_hub() -> None:
    """Let the hub know who listens: one list's `append` where it is just one."""
    listening = tuple(recorder for recorder in running if not recorder.is_full)
    _tell_beginnings(tuple(r.begun for r in listening if r.echo is not None or r.fail_fast is not None))
    hub.replica = loading.replica
    hub.observers = tuple(recorder.observations.add for recorder in listening)
    hub.records, hub.most, hub.fill = [], 1, int
    if len(listening) == 1:
        recorder = listening[0]
        hub.records, hub.most, hub.fill = recorder.records, recorder.max_events, recorder.check_size
    sinks = tuple((recorder.sink, recorder.check_size) for recorder in listening)
    if len(sinks) <= 1:
        hub.emit = sinks[0][0] if sinks else None
        return

    def emit(record: tuple[Any, ...]) -> None:
        for sink, check_size in sinks:
            sink(record)
            check_size()

    hub.emit = emit
