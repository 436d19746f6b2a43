"""Pass `training` to a helper that the train step shares with other steps."""

from __future__ import annotations

import ast

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit
from layertrace.diagnosis.method_edits import line_edit, lines_with
from layertrace.diagnosis.rules.training._shared import role_of, with_training
from layertrace.diagnosis.user_edits import text_replaced
from layertrace.diagnosis.user_source import dotted, function_around
from layertrace.timeline.event import Event, Location

__all__ = ["is_shared_with_inference", "training_passed_to_helper"]


def is_shared_with_inference(context: DiagnosisContext, call: Event) -> bool:
    """Return whether `evaluate` or `predict` ran the line of a call, too, so that no constant fits there."""
    calls = () if call.layer is None or call.location is None else context.of(call.layer, "call")
    others = (other for other in calls if other.location == call.location)
    return any(role_of(context, other) in ("test", "predict") for other in others)


def training_passed_to_helper(call: Location | None, step: Location | None) -> tuple[Edit, ...]:
    """Return the edits that give a helper a `training`, which the step passes.

    Args:
        call: The line of the helper that calls a layer.
        step: A line of the step.

    Returns:
        Nothing if the step does not call the helper once, or a line cannot be edited.
    """
    if call is None or step is None or call.file != step.file:
        return ()
    helper, around = function_around(call), function_around(step)
    if helper is None or around is None or helper is around:
        return ()
    uses = [
        node
        for node in ast.walk(around)
        if isinstance(node, ast.Call)
        and dotted(node.func).rpartition(".")[2] == helper.name
        and node.lineno == node.end_lineno
    ]
    head = Location(call.file, helper.lineno, call.function)
    asking = with_training(call, "training")
    taking = text_replaced(head, r"(?=\)\s*(?:->[^:]*)?:)", ", training=False")
    if len(uses) != 1 or asking is None or taking is None:
        return ()
    (use,) = uses
    end = (use.end_col_offset or 0) - 1
    text = ", training=True" if use.args or use.keywords else "training=True"
    passing = lines_with(step, [(use.lineno, end, end, text)])
    return (line_edit(call, asking), line_edit(head, taking), *passing)
