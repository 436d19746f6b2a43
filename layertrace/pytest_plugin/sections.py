"""The tree of a test as a section of pytest's report, as wide and colourful as the terminal is."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from rich.console import Group
from rich.text import Text

from layertrace.diagnosis import diagnose
from layertrace.render import findings, tree
from layertrace.render.console import written
from layertrace.timeline import Timeline

__all__ = ["HEADING", "Page", "apology", "page_of", "section", "summarise"]

HEADING = "layertrace"
_QUIET, _NORMAL, _VERBOSE = 15, 60, 400


class Page(NamedTuple):
    """Where a report goes: how wide it is, whether in colour, and how many lines a tree may have."""

    width: int
    colour: bool
    lines: int


def page_of(config: pytest.Config) -> Page:
    """Return the page of a run; in a process of pytest-xdist, that of the run that started it."""
    given = getattr(config, "workerinput", {}).get("layertrace_page")
    if given is not None:
        return Page(*given)
    verbosity = config.get_verbosity()
    lines = _QUIET if verbosity < 0 else _NORMAL if verbosity == 0 else _VERBOSE
    if not config.pluginmanager.has_plugin("terminalreporter"):  # `-p no:terminal`
        return Page(80, False, lines)
    writer = config.get_terminal_writer()
    return Page(writer.fullwidth, writer.hasmarkup, lines)


def apology(doing: str, error: Exception) -> str:
    """Return one line about what layertrace could not do for a test."""
    try:
        message = " ".join(str(error).split())[:200]
    except Exception:  # the exception may be of a class of the program
        message = "its message cannot be shown"
    return (
        f"layertrace could not {doing} ({type(error).__name__}: {message}). Your test is unaffected. "
        "Please report this."
    )


def section(timeline: Timeline, page: Page) -> str:
    """Return what is wrong and what happened in a test, as text."""
    found = [one for one in diagnose(timeline) if one.severity != "note"]
    parts: list[Any] = [findings(found), Text()] if found else []
    parts.append(tree(timeline, findings=found, max_lines=page.lines, times=False))
    return written(Group(*parts), width=page.width, colour=page.colour)


def summarise(terminalreporter: Any) -> None:
    """Show the trees of the tests that passed, which pytest itself does with -rP only."""
    if terminalreporter.hasopt("P"):
        return
    reports = [one for one in terminalreporter.getreports("passed") if one.when == "call"]
    shown = [(one, text) for one in reports for name, text in one.sections if name == HEADING]
    if shown:
        terminalreporter.write_sep("=", "layertrace")
    for report, text in shown:
        terminalreporter.write_sep("_", report.nodeid)
        terminalreporter.write_line(text)
