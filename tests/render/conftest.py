"""Make the helpers of these tests importable, and make the tests independent of the terminal."""

from __future__ import annotations

import linecache
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "golden")]  # whichever import mode pytest is in

pytest.register_assert_rewrite("golden")

# The recordings in `recordings/` name the programs by where they were recorded. Fixes are edits of their
# lines, so the lines must be found on a machine that has no such folder.
for program in (HERE / "programs").glob("*.py"):
    file, text = f"/home/ada/project/{program.name}", program.read_text(encoding="utf-8")
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)


@pytest.fixture(autouse=True)
def _no_terminal_settings(monkeypatch):
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
