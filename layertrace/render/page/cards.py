"""Turn findings into the cards of the page: message, evidence, source line, and the fix as a diff."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from rich.cells import cell_len

from layertrace.diagnosis import Finding
from layertrace.render.page.columns import MISSING
from layertrace.render.page.tables import Tables
from layertrace.render.wording.fix_lines import (
    edit_lines,
    fix_lines,
    in_order,
    is_above,
    is_code,
    lines_above,
    shown_above,
)
from layertrace.render.wording.glyphs import UNICODE, printable
from layertrace.render.wording.messages import prose
from layertrace.render.wording.source_frame import NUMBER_WIDTH, source_frame
from layertrace.timeline.event import Location

__all__ = ["FrameLine", "card", "code_line"]

WIDEST = 240

FrameLine = tuple[str, str, int, int]
"""Its role (code, added, removed or comment), its text, and where the part to underline begins and ends."""


def card(finding: Finding, index: dict[int, int], tables: Tables) -> dict[str, Any]:
    """Return what the page shows of a finding."""
    is_sentence = bool(finding.fix) and not is_code(finding.fix)
    return {
        "code": printable(finding.code),
        "name": printable(finding.name),
        "severity": finding.severity,
        "message": prose(finding.message, UNICODE),
        "layers": [tables.layer(layer) for layer in finding.layers],
        "place": tables.place(finding.location),
        "evidence": [
            [
                prose(evidence.text, UNICODE),
                tables.place(evidence.location),
                # An event outside of this selection is shown by its number alone.
                [[seq, index.get(seq, MISSING)] for seq in evidence.events],
            ]
            for evidence in finding.evidence
            if evidence not in shown_above(finding)
        ],
        "frame": [list(line) for line in _frame(finding, tables, is_sentence=is_sentence)],
        "fix": UNICODE.user_lines(finding.fix) if is_sentence else "",
        "link": printable(finding.link),
    }


def code_line(source: str, location: Location) -> list[FrameLine]:
    """Return a line of source code, with the part to underline; nothing if the line is blank."""
    lines = [line.plain for line in source_frame(source, location, UNICODE, WIDEST, "")]
    if not lines:
        return []
    code, caret = _dedented(lines)
    columns = list(accumulate(map(cell_len, code), initial=0))
    begin = bisect_left(columns, caret.index("^"))
    end = bisect_left(columns, cell_len(caret.rstrip()))
    is_whole = not (code[NUMBER_WIDTH + len(" | ") : begin].strip() or code[end:].strip())
    return [("code", code, 0, 0) if is_whole else ("code", code, begin, end)]


def _frame(finding: Finding, tables: Tables, *, is_sentence: bool) -> Iterator[FrameLine]:
    """Yield the lines of the frame: the code, and the fix above or below it."""
    above = [line.plain for line in lines_above(finding, UNICODE)]
    for line in _dedented(above) if above else ():
        yield _role(line), line, 0, 0
    if finding.location is not None:
        yield from code_line(finding.source, finding.location)
    if finding.fix and not is_sentence and not is_above(finding):
        for text in fix_lines(finding.fix, finding.source, UNICODE, finding.fix_place):
            yield _role(text.plain), text.plain, 0, 0
    for edit in in_order(finding.edits):
        lines = edit_lines(edit, tables.places, UNICODE, finding.location)
        for line in _dedented([text.plain for text in lines]):
            yield _role(line), line, 0, 0


def _role(line: str) -> str:
    """Return the role of a line by its mark, which follows the number."""
    return {"+": "added", "-": "removed", UNICODE.pipe: "code"}.get(line[NUMBER_WIDTH + 1 :][:1], "comment")


def _dedented(lines: list[str]) -> list[str]:
    """Return lines without the indentation that they share after the gutter: a column is narrow."""
    margin = NUMBER_WIDTH + len(" | ")
    codes = [line[margin:] for line in lines]
    shared = min((len(code) - len(code.lstrip()) for code in codes), default=0)
    return [line[:margin] + code[shared:] for line, code in zip(lines, codes, strict=True)]
