"""Make the helpers of these tests importable, and make the tests independent of the terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "golden")]  # whichever import mode pytest is in

pytest.register_assert_rewrite("golden")


@pytest.fixture(autouse=True)
def _no_terminal_settings(monkeypatch):
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
