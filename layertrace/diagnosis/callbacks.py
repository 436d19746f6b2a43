"""Find where a program creates a callback, and write it with another argument."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.program_files import calls_named
from layertrace.diagnosis.tapes import argument
from layertrace.diagnosis.user_source import dotted
from layertrace.timeline.context import Observation, ObservationKind
from layertrace.timeline.event import LayerRef, Location

__all__ = ["callback_at", "monitoring", "with_argument"]

_POSITIONS = {
    "monitor": {"EarlyStopping": 0, "ReduceLROnPlateau": 0, "ModelCheckpoint": 1},
    "mode": {"EarlyStopping": 4, "ReduceLROnPlateau": 4, "ModelCheckpoint": 5},
}
"""Of arguments (Keras 3.0 to 3.15, tf_keras 2.16 to 2.21)."""


def monitoring(
    context: DiagnosisContext, what: ObservationKind
) -> Iterator[tuple[LayerRef, Observation, Location | None, ast.Call | None]]:
    """Yield what was noticed of callbacks that monitor a value, once for each line that passes them to a fit.

    Yields:
        The model, what was noticed, the line that creates the callback, and the call there; if they are
        unknown, the line of the fit, and None.
    """
    reported: set[tuple[str, str, Location | None]] = set()
    for layer, seen in context.layer_observations(what):
        key = seen.name, seen.reader, seen.location
        if key not in reported:
            reported.add(key)
            yield layer, seen, *(callback_at(seen.location, seen.name, seen.reader) or (seen.location, None))


def callback_at(fit: Location | None, kind: str, monitor: str) -> tuple[Location, ast.Call] | None:
    """Return the only call in a program that creates a callback which monitors a value, with its line.

    Args:
        fit: The line that the callback is passed to.
        kind: The class of the callback.
        monitor: The value; `val_loss` is the default.
    """
    calls = [] if fit is None else calls_named(fit.file, kind)
    written = [each for each in calls if _text(_argument(each[1], "monitor")) == monitor]
    if not written and monitor == "val_loss":
        written = [each for each in calls if _argument(each[1], "monitor") is None]
    return written[0] if len(written) == 1 else None


def with_argument(place: Location | None, call: ast.Call | None, name: str, value: str) -> tuple[Edit, ...]:
    """Return the edits that give a call an argument, in place of another value or as the last one.

    Args:
        place: A line of the file that has the call.
        call: The call.
        name: The name of the argument.
        value: The code of its value.
    """
    if place is None or call is None:
        return ()
    old = _argument(call, name)
    if old is not None:
        if old.lineno != old.end_lineno:
            return ()
        return lines_with(place, [(old.lineno, old.col_offset, old.end_col_offset, value)])
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    last = max(given, key=lambda each: (each.end_lineno, each.end_col_offset), default=None)
    if last is None or last.end_lineno is None or last.end_col_offset is None:
        line, end = call.end_lineno, call.end_col_offset
        if line is None or end is None:
            return ()
        return lines_with(place, [(line, end - 1, end - 1, f"{name}={value}")])
    column = last.end_col_offset
    return lines_with(place, [(last.end_lineno, column, column, f", {name}={value}")])


def _argument(call: ast.Call, name: str) -> ast.expr | None:
    kind = dotted(call.func).rpartition(".")[2]
    position = _POSITIONS.get(name, {}).get(kind)
    return argument(call, len(call.args) if position is None else position, name)


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
