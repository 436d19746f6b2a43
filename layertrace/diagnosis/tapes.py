"""Read from the source what a tape is asked for, and where it begins."""

from __future__ import annotations

import ast

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.training_steps import outermost_trace
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location

__all__ = [
    "argument",
    "block_of",
    "fails_below",
    "model_of",
    "request_at",
    "statements_of_target",
    "tests_for_none",
    "times_made",
]


def request_at(place: Location | None) -> ast.Call | None:
    """Return the call of `tape.gradient` on a line."""
    calls = (node for node in nodes_at(place) if isinstance(node, ast.Call))
    return next(
        (call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "gradient"),
        None,
    )


def argument(request: ast.Call | None, position: int, name: str) -> ast.expr | None:
    """Return an argument of a call, which may be passed by name."""
    if request is None:
        return None
    named = (keyword.value for keyword in request.keywords if keyword.arg == name)
    return next(iter(request.args[position : position + 1]), None) or next(named, None)


def block_of(place: Location | None, request: ast.Call | None) -> ast.With | None:
    """Return the last `with tf.GradientTape() as tape` above a request for gradients of this tape."""
    tree = None if place is None else tree_of(place.file)
    if place is None or tree is None or request is None or not isinstance(request.func, ast.Attribute):
        return None
    tape = dotted(request.func.value)
    blocks = [
        node
        for node in ast.walk(function_around(place) or tree)
        if isinstance(node, ast.With)
        and node.lineno <= place.line
        and any(item.optional_vars is not None and dotted(item.optional_vars) == tape for item in node.items)
    ]
    return max(blocks, key=lambda block: block.lineno, default=None)


def statements_of_target(block: ast.With | None, request: ast.Call | None) -> list[ast.stmt]:
    """Return the simple statements in the block of a tape that compute what it is asked for, by name."""
    target = argument(request, 0, "target")
    if block is None or not isinstance(target, ast.Name):
        return []
    wanted, found = {target.id}, list[ast.stmt]()
    inside = [node for statement in block.body for node in ast.walk(statement)]
    simple = [node for node in inside if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign))]
    for statement in sorted(simple, key=lambda node: node.lineno, reverse=True):
        names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        if any(node.id in wanted and isinstance(node.ctx, ast.Store) for node in names):
            wanted |= {node.id for node in names if isinstance(node.ctx, ast.Load)}
            found.append(statement)
    return found


def fails_below(context: DiagnosisContext, place: Location | None) -> bool:
    """Return whether the program failed in the same function, on this line or below it."""
    failure = context.failure
    if failure is None or place is None:
        return False
    lines = [*failure.lines, *filter(None, [failure.error.location])]
    return any(
        (line.file, line.function) == (place.file, place.function) and line.line >= place.line
        for line in lines
    )


def tests_for_none(place: Location | None) -> bool:
    """Return whether the function at a line compares something with None."""
    tree = None if place is None else tree_of(place.file)
    if place is None or tree is None:
        return True
    compared = (node for node in ast.walk(function_around(place) or tree) if isinstance(node, ast.Compare))
    return any(
        isinstance(part, ast.Constant) and part.value is None
        for node in compared
        for part in node.comparators
    )


def model_of(context: DiagnosisContext, variables: tuple[int, ...]) -> LayerRef | None:
    """Return the smallest layer that holds most of some variables; of equals the outermost."""
    states = [
        (len({*state.variables} & {*variables}), -len(state.variables), len(state.children), state.layer)
        for state in context.states.values()
    ]
    best = max(states, key=lambda each: each[:3], default=None)
    return None if best is None or not best[0] else best[3]


def times_made(context: DiagnosisContext, seen: Observation) -> int:
    """Return how often something was done: in a graph, how often the graph ran."""
    trace = outermost_trace(context, seen.during)
    if trace is None:
        return seen.times
    return sum(run.times for run in context.events("run", lambda run: run.function == trace.function))
