"""Turn a fix that is complete code into replacements of text, which an editor can apply."""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from layertrace.diagnosis import Finding
from layertrace.render.wording.fix_lines import replaces_line
from layertrace.timeline.event import Location

__all__ = ["Replacement", "changed_part", "is_applicable", "replacements"]

SEVERAL_PLACES = re.compile(r"# (once|in|or|then|at|on|the same|with the same|replace)\b")
"""Comments of fixes whose lines go to several places, or are an example to complete."""
_WORDS = re.compile(r"\w+|\W")


@dataclass(frozen=True, slots=True)
class Replacement:
    """Text to write in place of a part of a line.

    The part is as small as possible, so that the fixes of two findings on one line can both be applied.

    Attributes:
        location: The line.
        start: How many characters of the line to keep.
        end: Where the part to replace ends; `start` to insert text, None to remove the whole line.
        text: What to write.
    """

    location: Location
    start: int
    end: int | None
    text: str = ""


def is_applicable(finding: Finding) -> bool:
    """Return whether a fix is complete code for one place, which can be applied without a human."""
    texts = [finding.fix, *(edit.code for edit in finding.edits)]
    is_whole = not any("..." in text or SEVERAL_PLACES.search(text) for text in texts)
    is_edit = not finding.fix and bool(finding.edits)
    mistake = finding.source.strip()
    is_one_line = len(finding.fix.splitlines()) == 1 and replaces_line(finding.fix, mistake)
    is_placed = finding.fix_place in ("before", "in place") or (finding.fix_place is None and is_one_line)
    return finding.location is not None and is_whole and (is_edit or (is_placed and _is_code(finding.fix)))


def replacements(finding: Finding) -> tuple[Replacement, ...]:
    """Return what to replace to apply the fix of a finding.

    Returns:
        Nothing if the fix needs a human, if a statement has several lines, or if the file is not here or has
        another line.
    """
    if not is_applicable(finding):
        return ()
    found = tuple(_each(finding))
    return () if None in found else tuple(each for each in found if each is not None)


def _each(finding: Finding) -> Iterator[Replacement | None]:
    """Yield each replacement, or None for one that cannot be made."""
    if finding.fix and finding.location is not None:
        is_before = finding.fix_place == "before"
        is_whole = is_before or _is_code(finding.source.strip())
        yield _of_line(finding.location, finding.source, finding.fix, is_before) if is_whole else None
    for edit in finding.edits:
        yield _of_line(edit.location, edit.source, edit.code, is_before=False)


def _of_line(location: Location, source: str, code: str, is_before: bool) -> Replacement | None:
    """Return the replacement of a line, if the file is here and still has it."""
    line = linecache.getline(location.file, location.line).rstrip()
    if not line or line.strip() != source.strip():  # a source may be without its indentation
        return None
    if not code:
        return Replacement(location, 0, None)
    indentation = line[: len(line) - len(line.lstrip())]
    text = "\n".join(f"{indentation}{new}" if new else "" for new in code.splitlines())
    return (
        Replacement(location, 0, 0, f"{text}\n")
        if is_before
        else Replacement(location, *changed_part(line, text))
    )


def changed_part(line: str, text: str) -> tuple[int, int, str]:
    """Return the columns of a line that another text changes, and what it has there, in whole words."""
    old, new = _WORDS.findall(line), _WORDS.findall(text)
    least = min(len(old), len(new))
    kept = next((at for at in range(least) if old[at] != new[at]), least)
    after = next((at for at in range(least - kept) if old[-1 - at] != new[-1 - at]), least - kept)
    start, end = len("".join(old[:kept])), len(line) - len("".join(old[len(old) - after :]))
    return start, end, "".join(new[kept : len(new) - after])


def _is_code(text: str) -> bool:
    """Return whether a text is Python; the head of a statement needs a body, and a decorator a function."""
    if text.startswith("#"):
        return False
    for body in ("", "\n    pass", "\ndef decorated(): pass"):
        with suppress(SyntaxError, ValueError):
            ast.parse(text + body)
            return True
    return False
