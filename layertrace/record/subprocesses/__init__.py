"""Record the Python processes that a program starts, each into a file of its own beside that of the program.

A new Python runs `sitecustomize` first, wherever it finds that in `PYTHONPATH`; ours is in the folder
`startup` beside this file. A fork begins a file when it is made.
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
from layertrace.record.frameworks.import_hook import ImportWatch
from layertrace.record.frameworks.loading import HOSTS, loaded
from layertrace.record.process.forks import in_child
from layertrace.record.process.guard import report_internal_error
from layertrace.record.recording.recorder import Recorder, running
from layertrace.timeline import Timeline

__all__ = ["FILE", "begin", "files_since", "recorded"]

FILE = "LAYERTRACE_CHILDREN"
"""Names in the environment the file beside which children write theirs."""

_STARTUP = str(Path(__file__).parent / "startup")


@contextmanager
def recorded(save: Path, timeline: Timeline) -> Iterator[None]:
    """Let the processes that are started in the block be recorded.

    Args:
        save: The file of this process.
        timeline: What is recorded of it, which a fork does not go on with.
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
    """Return the files of children that were written since a time.

    Args:
        save: The file of the program, beside which they are.
        folder: How the folder of all is to be named in what is returned.
        seconds: The time, in seconds since 1970.
    """
    beside = save.parent.glob(f"{glob.escape(save.stem)}.*{save.suffix}")
    mine = (path for path in beside if path.name[len(save.stem) + 1 : -len(save.suffix)].isdecimal())
    return sorted(folder / path.name for path in mine if path.stat().st_mtime >= seconds)


def begin() -> None:
    """Record this process, which the program has started, until it ends."""
    beside = os.environ.get(FILE)
    if not beside:
        return
    path = Path(beside)
    child = _Child(path.with_name(f"{path.stem}.{os.getpid()}{path.suffix}"))
    atexit.register(child.end)
    _end_with_multiprocessing(child)
    _watch_forks()


class _Child:
    """The recording of a process that the program has started.

    Most such processes, as the helpers of multiprocessing, make no layer: a file is begun with Keras.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process = os.getpid()
        self._tracer = Tracer(save=path)
        self._timeline: Timeline | None = None
        self._watch = ImportWatch(HOSTS, self._start)
        _children.append(self)
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
        """End the recording, and keep none without events."""
        self._watch.stop()
        if self._timeline is None or os.getpid() != self._process:  # a fork inherits what is registered
            return
        self._tracer.stop()
        if not self._timeline:
            self._path.unlink(missing_ok=True)


_ours: list[Timeline] = []
"""What we have begun to record in this process; a program may record, too."""

_children: list[_Child] = []
"""That of this process; at first, in a fork, that of its parent."""


def _end_with_multiprocessing(child: _Child) -> None:
    # Processes of multiprocessing leave by os._exit, and run these instead.
    multiprocessing.util.Finalize(None, child.end, exitpriority=100)


def _after_multiprocessing(_: object) -> None:
    """Say again what a process of multiprocessing is to do at its end: it begins by forgetting all that."""
    if _children:
        _end_with_multiprocessing(_children[-1])


def _fork() -> None:
    """Begin a recording of its own in a fork."""
    if FILE not in os.environ:
        return
    try:
        for timeline in _ours:
            if isinstance(timeline.source, Recorder) and timeline.source in running:
                timeline.source.detach_after_fork()
        _ours.clear()
        for child in _children:
            child.end()  # which only looks out no more: it is the parent's
        begin()
    except Exception:  # promise 1: the program's fork goes on
        report_internal_error("record a fork")


_is_watching = False


def _watch_forks() -> None:
    global _is_watching
    if not _is_watching:
        _is_watching = True
        in_child(_fork)
        multiprocessing.util.register_after_fork(_fork, _after_multiprocessing)
