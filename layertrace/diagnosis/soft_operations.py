"""Write an operation without a gradient as one that has a gradient, in the user's own names."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable

from layertrace.diagnosis.finding import Edit
from layertrace.diagnosis.guards import operations_module, statement_node
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.user_source import dotted, function_around, line_of
from layertrace.timeline.event import Location

__all__ = ["differentiable", "operations_without_gradient"]

_ROUNDING = {"Round": "round", "Rint": "rint", "Floor": "floor", "Ceil": "ceil", "Sign": "sign"}
_GREATER = {"greater", "greater_equal"}
_LESS = {"less", "less_equal"}
_COMPARING = {"Greater", "GreaterEqual", "Less", "LessEqual"}
_STEEPNESS = "10.0"


def differentiable(place: Location | None, op: str) -> tuple[str, tuple[Edit, ...]]:
    """Write the statement of a line with an operation that has a gradient, and the other lines to replace.

    A rounded number gets the gradient of what is rounded; a comparison becomes a sigmoid, and the one-hot
    vector of a maximum a softmax.

    Args:
        place: The line.
        op: The type of the operation in the graph: `Round`.

    Returns:
        An empty text if it cannot be written.
    """
    statement = statement_node(place)
    if statement is None or place is None:
        return "", ()
    if op in _ROUNDING or op == "FloorDiv":
        return _straight_through(place, statement, op), ()
    if op in _COMPARING:
        return _sigmoid(place, statement), ()
    if op == "numpy":
        given: dict[ast.expr, str] = {}
        for node, name in operations_without_gradient(statement):
            if name == op and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                given[node] = source_of(place, node.func.value)
        return rewritten(place, statement, given) if given else "", ()
    if op == "ArgMax":
        return _softmax(place, statement)
    return "", ()


def operations_without_gradient(statement: ast.stmt) -> list[tuple[ast.expr, str]]:
    """Return the operations in a statement that have no gradient, each with its type in a graph."""
    found: list[tuple[ast.expr, str]] = []
    for node in ast.walk(statement):
        if isinstance(node, ast.Call):
            name = dotted(node.func).rpartition(".")[2]
            is_cast = name == "cast" and bool(node.args) and _sides(node.args[0]) is not None
            op = "Greater" if is_cast else _BY_NAME.get(name, "")
            is_method = name == "numpy" and not node.args and isinstance(node.func, ast.Attribute)
            if op and (name != "numpy" or is_method):
                found.append((node, op))
    return found


_BY_NAME = {
    **{name: op for op, name in _ROUNDING.items() if name != "sign"},
    "argmax": "ArgMax",
    "stop_gradient": "StopGradient",
    "numpy_function": "PyFunc",
    "numpy": "numpy",
}
"""The functions that have no gradient; that of `sign` is 0 (TensorFlow 2.16 to 2.21)."""


# Rounding


def _straight_through(place: Location, statement: ast.stmt, op: str) -> str:
    """Write `x + stop_gradient(round(x) - x)`; what is rounded gets a name of its own if it has a call."""
    rounded = [node for node in ast.walk(statement) if isinstance(node, ast.expr) and _is_rounding(node, op)]
    module = operations_module(place)
    if len(rounded) != 1 or not module:
        return ""
    node = rounded[0]
    inner = node.args[0] if isinstance(node, ast.Call) else node
    if isinstance(node, ast.BinOp):  # x // 1
        inner = node.left if isinstance(node.right, ast.Constant) and node.right.value == 1 else node
    if inner is node:
        return ""
    given, hard, line = source_of(place, inner), source_of(place, node), ""
    if any(isinstance(each, ast.Call) for each in ast.walk(inner)):
        name = _unused_name(place)
        line = f"{name} = {given}\n"
        hard, given = rewritten(place, node, {inner: name}), name
    elif not isinstance(inner, (ast.Name, ast.Attribute, ast.Subscript)):
        given = f"({given})"
    text = f"{given} + {module}.stop_gradient({hard} - {given})"
    changed = rewritten(place, statement, {node: f"({text})" if _is_part(statement, node) else text})
    return f"{line}{changed}"


def _is_rounding(node: ast.expr, op: str) -> bool:
    if op == "FloorDiv":
        return isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv)
    is_one = isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords
    return is_one and dotted(node.func).rpartition(".")[2] == _ROUNDING[op]  # type: ignore[attr-defined]


def _is_part(statement: ast.stmt, node: ast.expr) -> bool:
    """Return whether an expression is an operand, so that it needs parentheses."""
    operations = (ast.BinOp, ast.UnaryOp, ast.Attribute, ast.Subscript, ast.Compare)
    around = [each for each in ast.walk(statement) if isinstance(each, operations)]
    return any(node is child for each in around for child in ast.iter_child_nodes(each))


def _unused_name(place: Location) -> str:
    function = function_around(place)
    used = {node.id for node in ast.walk(function or ast.Pass()) if isinstance(node, ast.Name)}
    return next(name for name in ("soft", "soft_value", "value_before_rounding") if name not in used)


# Comparing


def _sigmoid(place: Location, statement: ast.stmt) -> str:
    """Write a comparison that is cast to a number, or that chooses between two, as a sigmoid."""
    module = operations_module(place)
    for node in ast.walk(statement):
        if not isinstance(node, ast.Call) or not node.args or not module:
            continue
        sides, name = _sides(node.args[0]), dotted(node.func).rpartition(".")[2]
        if sides is None:
            continue
        high, low = (source_of(place, each) for each in sides)
        low = f"({low})" if isinstance(sides[1], ast.BinOp) else low
        soft = f"{module}.sigmoid({_STEEPNESS} * ({high} - {low}))"
        if name == "where" and len(node.args) == 3:
            soft = _between(place, node.args[1], node.args[2], soft)
        elif name != "cast":
            soft = ""
        if soft:
            is_part = " + " in soft.partition(f"{module}.sigmoid")[0] and _is_part(statement, node)
            return rewritten(place, statement, {node: f"({soft})" if is_part else soft})
    return ""


def _sides(test: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Return the sides of a comparison, first the one that has to be greater; None if it is another."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        if isinstance(test.ops[0], (ast.Gt, ast.GtE)):
            return test.left, test.comparators[0]
        if isinstance(test.ops[0], (ast.Lt, ast.LtE)):
            return test.comparators[0], test.left
    if isinstance(test, ast.Call) and len(test.args) == 2:
        name = dotted(test.func).rpartition(".")[2]
        if name in _GREATER:
            return test.args[0], test.args[1]
        if name in _LESS:
            return test.args[1], test.args[0]
    return None


def _between(place: Location, chosen: ast.expr, other: ast.expr, soft: str) -> str:
    """Write a number between two constants."""
    try:
        high, low = ast.literal_eval(chosen), ast.literal_eval(other)
    except ValueError:
        return ""
    if not isinstance(high, (int, float)) or not isinstance(low, (int, float)):
        return ""
    if (high, low) == (1, 0):
        return soft
    return f"{source_of(place, other)} + {float(high) - float(low):g} * {soft}"


# Choosing


def _softmax(place: Location, statement: ast.stmt) -> tuple[str, tuple[Edit, ...]]:
    """Write a softmax in place of `one_hot(argmax(scores, axis=-1), n)`, which may take two lines."""
    chosen = [
        node
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and dotted(node.func).endswith(".argmax") and node.args
    ]
    axes = [each.value for call in chosen for each in call.keywords if each.arg == "axis"]
    axes += [call.args[1] for call in chosen if len(call.args) == 2]
    if len(chosen) != 1 or len(axes) != 1 or ast.unparse(axes[0]) != "-1":
        return "", ()
    module = dotted(chosen[0].func).removesuffix(".argmax")
    function = "tf.nn.softmax" if module in ("tf", "tf.math") else f"{module}.softmax"
    soft = f"{function}({source_of(place, chosen[0].args[0])}, axis=-1)"
    around = _one_hot(statement, lambda given: given is chosen[0])
    if around is not None:
        return rewritten(place, statement, {around: soft}), ()
    if not isinstance(statement, ast.Assign) or statement.value is not chosen[0]:
        return "", ()
    target, scope = statement.targets[0], function_around(place)
    if scope is None or not isinstance(target, ast.Name):
        return "", ()
    named = [node for node in ast.walk(scope) if isinstance(node, ast.Name) and node.id == target.id]
    statements = [node for node in ast.walk(scope) if isinstance(node, ast.stmt)]
    for later in (each for each in statements if not hasattr(each, "body")):
        used = _one_hot(later, lambda given: isinstance(given, ast.Name) and given.id == target.id)
        if used is not None and len(named) == 2 and later.lineno == later.end_lineno:
            where = line_of(place, later)
            edit = Edit(
                where,
                linecache.getline(where.file, where.line).strip(),
                rewritten(where, later, {used: target.id}),
            )
            return rewritten(place, statement, {chosen[0]: soft}), (edit,)
    return "", ()


def _one_hot(statement: ast.stmt, is_wanted: Callable[[ast.expr], bool]) -> ast.Call | None:
    """Return the call of `one_hot` of an expression in a statement."""
    for node in ast.walk(statement):
        is_call = isinstance(node, ast.Call) and dotted(node.func).endswith("one_hot")
        if isinstance(node, ast.Call) and is_call and node.args and is_wanted(node.args[0]):
            return node
    return None
