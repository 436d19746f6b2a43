"""Turn findings into the cards of the page: message, evidence, source line, and the fix as a diff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layertrace.diagnosis import Finding
from layertrace.render.page.columns import MISSING
from layertrace.render.page.tables import Tables
from layertrace.render.wording.fix_lines import fix_lines, is_code
from layertrace.render.wording.glyphs import UNICODE, printable
from layertrace.render.wording.source_frame import NUMBER_WIDTH, source_frame

__all__ = ["card"]

WIDEST = 100


def card(finding: Finding, index: dict[int, int], tables: Tables) -> dict[str, Any]:
    """Return what the page shows of a finding."""
    is_sentence = bool(finding.fix) and not is_code(finding.fix)
    return {
        "code": printable(finding.code),
        "name": printable(finding.name),
        "severity": finding.severity,
        "message": printable(finding.message),
        "layers": [tables.layer(layer) for layer in finding.layers],
        "place": tables.place(finding.location),
        "evidence": [
            [
                printable(evidence.text),
                tables.place(evidence.location),
                # An event outside of this selection is shown by its number alone.
                [[seq, index.get(seq, MISSING)] for seq in evidence.events],
            ]
            for evidence in finding.evidence
        ],
        "frame": [list(line) for line in _frame(finding, is_sentence=is_sentence)],
        "fix": UNICODE.user_lines(finding.fix) if is_sentence else "",
        "link": printable(finding.link),
    }


def _frame(finding: Finding, *, is_sentence: bool) -> Iterator[tuple[str, str]]:
    """Yield the lines of the frame, each with its role: code, caret, added, removed or comment."""
    if finding.location is not None:
        code = source_frame(finding.source, finding.location, UNICODE, WIDEST, "")
        yield from zip(("code", "caret"), _dedented([line.plain for line in code]), strict=False)
    if finding.fix and not is_sentence:
        roles = {"+": "added", "-": "removed"}
        for line in fix_lines(finding.fix, finding.source, UNICODE):
            yield roles.get(line.plain[NUMBER_WIDTH + 1 : NUMBER_WIDTH + 2], "comment"), line.plain


def _dedented(lines: list[str]) -> list[str]:
    """Return lines without the indentation that they share after the gutter: a column is narrow."""
    margin = NUMBER_WIDTH + len(" | ")
    codes = [line[margin:] for line in lines]
    shared = min((len(code) - len(code.lstrip()) for code in codes), default=0)
    return [line[:margin] + code[shared:] for line, code in zip(lines, codes, strict=True)]
