"""Record each test, check its marker, show its tree, and save its timeline."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import layertrace
from layertrace.errors import LayertraceError
from layertrace.pytest_plugin.marker import Assertions, assertions_of
from layertrace.pytest_plugin.sections import HEADING, internal_error_message, page_of, section
from layertrace.record.process.guard import warn_once
from layertrace.record.process.safe import instance_dict
from layertrace.timeline import Timeline

__all__ = ["LayerTimeline", "Recordings"]


class LayerTimeline(Timeline):
    """The timeline of a test, which can be narrowed while it grows."""

    _tracer: layertrace.trace

    @classmethod
    def of_trace(cls, tracer: layertrace.trace) -> LayerTimeline:
        """Start a recording; if Keras is not imported yet, it begins with the import."""
        timeline = cls.from_source(tracer.start(wait=True).source)
        timeline._tracer = tracer
        return timeline

    def only(self, *targets: object) -> LayerTimeline:
        """Keep only the events of these layers, including events recorded already, and return this timeline.

        Args:
            *targets: Layers or models with everything inside them, classes, and globs, as for `trace`.

        Raises:
            TargetError: If a target is of another type.
        """
        self._tracer.narrow(*targets)
        return self

    def stop(self) -> None:
        """End the recording."""
        self._tracer.stop()


class Recordings:
    """The recordings of one run of pytest.

    Args:
        config: The configuration of the run.
        mode: `off`, `failed` or `all`; empty if the user chose none.
        folder: The folder to save timelines in; None saves nothing.
    """

    def __init__(self, config: pytest.Config, mode: str, folder: Path | None) -> None:
        self._mode = mode or "failed"
        self._folder = folder
        self._page = page_of(config)
        self._only = tuple(config.getini("layertrace_only"))
        self._timelines: dict[str, LayerTimeline] = {}
        self._assertions: dict[str, Assertions] = {}

    def begin(self, item: pytest.Item) -> None:
        """Begin the recording of a test; an invalid marker is an error in its set-up."""
        with _failing_without_frames():
            assertions = assertions_of(item)
            try:
                tracer = layertrace.trace(*(assertions.only or self._only), report=False)
                self._timelines[item.nodeid] = LayerTimeline.of_trace(tracer)
            except (AssertionError, LayertraceError):
                raise
            except Exception as error:  # an internal error: the test runs as without us
                _report_internal_error(item, "setup", "record this test", error)
                return
            self._assertions[item.nodeid] = assertions

    def timeline_of(self, item: pytest.Item) -> LayerTimeline:
        """Return the recording of a test; fail the test if it has none."""
        if item.nodeid not in self._timelines:
            pytest.fail("layertrace could not record this test; see its section in the report", pytrace=False)
        return self._timelines[item.nodeid]

    def check(self, item: pytest.Item) -> None:
        """Fail a test if an assertion of its marker fails."""
        assertions = self._assertions.get(item.nodeid)
        if assertions is not None:
            with _failing_without_frames("@pytest.mark.layertrace: "):
                assertions.check(self.timeline_of(item)[:])

    def add_section(self, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
        """Add the tree to the report of a test, unless the message of its failure shows all of it."""
        timeline = self._timelines.get(item.nodeid)
        is_shown = report.failed or (self._mode == "all" and report.when == "call")
        if timeline is None or self._mode == "off" or not is_shown:
            return
        # An exception in this hook would end the whole run, without the remaining tests.
        try:
            events = timeline[:]
            attributes = {} if call.excinfo is None else instance_dict(call.excinfo.value)
            shown = attributes["shown"] if type(attributes.get("shown")) is int else 0
            if len(events) > shown or (report.when == "call" and not shown):
                marks, has_findings = attributes.get("marks"), attributes.get("shows_findings") is True
                is_ours = type(attributes.get("shown")) is int and isinstance(marks, dict)
                text = section(
                    events, self._page, marks=marks if is_ours else None, with_findings=not has_findings
                )
                report.sections.append((HEADING, text))
        except Exception as error:
            report.sections.append(
                (HEADING, internal_error_message("show what happened to layers in this test", error))
            )

    def end(self, item: pytest.Item) -> None:
        """End the recording of a test, and save it."""
        timeline = self._timelines.pop(item.nodeid, None)
        self._assertions.pop(item.nodeid, None)
        if timeline is None:
            return
        try:
            timeline.stop()
            if self._folder is not None:
                timeline.save(self._folder / f"{_file_name(item.nodeid)}.layertrace")
        except Exception as error:  # a full disk or an internal error: the test itself has run
            _report_internal_error(item, "teardown", "end and save the recording of this test", error)


def _report_internal_error(item: pytest.Item, when: str, doing: str, error: Exception) -> None:
    """Report an internal error in the report of a test that fails, and once in the summary of warnings."""
    line = internal_error_message(doing, error)
    item.add_report_section(when, HEADING, line)
    warn_once(line, key=f"pytest: {doing}")


def _file_name(nodeid: str) -> str:
    """Return a readable file name that is valid on any file system and unique for each test."""
    readable = re.sub(r"[^\w.\-\[\]]+", "_", nodeid)[:150].strip("_.")
    if readable == nodeid:
        return readable
    return f"{readable}-{hashlib.sha256(nodeid.encode()).hexdigest()[:8]}"


@contextmanager
def _failing_without_frames(prefix: str = "") -> Iterator[None]:
    """Fail with the message alone, since all frames of the traceback would be ours and pytest's."""
    failure: BaseException | None = None
    try:
        yield
    except (AssertionError, LayertraceError) as error:
        failure = pytest.fail.Exception(f"{prefix}{error}", pytrace=False)
        for name, default in (("shown", 0), ("shows_findings", False), ("marks", {})):  # as ExpectationFailed
            setattr(failure, name, getattr(error, name, default))
    if failure is not None:
        raise failure from None
