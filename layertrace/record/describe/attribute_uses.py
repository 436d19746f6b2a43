"""Find the lines of a program's source that set an attribute, and whether one reads it."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import ModuleType
from typing import NamedTuple

from layertrace.record.describe import source_lines
from layertrace.record.frameworks import autograph
from layertrace.record.process import safe
from layertrace.timeline.event import Location
from layertrace.timeline.ownership import is_installed_file
from layertrace.timeline.statements import source_of_file

__all__ = ["AttributeUses", "program_files", "uses_of"]


class AttributeUses(NamedTuple):
    """The uses of the attributes of one name.

    Attributes:
        setting: The lines that set it, also by `setattr`.
        is_read: Whether a line reads it, or has its name as a string, which `getattr` may take.
        is_complete: Whether the source of all files is known.
    """

    setting: tuple[Location, ...]
    is_read: bool
    is_complete: bool


def program_files(recorded: Iterable[str]) -> set[str]:
    """Return the files of the program: those that are recorded, and those of the modules that it imported."""
    modules = [module for module in list(sys.modules.values()) if safe.is_a(module, ModuleType)]
    imported = [safe.instance_dict(module).get("__file__") for module in modules]
    sources = [file for file in imported if type(file) is str and file.endswith(".py")]
    by_path = {os.path.abspath(file): file for file in (*sources, *recorded)}
    return {
        file
        for file in by_path.values()
        if not source_lines.is_internal(file)
        and not is_installed_file(file)
        and not autograph.is_generated(file)
    }


def uses_of(name: str, files: Iterable[str]) -> AttributeUses:
    """Return the uses of an attribute in the files of a program."""
    setting: list[Location] = []
    is_read, is_complete = False, True
    for file in sorted(files):
        source = source_of_file(file)
        is_complete = is_complete and source is not None
        tree = _tree(source) if source is not None and name in source else None
        for node, function in () if tree is None else _in_functions(tree):
            if _sets(node, name):
                end = node.end_col_offset if node.end_lineno == node.lineno else None
                setting.append(Location(file, node.lineno, function, (node.col_offset, end)))
            elif _reads(node, name):
                is_read = True
    setting.sort(key=lambda place: (place.file, place.line))
    return AttributeUses(tuple(setting), is_read, is_complete)


def _tree(source: str) -> ast.Module | None:
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):  # a cell with a magic command
        return ast.parse(source)
    return None


def _in_functions(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    """Yield all expressions with the name of the function around them.

    The name of an attribute in a `setattr` belongs to that call, and is left out.
    """
    waiting: list[tuple[ast.AST, str]] = [(tree, "<module>")]
    while waiting:
        node, function = waiting.pop()
        if isinstance(node, ast.expr):
            yield node, function
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            function = node.name
        without = _name_in_setattr(node)
        waiting += [(child, function) for child in ast.iter_child_nodes(node) if child is not without]


def _name_in_setattr(node: ast.AST) -> ast.expr | None:
    """Return the second argument of a call of `setattr`."""
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr"
    return node.args[1] if is_call and isinstance(node, ast.Call) and len(node.args) == 3 else None


def _sets(node: ast.expr, name: str) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == name and isinstance(node.ctx, ast.Store)
    given = _name_in_setattr(node)
    return isinstance(given, ast.Constant) and given.value == name


def _reads(node: ast.expr, name: str) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == name
    return isinstance(node, ast.Constant) and node.value == name
