"""Run the code of a layer with one of its sets in a given order, and in the opposite one."""

from __future__ import annotations

import ast
import copy
import inspect
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from operator import itemgetter
from types import CodeType, FunctionType
from typing import Any, Literal

from layertrace.diagnosis.user_source import tree_of
from layertrace.testing.contract.frameworks import base_of
from layertrace.timeline.event import Location
from layertrace.timeline.ownership import is_framework_name
from layertrace.timeline.registry import live_layers

__all__ = ["SetOrders", "SetPlace", "watched"]

_HELPER = "_layertrace_in_order"
_IN_ORDER = ("list", "tuple", "enumerate", "zip", "map", "filter", "iter", "reversed", "chain")
"""The functions that go through an argument in its order."""
_METHODS_IN_ORDER = ("extend", "fromkeys", "join", "from_iterable")


@dataclass(frozen=True, slots=True)
class SetPlace:
    """A line that goes through a set whose order differs between processes or between instances.

    Attributes:
        line: The line.
        holds: What the set holds. Texts have another order in each process, since their hashes have a seed;
            objects, because they are ordered by their addresses; and layers also in each instance.
    """

    line: Location
    holds: Literal["texts", "layers", "objects"]


class SetOrders:
    """Notes the lines that go through a set, and gives the sets of one line an order.

    Attributes:
        places: The lines so far. Sets of numbers are left out: each process has them in the same order.
        chosen: The line whose sets get an order.
        is_reversed: Whether that is the opposite one.
    """

    def __init__(self) -> None:
        self.places: dict[tuple[str, int], SetPlace] = {}
        self.chosen: SetPlace | None = None
        self.is_reversed = False

    @contextmanager
    def ordered(self, place: SetPlace, *, is_reversed: bool) -> Iterator[None]:
        """Give the sets of a line one order, or the opposite one, in a block.

        Layers are in the order of their creation, if a recording runs.
        """
        self.chosen, self.is_reversed = place, is_reversed
        try:
            yield
        finally:
            self.chosen = None

    def in_order(self, value: Any, *, is_kept: bool = False) -> Any:
        """Return what a line goes through: the value, or the elements of a set in the chosen order.

        Args:
            value: The value; only sets are changed.
            is_kept: Whether the line makes it an attribute, which Keras goes through, so that it stays a set.
        """
        if not isinstance(value, set | frozenset) or len(value) < 2 or not any(map(_has_varying_hash, value)):
            return value
        frame = sys._getframe(1)
        key = frame.f_code.co_filename, frame.f_lineno
        if key not in self.places:
            self.places[key] = SetPlace(Location(*key, frame.f_code.co_name), _content(value))
        if self.chosen is None or self.chosen is not self.places[key]:
            return value
        elements = _by_creation(value)[:: -1 if self.is_reversed else 1]
        if not is_kept:
            return elements
        return _OrderedSet(elements) if type(value) is set else value


class _OrderedSet(set[Any]):
    """A set that is gone through in a given order, until it changes."""

    def __init__(self, elements: list[Any]) -> None:
        super().__init__(elements)
        self._elements = elements

    def __iter__(self) -> Iterator[Any]:
        return iter(self._elements) if len(self) == len(self._elements) else super().__iter__()


@contextmanager
def watched(layers: Iterable[object]) -> Iterator[SetOrders]:
    """Watch how the methods of layers, and the functions of their modules, go through sets.

    Functions without source, or whose source has changed since they were imported, are not watched.
    """
    orders = SetOrders()
    changed: list[tuple[FunctionType, CodeType]] = []
    modules: list[dict[str, Any]] = []
    try:
        for function in _functions_of({type(layer) for layer in layers}):
            code = _code_that_asks(function.__code__)
            if code is not None:
                changed.append((function, function.__code__))
                modules.append(function.__globals__)
                function.__globals__[_HELPER] = orders.in_order
                function.__code__ = code
        yield orders
    finally:
        for function, code in changed:
            function.__code__ = code
        for module in modules:
            module.pop(_HELPER, None)


def _has_varying_hash(item: object) -> bool:
    """Return whether the place of an element in a set differs between processes.

    The hash of a text has a seed, that of most objects is their address, and that of an `Enum` its name's.
    """
    if isinstance(item, tuple | frozenset):
        return any(map(_has_varying_hash, item))
    return isinstance(item, str | bytes) or type(item).__hash__ in (object.__hash__, Enum.__hash__)


def _content(value: Collection[Any]) -> Literal["texts", "layers", "objects"]:
    if all(isinstance(item, str) for item in value):
        return "texts"
    return "layers" if all(base_of(type(item)) is not None for item in value) else "objects"


