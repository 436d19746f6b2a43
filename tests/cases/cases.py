"""Run the programs of this folder, which go wrong the way people's programs do, under trace."""

from __future__ import annotations

import contextlib
import io
import runpy
from dataclasses import dataclass
from pathlib import Path

import layertrace
from layertrace import Timeline

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Ran:
    """What became of a program: its timeline, what it printed, and the exception that ended it."""

    timeline: Timeline
    printed: str
    error: Exception | None


def path_of(case: str) -> Path:
    """Return the file of a case: `path_of("03")`."""
    (path,) = HERE.glob(f"case_{case}_*.py")
    return path


def run(path: Path) -> Ran:
    """Run a program under trace, in this process."""
    printed, error = io.StringIO(), None
    with layertrace.trace() as timeline, contextlib.redirect_stdout(printed):
        try:
            runpy.run_path(str(path), run_name="__main__")
        except Exception as raised:
            error = raised
    return Ran(timeline, printed.getvalue(), error)
