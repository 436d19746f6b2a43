"""A pytest plugin that writes how every test ended to a file: `-p outcomes_plugin --outcomes=FILE`."""

from __future__ import annotations

import json
import time
import warnings
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--outcomes", type=Path, required=True, help="where to write outcomes, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Outcomes(config.getoption("outcomes")))


class Outcomes:
    """Notes for each test its outcome, and what was said: why it failed or skipped, and its warnings.

    Args:
        file: Where to write them when the session ends.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._outcomes: defaultdict[str, list[str]] = defaultdict(list)
        self._said: defaultdict[str, list[str]] = defaultdict(list)
        self._started = time.monotonic()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """Let every test draw the same random numbers in both runs."""
        import keras  # not before the suite itself does

        keras.utils.set_random_seed(zlib.crc32(item.nodeid.encode()))
        return (yield)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.passed:
            self._note(report, "error" if report.failed else "skipped")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = _outcome(report)
        if outcome is not None:
            self._note(report, outcome)

    def _note(self, report: pytest.TestReport | pytest.CollectReport, outcome: str) -> None:
        self._outcomes[report.nodeid].append(outcome)  # a test can fail, and then its teardown
        self._said[report.nodeid] += filter(None, [_message(report)])

    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage, nodeid: str) -> None:
        """Note a warning with the place that it names: a hook must not stand there (`stacklevel`)."""
        category = warning_message.category
        if not issubclass(category, pytest.PytestWarning):  # as when garbage is collected: by chance
            place = f"{warning_message.filename}:{warning_message.lineno}"
            self._said[nodeid].append(f"{place}: {category.__name__}: {warning_message.message}")

    def pytest_sessionfinish(self) -> None:
        """Write for each test two words: how it ended, and all that was said."""
        tests = {
            test: (", ".join(self._outcomes[test]), "\n".join(self._said[test]))
            for test in sorted({*self._outcomes, *self._said})
        }
        seconds = time.monotonic() - self._started
        self._file.write_text(json.dumps({"tests": tests, "seconds": seconds}))


def _outcome(report: pytest.TestReport) -> str | None:
    """Name an outcome as pytest's own summary does; None for a setup or teardown that went well."""
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
