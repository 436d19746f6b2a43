"""Files that hold a recording: written in whole or not at all, read within bounds."""

from __future__ import annotations

import errno
import gzip
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from layertrace.errors import FormatError
from layertrace.timeline.event import Event
from layertrace.timeline.storage.reader import NO_RECORDING, Reader
from layertrace.timeline.storage.writer import Writer
from layertrace.timeline.timeline import Timeline

__all__ = [
    "SUFFIXES", "begins_a_recording", "check_writable", "compress", "load", "save", "suffix_of", "written",
]  # fmt: skip

SUFFIXES = (".layertrace", ".jsonl")
"""`.layertrace` is compressed where that pays, `.jsonl` never is. Both hold the same lines."""

PAYS = 64 * 1024
_LONGEST_LINE = 16 * 1024 * 1024
_MOST_EXPANDED, _ALWAYS_FINE = 100, 64 * 1024 * 1024  # a recording of a million events expands eleven times
_GZIP = b"\x1f\x8b"
_BEGINNING = b'{"layertrace":'
_LEVEL = 4


def save(timeline: Timeline, path: str | os.PathLike[str]) -> None:
    """Write a timeline to a file, which is there as a whole or not at all.

    Raises:
        FormatError: If the name ends in no known suffix, or the file cannot be written.
    """
    target = Path(path)
    suffix_of(target)
    events = timeline[:]
    surroundings = timeline.surroundings
    with written(target) as file:
        writer = Writer(file.write, surroundings.extras)
        writer.head(**{} if surroundings.started_ns is None else {"started_ns": surroundings.started_ns})
        for event in events.standing_alone():
            writer.event(event)
        writer.beside(surroundings, timeline.notes)
        writer.close()


def suffix_of(path: Path) -> str:
    """Return the suffix of a file that can hold a recording.

    Raises:
        FormatError: If it is none of `SUFFIXES`.
    """
    if path.suffix not in SUFFIXES:
        raise FormatError(f"{path} ends in none of {', '.join(SUFFIXES)}, so its format is not known")
    return path.suffix


def compress(path: Path) -> None:
    """Compress a file in its place, where that pays."""
    if path.suffix == SUFFIXES[0] and path.stat().st_size > PAYS:
        with written(path) as packed, path.open("rb") as file:
            shutil.copyfileobj(file, packed)


def check_writable(target: Path) -> None:
    """Make sure that a file can be written later, at the end of a long program; leave nothing behind.

    Raises:
        FormatError: If it cannot.
    """
    if target.is_dir():
        raise FormatError(f"{target} cannot be written: {os.strerror(errno.EISDIR)}")
    real = Path(os.path.realpath(target))
    folder = next(one for one in real.parents if one.exists())
    if not folder.is_dir():
        raise FormatError(f"{target} cannot be written: {folder} is not a folder")
    is_new = not real.exists() or real.is_file()  # a file is put in the place of another, in its folder
    if not (os.access(folder, os.W_OK | os.X_OK) if is_new else os.access(real, os.W_OK)):
        raise FormatError(f"{target} cannot be written: {os.strerror(errno.EACCES)}")


@contextmanager
def written(target: Path) -> Iterator[IO[bytes]]:
    """Give a file to write, and put it in place at the end, compressed where that pays.

    What is no regular file, such as `/dev/stdout` or a named pipe, is written to as it is; a symbolic link
    stays, and leads to the new file.

    Raises:
        FormatError: If it cannot be written; nothing is left behind then.
    """
    if target.exists() and not target.is_file() and not target.is_dir():
        with _written_through(target) as stream:
            yield stream
        return
    with _put_in_place(Path(os.path.realpath(target)), target) as file:
        yield file


@contextmanager
def _written_through(target: Path) -> Iterator[IO[bytes]]:
    try:
        with target.open("wb") as stream:
            yield stream
    except OSError as error:
        raise FormatError(f"{target} cannot be written: {error.strerror or error}") from error


@contextmanager
def _put_in_place(target: Path, told: Path) -> Iterator[IO[bytes]]:
    partial = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            if target.suffix == SUFFIXES[0] and file.tell() > PAYS:
                _compress(file)
        os.chmod(partial, target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        os.replace(partial, target)
        partial = ""
    except OSError as error:
        raise FormatError(f"{told} cannot be written: {error.strerror or error}") from error
    finally:
        if partial:
            os.unlink(partial)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _compress(file: IO[bytes]) -> None:
    """Replace what a file holds by the same, compressed."""
    file.seek(0)
    with tempfile.TemporaryFile(dir=Path(file.name).parent if isinstance(file.name, str) else None) as small:
        with gzip.GzipFile(fileobj=small, mode="wb", compresslevel=_LEVEL, mtime=0, filename="") as packed:
            shutil.copyfileobj(file, packed)
        small.seek(0)
        file.seek(0)
        file.truncate()
        shutil.copyfileobj(small, file)


def load(path: str | os.PathLike[str]) -> Timeline:
    """Read a timeline from a file; one that was cut off, as far as it goes.

    Raises:
        FormatError: If there is no such file, or it is not a recording that this version can read.
    """
    source = Path(path)
    reader = Reader()
    try:
        with source.open("rb") as file:
            _read(file, reader)
        events = reader.events()
        surroundings = reader.surroundings()
    except FormatError as error:
        raise FormatError(f"{source} cannot be read: {error}") from None
    except OSError as error:
        raise FormatError(f"{source} cannot be read: {error.strerror or error}") from error
    notes = reader.notes
    if not reader.is_closed:
        notes.append(_cut(events))
    return Timeline(events, notes, surroundings)


def begins_a_recording(path: Path) -> bool:
    """Tell a recording from other files by how it begins, whatever it is called."""
    try:
        with path.open("rb") as file:
            text = next(_texts(file), b"")
    except (OSError, FormatError):
        return False
    return text.startswith(_BEGINNING)


def _cut(events: tuple[Event, ...]) -> str:
    last = max((event.start_ns + (event.duration_ns or 0) for event in events), default=0)
    return (
        f"the recording was cut off {last / 1e9:.1f} s after it began: the program was killed, the disk was "
        "full, or it goes on"
    )


def _read(file: IO[bytes], reader: Reader) -> None:
    lines = _lines(file)
    first = next(lines, None)
    if first is None:
        raise FormatError("it is empty")
    reader.head(first)
    reader.read(lines)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file; a last one that is not whole is left out."""
    for number, line in enumerate(_texts(file), start=1):
        if line.endswith(b"\n"):
            yield line
        elif number == 1:
            began = line.startswith(_BEGINNING)
            raise FormatError("it was cut off within its first line" if began else NO_RECORDING)
        else:
            return  # the program was killed while it was written


def _texts(file: IO[bytes]) -> Iterator[bytes]:
    start = file.peek(2)[:2] if hasattr(file, "peek") else b""
    if start != _GZIP:
        yield from _bounded(file)
        return
    size = os.fstat(file.fileno()).st_size
    most = max(size * _MOST_EXPANDED, _ALWAYS_FINE)
    read = 0
    with gzip.GzipFile(fileobj=file, mode="rb") as packed:
        try:
            for line in _bounded(packed):
                read += len(line)
                if read > most:
                    raise FormatError(f"it expands to more than {_MOST_EXPANDED} times its size")
                yield line
        except EOFError:
            return  # cut off
        except (zlib.error, gzip.BadGzipFile) as error:
            raise FormatError(f"its compression is damaged: {error}") from None


def _bounded(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise FormatError(f"a line is longer than {_LONGEST_LINE // 2**20} MiB")
        yield line
