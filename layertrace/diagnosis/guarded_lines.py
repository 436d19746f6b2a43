"""Find out whether a line runs only once, as below `if self.w is None`."""

from __future__ import annotations

import ast

from layertrace.diagnosis.user_source import first_parameter, is_name, spans, tree_of
from layertrace.timeline.event import Location

__all__ = ["is_guarded"]


def is_guarded(location: Location | None) -> bool:
    """Return whether a line runs only once, because an `if` tests an attribute that is assigned after it.

    The `if` may enclose the line, `if self.w is None: self.w = ...`, or precede it,
    `if self.w is not None: return`.
    """
    tree = None if location is None else tree_of(location.file)
    if tree is None or location is None:
        return False
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    enclosing = [function for function in functions if spans(function, location)]
    me = {first_parameter(function) for function in enclosing}  # a nested function uses its method's `self`
    for function in enclosing:
        for node in ast.walk(function):
            if isinstance(node, (ast.If, ast.IfExp)):
                leaves = isinstance(node, ast.If) and isinstance(node.body[-1], (ast.Return, ast.Raise))
                after = leaves and (node.end_lineno or 0) < location.line
                region: ast.AST = function if after else node
                if (after or spans(node, location)) and _tested(node.test) & _assigned(region, me):
                    return True
    return False


def _tested(test: ast.expr) -> set[str]:
    """Return the attributes that a test names, also as a string: `hasattr(self, "w")`."""
    names = {node.attr for node in ast.walk(test) if isinstance(node, ast.Attribute)}
    constants = [node.value for node in ast.walk(test) if isinstance(node, ast.Constant)]
    return names | {value for value in constants if isinstance(value, str)}


def _assigned(region: ast.AST, me: set[str | None]) -> set[str]:
    """Return the attributes of `self`, under any of its names, that are assigned somewhere in a node."""
    attributes = set()
    for node in ast.walk(region):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            inner: ast.expr = node
            while isinstance(inner, ast.Subscript):
                inner = inner.value
            if isinstance(inner, ast.Attribute) and any(is_name(inner.value, name) for name in me):
                attributes.add(inner.attr)
    return attributes
