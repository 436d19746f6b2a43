"""Read the user's source to find the line to blame, where it can be had; findings stand without it."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from functools import lru_cache

from layertrace.timeline.event import Location

__all__ = ["assignments", "calls", "dotted", "function_at", "is_guarded", "line_of", "nodes_of"]


@lru_cache(maxsize=256)
def _tree(file: str) -> ast.Module | None:
    try:
        return ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):  # a notebook's cell with a magic, or no Python at all
        return None


def function_at(place: Location | None) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None:
    """Return the function that is defined at a place (`Event.defined_at`); None without its source."""
    tree = None if place is None else _tree(place.file)
    if tree is None or place is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            decorators = [one.lineno for one in getattr(node, "decorator_list", ())]
            if place.line in (node.lineno, *decorators):
                return node
    return None


def nodes_of(place: Location | None) -> Iterator[ast.AST]:
    """Yield all nodes of the function that is defined at a place, in the order of the source."""
    function = function_at(place)
    if function is not None:
        body = function.body if isinstance(function.body, list) else [function.body]
        found = [
            node
            for statement in body
            for node in ast.walk(statement)
            if isinstance(node, (ast.stmt, ast.expr))
        ]
        yield from sorted(found, key=lambda node: (node.lineno, node.col_offset))


def assignments(place: Location | None, attribute: str) -> Iterator[Location]:
    """Yield the lines of a method on which `self.<attribute>` is assigned, augmented, or changed in place."""
    for node in nodes_of(place):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = [part for one in node.targets for part in _unpacked(one)]
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            targets = [node.target]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            targets = [node.func.value]  # self.history.append(x)
        for target in targets:
            while isinstance(target, ast.Subscript):
                target = target.value
            if isinstance(target, ast.Attribute) and target.attr == attribute and _is_self(target.value):
                yield line_of(place, node)


def is_guarded(place: Location | None) -> bool:
    """Tell a line that runs once, since an `if` asks for an attribute that is assigned then.

    Whether around the line, `if self.w is None: self.w = ...`, or before it, `if self.w is not None: return`.
    """
    tree = None if place is None else _tree(place.file)
    if tree is None or place is None:
        return False
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or not _spans(function, place):
            continue
        for node in ast.walk(function):
            if isinstance(node, (ast.If, ast.IfExp)):
                leaves = isinstance(node, ast.If) and isinstance(node.body[-1], (ast.Return, ast.Raise))
                after = leaves and (node.end_lineno or 0) < place.line
                region: ast.AST = function if after else node
                if (after or _spans(node, place)) and _asked(node.test) & _assigned(region):
                    return True
    return False


def _spans(node: ast.stmt | ast.expr, place: Location) -> bool:
    return node.lineno <= place.line <= (node.end_lineno or node.lineno)


def _asked(test: ast.expr) -> set[str]:
    """Return the attributes that a test asks for; `hasattr(self, "w")` has the name as a string."""
    names = {node.attr for node in ast.walk(test) if isinstance(node, ast.Attribute)}
    texts = [node.value for node in ast.walk(test) if isinstance(node, ast.Constant)]
    return names | {one for one in texts if isinstance(one, str)}


def _assigned(region: ast.AST) -> set[str]:
    """Return the attributes of `self` that are assigned somewhere in a node."""
    found = set()
    for node in ast.walk(region):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            inner: ast.expr = node
            while isinstance(inner, ast.Subscript):
                inner = inner.value
            if isinstance(inner, ast.Attribute) and _is_self(inner.value):
                found.add(inner.attr)
    return found


def _unpacked(target: ast.expr) -> list[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        return [part for one in target.elts for part in _unpacked(one)]
    return [target]


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "layer", "this")


def calls(place: Location | None) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls in the function at a place, each with the dotted name: `np.random.rand`."""
    for node in nodes_of(place):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def dotted(node: ast.expr) -> str:
    """Return `tf.random.normal` for such an expression; what is no name in it is left out."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        names.append(node.id)
    return ".".join(reversed(names))


def line_of(place: Location | None, node: ast.AST) -> Location:
    """Return the line of a node in the function at a place."""
    assert place is not None  # noqa: S101  # whoever has a node had a place
    return Location(place.file, getattr(node, "lineno", place.line), place.function)
