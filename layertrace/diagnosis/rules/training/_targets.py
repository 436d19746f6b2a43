"""Find the loss that a fit used, and the expression that it was given for an argument."""

from __future__ import annotations

import ast

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.user_source import nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location

__all__ = ["argument_of", "fit_at", "is_classified", "loss_of"]


def loss_of(context: DiagnosisContext, layer: LayerRef, seen: Observation) -> str:
    """Return the name of the only loss that a model was compiled with before; empty if it is unknown."""
    compiled = [each for model, each in context.layer_observations("compiled") if model == layer]
    before = [each for each in compiled if each.start_ns < seen.start_ns]
    return before[-1].paths[0] if before and before[-1].paths else ""


def is_classified(context: DiagnosisContext, layer: LayerRef, seen: Observation) -> bool:
    """Return whether the loss of a model is a crossentropy."""
    return loss_of(context, layer, seen).endswith("crossentropy")


def fit_at(place: Location | None) -> ast.Call | None:
    """Return the only call of `fit` on a line."""
    calls = [
        node
        for node in nodes_at(place)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fit"
    ]
    return calls[0] if len(calls) == 1 else None


def argument_of(place: Location | None, name: str) -> str:
    """Return what a call of `fit` on a line passes as its `x` or `y`; empty if it is unknown."""
    call = fit_at(place)
    if call is None:
        return ""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    given |= dict(zip(("x", "y"), call.args, strict=False))
    return ast.unparse(given[name]) if name in given else ""
