"""LT523: The gradients of weights are taken again and again, and no weight changes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.method_edits import is_one_statement
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.tapes import argument, model_of, request_at, times_made
from layertrace.diagnosis.training_steps import outermost_trace
from layertrace.diagnosis.user_source import dotted, function_around, line_of, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Location


@rule("LT523", "weights-not-assigned", "error", links.CUSTOM_TRAINING_LOOPS)
def weights_not_assigned(context: DiagnosisContext) -> Iterator[Violation]:
    """The gradients of weights are taken again and again, and no weight changes.

    ## Why is this bad?

    `w = w - rate * g` creates a tensor and gives it the name of the weight; the weight stays what it was. So
    does `w -= rate * g`, and `model.trainable_weights[0] = ...`, which changes a list that is created for
    each reading. Only `assign`, `assign_sub` and optimizers change a weight.

    ## Example

    ```python
    gradients = tape.gradient(loss, model.trainable_weights)
    for w, g in zip(model.trainable_weights, gradients):
        w = w - rate * g
    ```

    ## Use instead

    ```python
    gradients = tape.gradient(loss, model.trainable_weights)
    for w, g in zip(model.trainable_weights, gradients):
        w.assign_sub(rate * g)
    ```

    ## Known limits

    - Reported if the weights are the same at the end as when their gradients were first taken, and either the
      result of such a line is never used, or the gradients are not, in a file that creates one optimizer and
      neither applies one, nor compiles a model, nor assigns.
    - Looked at are up to a million numbers for each line that takes gradients, without a strategy for several
      devices. A `train_step` is left to LT510.
    """
    for seen in context.observations("gradient taken"):
        place, times = seen.location, _times(context, seen)
        if place is None or times < 2:
            continue
        slip = _lost_result(place) or _unused_gradients(place)
        if slip is None:
            continue
        layer = model_of(context, seen.variables)
        count = len(seen.variables)
        weights = f"{count} weight{'s' * (count != 1)}{'' if layer is None else ' of {layer}'}"
        here = line_of(place, slip.node)
        yield Violation(
            message=f"The gradients of the {weights} were taken {times} times, and no weight has changed: "
            f"{slip.reason}.",
            layer=layer,
            location=here,
            evidence=(Evidence("the gradients are taken here", seqs(context.event(seen.during)), place),),
            fix=slip.fix,
            fix_place="in place" if slip.is_replaced and is_one_statement(here) else "elsewhere",
        )


def _times(context: DiagnosisContext, seen: Observation) -> int:
    """Return how often gradients were taken: in a graph, how often it ran; 0 for a `train_step`."""
    trace = outermost_trace(context, seen.during)
    if trace is not None and (trace.function is None or trace.function.role is not None):
        return 0
    return times_made(context, seen)


class _Slip(NamedTuple):
    """Why the weights do not change.

    Attributes:
        node: The statement.
        reason: What it does.
        fix: The line that changes the weights.
        is_replaced: Whether that takes the place of the statement.
    """

    node: ast.stmt
    reason: str
    fix: str
    is_replaced: bool


# The result of a step is lost


def _lost_result(place: Location) -> _Slip | None:
    """Return the statement that computes new weights, and gives them to a name that is not read again."""
    region = _around(place)
    loops = [node for node in region if isinstance(node, ast.For) and node.lineno >= place.line]
    for loop in loops:
        targets = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
        for statement in _statements(loop.body):
            target, value = _assigned(statement)
            if target is None or value is None or not _names(value) & (targets - _names(target)):
                continue
            written = ast.unparse(target)
            is_item = isinstance(target, ast.Subscript) and _is_list_of_weights(target.value)
            is_name = isinstance(target, ast.Name) and target.id in targets
            if is_item or (is_name and not _is_read_after(loop, statement, written)):
                does = "replaces an item of a list that is created for each reading" if is_item else None
                reason = f"`{ast.unparse(statement)}` {does or 'only gives the name to a new tensor'}"
                return _Slip(statement, reason, _as_assign(statement, written, value), True)
    return None


def _assigned(statement: ast.stmt) -> tuple[ast.expr | None, ast.expr | None]:
    """Return the target of an assignment that also reads it, and the value."""
    if isinstance(statement, ast.AugAssign):
        return statement.target, statement.value
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None, None
    target = statement.targets[0]
    written = ast.unparse(target)
    reads = any(
        isinstance(node, ast.expr) and ast.unparse(node) == written for node in ast.walk(statement.value)
    )
    return (target, statement.value) if reads else (None, None)


def _is_list_of_weights(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _WEIGHTS


_WEIGHTS = ("trainable_weights", "trainable_variables", "weights", "variables")


def _is_read_after(loop: ast.For, statement: ast.stmt, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        for later in _statements(loop.body)
        if later.lineno > (statement.end_lineno or statement.lineno)
        for node in ast.walk(later)
    )


def _as_assign(statement: ast.stmt, target: str, value: ast.expr) -> str:
    """Write the statement as a call of `assign`, `assign_sub` or `assign_add`."""
    methods: dict[type, str] = {ast.Sub: "assign_sub", ast.Add: "assign_add"}
    if isinstance(statement, ast.AugAssign) and type(statement.op) in methods:
        return f"{target}.{methods[type(statement.op)]}({ast.unparse(value)})"
    if isinstance(value, ast.BinOp) and type(value.op) in methods and ast.unparse(value.left) == target:
        return f"{target}.{methods[type(value.op)]}({ast.unparse(value.right)})"
    if isinstance(statement, ast.AugAssign):
        value = ast.BinOp(ast.Name(target), statement.op, value)
    return f"{target}.assign({ast.unparse(value)})"


# The gradients are not used


def _unused_gradients(place: Location) -> _Slip | None:
    """Return the statement that takes gradients which nothing reads, if the file creates an optimizer."""
    region, request = _around(place), request_at(place)
    taking = [node for node in region if isinstance(node, ast.Assign) and node.value is request]
    if request is None or len(taking) != 1 or not isinstance(taking[0].targets[0], ast.Name):
        return None
    name = taking[0].targets[0].id
    reads = [
        node
        for node in region
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id == name
    ]
    optimizer = _optimizer(place)
    # It may measure how long gradients take: tests/cases/clean/gradients_without_a_step.py
    if reads or not optimizer or name.startswith("_"):
        return None
    sources = argument(request, 1, "sources")
    weights = "model.trainable_variables" if sources is None else ast.unparse(sources)
    fix = f"{optimizer}.apply_gradients(zip({name}, {weights}))  # after this line"
    return _Slip(taking[0], f"nothing uses {name}", fix, False)


def _optimizer(place: Location) -> str:
    """Return the name that a file gives to an optimizer; empty if it creates none, or applies any."""
    tree = tree_of(place.file) or ast.Pass()
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    methods = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
    if not methods.isdisjoint({"apply_gradients", "apply", "minimize", "assign", "assign_sub", "compile"}):
        return ""
    created = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and "optimizers." in f"{dotted(node.value.func)}."
    ]
    return dotted(created[0].targets[0]) if len(created) == 1 else ""


# Source


def _around(place: Location) -> list[ast.AST]:
    """Return the nodes of the function around a line, or of the module without its functions."""
    function, tree = function_around(place), tree_of(place.file)
    todo: list[ast.AST] = [each for each in (function or tree,) if each is not None]
    nodes: list[ast.AST] = []
    while todo:
        node = todo.pop(0)
        nodes.append(node)
        inner = list(ast.iter_child_nodes(node))
        todo += inner if function is not None else [each for each in inner if not isinstance(each, _BLOCKS)]
    return nodes


_BLOCKS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _statements(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    return [node for each in body for node in ast.walk(each) if isinstance(node, ast.stmt)]


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
