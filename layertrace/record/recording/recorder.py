"""Collect records for one timeline, from start to stop."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from itertools import chain
from typing import get_args

from layertrace.record.backends import loading
from layertrace.record.describe.exceptions import failure_of
from layertrace.record.describe.observations import PendingObservations
from layertrace.record.describe.traced_functions import note_end
from layertrace.record.hub import hub, threads
from layertrace.record.layers import LayerRecord
from layertrace.record.process import safe
from layertrace.record.process.forks import held_over_forks
from layertrace.record.process.guard import faults, guarded, report_internal_error
from layertrace.record.python_state.switch import read_setting
from layertrace.record.recording.autosave import Saver
from layertrace.record.recording.command_line import command_line
from layertrace.record.recording.echo import Echo, EventLine
from layertrace.record.recording.fail_fast import FailFast
from layertrace.record.recording.hooking import Hooking
from layertrace.record.recording.layer_states import states_of
from layertrace.record.recording.listening import connect
from layertrace.record.recording.marks import Marks, name_of_mark
from layertrace.record.recording.materialize import EventBuilder, assign_owners
from layertrace.record.recording.misspelled_attributes import with_slips
from layertrace.record.recording.records import Records
from layertrace.record.recording.targets import Targets
from layertrace.record.spans import (
    LAYER,
    METHOD,
    SPAN,
    START,
    Emit,
    Record,
    Span,
    parent_of,
    still_open,
)
from layertrace.timeline.context import Failure, ObservationKind, RecordingContext
from layertrace.timeline.event import Event
from layertrace.timeline.statements import read_statements
from layertrace.timeline.timeline import Timeline

__all__ = ["Recorder", "hook_new_class", "running"]

MAX_EVENTS = 1_000_000

_lock = held_over_forks(threading.RLock())
running: list[Recorder] = []
"""The recorders that listen now, in the order in which they started."""


class Recorder:
    """Listens to the hooks from `start` to `stop`, and is the source of one timeline.

    Args:
        targets: What to record.
        max_events: How many events to keep. The first events of a recording matter most, so a recorder that
            is full stops, and adds a note to the timeline.
        echo: Renders each event, to print it to standard error as it happens.
        fail_fast: Decides whether to stop the program.
        save: Where to write the recording as it happens.

    Raises:
        FormatError: If the file cannot be written.
    """

    def __init__(
        self,
        targets: Targets,
        *,
        max_events: int = MAX_EVENTS,
        echo: EventLine | None = None,
        fail_fast: FailFast | None = None,
        save: str | os.PathLike[str] | None = None,
    ) -> None:
        self.fail_fast = fail_fast
        self.targets = targets
        self.timeline = Timeline.from_source(self)
        self.max_events = max_events
        self.hooking = Hooking(lambda cls: self.targets.covers(cls), hook_new_class, self._hook_imported)
        self.observations = PendingObservations()
        self.echo: Echo | None = None
        self.is_full = False
        self._event_line = echo
        self._records = Records()
        self._marks = Marks()
        self._notes: list[str] = []
        self._failure: Failure | None = None
        self._context: RecordingContext | None = None
        self._faults_before = 0
        self._start_ns = 0
        self._started_ns: int | None = None
        self._builder = EventBuilder(0)
        self._read: tuple[tuple[int, int], tuple[Event, ...]] | None = None
        self._saver = (
            None if save is None else Saver(save, lambda: self._records, self._running, self._may_be_chosen)
        )

    # Listening

    def start(self, *, wait: bool = False) -> None:
        """Hook what is not hooked yet, and listen.

        Args:
            wait: Whether to wait until the program imports a Keras, if none is imported yet.
        """
        try:
            self._start(wait)
        except BaseException:
            if self._saver is not None:
                self._saver.discard()
            raise

    def _start(self, wait: bool) -> None:
        if not wait or loading.imported():
            loading.load()
        with _lock:
            self._faults_before = len(faults)
            self._start_ns, self._started_ns = time.perf_counter_ns(), time.time_ns()
            note = read_setting(is_first=not running)
            self._notes += [] if note is None else [note]
            self.echo = None if self._event_line is None else Echo(self._start_ns, self._event_line)
            try:
                if self._saver is not None:
                    self._saver.start(self._start_ns, self._started_ns)
                if not running:
                    hub.forget_open_spans()
                self.hooking.hook_loaded()
            except BaseException:
                self.hooking.undo()
                raise
            running.append(self)
            self.hooking.imports.start()
            _update_hub()

    def _hook_imported(self, framework: str) -> None:
        """Hook each Keras that was imported just now; one may import another."""
        with guarded(f"hook {framework}"), _lock:
            if self in running and self.hooking.hook_imported():
                _update_hub()

    def hook_new_targets(self) -> None:
        """Hook what the targets have come to include since the start."""
        with _lock:
            self.hooking.hook_loaded()

    def narrow(self, targets: Targets) -> None:
        """Keep only what these targets include, also of what was recorded so far."""
        with _lock:
            self.targets = targets
            self._read = None
            if self in running:
                self.hooking.hook_loaded()
                _update_hub()

    def forget(self) -> None:
        """Drop what was recorded so far, and go on."""
        with _lock:
            self._records.items.clear()
            self._marks.clear()
            self.observations.clear()
            self._start_ns = time.perf_counter_ns()
            self._read = None

    def stop(self, error: BaseException | None = None) -> None:
        """Stop listening and restore everything. Stopping twice has no further effect.

        Args:
            error: The exception that ended the recording.
        """
        with _lock:
            if self not in running:
                return
            if error is not None:
                with guarded("record the exception that ended a recording"):
                    self._failure = failure_of(error, threads.state.name)
            note_end(self.observations)
            running.remove(self)
            self.hooking.imports.stop()
            _update_hub()
            self._records.items += chain.from_iterable(self._running())
            self._notes += [*self.hooking.problems(), *_noted(faults[self._faults_before :])]
            with guarded("compare the names of layers with those to record"):
                self._notes += self.targets.without_match(_layers_of(self._records).values())
            self.hooking.undo()
            events = self._final_events()
        if self._saver is not None:  # it may take seconds, while other threads read, record and fork
            as_written = events is None or (self.targets.everything and not self.is_full)
            complete = None if as_written else self.timeline
            self._saver.stop(self._context or RecordingContext(), self._notes, complete)
        with _lock:
            self._records, self._saver, self._builder = Records(), None, EventBuilder(0)
            self._read = ((0, 0), events or ())

    def detach_after_fork(self) -> None:
        """Restore everything and keep nothing: after a fork the recording belongs to the parent process."""
        with _lock:
            running.remove(self)
            self.hooking.imports.stop()
            _update_hub()
            self.hooking.undo()
            self._records, self._saver, self._read = Records(), None, ((0, 0), ())

    def _final_events(self) -> tuple[Event, ...] | None:
        """Return the events of everything that was recorded; None if that fails."""
        events = None
        try:
            events = self._events()
            self._context = _with_source(self._context_of(self._records), events)
        except Exception:  # promise 1: this runs at the end of the program's `with` block
            events = None
            report_internal_error("read what was recorded")
            self.note("the recording cannot be read, see the warning")
        self._read = ((len(self._records), 0), events or ())
        return events

    # Records

    @property
    def sink(self) -> Emit:
        """Takes a record; the hub calls it while the program runs, so it is as fast as possible."""
        simple = self.targets.everything and self.echo is None
        return self._records.items.extend if simple else self._take

    def _take(self, record: Record) -> None:
        if self.targets.may_keep(record[SPAN]):
            self._records.items.extend(record)
            if self.echo is not None:
                self.echo.ended(record)

    @property
    def watches_beginnings(self) -> bool:
        """Whether `begun` wants every span as it begins."""
        return self.echo is not None or self.fail_fast is not None

    def begun(self, span: Span) -> None:
        """Print an event as it begins, and stop the program if it is a mistake.

        Raises:
            CulpritError: If `fail_fast` decides so.
        """
        if self.echo is not None and self.targets.may_keep(span):
            self.echo.begun(span)
        parent = parent_of(span)
        if self.fail_fast is not None and self.fail_fast.may_trigger(
            span[METHOD].kind, None if parent is None else parent[METHOD].kind
        ):
            begun = still_open(span)
            events = self._events([*self._running(), begun])
            context = self._context_of([*self._records, begun], reads_weights=False)
            self.fail_fast.check(Timeline(events, (), context))

    def check_size(self) -> None:
        """Stop listening when full."""
        if self.is_full or len(self._records) < self.max_events:
            return
        if not _lock.acquire(blocking=False):  # this may be any thread at any moment: never wait here
            return
        try:
            self.is_full = True
            _update_hub()
            self.note(
                f"recording stopped at {len(self._records):,} events; trace fewer layers, or give trace() "
                "a larger max_events"
            )
        finally:
            _lock.release()

    def _running(self) -> list[Record]:
        return [still_open(span) for span in hub.open_spans()]

    def _may_be_chosen(self, record: Record) -> bool:
        return self.targets.may_choose(record)  # the targets may have changed since the start

    @property
    def records(self) -> Records:
        """The records of what has ended so far; they grow."""
        return self._records

    # EventSource

    def events(self) -> Sequence[Event]:
        """Return all events so far."""
        with _lock:
            is_running = self in running
            still_running = self._running() if is_running else []
            version = len(self._records), hub.counted_runs() if is_running else 0
            if self._read is None or self._read[0] != version or still_running:
                self._read = ((-1, 0) if still_running else version, self._events(still_running))
            return self._read[1]

    def notes(self) -> Sequence[str]:
        """Return sentences about this recording."""
        return tuple(self._notes)

    def note(self, sentence: str) -> None:
        """Add a sentence about this recording."""
        self._notes.append(sentence)

    def mark(self, name: str) -> AbstractContextManager[None]:
        """Name what the program does now; if the recording has ended, leave that out, with a note.

        Raises:
            QueryError: If the name is not a text.
        """
        text = name_of_mark(name)
        if self in running:
            return self._marks.add(text)
        if self._started_ns is not None:
            self._notes += self._marks.left_out(text)
        return nullcontext()

    def surroundings(self) -> RecordingContext:
        """Return what is known besides the events, now or when the recording ended."""
        with _lock:
            if self._context is not None:
                return self._context
            events = self.events()
            return _with_source(self._context_of([*self._records, *self._running()]), events)

    def _context_of(self, records: Sequence[Record], *, reads_weights: bool = True) -> RecordingContext:
        is_trained = reads_weights and self.observations.has("update")
        layers = _layers_of(record for record in records if record[SPAN][START] >= self._start_ns)
        return RecordingContext(
            states=states_of(layers.values(), is_trained=is_trained),
            observations=self._builder.observations(self.observations.counted()),
            failure=self._failure,
            versions=loading.versions(),
            watched=get_args(ObservationKind),
            started_ns=self._started_ns,
            command=command_line(),
            marks=self._marks.read(self._start_ns),
        )

    def _events(self, still_running: Sequence[Record] = ()) -> tuple[Event, ...]:
        records = tuple(self._records)
        ended = {id(record[SPAN]) for record in records} if still_running else set()  # some have ended since
        records += tuple(record for record in still_running if id(record[SPAN]) not in ended)
        own = [record for record in records if record[SPAN][START] >= self._start_ns]
        assign_owners(own)
        self._builder = EventBuilder(self._start_ns)
        return self._builder.read(self.targets.chosen(own))


def _layers_of(records: Iterable[Record]) -> dict[int, LayerRecord]:
    return {layer.number: layer for record in records if (layer := record[SPAN][LAYER]) is not None}


def _with_source(context: RecordingContext, events: Iterable[Event]) -> RecordingContext:
    """Return the context with what the program's source states, as it is while the program still runs."""
    events = tuple(events)
    context = with_slips(context, events)
    failure = context.failure
    errors = (event.error for event in events if event.error is not None)
    return replace(
        context,
        statements=read_statements(
            chain(
                (event.location for event in events if event.parent is None),
                () if failure is None else (*failure.lines, failure.error.location),
                (error.location for error in errors),
                (event.location for event in events),
                (event.defined_at for event in events if event.kind == "trace" and event.cause is not None),
                (observation.location for observation in context.observations),
                (method for state in context.states.values() for method in state.methods.values()),
            )
        ),
    )


def _noted(doings: Iterable[str]) -> list[str]:
    """Return a note for each kind of fault: what layertrace could not do, and how often."""
    return [
        f"layertrace could not {doing}{f' ({times} times)' if times > 1 else ''}, so events may be missing"
        for doing, times in Counter(doings).items()
    ]


def hook_new_class(cls: type) -> None:
    """Hook a class whose first layer is about to be created, for all recorders."""
    for recorder in tuple(running):
        if recorder.hooking.has_hooked(cls):
            continue
        with guarded(f"hook a class named {safe.name_of(cls)}"), _lock:
            if recorder in running:  # another thread may have stopped it just now
                recorder.hooking.hook_class(cls)


def _update_hub() -> None:
    connect([recorder for recorder in running if not recorder.is_full])
