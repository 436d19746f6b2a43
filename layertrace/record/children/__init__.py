"""Record the Python processes that a program starts, each into a file of its own beside that of the program.

A new Python runs `sitecustomize` first, wherever it finds that in `PYTHONPATH`; ours is in the folder
`startup` beside this file. A fork goes on with the memory of its parent, and begins a file when it is made.
"""

from __future__ import annotations

import atexit
import multiprocessing.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layertrace.record.api import trace

__all__ = ["FILE", "begin", "recorded"]

FILE = "LAYERTRACE_CHILDREN"
"""Names in the environment the file beside which children write theirs."""

_STARTUP = str(Path(__file__).parent / "startup")


@contextmanager
def recorded(save: Path) -> Iterator[None]:
    """Let the processes that are started in the block be recorded.

    Args:
        save: The file of this process.
    """
    before = {name: os.environ.get(name) for name in (FILE, "PYTHONPATH")}
    os.environ[FILE] = str(save.resolve())
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (_STARTUP, before["PYTHONPATH"])))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def begin() -> None:
    """Record this process, which the program has started, until it ends."""
    beside = os.environ.get(FILE)
    if not beside:
        return
    path = Path(beside)
    tracer = trace(report=False, save=path.with_name(f"{path.stem}.{os.getpid()}{path.suffix}"))
    tracer.start(wait=True)
    atexit.register(tracer.stop)
    # Processes of multiprocessing leave by os._exit, and run these instead.
    multiprocessing.util.Finalize(None, tracer.stop, exitpriority=100)
