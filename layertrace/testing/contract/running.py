"""Run checks one after the other, each within its time."""

from __future__ import annotations

import contextlib
import io
import logging
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import FrameType

from layertrace.diagnosis import Finding
from layertrace.diagnosis.finding import Evidence
from layertrace.testing.contract.check import Check, closer_checks, needed_checks
from layertrace.testing.contract.excerpts import Excerpt, excerpt_of, telling, without_lines_of_runner
from layertrace.testing.contract.outcome import Broken, NotApplicable, Result
from layertrace.testing.contract.places import class_line, line_of_error, source_at
from layertrace.testing.contract.subject import Subject, brief
from layertrace.timeline import Timeline

__all__ = ["Run", "TimeIsUp", "evidence_of", "quiet", "within"]


class TimeIsUp(BaseException):
    """Stops a layer that does not return; no `except Exception` of the layer catches it."""


class Run:
    """The results of the checks of one layer so far.

    Args:
        subject: The layer.
        seconds: The time that each check may take.
        expected: Why checks are expected to fail, by their names.
    """

    def __init__(self, subject: Subject, seconds: float, expected: Mapping[str, str]) -> None:
        self._subject = subject
        self._seconds = seconds
        self._expected = expected
        self._results: dict[str, Result] = {}

    def result(self, check: Check) -> Result:
        """Return the result of a check, which runs once, after those that it depends on."""
        if check.name not in self._results:
            begin = time.perf_counter()
            result = self._tried(check)
            seconds = time.perf_counter() - begin
            expected = self._expected.get(check.name, "")
            self._results[check.name] = replace(result, seconds=seconds, expected=expected)
        return self._results[check.name]

    def results(self, checks: Sequence[Check], progress: Callable[[Result], None] | None) -> list[Result]:
        """Return the results of checks, and report each as it is there."""
        results = []
        for check in checks:
            results.append(self.result(check))
            if progress is not None:
                progress(results[-1])
        return results

    def _tried(self, check: Check) -> Result:
        untried = self._subject.backend.untried.get(check.name)
        if untried is not None:
            return Result(check, "not applicable", untried)
        for needed in needed_checks(check):
            if self.result(needed).outcome == "failed":
                return Result(check, "not applicable", f"it needs {needed.name}, which fails")
        for closer in closer_checks(check):
            if self.result(closer).outcome == "failed":
                return Result(check, "not applicable", f"it is left to {closer.name}, which fails")
        try:
            with within(self._seconds), quiet():
                check.function(self._subject)
        except Broken as broken:
            return Result(
                check, "failed", finding=_finding(check, broken), excerpt=self._excerpt(check, broken)
            )
        except NotApplicable as reason:
            return Result(check, "not applicable", str(reason))
        except TimeIsUp as stop:
            message = f"{self._subject.class_name} does not return within {self._seconds:g} s"
            late = Broken(message, line_of_error(stop) or class_line(self._subject.cls))
            return Result(check, "failed", finding=_finding(check, late))
        except Exception as error:
            place = f" ({brief(error)}). The layer is not to blame; please report this."
            return Result(check, "fault", f"layertrace could not try this{place}")
        return Result(check, "passed")

    def _excerpt(self, check: Check, broken: Broken) -> Excerpt | None:
        """Return the part of the timeline that shows a failure; record the check again if it was not."""
        line = class_line(self._subject.cls)
        if broken.timeline is not None:
            return excerpt_of(without_lines_of_runner(broken.timeline, line), broken.events)
        recordings: list[Timeline] = []
        with suppress(Exception, TimeIsUp), within(self._seconds), quiet(), self._subject.watch() as timeline:
            recordings.append(timeline)
            check.function(self._subject)  # it fails as before
        for timeline in recordings:
            events = telling(timeline, self._subject.class_name, broken.location)
            return excerpt_of(without_lines_of_runner(timeline, line), events)
        return None


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Stop Python code that takes longer, with an exception that `_tried` turns into a failure.

    Only the main thread can be stopped, where the system has alarms; elsewhere the time is not limited.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # Python's signature
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, stop)
    rest, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    begin = time.monotonic()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if rest:
            signal.setitimer(signal.ITIMER_REAL, max(rest - (time.monotonic() - begin), 0.001), interval)


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what the layer prints, and warnings, which a check may also cause on purpose."""
    logger = logging.getLogger("tensorflow")  # it warns of functions that are traced often, as for each layer
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logger.setLevel(level)


def _finding(check: Check, broken: Broken) -> Finding:
    return Finding(
        code="check",
        name=check.name,
        severity="error",
        message=broken.message if broken.message.endswith(".") else f"{broken.message}.",
        location=broken.location,
        source=source_at(broken.location),
        fix=broken.fix,
        evidence=evidence_of(broken.sides),
    )


def evidence_of(sides: Sequence[tuple[str, str]]) -> tuple[Evidence, ...]:
    """Return what differs as lines with their values in one column."""
    width = max((len(label) for label, _ in sides), default=0)
    return tuple(Evidence(f"{label.ljust(width)}  {value}") for label, value in sides)
