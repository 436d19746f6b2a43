"""Say why an expectation failed: the sentence, both sides, the part of the tree, and the line of code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.table import Table

from layertrace.diagnosis import Finding
from layertrace.render import event_line, findings, text
from layertrace.render.console import terminal_width, written
from layertrace.render.wording.file_names import Places, here
from layertrace.testing import verbosity
from layertrace.timeline import Event, Timeline

__all__ = ["ExpectationFailed", "Row", "beside", "failure"]

INDENT = 4
_MARGIN = 8  # what pytest puts before each line of a message, and our own indentation
_NEIGHBOURS = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison.

    Attributes:
        expected: What was to be there; empty where nothing was.
        found: What was there; empty where nothing was.
        differs: Whether the two do not go together.
        event: The event that `found` is about.
    """

    expected: str
    found: str = ""
    differs: bool = False
    event: Event | None = None


def beside(expected: str, event: Event | None, *, differs: bool = False, depth: int = 0) -> Row:
    """Return the line that puts an event beside what was expected in its place."""
    found = "nothing more" if event is None else f"{event.seq} {event_line(event).plain}"
    indent = "  " * depth
    return Row(f"{indent}{expected}" if expected else "", f"{indent}{found}", differs, event)


class ExpectationFailed(AssertionError):  # noqa: N818  # it is shown as an AssertionError
    """An expectation was not met; `shown` counts the events that its text shows as a tree."""

    shown = 0


# What pytest and unittest show before the text; nobody has to know a type of ours to read it.
ExpectationFailed.__name__ = ExpectationFailed.__qualname__ = "AssertionError"
ExpectationFailed.__module__ = "builtins"


def failure(
    sentence: str,
    rows: Sequence[Row],
    timeline: Timeline,
    found: Sequence[Finding] = (),
) -> AssertionError:
    """Return the exception that tells of an expectation that was not met.

    Args:
        sentence: What is wrong, in one sentence.
        rows: What was expected beside what was found; the first that differs is marked.
        timeline: Where the events are from.
        found: Findings to show.
    """
    marked = next((number for number, row in enumerate(rows) if row.differs), len(rows) - 1)
    blocks = [_compared(rows, marked)]
    if found:
        blocks.append(written(findings(found), width=_width()))
    differing = [row.event for row in rows if row.differs and row.event is not None]
    before = [row.event for row in rows[: marked + 1] if row.event is not None]
    concerned = differing or before[-1:]
    part = _part(timeline, [*differing[:2], *before[-2:]])
    if verbosity.now.lines and len(part):
        marks = {} if found else {event.seq: "here" for event in differing[:1]}
        blocks.append(
            text(
                part, width=_width(), times=False, max_lines=verbosity.now.lines, marks=marks, findings=found
            )
        )
    body = "\n\n".join(_indented(block) for block in blocks)
    error = ExpectationFailed(f"{sentence}\n\n{body}{_place(concerned)}")
    error.shown = len(part) if verbosity.now.lines else 0
    return error


def _place(concerned: Sequence[Event]) -> str:
    place = next((event.location for event in concerned if event.location is not None), None)
    return "" if place is None else f"\n\n{Places([place], here()).long(place)}"


def _width() -> int:
    return max(terminal_width() - _MARGIN, 40)


def _indented(block: str) -> str:
    return "\n".join(f"{' ' * INDENT}{line}".rstrip() for line in block.split("\n"))


def _compared(rows: Sequence[Row], marked: int) -> str:
    """Write both sides in columns, with what lies around the first difference if not all fits."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=True, header_style="")
    for title in ("", "expected", "found"):
        table.add_column(title, overflow="fold")
    first = max(min(marked - verbosity.now.rows // 2, len(rows) - verbosity.now.rows), 0)
    last = first + verbosity.now.rows
    if first:
        table.add_row("", f"... {first} more", "")
    for number, row in enumerate(rows[first:last], start=first):
        table.add_row(">" if row.differs and number == marked else "", row.expected, row.found)
    if last < len(rows):
        table.add_row("", f"... {len(rows) - last} more", "")
    return written(table, width=_width())


def _part(timeline: Timeline, concerned: Sequence[Event]) -> Timeline:
    """Return the events concerned with what lies around, inside and beside them."""
    if not concerned or len(timeline) <= verbosity.now.lines:
        return timeline
    wanted: set[int] = set()
    for event in concerned:
        wanted.update(_around(event, timeline))
    return timeline.where(lambda event: event.seq in wanted)


def _around(event: Event, timeline: Timeline) -> Iterator[int]:
    parent = timeline.parent(event)
    siblings = timeline.roots if parent is None else timeline.children(parent)
    place = next((n for n, one in enumerate(siblings) if one.seq == event.seq), 0)
    for one in siblings[max(place - _NEIGHBOURS, 0) : place + _NEIGHBOURS + 1]:
        yield one.seq
    yield from (child.seq for child in timeline.children(event))
    while parent is not None:
        yield parent.seq
        parent = timeline.parent(parent)
