"""Import paths and settings of these tests, which use hand-made timelines and golden files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from layertrace.testing import verbosity

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "render"), str(TESTS / "golden")]  # for each import mode of pytest

pytest.register_assert_rewrite("golden")
collect_ignore = ["sample"]  # test_plugin.py runs pytest on it


@pytest.fixture(autouse=True)
def _no_terminal_settings(monkeypatch):
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "PY_COLORS", "PYTEST_ADDOPTS", "CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in os.environ if name.startswith("PYTEST_XDIST")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(verbosity, "current", verbosity.NORMAL)  # independent of -q and -v of this run
