"""Write the losses of layers into a training step of one's own, on JAX and on torch."""

from __future__ import annotations

import ast

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit
from layertrace.diagnosis.guards import statement_node
from layertrace.diagnosis.method_edits import line_edit
from layertrace.diagnosis.program_lines import receiver_at
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.training_steps import backward_calls, nodes_around, outermost_trace
from layertrace.diagnosis.user_source import dotted, function_around
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location

__all__ = ["before_backward", "stateless_call", "with_returned_losses"]


def stateless_call(context: DiagnosisContext, update: Observation, layers: list[LayerRef]) -> Location | None:
    """Return the line of the last `stateless_call` in a step of a model that holds some layers."""
    numbers, trace = {layer.id for layer in layers}, outermost_trace(context, update.during)
    for call in reversed(context.events("call")):
        state = context.state(call.layer)
        if state is None or numbers.isdisjoint((state.layer.id, *state.children)):
            continue
        is_in_step = call.mode != "symbolic" and outermost_trace(context, call.seq) == trace
        if is_in_step and receiver_at(call.location, ("stateless_call",)):
            return call.location
    return None


def with_returned_losses(place: Location) -> tuple[Edit, ...]:
    """Return the edits by which a `stateless_call` returns losses, and its function adds them to its own.

    Empty unless the line is `outputs, state = model.stateless_call(...)` in a function that returns once.
    """
    statement, function = statement_node(place), function_around(place)
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call) or function is None:
        return ()
    target, call = statement.targets[0], statement.value
    returns = [node for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]
    if not isinstance(target, ast.Tuple) or len(target.elts) != 2 or len(returns) != 1:
        return ()
    if not dotted(call.func).endswith(".stateless_call") or statement.lineno != statement.end_lineno:
        return ()
    last, value = target.elts[-1], returns[0].value
    loss = value.elts[0] if isinstance(value, ast.Tuple) and value.elts else value
    line = Location(place.file, returns[0].lineno, place.function)
    if loss is None or returns[0].lineno != returns[0].end_lineno:
        return ()
    text = source_of(place, call).removesuffix(")").rstrip().removesuffix(",")
    called = rewritten(
        place, statement, {last: f"{source_of(place, last)}, losses", call: f"{text}, return_losses=True)"}
    )
    simple = isinstance(loss, (ast.Name, ast.Call, ast.Attribute, ast.BinOp))
    added = f"{source_of(line, loss)} + sum(losses)" if simple else f"({source_of(line, loss)}) + sum(losses)"
    return line_edit(place, called), line_edit(line, rewritten(line, returns[0], {loss: added}))


def before_backward(update: Observation, models: list[str]) -> tuple[Location, str] | None:
    """Return the line of the last `loss.backward()` above an update, and what to write before it."""
    place = update.location
    if place is None:
        return None
    above = [
        (call, loss)
        for call, loss in backward_calls(nodes_around(place)[1])
        if call.lineno <= place.line and isinstance(loss, ast.Name)
    ]
    if not above:
        return None
    call, loss = max(above, key=lambda pair: pair[0].lineno)
    losses = " + ".join(f"sum({model}.losses)" for model in models)
    return Location(place.file, call.lineno, place.function), f"{dotted(loss)} = {dotted(loss)} + {losses}"
