"""Find what a fit used: the loss, the layer of the output, and what it was given for an argument."""

from __future__ import annotations

import ast

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.tapes import argument
from layertrace.diagnosis.training_steps import Trainings
from layertrace.diagnosis.user_source import calls, nodes_at
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import LayerRef, Location
from layertrace.timeline.ownership import is_container

__all__ = ["argument_of_fit", "loss_of", "output_layer", "uses_compiled_loss"]

_DEEPEST = 16  # models inside of one another
_POSITIONS = {"x": 0, "y": 1, "epochs": 3, "class_weight": 9, "sample_weight": 10, "initial_epoch": 11}
"""Of arguments of `fit` (Keras 3.0 to 3.15, tf_keras 2.16 to 2.21)."""


def loss_of(context: DiagnosisContext, layer: LayerRef, seen: Observation) -> str:
    """Return the name of the only loss that a model was compiled with before; empty if it is unknown."""
    compiled = Trainings(context).compiled_before(layer, seen.start_ns)
    return compiled.paths[0] if compiled is not None and compiled.paths else ""


def argument_of_fit(place: Location | None, name: str) -> ast.expr | None:
    """Return what the only call of `fit` on a line passes for an argument; None if it is unknown."""
    calls = [
        node
        for node in nodes_at(place)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fit"
    ]
    return argument(calls[0], _POSITIONS[name], name) if len(calls) == 1 else None


def output_layer(context: DiagnosisContext, model: LayerState) -> LayerState | None:
    """Return the layer that computes the only output of a model, also in a model inside; None if unknown."""
    for _ in range(_DEEPEST):
        inner = context.states.get(model.output_layer) if model.output_layer is not None else None
        if inner is None or inner.layer == model.layer:
            break
        model = inner
    # A layer of the user's may do more than its activation. One without weights passes on what it is given:
    # tests/cases/clean/softmax_cast_to_float32.py
    passes_on = model.activation == "linear" and not model.variables
    return None if is_container(model.layer) or is_user_defined(model.layer) or passes_on else model


def uses_compiled_loss(model: LayerState) -> bool:
    """Return whether a model is trained by Keras's step, or by one that passes its output to the loss."""
    step = model.methods.get("train_step")
    if step is None:
        return True
    names = [name.rpartition(".")[2] for name, _ in calls(step)]
    # A step may turn the output into probabilities itself.
    return any(name in ("compute_loss", "compiled_loss") for name in names) and not any(
        "softmax" in name or "sigmoid" in name for name in names
    )
