"""Find classes and statements in the file of a line of the user's program."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.user_source import dotted, function_at, line_of, nodes_at, nodes_of, tree_of
from layertrace.timeline.event import Location

__all__ = [
    "called_object",
    "calls_anywhere",
    "class_around",
    "class_named",
    "keyword_line",
    "only_return",
    "repeated_calls",
    "statement_with_key",
]


def class_named(location: Location | None, name: str) -> Location | None:
    """Return the line of the class or function of a name in the file of a location, if it has exactly one."""
    tree = None if location is None else tree_of(location.file)
    if tree is None or location is None:
        return None
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in ast.walk(tree) if isinstance(node, kinds) and node.name == name]
    return Location(location.file, found[0].lineno, "<module>") if len(found) == 1 else None


def class_around(location: Location | None) -> ast.ClassDef | None:
    """Return the innermost class that a line is in; None if it is in none, or if its source is missing."""
    tree = None if location is None else tree_of(location.file)
    if tree is None or location is None:
        return None
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    around = [node for node in classes if node.lineno <= location.line <= (node.end_lineno or node.lineno)]
    return max(around, key=lambda node: node.lineno, default=None)


def only_return(location: Location | None) -> Location | None:
    """Return the line on which the function at a location returns, if it is the only one."""
    returns = [node for node in nodes_of(location) if isinstance(node, ast.Return)]
    return line_of(location, returns[0]) if len(returns) == 1 else None


def statement_with_key(method: Location | None, key: str) -> ast.stmt | None:
    """Return the statement of a method that writes a key of a dictionary: `config["inner"] = ...`."""
    statements = [
        statement
        for statement in ast.walk(function_at(method) or ast.Pass())
        if isinstance(statement, ast.stmt) and not hasattr(statement, "body")
    ]
    return next((each for each in statements if any(_writes(node, key) for node in ast.walk(each))), None)


def _writes(node: ast.AST, key: str) -> bool:
    if isinstance(node, ast.Dict):
        return any(isinstance(each, ast.Constant) and each.value == key for each in node.keys)
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        return isinstance(node.slice, ast.Constant) and node.slice.value == key
    return isinstance(node, ast.Call) and any(keyword.arg == key for keyword in node.keywords)


def called_object(location: Location | None, *methods: str) -> Iterator[str]:
    """Yield the objects whose methods a line calls: `net` for `net.load_weights(path)`."""
    tree = None if location is None else tree_of(location.file)
    if tree is None or location is None:
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.lineno <= location.line <= (node.end_lineno or 0):
            continue
        name, _, method = dotted(node.func).rpartition(".")
        if method in methods and name:
            yield name


def keyword_line(location: Location, name: str) -> Location | None:
    """Return the line on which a statement passes a keyword argument, if it does so exactly once."""
    keywords = [
        keyword
        for node in nodes_at(location)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == name
    ]
    return Location(location.file, keywords[0].lineno, location.function) if len(keywords) == 1 else None


def calls_anywhere(location: Location | None, *methods: str) -> bool:
    """Return whether the file of a location calls a method of one of these names anywhere."""
    tree = None if location is None else tree_of(location.file)
    calls = (node for node in ast.walk(tree or ast.Pass()) if isinstance(node, ast.Call))
    return any(isinstance(node.func, ast.Attribute) and node.func.attr in methods for node in calls)


def repeated_calls(location: Location) -> ast.Call | None:
    """Return the call on a line that a loop repeats with the same input, if the answers are collected.

    Collected means: in a comprehension, or in a loop by `append` or into an item: `answers[i] = model(x)`.
    """
    tree = tree_of(location.file)
    loops = (ast.ListComp, ast.GeneratorExp, ast.For)
    for loop in ast.walk(tree) if tree is not None else ():
        if not isinstance(loop, loops) or not loop.lineno <= location.line <= (loop.end_lineno or 0):
            continue
        targets = [loop.target] if isinstance(loop, ast.For) else [each.target for each in loop.generators]
        changing = {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
        body: list[ast.AST] = [loop.elt] if not isinstance(loop, ast.For) else list(loop.body)
        if isinstance(loop, ast.For):
            changing |= {
                node.id
                for each in body
                for node in ast.walk(each)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
            if not any(_collects(node) for each in body for node in ast.walk(each)):
                continue
        for each in body:
            for node in ast.walk(each):
                if (
                    isinstance(node, ast.Call)
                    and node.lineno == location.line
                    and _asks_again(node, changing)
                ):
                    return node
    return None


def _collects(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr == "append"
    return isinstance(node, ast.Assign) and any(isinstance(each, ast.Subscript) for each in node.targets)


def _asks_again(node: ast.Call, changing: set[str]) -> bool:
    """Return whether a call has the same input in each turn and does not ask for training mode."""
    if not node.args or any(keyword.arg == "training" for keyword in node.keywords):
        return False
    name = dotted(node.func)
    used = {
        inner.id
        for part in (node.func, *node.args)
        for inner in ast.walk(part)
        if isinstance(inner, ast.Name)
    }
    is_fresh = any(isinstance(inner, ast.Call) for part in node.args for inner in ast.walk(part))
    return (
        bool(name)
        and name.rpartition(".")[2] not in ("append", "range")
        and not is_fresh
        and not used & changing
    )
