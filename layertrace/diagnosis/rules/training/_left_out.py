"""Find the output that a model was compiled without a loss for."""

from __future__ import annotations

import ast

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rewriting import source_of
from layertrace.diagnosis.user_source import line_of, nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location

__all__ = ["output_left_out"]

_LOSSES = {"sigmoid": "binary_crossentropy", "softmax": "sparse_categorical_crossentropy"}


def output_left_out(
    context: DiagnosisContext, layer: LayerRef, update: Observation, weights: str
) -> Violation | None:
    """Return what is wrong if a layer computes an output without a loss.

    Args:
        context: What was recorded.
        layer: A layer whose weights get no gradient.
        update: The first update without.
        weights: The names of the weights.
    """
    for model, compiled in reversed(list(context.layer_observations("compiled"))):
        state, names = context.state(model), compiled.without_gradient
        outputs = dict(zip(names[1::2], names[::2], strict=True))
        is_inside = state is not None and layer.id in state.children and compiled.start_ns < update.start_ns
        if not is_inside or layer.name not in outputs:
            continue
        place, losses = _losses(compiled.location)
        last = context.state(layer)
        loss = _LOSSES.get(str(None if last is None else last.activation), "mse")
        key = outputs[layer.name]
        if isinstance(losses, ast.Dict) and key.isdigit():  # the outputs are a list, whose losses have names
            key = layer.name
        edits = _with_loss(place, losses, key, loss)
        written = "" if losses is None else source_of(place, losses)
        given = f"loss={written}" if 0 < len(written) < _LONG else "compile"
        return Violation(
            message=f"{{layer}} computes an output of {model.name}, and {given} has no loss for it: its "
            f"weights ({weights}) get no gradient and never change.",
            layer=layer,
            location=place or compiled.location,
            evidence=(Evidence("gradients are None in this update", (), update.location),),
            fix="" if edits else "# give compile a loss for this output, too",
            fix_place="elsewhere",
            edits=edits,
        )
    return None


_LONG = 60


def _losses(place: Location | None) -> tuple[Location | None, ast.expr | None]:
    """Return the line of the dict or list of losses in a call of `compile`, and the expression."""
    for node in nodes_at(place):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "compile"
        ):
            given = [each.value for each in node.keywords if each.arg == "loss"] + node.args[1:2]
            if given:
                return line_of(place, given[0]), given[0]
    return None, None


def _with_loss(place: Location | None, losses: ast.expr | None, key: str, loss: str) -> tuple[Edit, ...]:
    """Return the edit that adds an entry to a dict of losses, or puts it in the place of None."""
    if place is None or not isinstance(losses, (ast.Dict, ast.List)):
        return ()
    named = (
        losses.keys if isinstance(losses, ast.Dict) else [ast.Constant(at) for at in range(len(losses.elts))]
    )
    values = losses.values if isinstance(losses, ast.Dict) else losses.elts
    for name, value in zip(named, values, strict=True):
        is_none = isinstance(value, ast.Constant) and value.value is None
        if is_none and isinstance(name, ast.Constant) and str(name.value) == key:
            return lines_with(place, [(value.lineno, value.col_offset, value.end_col_offset, f'"{loss}"')])
    if not isinstance(losses, ast.Dict) or not values:
        return ()
    last = values[-1]
    end = last.end_col_offset or 0
    return lines_with(place, [(last.end_lineno or last.lineno, end, end, f', "{key}": "{loss}"')])
