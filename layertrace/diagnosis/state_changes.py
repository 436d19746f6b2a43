"""Find the statements that change a global or an attribute, and write them with a variable."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from dataclasses import dataclass

from layertrace.diagnosis.program_files import files_of_program
from layertrace.diagnosis.state_reads import CHANGERS, last_name, line_of_file
from layertrace.diagnosis.user_source import dotted, tree_of
from layertrace.timeline.event import Location

__all__ = [
    "Definition",
    "StateChange",
    "change_of",
    "definition_of",
]


@dataclass(frozen=True, slots=True)
class StateChange:
    """A statement that changes a value.

    Attributes:
        location: Its line.
        target: What is changed, as the program writes it: `self.loss.weight`.
        assignment: The statement with `assign`, which a graph sees; empty if it has no counterpart.
    """

    location: Location
    target: str
    assignment: str


def change_of(
    path: str, now: object, run: Location | None, reader: Location | None, *, is_own: bool = False
) -> StateChange | None:
    """Return the statement that has probably changed a value before a graph ran; None if there are none.

    It is the last one above the line of the run, in the same function, or else the first one in another
    function, such as that of a callback, or in a file that the program imports. The functions that read the
    value, `__init__` and the definition of a global do not count.

    Args:
        path: What has changed: `alpha`, `self.weight`, `config['rate']`.
        now: The new value, which decides between constants.
        run: The line where the graph ran.
        reader: Where the function that reads the value is defined.
        is_own: Whether a change inside that function counts.
    """
    for file in _files(path, run, reader):
        changes = [
            change
            for change in _changes(file, path)
            if is_own or reader is None or not _is_in(change, reader)
        ]
        equal = [change for change in changes if change.constant == (now,)] or [
            change for change in changes if change.constant is None
        ]
        around = "" if run is None or run.file != file else run.function
        above = [
            change
            for change in equal
            if run is not None
            and _is_same_function(change.function, around)
            and change.line <= _end(run, file)
        ]
        elsewhere = [change for change in equal if not _is_same_function(change.function, around)]
        # The first assignment at module level defines the value.
        above = [change for change in above if not change.is_definition]
        elsewhere = [change for change in elsewhere if not change.is_definition]
        chosen = above[-1:] or elsewhere[:1] or [change for change in equal if not change.is_definition][:1]
        for change in chosen:
            place = line_of_file(file, change.node, change.function)
            return StateChange(place, ast.unparse(change.target), _assigned(change.node, change.target))
    return None


@dataclass(frozen=True, slots=True)
class Definition:
    """The statement that gives a value its first content.

    Attributes:
        location: Its line.
        source: The line as it is in the file.
        target: What it assigns to.
        value: What it assigns, as the program writes it.
        is_alone: Whether nothing else is on the line.
    """

    location: Location
    source: str
    target: str
    value: str
    is_alone: bool


def definition_of(path: str, *places: Location | None) -> Definition | None:
    """Return the statement that defines a global, or an attribute in `__init__`.

    Args:
        path: The value, such as `self.weight`.
        *places: Lines of the files to search first, before those that these import.
    """
    for file in _files(path, *places):
        for change in _changes(file, path):
            node = change.node
            if (
                not change.is_definition
                or not isinstance(node, ast.Assign)
                or isinstance(change.target, ast.Subscript)
            ):
                continue
            source = linecache.getline(file, node.lineno).strip()
            if len(node.targets) == 1 and node.targets[0] is change.target:
                return Definition(
                    location=line_of_file(file, node, change.function),
                    source=source,
                    target=ast.unparse(change.target),
                    value=ast.unparse(node.value),
                    is_alone=source == ast.unparse(node),
                )
    return None


def _files(path: str, *places: Location | None) -> list[str]:
    """Return the files of some lines, then those that they import, whose globals are others."""
    files = dict.fromkeys(place.file for place in places if place is not None)
    is_global = path == last_name(path)
    others = () if is_global else sorted(each for file in files for each in files_of_program(file))
    return list(dict.fromkeys([*files, *others]))


@dataclass(frozen=True, slots=True)
class _Change:
    node: ast.stmt | ast.expr
    target: ast.expr
    function: str
    lines: tuple[int, int]
    constant: tuple[object] | None
    is_definition: bool

    @property
    def line(self) -> int:
        return self.node.lineno


def _functions_of(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return all functions of a file, without lambdas."""
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def _is_same_function(name: str, other: str) -> bool:
    return name == other or {name, other} <= {"", "<module>"}


def _end(run: Location, file: str) -> int:
    """Return the last line of the outermost loop around a line: what follows in a loop runs before it."""
    tree = tree_of(file)
    ends = [
        node.end_lineno or node.lineno
        for node in ([] if tree is None else ast.walk(tree))
        if isinstance(node, (ast.For, ast.While))
        and node.lineno <= run.line <= (node.end_lineno or node.lineno)
    ]
    return max([run.line, *ends])


