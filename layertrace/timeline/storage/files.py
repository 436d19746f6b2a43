"""Save recordings to files, which appear complete or not at all, and load them within limits."""

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
from layertrace.timeline.collecting import collecting_paused
from layertrace.timeline.event import Event
from layertrace.timeline.storage.reader import NO_RECORDING, Reader
from layertrace.timeline.storage.writer import Writer
from layertrace.timeline.timeline import Timeline

__all__ = [
    "SUFFIXES", "begins_a_recording", "check_writable", "compress", "load", "save", "suffix_of", "written",
]  # fmt: skip

SUFFIXES = (".layertrace", ".jsonl")
"""`.layertrace` is compressed if it is large, `.jsonl` never is. Both hold the same lines."""

PAYS = 64 * 1024
_LONGEST_LINE = 16 * 1024 * 1024
_BLOCK = 1024 * 1024
_MOST_EXPANDED, _ALWAYS_FINE = 100, 64 * 1024 * 1024  # a recording of a million events expands eleven times
_GZIP = b"\x1f\x8b"
_HEADER_PREFIX = b'{"layertrace":'
_LEVEL = 4


def save(timeline: Timeline, path: str | os.PathLike[str]) -> None:
    """Write a timeline to a file, which appears complete or not at all.

    Raises:
        FormatError: If the name has another suffix than `SUFFIXES`, or the file cannot be written.
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
        FormatError: If it is not one of `SUFFIXES`.
    """
    if path.suffix not in SUFFIXES:
        raise FormatError(f"{path} ends in none of {', '.join(SUFFIXES)}, so its format is not known")
    return path.suffix


def compress(path: Path) -> None:
    """Compress a file in place if its suffix allows it and it is large enough."""
    if path.suffix == SUFFIXES[0] and path.stat().st_size > PAYS:
        with written(path) as packed, path.open("rb") as file:
            shutil.copyfileobj(file, packed)


def check_writable(target: Path) -> None:
    """Raise now if a file could not be written later, at the end of a long program.

    No file is created.

    Raises:
        FormatError: If the file could not be written.
    """
    if target.is_dir():
        raise FormatError(f"{target} cannot be written: {os.strerror(errno.EISDIR)}")
    real = Path(os.path.realpath(target))
    folder = next(parent for parent in real.parents if parent.exists())
    if not folder.is_dir():
        raise FormatError(f"{target} cannot be written: {folder} is not a folder")
    is_new = not real.exists() or real.is_file()  # a new file replaces it in its folder
    if not (os.access(folder, os.W_OK | os.X_OK) if is_new else os.access(real, os.W_OK)):
        raise FormatError(f"{target} cannot be written: {os.strerror(errno.EACCES)}")


@contextmanager
def written(target: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file, and move it to `target` at the end, compressed if that saves space.

    A target that is not a regular file, such as `/dev/stdout` or a named pipe, is written to directly. A
    symbolic link is kept and points to the new file.

    Raises:
        FormatError: If it cannot be written; no temporary file is left.
    """
    if target.exists() and not target.is_file() and not target.is_dir():
        with _written_through(target) as stream:
            yield stream
        return
    with _replaced(Path(os.path.realpath(target)), target) as file:
        yield file


@contextmanager
def _written_through(target: Path) -> Iterator[IO[bytes]]:
    try:
        with target.open("wb") as stream:
            yield stream
    except OSError as error:
        raise FormatError(f"{target} cannot be written: {error.strerror or error}") from error


@contextmanager
def _replaced(target: Path, shown: Path) -> Iterator[IO[bytes]]:
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
        raise FormatError(f"{shown} cannot be written: {error.strerror or error}") from error
    finally:
        if partial:
            os.unlink(partial)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _compress(file: IO[bytes]) -> None:
    """Replace the content of a file with its compressed form."""
    file.seek(0)
    with tempfile.TemporaryFile(dir=Path(file.name).parent if isinstance(file.name, str) else None) as small:
        with gzip.GzipFile(fileobj=small, mode="wb", compresslevel=_LEVEL, mtime=0, filename="") as packed:
            shutil.copyfileobj(file, packed)
        small.seek(0)
        file.seek(0)
        file.truncate()
        shutil.copyfileobj(small, file)


def load(path: str | os.PathLike[str]) -> Timeline:
    """Load a timeline from a file; if it is truncated, load its complete lines and add a note.

    Raises:
        FormatError: If the file does not exist, or is not a recording that this version can read.
    """
    source = Path(path)
    reader = Reader()
    try:
        with collecting_paused(), source.open("rb") as file:
            _read_into(reader, file)
            events = reader.events()
        surroundings = reader.surroundings()
    except FormatError as error:
        raise FormatError(f"{source} cannot be read: {error}") from None
    except OSError as error:
        raise FormatError(f"{source} cannot be read: {error.strerror or error}") from error
    notes = reader.notes
    if not reader.is_closed:
        notes.append(_truncation_note(events))
    return Timeline(events, notes, surroundings)


def begins_a_recording(path: Path) -> bool:
    """Return whether the content of a file begins as a recording does, whatever its name."""
    try:
        with path.open("rb") as file:
            text = next(_blocks(file), b"")
    except (OSError, FormatError):
        return False
    return text.startswith(_HEADER_PREFIX)


def _truncation_note(events: tuple[Event, ...]) -> str:
    last = max((event.start_ns + (event.duration_ns or 0) for event in events), default=0)
    return (
        f"the recording is truncated at {last / 1e9:.1f} s: the program was killed, the disk filled up, or "
        "it is still being written"
    )


def _read_into(reader: Reader, file: IO[bytes]) -> None:
    lines = _lines(file)
    first = next(lines, None)
    if first is None:
        raise FormatError("it is empty")
    reader.head(first)
    reader.read(lines)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file, each with its line end, without an incomplete last one."""
    rest, is_first = b"", True
    for block in _blocks(file):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield line + b"\n"
        is_first = is_first and not lines
        if len(rest) >= _LONGEST_LINE:
            raise FormatError(f"a line is longer than {_LONGEST_LINE // 2**20} MiB")
    if is_first and rest:
        is_header = rest.startswith(_HEADER_PREFIX)
        raise FormatError("it is truncated in its first line" if is_header else NO_RECORDING)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the content of a file in parts, decompressed if it is compressed."""
    start = file.peek(2)[:2] if hasattr(file, "peek") else b""
    if start != _GZIP:
        yield from iter(lambda: file.read(_BLOCK), b"")
        return
    size = os.fstat(file.fileno()).st_size
    most = max(size * _MOST_EXPANDED, _ALWAYS_FINE)
    read = 0
    with gzip.GzipFile(fileobj=file, mode="rb") as packed:
        try:
            while block := packed.read1(_BLOCK):  # which, unlike `read`, returns all before the damage
                yield block
                read += len(block)
                if read > most:
                    raise FormatError(f"it expands to more than {_MOST_EXPANDED} times its size")
        except EOFError:
            return  # truncated
        except (zlib.error, gzip.BadGzipFile) as error:
            raise FormatError(f"its compression is damaged: {error}") from None
