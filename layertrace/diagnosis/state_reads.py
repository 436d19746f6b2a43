"""Find where a function reads a global or an attribute, and what it decides on."""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Iterator
from dataclasses import dataclass

from layertrace.diagnosis.user_source import dotted, line_of, tree_of
from layertrace.timeline.event import Location

__all__ = [
    "CHANGERS",
    "Branch",
    "branch_on",
    "branches_of",
    "is_tested",
    "last_name",
    "line_of_file",
    "line_with",
    "read_at",
    "uses_value",
]

CHANGERS = ("append", "extend", "insert", "pop", "clear", "update", "add", "remove", "setdefault", "fill")
"""Methods that change a collection in place."""


def last_name(path: str) -> str:
    """Return the name or key at the end of a path: `alpha` of `self.config['alpha']`."""
    words: list[str] = re.findall(r"\w+", path)
    return words[-1] if words else ""


def line_of_file(file: str, node: ast.AST, function: str) -> Location:
    """Return the line of a node in a file."""
    return line_of(Location(file, 1, function), node)


def line_with(file: str, node: ast.expr, text: str) -> str:
    """Return the line of an expression with another text in its place, or only that text."""
    line = linecache.getline(file, node.lineno).encode()
    if node.end_lineno != node.lineno or node.end_col_offset is None or not line:
        return text
    return (line[: node.col_offset] + text.encode() + line[node.end_col_offset :]).decode().strip()


def read_at(place: Location | None, path: str) -> Location | None:
    """Return the line of a function that reads a value; None if its source is missing or it does not."""
    name = last_name(path)
    for node in _function_nodes(place):
        if _reads(node, name) and place is not None:
            return line_of_file(place.file, node, place.function)
    return None


def is_tested(place: Location | None, path: str) -> bool:
    """Return whether a function decides on a value in an `if`, a `while` or a conditional expression."""
    name = last_name(path)
    tests = [node.test for node in _function_nodes(place) if isinstance(node, (ast.If, ast.While, ast.IfExp))]
    return any(_reads(inner, name) for test in tests for inner in ast.walk(test))


@dataclass(frozen=True, slots=True)
class Branch:
    """An `if` that decides in Python.

    Attributes:
        test: Its test, as the program writes it.
        names: The names, attributes and keys in the test.
        applies: The call in its body that changes variables, such as `self.optimizer.apply_gradients`.
        every: The number in a test such as `self.batches % 4 == 0`.
        location: Its line.
    """

    test: str
    names: frozenset[str]
    applies: str
    every: int | None
    location: Location


def branch_on(place: Location | None, path: str) -> Branch | None:
    """Return the first `if` of a function that tests a value."""
    name = last_name(path)
    return next((branch for branch in branches_of(place) if name in branch.names), None)


def branches_of(place: Location | None) -> Iterator[Branch]:
    """Yield the `if` statements of a function, and its conditional expressions."""
    for node in _function_nodes(place):
        if not isinstance(node, (ast.If, ast.IfExp)) or place is None:
            continue
        names = {name for inner in ast.walk(node.test) for name in _names_of(inner)}
        body = node.body if isinstance(node.body, list) else [node.body]
        calls = [dotted(each.func) for part in body for each in ast.walk(part) if isinstance(each, ast.Call)]
        applies = next((call for call in calls if call.endswith((".apply_gradients", ".apply"))), "")
        every = next(
            (
                inner.right.value
                for inner in ast.walk(node.test)
                if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mod)
                if isinstance(inner.right, ast.Constant) and isinstance(inner.right.value, int)
            ),
            None,
        )
        line = line_of_file(place.file, node, place.function)
        yield Branch(ast.unparse(node.test), frozenset(names), applies, every, line)


def _names_of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def uses_value(place: Location | None, path: str) -> bool:
    """Return whether a function uses a value apart from changing, printing or appending to it."""
    name = last_name(path)
    nodes = _function_nodes(place)
    ignored: set[int] = set()
    for node in nodes:
        is_print = isinstance(node, ast.Call) and dotted(node.func) in ("print", "tf.print", "logging.info")
        if is_print or isinstance(node, ast.AugAssign):
            ignored |= {id(inner) for inner in ast.walk(node)}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            ignored.add(id(node.func.value) if node.func.attr in CHANGERS else 0)
        elif isinstance(node, ast.Assign):
            targets = {ast.unparse(target) for target in node.targets}
            ignored |= {id(inner) for inner in ast.walk(node.value) if ast.unparse(inner) in targets}
    return any(_reads(node, name) and id(node) not in ignored for node in nodes)


def _function_nodes(place: Location | None) -> list[ast.AST]:
    tree = None if place is None else tree_of(place.file)
    if tree is None or place is None:
        return []
    nodes = [
        node
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        and place.line
        in (function.lineno, *(each.lineno for each in getattr(function, "decorator_list", ())))
        for node in ast.walk(function)
    ]
    return sorted(nodes, key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))


def _reads(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Name):
        return node.id == name and isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Attribute):
        return node.attr == name and isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value) == name and isinstance(node.ctx, ast.Load)
    return False
