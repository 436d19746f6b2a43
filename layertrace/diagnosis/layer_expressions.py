"""Find the expression by which a line calls a layer."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from functools import lru_cache

from layertrace.diagnosis.user_source import dotted, is_at, nodes_at, tree_of
from layertrace.timeline.event import Location

__all__ = ["layer_calls_at"]


def layer_calls_at(location: Location | None) -> list[ast.Call]:
    """Return the expressions of a line that may call a layer, in the order in which Python evaluates them.

    It is the one at the columns of the location. A function that AutoGraph has converted has no columns:
    there, these are all calls except those of builtins, of imported modules, and of functions of the file.
    """
    calls = [node for node in _in_order(location) if isinstance(node, ast.Call)]
    if location is None:
        return []
    exact = [call for call in calls if location.columns is not None and is_at(call, location)]
    if exact:
        return exact
    others = _no_layers(location.file)
    return [call for call in calls if dotted(call.func).partition(".")[0] not in others] or calls


def _in_order(location: Location | None) -> Iterator[ast.AST]:
    """Yield the nodes of a line, those inside an expression before it."""
    nodes = list(nodes_at(location))
    inside = {id(child) for node in nodes for child in ast.iter_child_nodes(node)}
    for node in nodes:
        if id(node) not in inside:
            yield from _evaluated(node)


def _evaluated(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield from _evaluated(child)
    yield node


@lru_cache(maxsize=64)
def _no_layers(file: str) -> frozenset[str]:
    """Return the names of a file that are not layers: builtins, modules, its own functions and classes."""
    tree = tree_of(file)
    names = {""} | set(dir(builtins))
    for node in [] if tree is None else ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {(each.asname or each.name).partition(".")[0] for each in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
    return frozenset(names)
