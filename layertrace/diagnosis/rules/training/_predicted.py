"""Find the `predict` of a model inside of a tape, through which no gradient passes."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rewriting import source_of
from layertrace.diagnosis.rules.training._shared import role_of
from layertrace.diagnosis.user_source import dotted, is_in_tape, nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef, Location

__all__ = ["Predicted", "predicted_in_tape", "with_call"]

_METHODS = ("predict", "predict_on_batch")


class Predicted(NamedTuple):
    """A line inside of a tape that calls `predict`."""

    call: ast.Call
    event: Event
    place: Location
    model: LayerRef | None


def predicted_in_tape(
    context: DiagnosisContext, calls: Sequence[Event], update: Observation
) -> Predicted | None:
    """Return the `predict` inside of a tape that ran a layer last before an update, if one did."""
    earlier = [call for call in calls if call.start_ns < update.start_ns and call.mode != "symbolic"]
    if not earlier or role_of(context, earlier[-1]) != "predict":
        return None
    outermost = [earlier[-1], *context.enclosing(earlier[-1], "call")][-1]
    place = outermost.location
    if place is None or not is_in_tape(place):
        return None
    nodes = [node for node in nodes_at(place) if isinstance(node, ast.Call)]
    named = [node for node in nodes if dotted(node.func).rpartition(".")[2] in _METHODS and node.args]
    return Predicted(named[0], outermost, place, outermost.layer) if len(named) == 1 else None


def with_call(found: Predicted, update: Observation) -> Violation:
    """Return what is wrong with a `predict` in a tape, and the line that calls the model."""
    node, place = found.call, found.place
    method = dotted(node.func).rpartition(".")[2]
    name = dotted(node.func).rpartition(".")[0] or "model"
    text = f"{name}({source_of(place, node.args[0])}, training=True)"
    columns = (node.lineno, node.col_offset, node.end_col_offset, text)
    edits = lines_with(place, [columns]) if node.lineno == node.end_lineno else ()
    return Violation(
        message=f"{method} of {{layer}} returns a NumPy array, through which no gradient passes: its weights "
        "get none from the tape around it, and never change.",
        layer=found.model,
        location=place,
        evidence=(
            Evidence("predicted here", seqs(found.event), place),
            Evidence("gradients are None in this update", (), update.location),
        ),
        fix="" if edits else text,
        fix_place="elsewhere",
        edits=edits,
        severity="error",
    )
