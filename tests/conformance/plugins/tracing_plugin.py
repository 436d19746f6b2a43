"""A pytest plugin that traces every layer during each test: `-p tracing_plugin --events=FILE`."""

from __future__ import annotations

import json
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import layertrace
from layertrace.record import faults
from layertrace.record.hooks.patching import patches
from layertrace.record.hub import hub


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--events", type=Path, required=True, help="where to write what was seen, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Tracing(config.getoption("events")))


class Tracing:
    """Puts a trace of its own around each test, reads its timeline, and keeps the numbers.

    Args:
        file: Where to write the numbers when the session ends.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kinds: Counter[str] = Counter()
        self._faults: list[str] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        with layertrace.trace() as timeline:
            result = yield
        try:
            self._read(timeline)
        except Exception:  # a fault in one timeline must not keep the others from being read
            self._faults.append(f"{item.nodeid}: {traceback.format_exc()}")
        return result

    def _read(self, timeline: layertrace.Timeline) -> None:
        """Make events of what was recorded, and make sure that nothing is left behind."""
        self._kinds.update(timeline.kinds)
        assert len(timeline.layers) <= len(timeline)
        assert all(event.parent is None or event.parent < event.seq for event in timeline)
        assert not timeline.notes
        assert hub.emit is None
        assert len(patches) == 0
        assert not list(hub.open_spans())

    def pytest_sessionfinish(self) -> None:
        # Warnings themselves may be swallowed by a test that is about warnings; the book is not.
        told = self._faults + sorted(faults._told)
        self._file.write_text(json.dumps({"kinds": self._kinds, "faults": told}))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in self._kinds.most_common())
        terminalreporter.write_line(f"layertrace recorded {self._kinds.total():,} events: {kinds or 'none'}")
