"""Write how Python state is changed in each run of a graph: by calling Python back, or as a weight."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from typing import TypeGuard

from layertrace.diagnosis.finding import Edit
from layertrace.diagnosis.guards import module_alias
from layertrace.diagnosis.method_edits import (
    in_build,
    is_one_statement,
    keras_in,
    line_edit,
    lines_with,
    only,
    stored_in_init,
)
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.state_reads import CHANGERS
from layertrace.diagnosis.user_source import dotted, function_around, function_at, nodes_at, nodes_of, tree_of
from layertrace.timeline.event import Location

__all__ = ["as_weight", "by_callback", "counted", "reading_tensor"]

Code = tuple[str, tuple[Edit, ...]]
"""The code in place of a line, and the edits of other lines; both are empty if none is known."""


def by_callback(location: Location | None, path: str, backend: str = "jax") -> Code:
    """Return the line that changes a collection in each run: the backend calls Python back with values.

    Example:
        `log.append(loss)` becomes `jax.debug.callback(log.append, loss)`, or on TensorFlow
        `tf.py_function(log.append, [loss], [])`.
    """
    call = _change_at(location, path)
    if location is None or call is None or call.keywords or any(map(_is_display, call.args)):
        return "", ()
    function, arguments = source_of(location, call.func), [source_of(location, each) for each in call.args]
    computed = [each for each in call.args if _reads_local(location, each)]
    is_ordered = isinstance(call.func, ast.Attribute) and call.func.attr in ("append", "extend", "insert")
    if backend == "tensorflow" and (any(map(_is_static, computed)) or not is_ordered):
        return "", ()  # a tensor cannot be in a set, and `pop` returns a value
    if not computed:
        # What no tensor is in, such as a string, is not an argument for JAX, and would become a tensor.
        function, arguments = f"lambda: {source_of(location, call)}", []
    if backend == "jax":
        text, importing = (
            f"jax.debug.callback({', '.join([function, *arguments])})",
            _importing(location, "jax"),
        )
    else:
        name = module_alias(location, "tensorflow")
        text = f"{name or 'tf'}.py_function({function}, [{', '.join(arguments)}], [])"
        importing = () if name else _importing(location, "tensorflow as tf")
    code = lines_with(location, [(location.line, call.col_offset, call.end_col_offset, text)])[0].code
    return code, importing


def counted(location: Location | None, method: Location | None, path: str) -> Code:
    """Return the line that counts in a weight what a list would hold, for a method that reads its length.

    Example:
        `self.seen.append(x)` becomes `self.seen.assign_add(1)`, and `len(self.seen)` becomes `self.seen`.
    """
    call = _change_at(location, path)
    if location is None or call is None or dotted(call.func) not in (f"{path}.append", f"{path}.add"):
        return "", ()
    reads = [node for node in nodes_of(method) if _is_path(node, path) and node is not _owner_of(call)]
    lengths = [
        node
        for node in nodes_of(method)
        if isinstance(node, ast.Call) and dotted(node.func) == "len"
        if len(node.args) == 1 and _is_path(node.args[0], path)
    ]
    if not lengths or len(lengths) != len(reads) or any(node.lineno == call.lineno for node in lengths):
        return "", ()
    weight = f"self.{path.rpartition('.')[2]}"
    creation = 'self.add_weight(shape=(), initializer="zeros", trainable=False)'
    if path == weight:
        creating = only(stored_in_init(method, path.removeprefix("self."), creation))
    else:
        weight += "_count"  # a layer may have an attribute with the name of the list, such as losses
        creating = only(in_build(method, f"{weight} = {creation}"))
    texts = [(node.lineno, node.col_offset, node.end_col_offset, weight) for node in lengths]
    change = (location.line, call.col_offset, call.end_col_offset, f"{weight}.assign_add(1)")
    if not creating:
        return "", ()
    return lines_with(location, [change])[0].code, (*creating, *lines_with(location, texts))


def as_weight(location: Location | None, method: Location | None, path: str, creation: str) -> Code:
    """Return the line that changes a weight in place of a global number, and the edits for that weight.

    Args:
        location: The line that changes the number, in that method.
        method: Where the method is defined.
        path: The number: `calls`, `Shared.calls` or `stats['n']`.
        creation: The statement that creates the weight: `self.n = self.add_weight(...)`.
    """
    statements = [node for node in nodes_at(location) if isinstance(node, (ast.Assign, ast.AugAssign))]
    if location is None or method is None or len(statements) != 1 or not is_one_statement(location):
        return "", ()
    statement, weight = statements[0], creation.partition(" = ")[0]
    targets = [statement.target] if isinstance(statement, ast.AugAssign) else statement.targets
    is_inside = function_around(location) is function_at(method)
    creating = only(in_build(method, creation))
    if not is_inside or not creating or [ast.unparse(each) for each in targets] != [path]:
        return "", ()
    value = source_of(location, statement.value)
    if isinstance(statement, ast.AugAssign):
        changes = {ast.Add: "assign_add", ast.Sub: "assign_sub"}
        name = changes.get(type(statement.op))
        if name is None or _is_read(statement.value, path):
            return "", ()
        text = f"{weight}.{name}({value})"
    else:
        reads = {node: weight for node in ast.walk(statement.value) if _is_path(node, path)}
        text = f"{weight}.assign({rewritten(location, statement.value, reads)})"
    change = (location.line, statement.col_offset, statement.end_col_offset, text)
    texts = [
        (node.lineno, node.col_offset, node.end_col_offset, weight)
        for node in nodes_of(method)
        if _is_path(node, path) and node.lineno != location.line
    ]
    reading = lines_with(method, [*texts, *_operations(method, path, location)])
    return lines_with(location, [change])[0].code, (*creating, *reading)


def reading_tensor(method: Location | None, path: str, changed: Location | None) -> tuple[Edit, ...]:
    """Return the edits by which a method reads a number that is a weight now, apart from the changed line.

    Example:
        `min(self.n / 10, 1.0)` becomes `keras.ops.minimum(self.n / 10, 1.0)`.
    """
    return () if method is None else lines_with(method, _operations(method, path, changed))


def _operations(
    method: Location, path: str, changed: Location | None
) -> Iterator[tuple[int, int, int | None, str]]:
    """Yield the operations in place of Python's `min` and `max`, which need the value of a tensor."""
    for node in nodes_of(method):
        if not isinstance(node, ast.Call) or dotted(node.func) not in ("min", "max") or len(node.args) != 2:
            continue
        is_changed = changed is not None and node.lineno == changed.line
        if not is_changed and any(_is_read(argument, path) for argument in node.args):
            operation = f"{keras_in(method)}.ops.{dotted(node.func)}imum"
            yield node.lineno, node.func.col_offset, node.func.end_col_offset, operation


