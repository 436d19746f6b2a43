"""Record the Python processes that a program starts, each in a file next to that of the program.

A new Python first runs the `sitecustomize` that it finds in `PYTHONPATH`; ours is in the folder `startup`
next to this file. A fork starts its file at once.
"""

from __future__ import annotations

import atexit
import glob
import multiprocessing.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layertrace.record.api import Tracer
from layertrace.record.backends.loading import loaded
from layertrace.record.frameworks.import_hook import ImportWatch
from layertrace.record.process.forks import in_child
from layertrace.record.process.guard import report_internal_error
from layertrace.record.recording.recorder import Recorder, running
from layertrace.timeline import Timeline
from layertrace.timeline.ownership import KERAS

__all__ = ["FILE", "begin", "files_since", "recorded"]

FILE = "LAYERTRACE_CHILDREN"
"""The environment variable with the file of the program, next to which subprocesses write theirs."""

_STARTUP = str(Path(__file__).parent / "startup")


@contextmanager
def recorded(save: Path, timeline: Timeline) -> Iterator[None]:
    """Record the processes that are started in the block.

    Args:
        save: The file of this process.
        timeline: The timeline of this process, which a fork does not continue.
    """
    _ours.append(timeline)
    before = {name: os.environ.get(name) for name in (FILE, "PYTHONPATH")}
    os.environ[FILE] = str(save.resolve())
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (_STARTUP, before["PYTHONPATH"])))
    _watch_forks()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def files_since(save: Path, folder: Path, seconds: float) -> list[Path]:
    """Return the files of subprocesses that were written since a time.

    Args:
        save: The file of the program.
        folder: The folder to name in the returned paths.
        seconds: The time, in seconds since 1970.
    """
    similar = save.parent.glob(f"{glob.escape(save.stem)}.*{save.suffix}")
    files = (path for path in similar if path.name[len(save.stem) + 1 : -len(save.suffix)].isdecimal())
    return sorted(folder / path.name for path in files if path.stat().st_mtime >= seconds)


def begin() -> None:
    """Record this process, which the program has started, until it ends."""
    file_of_program = os.environ.get(FILE)
    if not file_of_program:
        return
    path = Path(file_of_program)
    child = _Subprocess(path.with_name(f"{path.stem}.{os.getpid()}{path.suffix}"))
    atexit.register(child.end)
    _end_with_multiprocessing(child)
    _watch_forks()


class _Subprocess:
    """The recording of a process that the program has started.

    Most such processes, such as the resource tracker of multiprocessing, create no layer. So the file is
    created when Keras is imported.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process = os.getpid()
        self._tracer = Tracer(save=path)
        self._timeline: Timeline | None = None
        self._watch = ImportWatch(KERAS, self._start)
        _subprocesses.append(self)
        if loaded():
            self._start("")
        else:
            self._watch.start()

    def _start(self, _: str) -> None:
        self._watch.stop()
        if self._timeline is None and os.getpid() == self._process:
            self._timeline = self._tracer.start()
            _ours.append(self._timeline)

    def end(self) -> None:
        """End the recording, and delete its file if it has no events."""
        self._watch.stop()
        if self._timeline is None or os.getpid() != self._process:  # a fork inherits the registered function
            return
        self._tracer.stop()
        if not self._timeline:
            self._path.unlink(missing_ok=True)


_ours: list[Timeline] = []
"""The timelines that this module records in this process; the program may record others."""

_subprocesses: list[_Subprocess] = []
"""The recording of this process; right after a fork, that of its parent."""


def _end_with_multiprocessing(child: _Subprocess) -> None:
    # Processes of multiprocessing exit by os._exit, and run these instead of what atexit has.
    multiprocessing.util.Finalize(None, child.end, exitpriority=100)


def _after_multiprocessing(_: object) -> None:
    """Register the end again: a process of multiprocessing starts by forgetting all that is registered."""
    if _subprocesses:
        _end_with_multiprocessing(_subprocesses[-1])


def _fork() -> None:
    """Start the own recording of a fork."""
    if FILE not in os.environ:
        return
    try:
        for timeline in _ours:
            if isinstance(timeline.source, Recorder) and timeline.source in running:
                timeline.source.detach_after_fork()
        _ours.clear()
        for child in _subprocesses:
            child.end()  # only stops watching imports, since the recording is the parent's
        begin()
    except Exception:  # promise 1: the program's fork succeeds
        report_internal_error("record a fork")


_is_watching = False


def _watch_forks() -> None:
    global _is_watching
    if not _is_watching:
        _is_watching = True
        in_child(_fork)
        multiprocessing.util.register_after_fork(_fork, _after_multiprocessing)
