"""Find the labels that a program reads from a generator of images, whose shuffled batches it predicts."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.user_source import dotted, function_around, tree_of
from layertrace.timeline.event import LayerRef, Location

__all__ = ["shuffling_generator"]

_IN_ORDER = {"classes", "filenames", "filepaths", "labels", "y"}
"""Attributes of a generator that have the order of its files or rows."""
_COUNTING = {"Counter", "bincount", "compute_class_weight", "len", "max", "min", "set", "sum", "unique"}
"""Functions for which the order does not matter."""


def shuffling_generator(model: LayerRef, place: Location | None, name: str) -> Iterator[Violation]:
    """Yield that a program compares predictions with labels of the generator, which have another order.

    Args:
        model: The model that predicts it.
        place: The line of the prediction.
        name: The variable that is predicted.
    """
    tree = None if place is None else tree_of(place.file)
    if tree is None or place is None or not name:
        return
    around: ast.AST = function_around(place) or tree
    reads = _reads_of(around, name)
    # The program puts them into one order: tests/cases/clean/generators_predicted_in_order.py
    if not reads or any(
        isinstance(node, ast.Attribute) and node.attr == "index_array" for node in ast.walk(around)
    ):
        return
    read = Location(place.file, reads[0].lineno, place.function)
    created = _creation(around, name) or _creation(tree, name)
    fix, at = "", place
    if created is not None:
        at = Location(place.file, created.lineno, place.function)
        fix = _in_order(at, created)
    yield Violation(
        message=f"{name} is shuffled, so the predictions of {{layer}} have another order than "
        f"{name}.{reads[0].attr}.",
        layer=model,
        location=at if fix else place,
        evidence=(Evidence("predicted here", (), place), Evidence("read here", (), read)),
        fix=fix or "# predict a generator that is created with shuffle=False",
        fix_place="in place" if fix else "elsewhere",
    )


def _reads_of(around: ast.AST, name: str) -> list[ast.Attribute]:
    """Return where the labels of a generator are read, unless they are only counted."""
    counted = {
        id(inside)
        for node in ast.walk(around)
        if (isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in _COUNTING)
        or (node is not around and _has_parameter(node, name))  # another variable with that name
        for inside in ast.walk(node)
    }
    return [
        node
        for node in ast.walk(around)
        if isinstance(node, ast.Attribute) and node.attr in _IN_ORDER and dotted(node.value) == name
        if id(node) not in counted
    ]


def _has_parameter(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.FunctionDef) and name in {each.arg for each in node.args.args}


def _creation(around: ast.AST, name: str) -> ast.Assign | None:
    """Return the only statement that assigns what a call returns to a variable."""
    found = [
        node
        for node in ast.walk(around)
        if isinstance(node, ast.Assign) and name in map(dotted, node.targets)
    ]
    return found[0] if len(found) == 1 and isinstance(found[0].value, ast.Call) else None


def _in_order(place: Location, statement: ast.Assign) -> str:
    """Write the statement that creates a generator, with `shuffle=False`."""
    call = statement.value
    if not isinstance(call, ast.Call) or not dotted(call.func).rpartition(".")[2].startswith("flow"):
        return ""
    given = [each.value for each in call.keywords if each.arg == "shuffle"]
    if given:
        return rewritten(place, statement, {given[0]: "False"})
    text = source_of(place, call)
    if "\n" in text:
        return ""
    return rewritten(place, statement, {call: f"{text[:-1].rstrip().removesuffix(',')}, shuffle=False)"})