def _is_read(node: ast.AST, path: str) -> bool:
    return any(_is_path(each, path) for each in ast.walk(node))


def _is_path(node: ast.AST, path: str) -> TypeGuard[ast.expr]:
    """Return whether an expression reads what a path names."""
    readable = (ast.Name, ast.Attribute, ast.Subscript)
    return isinstance(node, readable) and isinstance(node.ctx, ast.Load) and ast.unparse(node) == path


def _owner_of(call: ast.Call) -> ast.expr | None:
    """Return the expression whose method is called."""
    return call.func.value if isinstance(call.func, ast.Attribute) else None


def _change_at(location: Location | None, path: str) -> ast.Call | None:
    """Return the call on a line that changes a collection, if the line is that one statement."""
    statements = [node for node in nodes_at(location) if isinstance(node, ast.Expr)]
    if len(statements) != 1 or not is_one_statement(location):
        return None
    call = statements[0].value
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    return call if call.func.attr in CHANGERS and dotted(call.func.value) == path else None


def _is_display(node: ast.expr) -> bool:
    """Return whether an argument has a string or None as one of several values, which JAX does not take."""
    if isinstance(node, (ast.Constant, ast.Name, ast.Attribute, ast.Call, ast.BinOp, ast.Subscript)):
        return False
    inner = list(ast.walk(node))
    return any(isinstance(each, (ast.Constant, ast.JoinedStr)) for each in inner)


def _reads_local(location: Location, node: ast.expr) -> bool:
    """Return whether an expression reads a variable of the function around a line, apart from `self`."""
    function = function_around(location)
    if function is None:
        return False
    arguments = function.args
    local = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    names = [each for each in ast.walk(function) if isinstance(each, ast.Name)]
    local |= {each.id for each in names if isinstance(each.ctx, ast.Store)}
    first = next(iter((*arguments.posonlyargs, *arguments.args)), None)
    me = {first.arg} if first is not None and first.arg == "self" else set()
    return any(isinstance(each, ast.Name) and each.id in local - me for each in ast.walk(node))


def _is_static(node: ast.expr) -> bool:
    """Return whether an argument is about a tensor's type, which may be unknown in a graph, or no tensor."""
    nodes = list(ast.walk(node))
    names = {each.attr for each in nodes if isinstance(each, ast.Attribute)}
    called = {dotted(each.func) for each in nodes if isinstance(each, ast.Call)}
    flags = {each.id for each in nodes if isinstance(each, ast.Name)} & {"training", "mask"}
    is_text = any(isinstance(each, ast.JoinedStr) for each in nodes)
    return bool(names & {"shape", "get_shape", "dtype", "name"} or called & _OF_PYTHON or flags or is_text)


_OF_PYTHON = {"len", "str", "repr", "type", "int", "float", "bool", "isinstance"}
"""Functions of Python that return no tensor."""


def _importing(location: Location, module: str) -> tuple[Edit, ...]:
    """Return the edit that imports a module, before the first import or statement; none if the file does."""
    tree = tree_of(location.file)
    statements = [node for node in ([] if tree is None else tree.body) if not _stands_first(node)]
    imports = [node for node in statements if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = [alias for node in imports if isinstance(node, ast.Import) for alias in node.names]
    if any(alias.name.partition(".")[0] == module and alias.asname is None for alias in names):
        return ()
    first = next(iter(imports or statements), None)
    if first is None:
        return ()
    line = min([first.lineno, *(each.lineno for each in getattr(first, "decorator_list", ()))])
    place = Location(location.file, line, "<module>")
    return (line_edit(place, f"import {module}\n{linecache.getline(location.file, line).strip()}"),)


def _stands_first(node: ast.stmt) -> bool:
    """Return whether a statement is a docstring, or an import from `__future__`, which stands first."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
