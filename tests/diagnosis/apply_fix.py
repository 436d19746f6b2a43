"""Apply the fixes of findings to the source of a program, as a user would who follows the diff."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from layertrace.diagnosis import Finding
from layertrace.render.formats.replacements import Replacement


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
        lines[number - 1 : number - 1 + replaced] = [
            indent + line if line else "" for line in code.splitlines()
        ]
    return "\n".join(lines) + "\n"


def replaced(source: str, changes: Iterable[Replacement]) -> str:
    """Return the source of a program with what an editor replaces, the last line first."""
    lines = source.splitlines()
    for change in sorted(changes, key=lambda change: change.location.line, reverse=True):
        at, width = change.location.line - 1, change.width
        whole = [] if width is None else [change.text + lines[at][width:]]
        lines[at : at + 1] = "\n".join(whole).splitlines()
    return "\n".join(lines) + "\n"


def _length(source: str, number: int) -> int:
    """Return how many lines the simple statement on a line has; the head of a compound one counts alone."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and node.lineno == number:
            return node.end_lineno - node.lineno + 1
    return 1
