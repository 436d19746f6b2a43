"""A pytest plugin that traces every layer during each test: `-p tracing_plugin --events=FILE`.

The file has one JSON array a line: `["events", test, {kind: number}]` after each test, and `["fault", text]`
for each thing that layertrace could not do or did not undo.
"""

from __future__ import annotations

import json
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import layertrace
from layertrace.errors import LayertraceWarning
from layertrace.record.engines import choice
from layertrace.record.hub import hub
from layertrace.record.process import guard


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--events", type=Path, required=True, help="where to write what was seen")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Tracing(config.getoption("events")))


class Tracing:
    """Traces each test by itself, reads its timeline, and writes the number of events.

    Args:
        file: Where to write the numbers.
    """

    def __init__(self, file: Path) -> None:
        self._file = file.open("w")
        self._kinds: Counter[str] = Counter()
        self._known: set[str] = set()
        self._warned = False

    def _note(self, *words: Any) -> None:
        self._file.write(json.dumps(words) + "\n")
        self._file.flush()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        with layertrace.trace() as timeline:
            result = yield
        try:
            self._read(item.nodeid, timeline)
        except Exception:  # a fault in one timeline must not stop the others from being read
            self._note("fault", f"{item.nodeid}: {traceback.format_exc()}")
        self._note_faults(item.nodeid)
        return result

    def _read(self, test: str, timeline: layertrace.Timeline) -> None:
        """Create the events from the records, and check that no hook or open span is left behind."""
        kinds = timeline.kinds
        self._kinds.update(kinds)
        self._note("events", test, kinds)
        assert len(timeline.layers) <= len(timeline)
        assert all(event.parent is None or event.parent < event.seq for event in timeline)
        assert not timeline.notes
        assert hub.emit is None
        assert choice.is_idle()
        assert not list(hub.open_spans())

    def _note_faults(self, test: str) -> None:
        """Write faults that no warning showed, for example because the test captured warnings."""
        new = guard._warned.keys() - self._known
        if not self._warned:
            for fault in sorted(new):
                self._note("fault", f"{test}: {fault}")
        self._known |= new
        self._warned = False

    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage, nodeid: str) -> None:
        """Write each warning of layertrace as a fault, since these tests do not expect any."""
        if issubclass(warning_message.category, LayertraceWarning):
            self._warned = True
            self._note("fault", f"{nodeid or 'outside of tests'}: {warning_message.message}")

    def pytest_sessionfinish(self) -> None:
        self._note_faults("after the last test")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in self._kinds.most_common())
        terminalreporter.write_line(f"layertrace recorded {self._kinds.total():,} events: {kinds or 'none'}")
