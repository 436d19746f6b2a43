"""One recording for each test: when it begins and ends, what is asserted of it, where it is kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import layertrace
from layertrace.errors import LayertraceError
from layertrace.pytest_plugin.marker import Wanted, wanted_of
from layertrace.pytest_plugin.sections import HEADING, apology, page_of, section
from layertrace.record.process.guard import warn_once
from layertrace.record.process.safe import instance_dict
from layertrace.timeline import Timeline

__all__ = ["LayerTimeline", "Recordings"]


class LayerTimeline(Timeline):
    """The timeline of a test, which can be narrowed while it grows."""

    _tracer: layertrace.trace

    @classmethod
    def of_trace(cls, tracer: layertrace.trace) -> LayerTimeline:
        """Start a recording; where no Keras is imported yet, it begins with the import."""
        timeline = cls.from_source(tracer.start(wait=True).source)
        timeline._tracer = tracer
        return timeline

    def only(self, *targets: object) -> LayerTimeline:
        """Keep what these are about only, of what was recorded before, too; and return this timeline.

        Args:
            *targets: Layers or models with all that happens inside them, classes, and globs, as for `trace`.

        Raises:
            TargetError: If one is none of these.
        """
        self._tracer.narrow(*targets)
        return self

    def stop(self) -> None:
        """End the recording."""
        self._tracer.stop()


class Recordings:
    """The recordings of one run of pytest.

    Args:
        config: Of the run.
        mode: `off`, `failed`, `all`; empty where nobody chose.
        folder: Where to save timelines.
    """

    def __init__(self, config: pytest.Config, mode: str, folder: Path | None) -> None:
        self._mode = mode or "failed"
        self._folder = folder
        self._page = page_of(config)
        self._only = tuple(config.getini("layertrace_only"))
        self._timelines: dict[str, LayerTimeline] = {}
        self._wanted: dict[str, Wanted] = {}

    def begin(self, item: pytest.Item) -> None:
        """Begin the recording of a test; a marker that cannot be understood is an error of its set-up."""
        with _told():
            wanted = wanted_of(item)
            try:
                tracer = layertrace.trace(*(wanted.only or self._only), report=False)
                self._timelines[item.nodeid] = LayerTimeline.of_trace(tracer)
            except (AssertionError, LayertraceError):
                raise
            except Exception as error:  # a fault of ours: the test runs as it would without us
                _apologise(item, "setup", "record this test", error)
                return
            self._wanted[item.nodeid] = wanted

    def timeline_of(self, item: pytest.Item) -> LayerTimeline:
        """Return the recording of a test; without one, the test that wants it fails."""
        if item.nodeid not in self._timelines:
            pytest.fail("layertrace could not record this test; see its section in the report", pytrace=False)
        return self._timelines[item.nodeid]

    def check(self, item: pytest.Item) -> None:
        """Fail a test if what its marker asserts is not so."""
        wanted = self._wanted.get(item.nodeid)
        if wanted is not None:
            with _told("@pytest.mark.layertrace: "):
                wanted.check(self.timeline_of(item)[:])

    def add_section(self, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
        """Put the tree into the report of a test, unless its failure shows all of it."""
        timeline = self._timelines.get(item.nodeid)
        wanted = report.failed or (self._mode == "all" and report.when == "call")
        if timeline is None or self._mode == "off" or not wanted:
            return
        # What raises in this hook ends the whole run, and the tests behind this one with it.
        try:
            events = timeline[:]
            kept = {} if call.excinfo is None else instance_dict(call.excinfo.value)
            shown = kept["shown"] if type(kept.get("shown")) is int else 0
            if len(events) > shown or (report.when == "call" and not shown):
                report.sections.append((HEADING, section(events, self._page)))
        except Exception as error:
            report.sections.append((HEADING, apology("show what happened to layers in this test", error)))

    def end(self, item: pytest.Item) -> None:
        """End the recording of a test, and save it."""
        timeline = self._timelines.pop(item.nodeid, None)
        self._wanted.pop(item.nodeid, None)
        if timeline is None:
            return
        try:
            timeline.stop()
            if self._folder is not None:
                timeline.save(self._folder / f"{_file_name(item.nodeid)}.layertrace")
        except Exception as error:  # a full disk, or a fault of ours: the test has run by now
            _apologise(item, "teardown", "end and save the recording of this test", error)


def _apologise(item: pytest.Item, when: str, doing: str, error: Exception) -> None:
    """Show what could not be done in the report of a test that fails, and once in the summary of warnings."""
    line = apology(doing, error)
    item.add_report_section(when, HEADING, line)
    warn_once(line, key=f"pytest: {doing}")


def _file_name(nodeid: str) -> str:
    """Return a name that any file system takes, readable, and different for each test."""
    readable = re.sub(r"[^\w.\-\[\]]+", "_", nodeid)[:150].strip("_.")
    if readable == nodeid:
        return readable
    return f"{readable}-{hashlib.sha256(nodeid.encode()).hexdigest()[:8]}"


@contextmanager
def _told(opening: str = "") -> Iterator[None]:
    """Fail with the text alone: the frames above it are ours and pytest's."""
    failed: BaseException | None = None
    try:
        yield
    except (AssertionError, LayertraceError) as error:
        failed = pytest.fail.Exception(f"{opening}{error}", pytrace=False)
        failed.shown = getattr(error, "shown", 0)  # type: ignore[attr-defined]  # as an expectation's own
    if failed is not None:
        raise failed from None
