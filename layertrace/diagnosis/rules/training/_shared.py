"""Write the user's own line with another `training`, and find out which mode Keras runs a call in."""

from __future__ import annotations

import ast
import linecache
from typing import Literal

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.layer_expressions import layer_calls_at
from layertrace.diagnosis.user_source import dotted, first_parameter, function_around, nodes_at
from layertrace.timeline.event import Event, FunctionRole, LayerRef, Location
from layertrace.timeline.ownership import is_keras_layer

_METHODS: dict[str, FunctionRole] = {
    "fit": "train",
    "train_on_batch": "train",
    "evaluate": "test",
    "test_on_batch": "test",
    "predict": "predict",
    "predict_on_batch": "predict",
}


def role_of(context: DiagnosisContext, event: Event) -> FunctionRole | None:
    """Return whether `fit`, `evaluate` or `predict` of Keras runs an event; None for a loop of one's own."""
    functions = (outer.function for outer in context.ancestors(event) if outer.function is not None)
    role = next((function.role for function in functions if function.role is not None), None)
    if role is not None or event.mode == "graph":
        return role
    # With run_eagerly=True there is no trace.
    calls = (node for node in nodes_at(event.location) if isinstance(node, ast.Call))
    return next(
        (role for node in calls if (role := _METHODS.get(dotted(node.func).rpartition(".")[2]))), None
    )


def given_training(location: Location | None) -> Literal["constant", "name"] | None:
    """Return how a line passes `training`: as a constant, or as a name that has it from elsewhere.

    Returns:
        None if it passes none, so that a default holds.
    """
    for node in layer_calls_at(location):
        values = [keyword.value for keyword in node.keywords if keyword.arg == "training"]
        values += [value for value in node.args[1:] if _may_be_training(value)]
        values = [node for node in values if not isinstance(node, ast.Constant) or node.value is not None]
        if values:
            return "name" if isinstance(values[0], ast.Name) and values[0].id == "training" else "constant"
    return None


def _may_be_training(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return isinstance(value.value, bool)
    return "training" in dotted(value)


def training_calls(context: DiagnosisContext, class_name: str) -> list[tuple[LayerRef, Event]]:
    """Return the layers of a class of Keras with each call that was given `training=True`, in order."""
    found = [
        (layer, call)
        for layer in context.layers
        if is_keras_layer(layer, class_name)
        for call in context.of(layer, "call")
        if call.training is True
    ]
    return sorted(found, key=lambda pair: pair[1].seq)


def with_training(location: Location | None, value: str) -> str | None:
    """Return the line that calls a layer, with another `training` in the call; None if it is unknown."""
    calls = [node for node in layer_calls_at(location) if node.lineno == node.end_lineno]
    call = calls[0] if len(calls) == 1 else None
    if call is None or location is None or call.lineno != location.line:
        return None
    line = linecache.getline(location.file, location.line).encode()
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "training"), None)
    if given is not None:
        start, end, text = given.col_offset, given.end_col_offset or 0, value
    else:
        start = end = (call.end_col_offset or 0) - 1
        text = f", training={value}" if call.args or call.keywords else f"training={value}"
    return (line[:start] + text.encode() + line[end:]).decode().strip()


def mode_at(context: DiagnosisContext, place: Location | None, mode: str) -> str:
    """Return the `training` that a call should get: in a `forward` on torch, the mode of its module.

    Args:
        context: The recording.
        place: The line of the call.
        mode: What it should get elsewhere.
    """
    function = None if place is None else function_around(place)
    is_forward = context.backend == "torch" and function is not None and function.name == "forward"
    return "self.training" if is_forward and first_parameter(function) == "self" else mode
