"""Write a fix as plain text: a diff of the lines to change, or a sentence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from layertrace.diagnosis import Finding
from layertrace.render.wording.file_names import Places
from layertrace.render.wording.fix_lines import edit_lines, fix_lines, in_order, is_code
from layertrace.render.wording.glyphs import UNICODE

__all__ = ["fix_text", "message_and_fix"]


def fix_text(finding: Finding) -> str:
    """Return the fix of a finding as a diff, or as a sentence if it is not code; empty without one."""
    return textwrap.dedent("\n".join(_lines(finding)))


def message_and_fix(finding: Finding) -> str:
    """Return the message of a finding, and its fix after an empty line."""
    return "\n\n".join(filter(None, (UNICODE.user_lines(finding.message), fix_text(finding))))


def _lines(finding: Finding) -> Iterator[str]:
    if finding.fix and is_code(finding.fix):
        for line in fix_lines(finding.fix, finding.source, UNICODE, finding.fix_place):
            yield line.plain
    elif finding.fix:
        yield f"instead: {UNICODE.user(finding.fix)}"
    places = Places([edit.location for edit in finding.edits], "")
    for edit in in_order(finding.edits):
        for line in edit_lines(edit, places, UNICODE, finding.location):
            yield line.plain
