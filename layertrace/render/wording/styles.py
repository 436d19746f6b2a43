"""The colours, from the terminal's own palette, so that both light and dark are readable."""

from __future__ import annotations

from rich.text import Text

from layertrace.timeline.cause import Cause
from layertrace.timeline.event import Kind, Mode

__all__ = [
    "ADDED",
    "CLASS",
    "CLEAN",
    "ERROR",
    "FOLD",
    "KINDS",
    "MODES",
    "NAME",
    "NOTE",
    "PLACE",
    "QUIET",
    "REMOVED",
    "SEVERITIES",
    "TITLE",
    "cause_style",
    "inked",
]

KINDS: dict[Kind, str] = {
    "init": "blue",
    "build": "yellow",
    "call": "green",
    "variable": "cyan",
    "trace": "magenta",
    "run": "magenta",
}
MODES: dict[Mode, str] = {"eager": "dim", "symbolic": "yellow", "graph": "magenta"}
SEVERITIES = {"error": "bold red", "warning": "yellow", "note": "blue"}
NAME = "bold"
CLASS = "dim"
QUIET = "dim"
FOLD = "bold"
ERROR = "bold red"
NOTE = "yellow"
ADDED = "green"
REMOVED = "red"
PLACE = "cyan"
CLEAN = "bold green"
TITLE = "bold"


def cause_style(cause: Cause) -> str:
    """Return the style of the cause of a trace: it is a warning only if a user can do something about it."""
    return QUIET if cause.is_expected else NOTE


def inked(text: str, style: str) -> Text:
    """Return a text in a style that does not pass on to what is appended to it."""
    return Text().append(text, style)
