"""Find the files of a program, by what they import."""

from __future__ import annotations

import ast
from pathlib import Path

from layertrace.diagnosis.user_source import tree_of

__all__ = ["files_of_program"]


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
