"""Find code of a program that may assign the weights of a model, such as a handwritten descent."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.user_source import dotted, tree_of
from layertrace.timeline.context import LayerState

__all__ = ["may_be_assigned"]

_METHODS = ("assign", "assign_add", "assign_sub")
_CREATIONS = ("Variable", "add_weight", "add_variable")
_OF_OPTIMIZERS = ("learning_rate", "lr", "iterations")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def may_be_assigned(context: DiagnosisContext, model: LayerState) -> bool:
    """Return whether code of the program may assign computed values to the weights of a model.

    A variable that the program creates for itself is not a weight of a model, nor is one that the methods of
    another class create. What a function or class that nothing mentions would assign does not count.

    Args:
        context: What is examined.
        model: The model.
    """
    trees = {file: tree for file in context.files if (tree := tree_of(file)) is not None}
    layers = [model, *(context.states[number] for number in model.children if number in context.states)]
    classes = {base.rpartition(".")[2] for state in layers for base in state.layer.bases}
    classes |= {state.layer.class_name for state in layers}
    return any(
        not _is_other(call.func.value, cls, trees, classes) and _is_mentioned(outermost, trees)
        for tree in trees.values()
        for call, cls, outermost in _assigning(tree)
        if isinstance(call.func, ast.Attribute)
    )


def _assigning(tree: ast.Module) -> Iterator[tuple[ast.Call, str, ast.stmt]]:
    """Yield each call that assigns a computed value, the class around it, and the outermost statement."""
    for outermost in tree.body:
        classes = [node for node in ast.walk(outermost) if isinstance(node, ast.ClassDef)]
        for node in ast.walk(outermost):
            is_assigning = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if not is_assigning or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in _METHODS and not all(isinstance(each, ast.Constant) for each in node.args):
                around = [each.name for each in classes if node in set(ast.walk(each))]
                yield node, around[-1] if around else "", outermost


def _is_other(target: ast.expr, cls: str, trees: Mapping[str, ast.Module], classes: set[str]) -> bool:
    """Return whether an expression is a variable that is not a weight of layers of some classes."""
    if isinstance(target, ast.Name):
        values = list(_bound_to(target.id, trees))
        return bool(values) and all(_is_creation(value) for value in values)
    if not isinstance(target, ast.Attribute):
        return False
    if target.attr in _OF_OPTIMIZERS:
        return True
    is_own = bool(cls) and dotted(target.value) == "self"
    creating = [
        (node.name, value)
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for value in _set_on_self(node, target.attr)
        if not is_own or node.name == cls
    ]
    # What an object was given may be a weight: tests/cases/clean/weights_that_an_object_moves.py; a layer may
    # set its own: tests/cases/clean/weights_that_a_layer_sets.py
    return bool(creating) and all(_is_creation(value) and name not in classes for name, value in creating)


def _is_creation(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and dotted(value.func).rpartition(".")[2] in _CREATIONS


def _bound_to(name: str, trees: Mapping[str, ast.Module]) -> Iterator[ast.expr | None]:
    """Yield what a program binds a name to; None for a parameter, an item of a loop and what is unpacked."""
    for tree in trees.values():
        simple = set()
        for node in ast.walk(tree):
            if isinstance(node, (ast.Assign, ast.AnnAssign)):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name) and target.id == name:
                        simple.add(target)
                        yield node.value
        for node in ast.walk(tree):
            if isinstance(node, ast.arg) and node.arg == name:
                yield None
            elif isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
                yield from () if node in simple else (None,)


def _set_on_self(cls: ast.ClassDef, attribute: str) -> Iterator[ast.expr | None]:
    """Yield what the methods of a class set an attribute to; None if it is unpacked."""
    for node in ast.walk(cls):
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Attribute) and target.attr == attribute:
                    yield node.value
                    continue
                inside = [node.attr for node in ast.walk(target) if isinstance(node, ast.Attribute)]
                yield from (None,) if attribute in inside else ()


def _is_mentioned(outermost: ast.stmt, trees: Mapping[str, ast.Module]) -> bool:
    """Return whether a program mentions a function or class elsewhere, besides importing it."""
    if not isinstance(outermost, _DEFINITIONS):
        return True
    names = {outermost.name}
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.alias) and node.name == outermost.name and node.asname:
                names.add(node.asname)
    inside = set(ast.walk(outermost))
    return any(
        (isinstance(node, ast.Name) and node.id in names)
        or (isinstance(node, ast.Attribute) and node.attr in names)
        for tree in trees.values()
        for node in ast.walk(tree)
        if node not in inside
    )