def _by_creation(value: Collection[Any]) -> list[Any]:
    """Return the elements of a set, layers in the order in which the recording saw them first."""
    records = [(live_layers.get(item), item) for item in value]
    numbered = [(record.number, item) for record, item in records if record is not None]
    if len(numbered) < len(value):
        return list(value)
    return [item for _, item in sorted(numbered, key=itemgetter(0))]


def _functions_of(classes: Iterable[type]) -> Iterator[FunctionType]:
    """Yield the functions of classes, of those that they are derived from, and of their modules."""
    users = {cls for each in classes for cls in each.__mro__ if not is_framework_name(cls.__module__)}
    users.discard(object)
    modules = {name: vars(sys.modules[name]) for cls in users if (name := cls.__module__) in sys.modules}
    homes = [*((cls.__module__, vars(cls)) for cls in users), *modules.items()]
    seen = set()
    for module, home in homes:
        for value in list(home.values()):
            value = getattr(value, "fget", value) if isinstance(value, property) else value
            value = value.__func__ if isinstance(value, staticmethod | classmethod) else value
            function = inspect.unwrap(value) if isinstance(value, FunctionType) else None
            if isinstance(function, FunctionType) and function.__module__ == module and function not in seen:
                seen.add(function)
                yield function


def _code_that_asks(code: CodeType) -> CodeType | None:
    """Return code that passes what it goes through to the helper; None if its source is not known."""
    here = _codes_of(code.co_filename).get((code.co_name, code.co_firstlineno))
    return None if here is None or _traits(here[0]) != _traits(code) else here[1]


@lru_cache(maxsize=64)
def _codes_of(file: str) -> dict[tuple[str, int], tuple[CodeType, CodeType]]:
    """Return the functions of a file by name and first line, each as it is and as it asks the helper."""
    tree = tree_of(file)
    if tree is None:
        return {}
    try:
        asking = ast.fix_missing_locations(_Asking().visit(copy.deepcopy(tree)))
        before, after = (_by_line(compile(each, file, "exec", dont_inherit=True)) for each in (tree, asking))
    except (SyntaxError, RecursionError):  # await in a notebook's cell, or an expression of great depth
        return {}
    return {key: (code, after[key]) for key, code in before.items() if key in after}


def _by_line(module: CodeType) -> dict[tuple[str, int], CodeType]:
    return {(code.co_name, code.co_firstlineno): code for code in _inner(module)}


def _inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _inner(constant)


def _traits(code: CodeType) -> tuple[object, ...]:
    constants = [constant for constant in code.co_consts if not isinstance(constant, CodeType)]
    inner = [_traits(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, constants, inner


class _Asking(ast.NodeTransformer):
    """Passes to the helper each expression that a program goes through in its order."""

    def visit_For(self, node: ast.For) -> ast.AST:
        node.iter = _asked(node.iter)
        return self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        node.iter = _asked(node.iter)
        return self.generic_visit(node)

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        node.value = _asked(node.value)
        return self.generic_visit(node)

    def visit_Starred(self, node: ast.Starred) -> ast.AST:
        if isinstance(node.ctx, ast.Load):
            node.value = _asked(node.value)
        return self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        if isinstance(node.op, ast.Add):
            node.value = _asked(node.value)
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        if any(isinstance(target, ast.Tuple | ast.List) for target in node.targets):
            node.value = _asked(node.value)
        elif any(isinstance(target, ast.Attribute) for target in node.targets):
            node.value = _asked(node.value, is_kept=True)
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None and isinstance(node.target, ast.Attribute):
            node.value = _asked(node.value, is_kept=True)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        function = node.func
        if (isinstance(function, ast.Name) and function.id in _IN_ORDER) or (
            isinstance(function, ast.Attribute) and function.attr in (*_IN_ORDER, *_METHODS_IN_ORDER)
        ):
            node.args = [each if isinstance(each, ast.Starred) else _asked(each) for each in node.args]
        return node


def _asked(value: ast.expr, *, is_kept: bool = False) -> ast.expr:
    helper = ast.Name(_HELPER, ast.Load())
    keywords = [ast.keyword("is_kept", ast.Constant(value=True))] if is_kept else []
    return _with_lines(ast.Call(helper, [value], keywords), value)


def _with_lines(node: ast.expr, like: ast.expr) -> ast.expr:
    """Give a node, and what is new in it, the lines of another."""
    for each in ast.walk(node):
        if isinstance(each, ast.expr | ast.keyword) and not hasattr(each, "lineno"):
            ast.copy_location(each, like)
    return node
