"""Edit the user's line for a fix: replace one expression of it, in the user's own names."""

from __future__ import annotations

import ast
import linecache
import re

from layertrace.diagnosis.user_source import dotted, function_around, nodes_at, parameters
from layertrace.timeline.event import Location

__all__ = ["argument_as_tensor", "argument_at", "attribute_renamed", "created_once", "text_replaced"]


def created_once(location: Location | None, class_name: str, attribute: str, where: str) -> str | None:
    """Return the lines that create a layer once, in `__init__`, and use it where it is created now.

    Args:
        location: The line that creates the layer.
        class_name: The class of the layer.
        attribute: The name of the attribute to keep it in, unless the line has a better one.
        where: The method that creates it now.

    Returns:
        None if the line is unknown, or if the layer depends on variables of the method.
    """
    call, statement = _call_at(location, class_name), _statement_at(location)
    if call is None or statement is None or location is None:
        return None
    if any(isinstance(node, ast.Name) and node.id in _locals(location) for node in ast.walk(call)):
        return None
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        name = statement.targets[0].id
        read = {node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name)}
        attribute = name if name not in read and len(name) > 1 else attribute
    creation = _text(location, call.col_offset, call.end_col_offset)
    used = _replaced(location, statement, call, f"self.{attribute}")
    return f"self.{attribute} = {creation}  # in __init__\n{used}  # in {where}"


def argument_as_tensor(
    location: Location | None, function: str, defined_at: Location | None, argument: str
) -> str | None:
    """Return the line that calls a function, with one argument as a tensor.

    Args:
        location: The line of the call.
        function: The name of the function.
        defined_at: Where the function is defined.
        argument: The name of the parameter.
    """
    value = argument_at(location, function, defined_at, argument)
    statement = _statement_at(location)
    if value is None or statement is None or location is None:
        return None
    text = _text(location, value.col_offset, value.end_col_offset)
    return _replaced(location, statement, value, f"tf.constant({text})")


def argument_at(
    location: Location | None, function: str, defined_at: Location | None, argument: str
) -> ast.expr | None:
    """Return what a line passes to a function as one argument; None if it is unknown.

    Args:
        location: The line of the call.
        function: The name of the function.
        defined_at: Where the function is defined.
        argument: The name of the parameter.
    """
    call = _call_at(location, function)
    if call is None:
        return None
    names = [name for name in parameters(defined_at) if name != "self"]
    value = next((keyword.value for keyword in call.keywords if keyword.arg == argument), None)
    if value is None and argument in names and names.index(argument) < len(call.args):
        value = call.args[names.index(argument)]
    is_known = value is not None and not any(isinstance(each, ast.Starred) for each in call.args)
    return value if is_known else None


def _statement_at(location: Location | None) -> ast.stmt | None:
    """Return the statement of a line, if the line has one, and the statement has one line."""
    statements = [node for node in nodes_at(location) if isinstance(node, ast.stmt)]
    if len(statements) != 1 or statements[0].lineno != statements[0].end_lineno:
        return None
    return statements[0]


def _call_at(location: Location | None, name: str) -> ast.Call | None:
    """Return the call of a function or class on a line; the one at the columns, if there are several."""
    calls = [
        node
        for node in nodes_at(location)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == name
    ]
    columns = None if location is None else location.columns
    at_columns = [call for call in calls if (call.col_offset, call.end_col_offset) == columns]
    chosen = at_columns or calls
    return chosen[0] if len(chosen) == 1 else None


def _locals(location: Location) -> set[str]:
    """Return the parameters and variables of the function around a line, without `self`."""
    function = function_around(location)
    if function is None:
        return set()
    signature = function.args
    names = {each.arg for each in (*signature.posonlyargs, *signature.args, *signature.kwonlyargs)}
    names |= {each.arg for each in (signature.vararg, signature.kwarg) if each is not None}
    names |= {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return names - {"self"}


def _replaced(location: Location, statement: ast.stmt, node: ast.expr, text: str) -> str:
    before = _text(location, statement.col_offset, node.col_offset)
    return before + text + _text(location, node.end_col_offset or 0, statement.end_col_offset)


def _text(location: Location, start: int, end: int | None) -> str:
    """Return a part of a line; columns count bytes, as in `ast`."""
    return linecache.getline(location.file, location.line).encode()[start:end].decode()


def attribute_renamed(location: Location | None, attribute: str, new: str) -> str | None:
    """Return the line that assigns an attribute, with another name for the attribute."""
    return text_replaced(location, rf"(?<=\.){attribute}\b(?=\s*(?:[:=]|,.*=))", new)


def text_replaced(location: Location | None, pattern: str, replacement: str) -> str | None:
    r"""Return a line without its indentation and with the last match of a pattern replaced.

    Args:
        location: The line.
        pattern: A regular expression.
        replacement: The text to put in place of the match; `\\1` is its first group.

    Returns:
        None if the line is unknown or nothing matches.
    """
    line = "" if location is None else linecache.getline(location.file, location.line).strip()
    matches = list(re.finditer(pattern, line))
    if not matches:
        return None
    return line[: matches[-1].start()] + matches[-1].expand(replacement) + line[matches[-1].end() :]
