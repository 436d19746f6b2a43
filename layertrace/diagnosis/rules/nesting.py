"""Where an event lies: in which method of which layer, in which trace, under which condition of the source."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from layertrace.diagnosis.case import Case, is_users
from layertrace.timeline.event import ErrorRef, Event, LayerRef, Location

__all__ = [
    "assigned_name",
    "attribute_called",
    "calls_of",
    "enclosing",
    "init_of",
    "is_guarded",
    "is_hosts_file",
    "methods_of",
    "own",
    "raised",
    "runs_users_code",
    "trace_around",
    "within",
]

_LAMBDAS = frozenset({"keras.src.layers.core.lambda_layer.Lambda", "tf_keras.src.layers.core.lambda_layer.Lambda"})


# In the timeline


def within(case: Case, event: Event) -> Event | None:
    """Return the innermost `init`, `build` or `call` around an event, also past a trace."""
    return next((one for one in case.around(event) if one.layer is not None), None)


def trace_around(case: Case, event: Event) -> Event | None:
    """Return the innermost trace around an event."""
    return next((one for one in case.around(event) if one.kind == "trace"), None)


def init_of(case: Case, layer: LayerRef) -> Event | None:
    """Return the event in which a layer was made; None for one that was there before."""
    return next(iter(case.of(layer, "init")), None)


def calls_of(case: Case, layer: LayerRef) -> list[Event]:
    """Return the calls of a layer that are not part of a call of its own."""
    calls = case.of(layer, "call")
    return [one for one in calls if all(outer.layer != layer for outer in case.around(one))]


def raised(error: ErrorRef | None, *parts: str) -> bool:
    """Tell whether an exception came out of a function whose `module:function` has one of these parts."""
    return error is not None and any(part in one for one in error.raised_in for part in parts)


# Whose code


def is_hosts_file(place: Location | None) -> bool:
    """Tell whether code lies in a Keras."""
    file = "" if place is None else place.file.replace("\\", "/")
    return "/keras/src/" in file or "/tf_keras/src/" in file


def runs_users_code(call: Event) -> bool:
    """Tell whether a call runs code that the user wrote: a method of theirs, or a `Lambda`."""
    layer = call.layer
    if layer is None or not _LAMBDAS.isdisjoint(layer.bases):
        return layer is not None
    return is_users(layer) and call.defined_at is not None and not is_hosts_file(call.defined_at)


def methods_of(case: Case, layer: LayerRef) -> Mapping[str, Location]:
    """Return the methods that are the user's; of a layer that is gone, those of another of its class."""
    state = case.state(layer)
    if state is not None and state.alive:
        return state.methods
    for other in case.states.values():
        if other.alive and other.layer.bases == layer.bases:
            return other.methods
    seen = {event.kind: event.defined_at for event in case.of(layer)}
    names = {"init": "__init__", "build": "build", "call": "call"}
    found = {names[kind]: place for kind, place in seen.items() if kind in names and place is not None}
    return MappingProxyType({name: place for name, place in found.items() if not is_hosts_file(place)})


def own(case: Case, layer: LayerRef, method: str) -> Location | None:
    """Return where the user defines a method of a layer; None where it is Keras's."""
    return methods_of(case, layer).get(method) if is_users(layer) else None


# In the source


@lru_cache(maxsize=256)
def _tree(file: str) -> ast.Module | None:
    try:
        return ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return None


def enclosing(place: Location | None) -> list[ast.AST]:
    """Return the nodes of the source that span a line, outermost first; empty without source."""
    tree = None if place is None else _tree(place.file)
    if tree is None or place is None:
        return []
    found = [
        node
        for node in ast.walk(tree)
        if getattr(node, "lineno", place.line + 1) <= place.line <= (getattr(node, "end_lineno", None) or 0)
    ]
    return sorted(found, key=lambda node: (node.lineno, -(node.end_lineno or 0)))  # type: ignore[attr-defined]


def _statements(place: Location | None) -> list[ast.AST]:
    """Return what spans a line inside of the innermost function around it."""
    nodes = enclosing(place)
    bounds = [n for n, node in enumerate(nodes) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return nodes[bounds[-1] + 1 :] if bounds else nodes


def is_guarded(place: Location | None) -> bool | None:
    """Tell whether a line runs under a condition, such as `if self.w is None`; None without its source."""
    nodes = _statements(place)
    if not nodes:
        return None
    if any(isinstance(node, (ast.If, ast.Try, ast.IfExp, ast.BoolOp)) for node in nodes):
        return True
    before = [node for node in enclosing(place) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return bool(before) and _returns_early(before[-1], place)


def _returns_early(function: ast.AST, place: Location | None) -> bool:
    """Tell `if hasattr(self, "w"): return` above a line."""
    body: list[ast.stmt] = getattr(function, "body", [])
    earlier = [one for one in body if place is not None and one.lineno < place.line]
    return any(
        isinstance(one, ast.If) and any(isinstance(inner, ast.Return) for inner in one.body) for one in earlier
    )


def assigned_name(place: Location | None) -> str:
    """Return the name that a line assigns, `w` of `self.w = …` and of `w = …`; empty where there is none."""
    for node in reversed(_statements(place)):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Attribute):
                return target.attr
            return target.id if isinstance(target, ast.Name) else ""
    return ""


def attribute_called(place: Location | None) -> Iterator[str]:
    """Yield the attributes of `self` that are called on a line: `head` of `self.head(x)`."""
    for node in _statements(place):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "self" and place and node.lineno == place.line:
                yield node.func.attr
