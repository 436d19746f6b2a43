"""Show each finding on one line: severity, code, place, and the beginning of its message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from layertrace.diagnosis import Finding
from layertrace.render.wording.file_names import Places, here
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.messages import prose
from layertrace.render.wording.styles import SEVERITIES

__all__ = ["SHORTEST_PLACE", "first_clause", "one_line_each", "places_of"]

INDENT = 2
SHORTEST_PLACE = 16

_IN_PARENTHESES = re.compile(r" \([^()]*\)")


def places_of(findings: Sequence[Finding], *, links: bool) -> Places:
    """Return the names of the lines of code that findings show.

    Args:
        findings: The findings.
        links: Whether the places are links to their files.
    """
    locations = [
        location
        for finding in findings
        for location in (
            finding.location,
            *(evidence.location for evidence in finding.evidence),
            *(edit.location for edit in finding.edits),
        )
        if location is not None
    ]
    return Places(locations, here(), links=links)


def one_line_each(
    findings: Sequence[Finding],
    places: Places,
    glyphs: Glyphs,
    width: int,
    *,
    whole: bool = False,
    lines: int = 1,
) -> Iterator[Text]:
    """Yield one line for each finding, or two where its message needs them.

    Args:
        findings: The findings.
        places: The names of their lines of code.
        glyphs: The symbols that can be shown.
        width: The maximum width of lines.
        whole: Whether to show as much of the message as fits, and not only its first clause.
        lines: The most lines for a finding. Its message ends with a word.
    """
    most = max(width // 3, SHORTEST_PLACE)
    named = [Text() if f.location is None else places.linked(f.location, glyphs, most) for f in findings]
    columns = [
        max((len(finding.severity) for finding in findings), default=0) + 2,
        max((len(finding.code) for finding in findings), default=0) + 2,
        max((place.cell_len for place in named), default=-2) + 2,
    ]
    for finding, place in zip(findings, named, strict=True):
        line, style = Text(" " * INDENT), SEVERITIES[finding.severity]
        line.append(finding.severity.ljust(columns[0]), style)
        line.append(finding.code.ljust(columns[1]), style)
        line.append_text(place).append(" " * (columns[2] - place.cell_len))
        message = prose(finding.message, glyphs)
        room = max(width - line.cell_len, 12)
        margin = " " * line.cell_len
        message = message if whole else first_clause(message)
        for number, part in enumerate(_fitted(message, room, lines, glyphs)):
            shown = Text(margin).append(part) if number else line.append(part)
            shown.no_wrap, shown.overflow = True, "ignore"
            yield shown


def first_clause(message: str) -> str:
    """Return the beginning of a message, until its first colon, semicolon or full stop.

    A colon before a number belongs to the clause, since an account of what was counted follows.

    Example:
        >>> first_clause("net is recreated (units: 3): its weights are new.")
        'net is recreated (units: 3)'
        >>> first_clause("3 traces of step: 2 because x changed, 1 in the first run. Use tensors.")
        '3 traces of step: 2 because x changed, 1 in the first run'
    """
    depth = 0
    for at, sign in enumerate(message):
        depth += (sign in "([{") - (sign in ")]}")
        is_end = sign in ":;." and depth <= 0 and message[at + 1 : at + 2] in ("", " ")
        if is_end and not (sign == ":" and message[at + 2 : at + 3].isdigit()):
            return message[:at]
    return message


def _fitted(text: str, width: int, lines: int, glyphs: Glyphs) -> list[str]:
    """Return a text in a number of lines: without what is in parentheses, and without its end, if need be."""
    if cell_len(text) <= width:
        return [text]
    parts = [""]
    for word in _IN_PARENTHESES.sub("", text).split():
        longer = f"{parts[-1]} {word}".lstrip()
        if cell_len(longer) <= width:
            parts[-1] = longer
        elif not parts[-1]:
            parts[-1] = _clipped(word, width, glyphs)
        elif len(parts) < lines:
            parts.append(_clipped(word, width, glyphs))
        else:
            while cell_len(parts[-1] + glyphs.dots) > width and " " in parts[-1]:
                parts[-1] = parts[-1].rpartition(" ")[0]
            parts[-1] = _clipped(parts[-1] + glyphs.dots, width, glyphs)
            break
    return parts


def _clipped(text: str, width: int, glyphs: Glyphs) -> str:
    """Return a text without its end if it is too wide."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - len(glyphs.dots), 1)).rstrip() + glyphs.dots
