"""Write a recording to a file as it happens: a program that is killed loses less than a second of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import cast

from layertrace.errors import FormatError
from layertrace.record.hooks.runs import RunNote
from layertrace.record.hooks.traces import TraceNote
from layertrace.record.hooks.variables import VariableNote
from layertrace.record.process.descriptors import Reserved
from layertrace.record.process.guard import guarded, report_internal_error, warn_once
from layertrace.record.recording.materialize import EventBuilder, assign_owners, begin_and_end
from layertrace.record.spans import DETAIL, END, METHOD, SPAN, START, Record, Span, parent_of, still_open
from layertrace.timeline.context import RecordingContext
from layertrace.timeline.storage import Writer, compress, save, suffix_of
from layertrace.timeline.timeline import Timeline

__all__ = ["Saver"]

SECONDS = 0.4
"""The time between two writes. To write a busy second takes less than half a second."""

_AT_FIRST = 0.02
"""The same until something happens: workers of a `multiprocessing.Pool` may be killed after one task."""

_GROWING = ("run", "trace", "variable")
"""Events that change later: runs are counted, JAX compiles what it has traced, variables get paths."""

_in_use: set[tuple[int, int]] = set()
"""The files that recordings of this process are being saved to (`Reserved.identity`)."""


class Saver:
    """Writes regularly what has happened since the last write, in its own thread.

    What is still running is written as begun, and again when it has ended.

    Args:
        path: The file; its content is lost.
        ended: Returns the records so far, in a list that grows.
        running: Returns the records of the open spans.
        keeps: Returns whether a record is wanted.

    Raises:
        FormatError: If the file ends in an unknown suffix, or cannot be written.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        ended: Callable[[], Sequence[Record]],
        running: Callable[[], Iterable[Record]],
        keeps: Callable[[Record], bool],
    ) -> None:
        self._path = Path(path)
        suffix_of(self._path)
        with _as_format_error(self._path):
            self._path = self._path.absolute()  # the program may change its folder
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._is_new = not self._path.exists()
            with self._path.open("ab") as file:  # it is emptied at the start, which may fail
                self._file = Reserved(file.fileno())
        if self._file.identity in _in_use and self._path.is_file():
            self._file.close()
            raise FormatError(f"{path} cannot be written: another recording is being saved there")
        self._ended, self._running, self._keeps = ended, running, keeps
        self._lines: list[bytes] = []
        self._writer = Writer(self._lines.append)
        self._process = os.getpid()
        self._taken = 0
        self._start_ns = 0
        self._numbers = count()
        self._begun: dict[int, Span] = {}  # written as begun; the spans are kept so that ids stay theirs
        self._growing: list[tuple[Record, object]] = []  # of the kinds in `_GROWING`
        self._is_broken = False
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._work, name="layertrace saves", daemon=True)

    def start(self, start_ns: int, started_ns: int) -> None:
        """Begin to write.

        Args:
            start_ns: The clock when the recording began.
            started_ns: The same moment in nanoseconds since 1970.

        Raises:
            FormatError: If the file cannot be written.
        """
        self._start_ns = start_ns
        self._writer.head(started_ns=started_ns, process=self._process)
        self._builder = EventBuilder(start_ns)
        with _as_format_error(self._path):
            self._file.empty()
            self._flush()
        _in_use.add(self._file.identity)
        self._thread.start()

    def discard(self) -> None:
        """Stop writing, since the recording could not begin, and delete the file if it is new."""
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._is_new and self._file.is_at(self._path):
            with suppress(OSError):  # the exception that is being raised explains it
                self._path.unlink()
        _in_use.discard(self._file.identity)
        self._file.close()

    def stop(self, context: RecordingContext, notes: Sequence[str], complete: Timeline | None = None) -> None:
        """Write the rest, and what is known besides the events; compress the file if that pays.

        Args:
            context: What is known besides the events.
            notes: Sentences about the recording.
            complete: What was recorded, if it may differ from what was written: whether a layer is a target
                may depend on its final name, and a full recording ends with what is running.
        """
        if os.getpid() != self._process:  # a fork: the file is its parent's
            return
        self._done.set()
        self._thread.join()
        with self._without_faults():
            if not self._is_broken:
                self._collect()
                self._writer.beside(context, notes)
                self._writer.close()
                self._flush()
        is_there = self._file.is_at(self._path)
        _in_use.discard(self._file.identity)
        self._file.close()
        if not self._is_broken:
            self._complete(complete if is_there else None)

    def _complete(self, complete: Timeline | None) -> None:
        with guarded(f"complete the recording in {self._path}"):
            try:
                if complete is None:
                    compress(self._path)
                else:
                    save(complete, self._path)
            except (FormatError, OSError) as error:  # for example, the program has deleted the file
                warn_once(
                    f"layertrace could not compress {self._path}: {error}. The timeline itself is complete.",
                    key=str(self._path),
                )

    def _work(self) -> None:
        while not (self._done.wait(SECONDS if self._taken or self._begun else _AT_FIRST) or self._is_broken):
            with self._without_faults():
                self._collect()
                self._flush()

    @contextmanager
    def _without_faults(self) -> Iterator[None]:
        """Stop writing if that fails; the program goes on (promise 1)."""
        try:
            yield
        except OSError as error:
            self._is_broken = True
            warn_once(
                f"layertrace stopped writing {self._path}: {error.strerror or error}. The part written so "
                "far can be opened. Your program is unaffected.",
                key=str(self._path),
            )
        except Exception:
            self._is_broken = True
            report_internal_error(f"save the recording to {self._path}")

    def _flush(self) -> None:
        text = b"".join(self._lines)
        self._lines.clear()
        self._file.write(text)
        self._file.sync()

    def _collect(self) -> None:
        """Write what has ended since, what is running and not written yet, and what has changed."""
        running = [record for record in self._running() if record[SPAN][START] >= self._start_ns]
        taken = self._ended()[self._taken :]  # the list grows meanwhile
        self._taken += len(taken)
        fresh = [record for record in taken if self._is_kept(record)]
        known = {id(record[SPAN]) for record in fresh} | self._begun.keys()
        fresh += [record for record in running if id(record[SPAN]) not in known and self._is_kept(record)]
        fresh += self._ancestors(fresh)
        assign_owners(fresh)
        self._builder.forget_layers()  # which get their names and paths while they are created
        for record in sorted(fresh, key=begin_and_end):
            self._write(record, is_running=record[END] is None)
        self._write_changes()

    def _ancestors(self, fresh: Sequence[Record]) -> list[Record]:
        """Return the open ancestors of new records that were in neither list, since they began in between."""
        known = {id(record[SPAN]) for record in fresh}
        ancestors: list[Record] = []
        for record in fresh:
            parent = parent_of(record[SPAN])
            while parent is not None and id(parent) not in known and not self._builder.knows(parent):
                known.add(id(parent))
                begun = still_open(parent)
                if self._is_kept(begun):
                    ancestors.append(begun)
                parent = parent_of(parent)
        return ancestors

    def _is_kept(self, record: Record) -> bool:
        return record[SPAN][START] >= self._start_ns and self._keeps(record)

    def _write(self, record: Record, *, is_running: bool) -> None:
        span = record[SPAN]
        if self._begun.pop(id(span), None) is not None:
            self._writer.ended(self._builder.again(record))
        else:
            self._writer.event(self._builder.next(record, next(self._numbers)))
        if is_running:
            self._begun[id(span)] = span
        elif span[METHOD].kind in _GROWING:
            self._growing.append((record, _state(record)))

    def _write_changes(self) -> None:
        """Write events again that have changed since."""
        for number, (record, written) in enumerate(self._growing):
            state = _state(record)
            if state != written:
                self._writer.ended(self._builder.again(record))
                self._growing[number] = (record, state)


def _state(record: Record) -> object:
    """Return what may still change of an event: how often a function ran, the time to compile, a name."""
    span = record[SPAN]
    if span[METHOD].kind == "run":
        return cast(RunNote, span[DETAIL]).times
    if span[METHOD].kind == "trace":
        return cast(TraceNote, span[DETAIL]).graph
    return cast(VariableNote, span[DETAIL]).spec


@contextmanager
def _as_format_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FormatError(f"{path} cannot be written: {error.strerror or error}") from error
