"""Read what the program does with a name below a line, and write a statement with other expressions in it."""

from __future__ import annotations

import ast
import linecache

from layertrace.diagnosis.user_source import function_around, nodes_at, tree_of
from layertrace.timeline.event import Location

__all__ = ["is_read_later", "rewritten", "source_of", "without_call"]


def is_read_later(location: Location | None, name: str) -> bool:
    """Return whether the code below a line reads a variable before it is assigned again; True if unknown.

    In a loop, the lines above may read it, too.
    """
    tree = None if location is None else tree_of(location.file)
    if tree is None or location is None:
        return True
    if not name:
        return False
    around: ast.AST = function_around(location) or tree
    loops = [
        node
        for node in ast.walk(around)
        if isinstance(node, (ast.For, ast.While)) and node.lineno <= location.line <= (node.end_lineno or 0)
    ]
    names = [node for node in ast.walk(around) if isinstance(node, ast.Name) and node.id == name]
    if loops:
        return any(isinstance(node.ctx, ast.Load) for node in names)
    ends = max((node.end_lineno or 0 for node in nodes_at(location) if isinstance(node, ast.stmt)), default=0)
    below = sorted(
        (node for node in names if node.lineno > ends),
        key=lambda node: (node.lineno, not isinstance(node.ctx, ast.Load)),
    )
    return bool(below) and isinstance(below[0].ctx, ast.Load)


def source_of(location: Location | None, node: ast.AST) -> str:
    """Return the text of a node in the file of a location."""
    lines = [] if location is None else linecache.getlines(location.file)
    return ast.get_source_segment("".join(lines), node) or ast.unparse(node)


def rewritten(location: Location | None, statement: ast.stmt | ast.expr, changes: dict[ast.expr, str]) -> str:
    """Return the text of a statement or expression with other text in place of some of its expressions.

    For a location inside a statement of several lines, this is only that line if nothing else changes. For a
    statement that shares its line, as in `def loss(y, p): return y - p`, it is the whole line.
    """
    text = source_of(location, statement)
    for node in sorted(changes, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        old = source_of(location, node)
        at = _offset(text, statement, node)
        if text[at : at + len(old)] == old:
            text = text[:at] + changes[node] + text[at + len(old) :]
    line = statement.lineno if location is None else location.line
    if line > statement.lineno and all(node.lineno == node.end_lineno == line for node in changes):
        return text.splitlines()[line - statement.lineno].strip()
    if location is not None and isinstance(statement, ast.stmt) and statement.lineno == statement.end_lineno:
        whole = linecache.getline(location.file, statement.lineno).encode()
        before, after = whole[: statement.col_offset], whole[statement.end_col_offset :]
        return f"{before.decode()}{text}{after.decode()}".strip() if before.strip() else text
    return text


def without_call(location: Location | None) -> str:
    """Write the statement of a line with `layer(x)` in place of `layer.call(x)`; nothing if it has none."""
    nodes = list(nodes_at(location))
    statement = next((node for node in nodes if isinstance(node, ast.stmt)), None)
    called = [node.func for node in nodes if isinstance(node, ast.Call)]
    methods = [func for func in called if isinstance(func, ast.Attribute) and func.attr == "call"]
    if statement is None or not methods:
        return ""
    return rewritten(location, statement, {func: source_of(location, func.value) for func in methods})


def _offset(text: str, statement: ast.stmt | ast.expr, node: ast.expr) -> int:
    """Return where an expression begins in the text of its statement."""
    lines = text.splitlines(keepends=True)
    above = node.lineno - statement.lineno
    columns = node.col_offset - (statement.col_offset if not above else 0)
    line = lines[above].encode() if above < len(lines) else b""
    return sum(map(len, lines[:above])) + len(line[:columns].decode(errors="ignore"))
