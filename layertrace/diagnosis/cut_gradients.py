"""Find in the source of a program on torch what cuts the gradients of its weights."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterable, Iterator

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Edit
from layertrace.diagnosis.guards import statement_node
from layertrace.diagnosis.loss_paths import LossPaths, names_in, names_set
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.training_steps import backward_calls, nodes_around
from layertrace.diagnosis.user_source import dotted, line_of, nodes_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Location

__all__ = ["ADVICE", "OPERATIONS", "cut_in_torch", "without_cut"]

_BY_NAME = {
    "detach": "detach",
    "item": "item",
    "tolist": "item",
    "numpy": "to numpy",
    "convert_to_numpy": "to numpy",
    "from_numpy": "to numpy",
    "stop_gradient": "StopGradient",
    "no_grad": "no_grad",
    "inference_mode": "no_grad",
    "argmax": "ArgMax",
}
OPERATIONS = {
    "detach": ".detach()",
    "data": ".data",
    "item": "the Python number of a tensor",
    "to numpy": "NumPy",
    "no_grad": "torch.no_grad()",
}
ADVICE = {
    "item": "# go on with the tensor itself: its Python number is a constant",
    "to numpy": "# write it with functions of torch or keras.ops, which have gradients",
    "no_grad": "# run this outside of torch.no_grad(); to train none of it, set trainable = False",
}


def cut_in_torch(
    context: DiagnosisContext, update: Observation, called: Location | None
) -> tuple[Location, str] | None:
    """Return the line that cuts the gradients of an update, and by what; None if there are several.

    Looked at are the statements that compute the loss of a `backward`, and `call` of the program's layers.

    Args:
        context: What was recorded.
        update: An update without gradients.
        called: Where the step calls the layer whose weights get none.
    """
    found = [*_in_step(context, update, called)]
    for layer in context.layers:
        method = context.call_defined_at(layer)
        if method is not None and is_user_defined(layer):
            found += _cuts(method, nodes_of(method))
    functions = {(place.file, place.function) for place, _ in found}
    return found[0] if len(functions) == 1 else None


def without_cut(place: Location | None, op: str) -> tuple[str, tuple[Edit, ...]]:
    """Write a line without `.detach()` or `.data`, or remove one that only makes a number of a tensor."""
    statement = statement_node(place)
    if statement is None or place is None:
        return "", ()
    if op == "item" and _only_makes_number(statement):
        return "", (Edit(place, linecache.getline(place.file, place.line).rstrip("\n"), ""),)
    given: dict[ast.expr, str] = {}
    for node in ast.walk(statement):
        if op == "detach" and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "detach":
                given[node] = source_of(place, node.func.value)
        elif op == "data" and isinstance(node, ast.Attribute) and node.attr == "data":
            given[node] = source_of(place, node.value)
    return rewritten(place, statement, given) if given else "", ()


def _only_makes_number(statement: ast.stmt) -> bool:
    """Return whether a statement is like `loss = torch.tensor(loss.item(), requires_grad=True)`."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
        return False
    value = statement.value
    if dotted(value.func).rpartition(".")[2] in ("tensor", "as_tensor") and value.args:
        value = value.args[0] if isinstance(value.args[0], ast.Call) else value
    number = value.func
    if not isinstance(number, ast.Attribute) or number.attr != "item":
        return False
    return ast.unparse(number.value) == ast.unparse(statement.targets[0])


def _in_step(
    context: DiagnosisContext, update: Observation, called: Location | None
) -> Iterator[tuple[Location, str]]:
    """Yield what cuts gradients in the statements that compute the loss of a step from outputs of layers."""
    place = update.location
    if place is None:
        return
    calls = [
        call.location.line
        for call in context.events("call", lambda event: event.start_ns < update.start_ns)
        if call.location is not None
        if (call.location.file, call.location.function) == (place.file, place.function)
    ]
    first = min((line for line in calls if line <= place.line), default=place.line)
    defined, nodes = nodes_around(place)
    assignments = [node for node in nodes if isinstance(node, (ast.Assign, ast.AugAssign))]
    names: set[str] = set()
    reads = {name for _, loss in backward_calls(nodes) for name in names_in(loss)}
    paths = LossPaths(place, nodes, reads)
    while reads - names:
        names |= reads
        reads = {name for each in assignments if names_set(each) & names for name in names_in(each.value)}
    computing = [each for each in assignments if names_set(each) & names and (each.end_lineno or 0) >= first]
    inner = {child for statement in computing for child in ast.walk(statement)}
    blocks = [
        node
        for node in nodes
        if isinstance(node, ast.With) and any(child in inner for child in ast.walk(node))
    ]
    managers = {item.context_expr: block.body for block in blocks for item in block.items}
    expressions = [*managers, *(each.value for each in computing)]
    parts = [child for expression in expressions for child in ast.walk(expression)]
    # What is cut must be what the layer computes:
    # tests/backends/cases/lt504_layer_never_called/another_head_beside_a_detached_target.py
    for node in sorted(filter(_is_placed, parts), key=_position):
        within = managers.get(node, [node]) if isinstance(node, ast.expr) else [node]
        yield from (cut for cut in _cuts(defined, [node]) if paths.is_cut(called, within))


def _cuts(method: Location, nodes: Iterable[ast.AST]) -> Iterator[tuple[Location, str]]:
    for node in nodes:
        op = ""
        if isinstance(node, ast.Call):
            op = _BY_NAME.get(_called(node), "")
        elif isinstance(node, ast.Attribute) and node.attr == "data":
            op = "data"
        if op:
            yield line_of(method, node), op


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)


def _is_placed(node: ast.AST) -> bool:
    return hasattr(node, "lineno")


def _position(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
