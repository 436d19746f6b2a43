"""Write how a variable holds a value that a graph is to see."""

from __future__ import annotations

from layertrace.diagnosis.finding import Edit
from layertrace.diagnosis.method_edits import stored_in_init
from layertrace.diagnosis.state_changes import StateChange, definition_of
from layertrace.diagnosis.state_reads import is_tested
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Location, Opaque

__all__ = ["as_variable", "is_array"]


def is_array(value: object) -> bool:
    """Return whether an observed value is a tensor or an array."""
    return isinstance(value, Opaque) and str(value).startswith(("<tensor", "<array"))


def as_variable(
    observation: Observation, path: str, change: StateChange, reader: Location | None
) -> tuple[str, tuple[Edit, ...]]:
    """Write how a variable holds a number or a tensor: where it is created, and where it is assigned to."""
    before, now = observation.before, observation.now
    kind = "tf" if observation.role == "dataset function" else "keras"
    is_whole = isinstance(before, int) and isinstance(now, int)
    dtype = "" if is_whole or not isinstance(before, int) else ', dtype="float32"'
    definition = definition_of(path, change.location, reader)
    lines = [change.assignment or f"{path}.assign(...)"]
    if is_tested(reader, path):
        lines.append(
            f"keras.ops.where({path} > ..., a, b)  # in {observation.reader or 'call'}, in place of the if"
        )
    if definition is not None and definition.is_alone:
        code = f"{definition.target} = {kind}.Variable({definition.value}{dtype}, trainable=False)"
        return "\n".join(lines), (Edit(definition.location, definition.source, code),)
    target, where = path, "in __init__" if path.startswith("self.") else "at the beginning"
    if where == "at the beginning" and change.target.startswith("self.") and change.target.count(".") == 1:
        target, where = change.target, "in __init__"
    initial = repr(before) if isinstance(before, (int, float)) else "..."
    if definition is not None and definition.target == target:
        initial = definition.value
    value = f"{kind}.Variable({initial}{dtype}, trainable=False)"
    stored = stored_in_init(reader, path.removeprefix("self."), value) if target == path else None
    if stored is not None and "..." not in value:
        return "\n".join(lines), (stored,)
    made = f"{target} = {kind}.Variable({initial}{dtype}, trainable=False)  # {where}"
    return "\n".join([made, *lines]), ()