def _is_in(change: _Change, reader: Location) -> bool:
    """Return whether a change is inside the function that reads the value."""
    first, last = change.lines
    return (
        first <= reader.line <= last
        and change.function not in ("", "<module>")
        and (change.function == reader.function or first == reader.line)
    )


def _changes(file: str, path: str) -> Iterator[_Change]:
    """Yield the statements of a file that change what a path ends with, in order."""
    tree = tree_of(file)
    if tree is None:
        return
    name = last_name(path)
    is_global = path == name
    functions = _functions_of(tree)
    loops = [node for node in ast.walk(tree) if isinstance(node, (ast.For, ast.While))]
    seen_definition = False
    for node in sorted(ast.walk(tree), key=lambda node: getattr(node, "lineno", 0)):
        for target, value in _targets(node):
            if not isinstance(node, (ast.stmt, ast.expr)) or not _names(target, name, is_global):
                continue
            around = [each for each in functions if each.lineno <= node.lineno <= (each.end_lineno or 0)]
            function = max(around, key=lambda each: each.lineno, default=None)
            label = "" if function is None else function.name
            is_local = is_global and function is not None and not _is_declared(function, name)
            if is_local and function is not None and not _has_inner(function):
                continue
            is_plain = isinstance(target, ast.Name) and isinstance(node, (ast.Assign, ast.AnnAssign))
            is_plain &= function is None or not _is_declared(function, name)
            is_first = is_plain and not seen_definition and not any(_is_within(node, loop) for loop in loops)
            seen_definition |= is_first
            lines = (0, 0) if function is None else (function.lineno, function.end_lineno or 0)
            constant = (value.value,) if isinstance(value, ast.Constant) else None
            yield _Change(node, target, label, lines, constant, is_first or label in ("__init__", "build"))


def _is_within(node: ast.stmt | ast.expr, block: ast.stmt) -> bool:
    return block.lineno <= node.lineno <= (block.end_lineno or block.lineno)


def _has_inner(function: ast.AST) -> bool:
    """Return whether a function has another inside, which may use its variables."""
    inner = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef)
    return any(isinstance(each, inner) for each in ast.walk(function) if each is not function)


def _targets(node: ast.AST) -> Iterator[tuple[ast.expr, ast.AST | None]]:
    """Yield what a statement changes, with the new value."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, (ast.Tuple, ast.List)):
                values = node.value.elts if isinstance(node.value, (ast.Tuple, ast.List)) else []
                is_unpacked = len(values) == len(target.elts)
                for number, each in enumerate(target.elts):
                    yield each, values[number] if is_unpacked else node.value
            else:
                yield target, node.value
    elif isinstance(node, ast.AugAssign):
        yield node.target, node
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, (ast.For, ast.comprehension)):
        yield node.target, None
    elif isinstance(node, ast.Call):
        name = dotted(node.func).rpartition(".")[2]
        arguments = [*node.args]
        if name == "setattr" and len(arguments) == 3 and isinstance(arguments[1], ast.Constant):
            attribute = str(arguments[1].value)
            yield ast.copy_location(ast.Attribute(arguments[0], attribute, ast.Store()), node), arguments[2]
        elif name in CHANGERS and isinstance(node.func, ast.Attribute):
            yield node.func.value, None
            for keyword in node.keywords if name == "update" else ():
                if keyword.arg is not None:
                    key = ast.Constant(keyword.arg)
                    yield (
                        ast.copy_location(ast.Subscript(node.func.value, key, ast.Store()), node),
                        keyword.value,
                    )


def _names(target: ast.expr, name: str, is_global: bool) -> bool:
    """Return whether a target is the global of a name, or an attribute or item of it."""
    if isinstance(target, ast.Name):
        return target.id == name and is_global
    if isinstance(target, ast.Attribute):
        return target.attr == name
    if isinstance(target, ast.Subscript):
        key = target.slice
        if isinstance(key, ast.Constant) and str(key.value) == name:
            return True
        return not isinstance(key, ast.Constant) and dotted(target.value).rpartition(".")[2] == name
    return False


def _is_declared(function: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names for node in ast.walk(function)
    )


def _assigned(node: ast.AST, target: ast.expr) -> str:
    """Write a statement with `assign`: `alpha.assign(epoch / 5)`."""
    name = ast.unparse(target)
    if isinstance(node, ast.AugAssign):
        if isinstance(node.op, ast.Add):
            return f"{name}.assign_add({ast.unparse(node.value)})"
        if isinstance(node.op, ast.Sub):
            return f"{name}.assign_sub({ast.unparse(node.value)})"
        value = ast.unparse(ast.BinOp(target, node.op, node.value))
        return f"{name}.assign({value})"
    new = next((each for part, each in _targets(node) if ast.unparse(part) == name), None)
    return f"{name}.assign({ast.unparse(new)})" if new is not None else ""
