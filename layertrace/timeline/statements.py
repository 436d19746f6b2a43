"""Find the statements of a program that events come from, and their source."""

from __future__ import annotations

import ast
import io
import linecache
import os
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice

from layertrace.timeline.event import Location

__all__ = ["Statement", "Statements", "read_statements", "source_of_file"]

LONGEST_SOURCE = 200
LONGEST_LINE = 400
MOST_LINES_KEPT = 20
MOST_STATEMENTS = 2_000
MOST_LINES = 10_000
MODULE_LEVEL = ("", "<module>")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a program, which may span several lines.

    Attributes:
        file: The file, as in `Location`; empty if the line is unknown.
        first: The first line, counted from 1. Of a compound statement, such as `for`, only the head counts.
        last: The last line.
        function: The function around it, `Net.call`; empty at module level.
        loop: The first and last line of the outermost loop around it in its function; None outside of loops.
        source: Its text on one line, without comments and at most 200 characters; empty if it cannot be read.
        lines: Its first 20 lines as they are in the file, each with at most 400 characters.
    """

    file: str
    first: int
    last: int
    function: str = ""
    loop: tuple[int, int] | None = None
    source: str = ""
    lines: tuple[str, ...] = field(default=(), compare=False)

    def line(self, number: int) -> str | None:
        """Return a line of the statement as it is in the file; None if it is unknown."""
        at = number - self.first
        return self.lines[at] if 0 <= at < len(self.lines) else None


class Statements:
    """The statement of each line of code.

    Args:
        recorded: The statements that a recording has kept; they win over files, which may have changed.
        is_current: Whether files still have the source that ran, so that they may be read.
    """

    def __init__(self, recorded: Iterable[Statement] = (), *, is_current: bool = True) -> None:
        self._is_current = is_current
        self._lines: dict[tuple[str, int], Statement] = {}
        # Statements inside a head, such as `for x in y: f(x)`, follow it and win.
        for statement in sorted(recorded, key=lambda statement: statement.first - statement.last):
            for line in range(statement.first, min(statement.last, statement.first + MOST_LINES) + 1):
                self._lines[statement.file, line] = statement

    def at(self, location: Location | None) -> Statement:
        """Return the innermost statement at a location."""
        if location is None:
            return Statement("", 0, 0)
        key = (location.file, location.line)
        statement = self._lines.get(key)
        if statement is None:
            statement = self._lines[key] = self._read(location)
        return statement

    def _read(self, location: Location) -> Statement:
        read = _statement_at(location.file, location.line) if self._is_current else None
        if read is not None:
            return read
        function = "" if location.function in MODULE_LEVEL else location.function
        return Statement(location.file, location.line, location.line, function)


def read_statements(locations: Iterable[Location | None]) -> tuple[Statement, ...]:
    """Return the statements at these locations whose source can be read, each once, up to 2,000."""
    statements = Statements()
    # Events of one line share the object; to hash a million locations takes two seconds.
    distinct = {id(location): location for location in locations}.values()
    found = dict.fromkeys(statements.at(location) for location in dict.fromkeys(distinct))
    return tuple(islice((statement for statement in found if statement.source), MOST_STATEMENTS))


@lru_cache(maxsize=4096)
def _statement_at(file: str, line: int) -> Statement | None:
    """Return the innermost statement at a line of a file; None if the file cannot be read or parsed."""
    node_and_statement = _index(file).get(line)
    if node_and_statement is None:
        return None
    node, statement = node_and_statement
    lines = linecache.getlines(file)
    kept = lines[statement.first - 1 : statement.last][:MOST_LINES_KEPT]
    return replace(
        statement,
        source=_source_of(node, statement, lines),
        lines=tuple(text.rstrip()[:LONGEST_LINE] for text in kept),
    )


def source_of_file(file: str) -> str | None:
    """Return the source of a file, or of code that `linecache` knows; None if it cannot be read."""
    # `linecache` would look for a relative name in all of `sys.path`.
    if not (file in linecache.cache or os.path.exists(file)):
        return None
    return "".join(linecache.getlines(file))


@lru_cache(maxsize=64)
def _index(file: str) -> Mapping[int, tuple[ast.stmt, Statement]]:
    """Return the innermost statement of each line."""
    source = source_of_file(file)
    if source is None:
        return {}
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a notebook cell with a magic command
        return {}
    return {
        line: (node, statement)
        for node, statement in _inside(file, tree)
        for line in range(statement.first, statement.last + 1)
    }


def _inside(file: str, tree: ast.Module) -> Iterator[tuple[ast.stmt, Statement]]:
    """Yield all statements, outer ones before those inside them."""
    waiting: list[tuple[ast.AST, str, tuple[int, int] | None]] = [(tree, "", None)]
    while waiting:
        node, function, loop = waiting.pop()
        if isinstance(node, ast.stmt):
            last = node.end_lineno or node.lineno
            first = min([node.lineno, *(mark.lineno for mark in getattr(node, "decorator_list", ()))])
            yield node, Statement(file, first, _end_of_head(node, last), function, loop)
            if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
                loop = loop or (node.lineno, last)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                function, loop = f"{function}.{node.name}".lstrip("."), None
        waiting += [
            (child, function, loop)
            for child in ast.iter_child_nodes(node)
            if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case))
        ]


def _end_of_head(node: ast.stmt, last: int) -> int:
    """Return the last line of a statement, without the block inside it."""
    body = getattr(node, "body", None)
    return max(node.lineno, body[0].lineno - 1) if body else last


def _source_of(node: ast.stmt, statement: Statement, lines: list[str]) -> str:
    """Return a statement, or the head of a compound one, on one line."""
    text = [line.rstrip("\r\n") for line in lines[statement.first - 1 : statement.last]]
    if not hasattr(node, "body") and text:  # other statements and comments may share its lines
        text[-1] = text[-1].encode()[: node.end_col_offset].decode(errors="ignore")
        text[0] = text[0].encode()[node.col_offset :].decode(errors="ignore")
    joined = ""
    for line in _without_comments("\n".join(text)).split("\n"):
        part = line.strip()
        if part.startswith((")", "]", "}")):
            joined = joined.removesuffix(",")
        elif joined and part and not joined.endswith(("(", "[", "{")):
            joined += " "
        joined += part
    return joined[:LONGEST_SOURCE]


def _without_comments(text: str) -> str:
    if "#" not in text:
        return text
    unindented = text.lstrip()
    indent = len(text) - len(unindented)
    lines = text.split("\n")
    # A head without its block is an error, but only after its last comment.
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(unindented).readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                lines[line - 1] = lines[line - 1][: column + (indent if line == 1 else 0)]
    return "\n".join(lines)
