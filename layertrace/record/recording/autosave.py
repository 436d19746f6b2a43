"""Write a recording to a file as it happens, so that a program that is killed loses no more than a second."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from layertrace.errors import FormatError
from layertrace.record.process.descriptors import Reserved
from layertrace.record.process.guard import report_internal_error, warn_once
from layertrace.record.recording.materialize import EventBuilder, assign_owners, begin_and_end
from layertrace.record.spans import DETAIL, METHOD, START, parent_of
from layertrace.timeline.context import RecordingContext
from layertrace.timeline.storage import Writer, compress, save, suffix_of
from layertrace.timeline.timeline import Timeline

__all__ = ["Saver"]

SECONDS = 0.4
"""Between two looks at what has happened since; a look at a busy second takes less than another half."""

_AT_FIRST = 0.02
"""As long as nothing has happened: workers of a `multiprocessing.Pool` may be killed after the first task."""

_in_use: set[tuple[int, int]] = set()
"""The files that recordings of this process are being saved to (`Reserved.identity`)."""

Span = tuple[Any, ...]
Ended = tuple[Any, ...]


class Saver:
    """Writes what has happened every now and then, in a thread of its own.

    What is still running is written as begun, and again when it has ended.

    Args:
        path: The file; what it holds is lost.
        ended: Returns the records so far; it grows.
        running: Returns the records of what has begun and not ended.
        keeps: Tells whether a record is wanted.

    Raises:
        FormatError: If the file ends in no known suffix, or cannot be written.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        ended: Callable[[], Sequence[Ended]],
        running: Callable[[], Iterable[Ended]],
        keeps: Callable[[Ended], bool],
    ) -> None:
        self._path = Path(path)
        suffix_of(self._path)
        with _telling(self._path):
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
        self._begun: dict[int, Span] = {}  # told as begun; the spans keep their ids from being used again
        self._told: list[tuple[Ended, object]] = []  # runs that are counted on, variables that get a path
        self._is_broken = False
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._work, name="layertrace saves", daemon=True)

    def start(self, start_ns: int, started_ns: int) -> None:
        """Write from now on.

        Args:
            start_ns: The clock when the recording began.
            started_ns: The same in nanoseconds since 1970.

        Raises:
            FormatError: If the file cannot be written.
        """
        self._start_ns = start_ns
        self._writer.head(started_ns=started_ns, process=self._process)
        self._reader = EventBuilder(start_ns)
        with _telling(self._path):
            self._file.empty()
            self._flush()
        _in_use.add(self._file.identity)
        self._thread.start()

    def discard(self) -> None:
        """Write nothing more: the recording could not begin. A file that was not there is not there again."""
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._is_new and self._file.is_at(self._path):
            with suppress(OSError):  # what is on its way out tells why the recording could not begin
                self._path.unlink()
        _in_use.discard(self._file.identity)
        self._file.close()

    def stop(
        self, surroundings: RecordingContext, notes: Sequence[str], settled: Timeline | None = None
    ) -> None:
        """Write the rest, and what is known beside the events; compress the file where that pays.

        Args:
            surroundings: What is known beside the events.
            notes: What is to be said about the recording.
            settled: What was recorded, where it need not be what was written: whether a layer was meant shows
                when it has got its name, and a full recording ends with what is running.
        """
        if os.getpid() != self._process:  # a fork: the file is its parent's
            return
        self._done.set()
        self._thread.join()
        with self._stepping_aside():
            if not self._is_broken:
                self._look()
                self._writer.beside(surroundings, notes)
                self._writer.close()
                self._flush()
        is_there = self._file.is_at(self._path)
        _in_use.discard(self._file.identity)
        self._file.close()
        if not self._is_broken:
            self._complete(settled if is_there else None)

    def _complete(self, settled: Timeline | None) -> None:
        try:
            if settled is None:
                compress(self._path)
            else:
                save(settled, self._path)
        except (FormatError, OSError) as error:  # the program has taken the file away, for one
            warn_once(f"layertrace leaves the recording as it was written: {error}", key=str(self._path))
        except Exception:  # promise 1: this runs at the end of the program's `with` block
            report_internal_error(f"complete the recording in {self._path}")

    def _work(self) -> None:
        while not (self._done.wait(SECONDS if self._taken or self._begun else _AT_FIRST) or self._is_broken):
            with self._stepping_aside():
                self._look()
                self._flush()

    @contextmanager
    def _stepping_aside(self) -> Iterator[None]:
        """Go on without the file if it cannot be written any further: promise 1."""
        try:
            yield
        except OSError as error:
            self._is_broken = True
            warn_once(
                f"layertrace cannot write {self._path} any further: {error.strerror or error}. What it holds "
                "can be read; the program goes on.",
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

    def _look(self) -> None:
        """Write what has ended, what is running and not told yet, and runs that were counted on."""
        running = [record for record in self._running() if record[0][START] >= self._start_ns]
        taken = self._ended()[self._taken :]  # the list grows meanwhile
        self._taken += len(taken)
        new = [record for record in taken if self._is_mine(record)]
        ended = {id(record[0]) for record in new}
        begun = [one for one in running if id(one[0]) not in ended and id(one[0]) not in self._begun]
        fresh = [*new, *(one for one in begun if self._is_mine(one))]
        fresh += self._around(fresh)
        assign_owners(fresh)
        self._reader.forget_layers()  # which get their names and paths while they are made
        for record in sorted(fresh, key=begin_and_end):
            self._write(record, is_running=record[1] is None)
        self._tell_more()

    def _around(self, fresh: Sequence[Ended]) -> list[Ended]:
        """Return what is around new records and was in neither list, since it began between the two."""
        known = {id(record[0]) for record in fresh}
        found: list[Ended] = []
        for record in fresh:
            around = parent_of(record[0])
            while around is not None and id(around) not in known and not self._reader.knows(around):
                known.add(id(around))
                begun = (around, None, None, None, None)
                if self._is_mine(begun):
                    found.append(begun)
                around = parent_of(around)
        return found

    def _is_mine(self, record: Ended) -> bool:
        return bool(record[0][START] >= self._start_ns) and self._keeps(record)

    def _write(self, record: Ended, *, is_running: bool) -> None:
        span = record[0]
        if self._begun.pop(id(span), None) is not None:
            self._writer.ended(self._reader.again(record))
            return
        event = self._reader.next(record, next(self._numbers))
        self._writer.event(event)
        if is_running:
            self._begun[id(span)] = span
        elif event.kind in _GROWING:
            self._told.append((record, _GROWING[event.kind](record)))

    def _tell_more(self) -> None:
        """Write anew what has changed in events that were written before."""
        for number, (record, told) in enumerate(self._told):
            now = _GROWING[record[0][METHOD].kind](record)
            if now != told:
                self._writer.ended(self._reader.again(record))
                self._told[number] = (record, now)


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FormatError(f"{path} cannot be written: {error.strerror or error}") from error


_GROWING: dict[str, Callable[[Ended], object]] = {
    "run": lambda record: record[0][DETAIL].times,
    "variable": lambda record: record[0][DETAIL].spec,
}
"""What may still change of an event, by its kind: how often a function ran, what a variable is named."""
