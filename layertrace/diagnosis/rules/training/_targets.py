"""Find the loss that a fit used, and the expression that it was given for an argument."""

from __future__ import annotations

import ast

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.tapes import argument
from layertrace.diagnosis.training_steps import Trainings
from layertrace.diagnosis.user_source import nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location

__all__ = ["argument_of_fit", "loss_of"]

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
