"""A pytest plugin that writes how each test ended to a file: `-p outcomes_plugin --outcomes=FILE`.

The file has one JSON array a line, written as things happen, so that a crash leaves all that came before:
`["started", test]`, `["ended", test, outcome, message]`, `["warned", test, warning]`, `["finished"]`;
`["uncollected", target, message]` for a file that could not be read.
"""

from __future__ import annotations

import json
import random
import re
import sys
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--outcomes", type=Path, required=True, help="where to write how tests ended")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Outcomes(config.getoption("outcomes")))


class Outcomes:
    """Writes the outcome of each test, why it failed or was skipped, and its warnings.

    Args:
        file: Where to write them.
    """

    def __init__(self, file: Path) -> None:
        self._file = file.open("w")

    def _note(self, *words: str) -> None:
        self._file.write(json.dumps(words) + "\n")
        self._file.flush()  # else a fork could write it twice, and a crash could lose it

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._note("started", nodeid)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """Seed random numbers by the name of the test, so that both runs draw the same."""
        name = re.sub("0x[0-9a-f]+", "", item.nodeid)  # an id can have the address of an argument
        _seed(zlib.crc32(name.encode()))
        return (yield)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._note("uncollected", report.nodeid, _message(report))
        elif report.skipped:
            self._note("ended", report.nodeid, "skipped", _message(report))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = _outcome(report)
        if outcome is not None:  # a test can fail, and then its teardown
            self._note("ended", report.nodeid, outcome, _message(report))

    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage, nodeid: str) -> None:
        """Write a warning with its file and line, which must not be those of a hook (`stacklevel`)."""
        category = warning_message.category
        # pytest's own depend on chance, such as garbage collection; layertrace's are written as faults.
        if not issubclass(category, pytest.PytestWarning) and category.__name__ != "LayertraceWarning":
            place = f"{warning_message.filename}:{warning_message.lineno}"
            self._note("warned", nodeid, f"{place}: {category.__name__}: {warning_message.message}")

    def pytest_sessionfinish(self) -> None:
        self._note("finished")


def _seed(seed: int) -> None:
    """Seed the libraries that the suite has loaded."""
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed)
        return
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].random.set_seed(seed)


def _outcome(report: pytest.TestReport) -> str | None:
    """Return the outcome as pytest's summary names it; None for a setup or teardown that passed."""
    if hasattr(report, "wasxfail"):
        return "xpassed" if report.passed else "xfailed"
    if report.failed:
        return "failed" if report.when == "call" else "error"
    if report.skipped or report.when == "call":
        return report.outcome
    return None


def _message(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return the exception's message, or the reason to skip; both without the places in the code."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2]
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(report.longrepr or "") if crash is None else str(crash.message)
