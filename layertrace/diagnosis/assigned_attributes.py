"""Find where the methods of a layer's class assign an attribute."""

from __future__ import annotations

import ast

from layertrace.diagnosis.user_source import dotted, method_of, nodes_of
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Location

__all__ = ["assigned_in", "methods_of"]


def methods_of(state: LayerState) -> list[Location]:
    """Return the methods of a layer's class, and the `__init__` of its base classes in the same file."""
    init = state.methods.get("__init__")
    bases = [method_of(init, base.rpartition(".")[2], "__init__") for base in state.layer.bases]
    return [*state.methods.values(), *(method for method in bases if method is not None)]


def assigned_in(state: LayerState, name: str) -> Location | None:
    """Return the first line in the methods of a layer's class that assigns an attribute."""
    for method in methods_of(state):
        for node in nodes_of(method):
            is_set = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
            if is_set and isinstance(node, ast.expr) and dotted(node) == f"self.{name}":
                return Location(method.file, node.lineno, method.function)
    return None
