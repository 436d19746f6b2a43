"""Find the files of a program, by what they import."""

from __future__ import annotations

import ast
from pathlib import Path

from layertrace.diagnosis.user_source import dotted, function_around, tree_of
from layertrace.timeline.event import Location

__all__ = ["calls_named", "files_of_program"]


def calls_named(file: str, name: str) -> list[tuple[Location, ast.Call]]:
    """Return the calls of a class or function in a program, each with its line.

    Args:
        file: A file of the program. It and the files that it imports are read.
        name: The last part of the name: `EarlyStopping`.
    """
    found = []
    for each in sorted(files_of_program(file)):
        for node in ast.walk(tree_of(each) or ast.Pass()):
            if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == name:
                around = function_around(Location(each, node.lineno))
                found.append(
                    (Location(each, node.lineno, "<module>" if around is None else around.name), node)
                )
    return found


def files_of_program(file: str) -> set[str]:
    """Return a file with those that it imports, directly or by another: modules in its folder or below it."""
    known, todo = {file}, [file]
    while todo:
        each = todo.pop()
        tree = tree_of(each)
        for node in () if tree is None else ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                module = node.module or ""
                names = [module, *(f"{module}.{alias.name}".strip(".") for alias in node.names)]
            for name in filter(None, names):
                beside = Path(each).parent.joinpath(*name.split(".")).with_suffix(".py")
                if str(beside) not in known and beside.is_file():
                    known.add(str(beside))
                    todo.append(str(beside))
    return known
