"""Find out in the source whether something is created for each of its calls."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import NamedTuple

from layertrace.diagnosis.user_source import dotted, nodes_at, tree_of
from layertrace.timeline.event import Location

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Creation(NamedTuple):
    """A function that is created and called in the same pass through a loop, or through a function.

    Attributes:
        created: The expression that creates it, or its `def` statement.
        statement: The statement of that.
        call: Where it is called.
        repeated: The loop or function around both; whatever repeats one repeats the other.
    """

    created: ast.expr | Function
    statement: ast.stmt
    call: ast.Call
    repeated: ast.AST

    @property
    def around(self) -> str:
        """What is repeated, in a word."""
        return "loop" if isinstance(self.repeated, _LOOPS) else "function"


def created_for_call(place: Location | None) -> Creation | None:
    """Return the creation of the function that a line calls, if each call has one of its own.

    A function that others may call as well, or that an inner loop calls, is worth its trace.
    """
    tree = None if place is None else tree_of(place.file)
    if place is None or tree is None:
        return None
    calls = [node for node in nodes_at(place) if isinstance(node, ast.Call)]
    exact = [call for call in calls if (call.col_offset, call.end_col_offset) == place.columns]
    found = [each for call in exact or calls if (each := _creation(tree, place.file, call)) is not None]
    return found[0] if len(found) == 1 else None


def created_for_argument(place: Location | None, value: ast.expr | None) -> ast.expr | None:
    """Return the expression that creates an argument again, in the same way, for each call.

    It is in the call, or on a line before it in the same pass, and depends on nothing of that pass.
    """
    tree = None if place is None else tree_of(place.file)
    if place is None or tree is None or value is None:
        return None
    is_there = isinstance(value, (ast.Lambda, ast.Call))
    created = value if is_there else _named(tree, place.file, value, value)
    repeated = _repeated(place.file, value)
    if not isinstance(created, (ast.Lambda, ast.Call)) or repeated is None:
        return None
    own = {each.arg for each in created.args.args} if isinstance(created, ast.Lambda) else set()
    return None if (names_in(created) & assigned_in(repeated)) - own else created


def names_in(node: ast.AST) -> set[str]:
    """Return the variables that some code mentions."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def own_names(function: Function) -> set[str]:
    """Return the parameters and variables of a function."""
    arguments = {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
    return arguments | _stored(function)


def assigned_in(block: ast.AST) -> set[str]:
    """Return the names that a loop or function gives values, with its parameters."""
    return own_names(block) if isinstance(block, (ast.FunctionDef, ast.AsyncFunctionDef)) else _stored(block)


def _stored(block: ast.AST) -> set[str]:
    return {
        each.id for each in ast.walk(block) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def _creation(tree: ast.Module, file: str, call: ast.Call) -> Creation | None:
    """Return where the function of a call is created, in the call itself or by a line before it."""
    if isinstance(call.func, ast.Call):
        repeated = _repeated(file, call)
        statement = _statement(file, call)
        return None if repeated is None else Creation(call.func, statement, call, repeated)
    created = _named(tree, file, call.func, call)
    repeated = _repeated(file, call)
    if created is None or repeated is None:
        return None
    return Creation(created, _statement(file, created), call, repeated)


def _named(
    tree: ast.Module, file: str, name: ast.expr, use: ast.expr
) -> ast.Call | ast.Lambda | Function | None:
    """Return what creates a thing of a name in the same pass; None if it is used elsewhere, too."""
    text, scope = dotted(name), _scope(file, use)
    if not text or text == "self":
        return None
    creating: list[ast.Call | ast.Lambda | Function] = []
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and any(dotted(target) == text for target in node.targets):
            if not isinstance(node.value, (ast.Call, ast.Lambda)):
                return None
            creating.append(node.value)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == text:
            creating.append(node)
    if len(creating) != 1 or _scope(file, creating[0]) is not scope:
        return None
    if creating[0].lineno > use.lineno or _loop(file, creating[0]) is not _loop(file, use):
        return None
    if not _runs_before(file, creating[0], use):
        return None
    uses = [
        node
        for node in ast.walk(tree)
        if _is_use(node, text) and (_is_attribute(text) or node in _all(scope))
    ]
    if any(_loop(file, node) is not _loop(file, use) or _scope(file, node) is not scope for node in uses):
        return None
    parents = _parents(file)
    is_called = all(
        isinstance(call := parents.get(node), ast.Call) and (call.func is node or use is name)
        for node in uses
    )
    return creating[0] if is_called and _repeated(file, use) is not None else None


def _is_attribute(text: str) -> bool:
    return "." in text


def _all(scope: ast.AST) -> set[ast.AST]:
    return set(ast.walk(scope))


def _is_use(node: ast.AST, text: str) -> bool:
    """Return whether a node reads a name, or an attribute of the same name of any object."""
    if isinstance(node, ast.Attribute) and _is_attribute(text):
        return isinstance(node.ctx, ast.Load) and node.attr == text.rpartition(".")[2]
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id == text


def _parents(file: str) -> dict[ast.AST, ast.AST]:
    tree = tree_of(file)
    return {} if tree is None else _parents_in(tree)


@lru_cache(maxsize=64)
def _parents_in(tree: ast.Module) -> dict[ast.AST, ast.AST]:
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def _scope(file: str, node: ast.AST) -> ast.AST:
    """Return the innermost function around a node, or the module."""
    parents = _parents(file)
    outer = parents.get(node)
    while outer is not None and not isinstance(outer, (*_FUNCTIONS, ast.Module)):
        outer = parents.get(outer)
    return outer or node


def _loop(file: str, node: ast.AST) -> ast.AST | None:
    """Return the innermost loop around a node in its function."""
    parents = _parents(file)
    inner, outer = node, parents.get(node)
    while outer is not None and not isinstance(outer, (*_FUNCTIONS, ast.Module)):
        is_head = isinstance(outer, (ast.For, ast.AsyncFor)) and inner is outer.iter
        if isinstance(outer, _LOOPS) and not is_head:
            return outer
        inner, outer = outer, parents.get(outer)
    return None


def _repeated(file: str, node: ast.AST) -> ast.AST | None:
    """Return the innermost loop around a node, or else the function around it; None at module level."""
    loop = _loop(file, node)
    if loop is not None:
        return loop
    scope = _scope(file, node)
    return scope if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)) else None


def _runs_before(file: str, created: ast.AST, use: ast.AST) -> bool:
    """Return whether a statement runs whenever a later one does: it is in no branch of its own."""
    parents, statement = _parents(file), _statement(file, created)
    block, inner = parents.get(statement), use
    while inner in parents and parents[inner] is not block:
        inner = parents[inner]
    lists = [value for _, value in ast.iter_fields(block or statement) if isinstance(value, list)]
    return any(statement in each and inner in each for each in lists)


def _statement(file: str, node: ast.AST) -> ast.stmt:
    parents = _parents(file)
    while not isinstance(node, ast.stmt):
        node = parents[node]
    return node


def is_top_level(file: str, node: ast.AST) -> bool:
    """Return whether a statement is one of the module itself."""
    return isinstance(_parents(file).get(node), ast.Module)
