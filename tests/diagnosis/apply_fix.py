"""Apply the fixes of findings to the source of a program, as a user would who follows the diff."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from layertrace.diagnosis import Finding
from layertrace.render.formats.replacements import Replacement, changed_part


def applied(source: str, findings: Iterable[Finding]) -> str:
    """Return the source of a program with all fixes applied, the last line first.

    Two fixes that change one line are both applied, unless they change the same part of it.
    """
    lines = source.splitlines()
    changes: list[tuple[int, int, str]] = []  # line, how many lines it replaces, code
    for finding in findings:
        if finding.fix:
            replaced = 0 if finding.fix_place == "before" else _length(source, finding.location.line)
            changes.append((finding.location.line, replaced, finding.fix))
        changes += [(edit.location.line, 1, edit.code) for edit in finding.edits]
    for number, replaced, code in _composed(lines, sorted(set(changes), reverse=True)):
        indent = re.match(r"\s*", lines[number - 1]).group()
        lines[number - 1 : number - 1 + replaced] = [
            indent + line if line else "" for line in code.splitlines()
        ]
    return "\n".join(lines) + "\n"


def _composed(lines: list[str], changes: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return changes, with those of parts of one line as one change of that line."""
    parts: dict[int, list[tuple[int, int, str]]] = {}
    composed = []
    for number, replaced, code in changes:
        if replaced != 1 or not code:
            composed.append((number, replaced, code))
            continue
        part = changed_part(lines[number - 1].strip(), code)
        others = parts.setdefault(number, [])
        if not any(_overlap(part, other) for other in others):
            others.append(part)
    for number, found in parts.items():
        line = lines[number - 1].strip()
        for start, end, text in sorted(found, reverse=True):
            line = line[:start] + text + line[end:]
        composed.append((number, 1, line))
    return sorted(composed, reverse=True)


def _overlap(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    return one[:2] == other[:2] or (one[0] < other[1] and other[0] < one[1])


def replaced(source: str, changes: Iterable[Replacement]) -> str:
    """Return the source of a program with what an editor replaces, the last line first."""
    lines = source.splitlines()
    for change in sorted(changes, key=lambda change: (change.location.line, change.start), reverse=True):
        at, end = change.location.line - 1, change.end
        whole = [] if end is None else [lines[at][: change.start] + change.text + lines[at][end:]]
        lines[at : at + 1] = "\n".join(whole).splitlines()
    return "\n".join(lines) + "\n"


def _length(source: str, number: int) -> int:
    """Return how many lines the simple statement on a line has; the head of a compound one counts alone."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and node.lineno == number:
            return node.end_lineno - node.lineno + 1
    return 1
