"""Apply the fixes of findings to the source of a program, as a user would who follows the diff."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from contextlib import suppress

from layertrace.diagnosis import Finding
from layertrace.render.wording.fix_lines import replaces_line

SEVERAL_PLACES = re.compile(r"# (once|in|or|then|at|on|the same|with the same|replace)\b")
"""Comments of fixes whose lines go to several places, or are an example to complete."""


def is_applicable(finding: Finding) -> bool:
    """Return whether a fix is complete code for one place, which can be applied without a human."""
    texts = [finding.fix, *(edit.code for edit in finding.edits)]
    is_whole = not any("..." in text or SEVERAL_PLACES.search(text) for text in texts)
    is_edit = not finding.fix and bool(finding.edits)
    mistake = finding.source.strip()
    is_one_line = len(finding.fix.splitlines()) == 1 and replaces_line(finding.fix, mistake)
    is_placed = finding.fix_place in ("before", "in place") or (finding.fix_place is None and is_one_line)
    return finding.location is not None and is_whole and (is_edit or (is_placed and is_code(finding.fix)))


def is_code(text: str) -> bool:
    """Return whether a fix is Python; the head of a function needs a body."""
    if text.startswith("#"):
        return False
    for body in ("", "\n    pass", "\ndef decorated(): pass"):
        with suppress(SyntaxError):
            ast.parse(text + body)
            return True
    return False


def applied(source: str, findings: Iterable[Finding]) -> str:
    """Return the source of a program with all fixes applied, the last line first."""
    lines = source.splitlines()
    changes: list[tuple[int, int, str]] = []  # line, how many lines it replaces, code
    for finding in findings:
        if finding.fix:
            replaced = 0 if finding.fix_place == "before" else _length(source, finding.location.line)
            changes.append((finding.location.line, replaced, finding.fix))
        changes += [(edit.location.line, 1, edit.code) for edit in finding.edits]
    for number, replaced, code in sorted(set(changes), reverse=True):
        indent = re.match(r"\s*", lines[number - 1]).group()
        lines[number - 1 : number - 1 + replaced] = [indent + line for line in code.splitlines()]
    return "\n".join(lines) + "\n"


def _length(source: str, number: int) -> int:
    """Return how many lines the simple statement on a line has; the head of a compound one counts alone."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and node.lineno == number:
            return node.end_lineno - node.lineno + 1
    return 1
