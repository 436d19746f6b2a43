"""Compose the message of a failed expectation: a sentence, both sides, part of the tree, and the line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table

from layertrace.diagnosis import Finding
from layertrace.render import findings as rendered
from layertrace.render import tree
from layertrace.render.console import terminal_width, written
from layertrace.render.event_lines import event_line
from layertrace.render.wording.file_names import Places, here
from layertrace.testing import verbosity
from layertrace.timeline import Event, Timeline
from layertrace.timeline.event import EMPTY_MAPPING

__all__ = ["ExpectationFailed", "Row", "event_row", "failure"]

INDENT = 4
_MARGIN = 8  # what pytest prints before each line of a message, and our own indentation
_NEIGHBOURS = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison.

    Attributes:
        expected: What was expected here; empty if nothing was.
        found: What was found here; empty if nothing was.
        differs: Whether the two differ.
        event: The event that `found` describes.
    """

    expected: str
    found: str = ""
    differs: bool = False
    event: Event | None = None


def event_row(expected: str, event: Event | None, *, differs: bool = False, depth: int = 0) -> Row:
    """Return the line that shows an event next to what was expected in its place."""
    found = "nothing more" if event is None else f"{event.seq} {event_line(event).plain}"
    indent = "  " * depth
    return Row(f"{indent}{expected}" if expected else "", f"{indent}{found}", differs, event)


class ExpectationFailed(AssertionError):  # noqa: N818  # it is shown as an AssertionError
    """A failed expectation.

    Attributes:
        shown: The number of events that its message shows as a tree.
        shows_findings: Whether its message shows the findings.
        marks: Words to mark events with, by their `seq`, where the tree is shown elsewhere.
    """

    shown = 0
    shows_findings = False
    marks: Mapping[int, str] = EMPTY_MAPPING


# pytest and unittest print this name before the message; readers know it, and need not learn ours.
ExpectationFailed.__name__ = ExpectationFailed.__qualname__ = "AssertionError"
ExpectationFailed.__module__ = "builtins"


def failure(
    sentence: str,
    rows: Sequence[Row],
    timeline: Timeline,
    findings: Sequence[Finding] = (),
) -> AssertionError:
    """Return the exception to raise for a failed expectation.

    Args:
        sentence: One sentence that states what is wrong.
        rows: What was expected next to what was found; the first that differs is marked. Findings are shown
            without them.
        timeline: The timeline that the events are from.
        findings: Findings to show.
    """
    marked = next((number for number, row in enumerate(rows) if row.differs), len(rows) - 1)
    blocks = [written(rendered(findings), width=_width()) if findings else _comparison(rows, marked)]
    differing = [row.event for row in rows if row.differs and row.event is not None]
    before = [row.event for row in rows[: marked + 1] if row.event is not None]
    relevant = differing or before[-1:]
    part = _part(timeline, [*differing[:2], *before[-2:]])
    max_lines = verbosity.current.lines
    marks = {} if findings else {event.seq: "here" for event in differing[:1]}
    if max_lines and len(part):
        shown = tree(part, times=False, max_lines=max_lines, marks=marks, findings=findings)
        blocks.append(written(shown, width=_width()))
    body = "\n\n".join(_indented(block) for block in blocks)
    error = ExpectationFailed(f"{sentence}\n\n{body}{_location(relevant)}")
    error.shown = len(part) if max_lines else 0
    error.shows_findings, error.marks = bool(findings), marks
    return error


def _location(events: Sequence[Event]) -> str:
    """Return the first location of some events, as a paragraph of its own."""
    location = next((event.location for event in events if event.location is not None), None)
    return "" if location is None else f"\n\n{Places([location], here()).long(location)}"


def _width() -> int:
    return max(terminal_width() - _MARGIN, 40)


def _indented(block: str) -> str:
    return "\n".join(f"{' ' * INDENT}{line}".rstrip() for line in block.split("\n"))


def _comparison(rows: Sequence[Row], marked: int) -> str:
    """Return both sides in columns; if not all rows fit, those around the first difference."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=True, header_style="")
    for title in ("", "expected", "found"):
        table.add_column(title, overflow="fold")
    count = verbosity.current.rows
    first = max(min(marked - count // 2, len(rows) - count), 0)
    last = first + count
    if first:
        table.add_row("", f"... {first} more", "")
    for number, row in enumerate(rows[first:last], start=first):
        table.add_row(">" if row.differs and number == marked else "", row.expected, row.found)
    if last < len(rows):
        table.add_row("", f"... {len(rows) - last} more", "")
    return written(table, width=_width())


def _part(timeline: Timeline, events: Sequence[Event]) -> Timeline:
    """Return some events with their ancestors, children and next siblings; a short timeline as a whole."""
    if not events or len(timeline) <= verbosity.current.lines:
        return timeline
    numbers: set[int] = set()
    for event in events:
        numbers.update(_relatives(event, timeline))
    return timeline.where(lambda event: event.seq in numbers)


def _relatives(event: Event, timeline: Timeline) -> Iterator[int]:
    """Yield the numbers of an event, and of the events around it."""
    parent = timeline.parent(event)
    siblings = timeline.roots if parent is None else timeline.children(parent)
    index = next((n for n, sibling in enumerate(siblings) if sibling.seq == event.seq), 0)
    for sibling in siblings[max(index - _NEIGHBOURS, 0) : index + _NEIGHBOURS + 1]:
        yield sibling.seq
    yield from (child.seq for child in timeline.children(event))
    while parent is not None:
        yield parent.seq
        parent = timeline.parent(parent)
