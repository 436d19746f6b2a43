"""Format the tree of a test as a section of pytest's report, in the width and colours of the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pytest
from rich.console import Group, RenderableType
from rich.text import Text

from layertrace.diagnosis import diagnose, serious
from layertrace.render import findings as rendered
from layertrace.render import tree
from layertrace.render.console import written
from layertrace.timeline import Timeline

__all__ = ["HEADING", "Page", "internal_error_message", "page_of", "section", "summarise"]

HEADING = "layertrace"
_QUIET, _NORMAL, _VERBOSE = 15, 60, 400


class Page(NamedTuple):
    """The width of a report in columns, whether it has colours, and the highest number of lines of a tree."""

    width: int
    colour: bool
    lines: int


def page_of(config: pytest.Config) -> Page:
    """Return the page of a run; in a worker of pytest-xdist, that of the run that started it."""
    parent_page = getattr(config, "workerinput", {}).get("layertrace_page")
    if parent_page is not None:
        return Page(*parent_page)
    verbosity = config.get_verbosity()
    lines = _QUIET if verbosity < 0 else _NORMAL if verbosity == 0 else _VERBOSE
    if not config.pluginmanager.has_plugin("terminalreporter"):  # `-p no:terminal`
        return Page(80, False, lines)
    writer = config.get_terminal_writer()
    return Page(writer.fullwidth, writer.hasmarkup, lines)


def internal_error_message(doing: str, error: Exception) -> str:
    """Return one line about what layertrace could not do for a test."""
    try:
        message = " ".join(str(error).split())[:200]
    except Exception:  # the class of the exception may be the program's
        message = "its message cannot be shown"
    return (
        f"layertrace could not {doing} ({type(error).__name__}: {message}). Your test is unaffected. "
        "Please report this."
    )


def section(
    timeline: Timeline, page: Page, *, marks: Mapping[int, str] | None = None, with_findings: bool = True
) -> str:
    """Return the findings and the tree of a test, as text.

    Args:
        timeline: The events.
        page: The page to fit.
        marks: Words to mark events with, by their `seq`.
        with_findings: Whether to show the findings, which the message of a failure may show already.
    """
    findings = serious(diagnose(timeline))
    parts: list[RenderableType] = [rendered(findings), Text()] if findings and with_findings else []
    parts.append(tree(timeline, findings=findings, marks=marks, max_lines=page.lines, times=False))
    return written(Group(*parts), width=page.width, colour=page.colour)


def summarise(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the trees of the tests that passed, which pytest itself prints only with -rP."""
    if terminalreporter.hasopt("P"):
        return
    reports = [report for report in terminalreporter.getreports("passed") if report.when == "call"]
    shown = [(report, text) for report in reports for name, text in report.sections if name == HEADING]
    if shown:
        terminalreporter.write_sep("=", "layertrace")
    for report, text in shown:
        terminalreporter.write_sep("_", report.nodeid)
        terminalreporter.write_line(text)
