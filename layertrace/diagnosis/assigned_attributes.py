"""Find where the classes of a layer, or functions that prepare it, assign an attribute of it."""

from __future__ import annotations

import ast

from layertrace.diagnosis.program_files import files_of_program
from layertrace.diagnosis.user_source import dotted, first_parameter, function_around, nodes_of, tree_of
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Location

__all__ = ["assigned_in", "methods_of", "users_of"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def methods_of(state: LayerState) -> list[Location]:
    """Return the methods of a layer's class and then of its base classes, in the files of the program."""
    names = [state.layer.class_name, *(base.rpartition(".")[2] for base in state.layer.bases)]
    found = [
        (names.index(cls.name), Location(file, method.lineno, method.name))
        for file, tree in _trees(state)
        for cls in ast.walk(tree)
        if isinstance(cls, ast.ClassDef) and cls.name in names
        for method in cls.body
        if isinstance(method, _FUNCTIONS)
    ]
    return [method for _, method in sorted(found, key=lambda each: each[0])]


def assigned_in(state: LayerState, name: str) -> Location | None:
    """Return the line that assigns an attribute of a layer.

    It is the first in the methods of its class and base classes, or else the only one in other code that
    assigns such an attribute to a variable: a function that prepares layers.
    """
    for method in methods_of(state):
        for node in nodes_of(method):
            if isinstance(node, ast.Attribute) and _is_set(node, name) and dotted(node) == f"self.{name}":
                return Location(method.file, node.lineno, method.function)
    others = [
        Location(file, node.lineno, "")
        for file, tree in _trees(state)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and _is_set(node, name) and isinstance(node.value, ast.Name)
        if node.value.id != "self"
    ]
    return others[0] if len(others) == 1 else None


def users_of(state: LayerState, place: Location) -> list[tuple[Location, str]]:
    """Return the functions that may use an attribute, each with what it calls the layer.

    Args:
        state: The layer.
        place: The line that assigns the attribute. Its function has the layer as its first parameter.
    """
    users = [(method, "self") for method in methods_of(state)]
    around = function_around(place)
    own = None if around is None else Location(place.file, around.lineno, around.name)
    is_method = own is None or any(own == method for method, _ in users)
    return users if is_method or own is None else [*users, (own, first_parameter(around) or "")]


def _is_set(node: ast.Attribute, name: str) -> bool:
    return node.attr == name and isinstance(node.ctx, ast.Store)


def _trees(state: LayerState) -> list[tuple[str, ast.Module]]:
    """Return the files with the classes of a layer, and those that they import, with their trees."""
    files = dict.fromkeys(method.file for method in state.methods.values())
    known = dict.fromkeys([*files, *(each for file in files for each in sorted(files_of_program(file)))])
    return [(file, tree) for file in known if (tree := tree_of(file)) is not None]
