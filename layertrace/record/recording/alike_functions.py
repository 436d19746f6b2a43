"""Find out why a function is traced although one with the same code was: TensorFlow traces each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from layertrace.record.describe.retrace_causes import cause_of_another, cause_of_another_model
from layertrace.record.hooks.traces import TraceNote
from layertrace.record.python_state.captured_values import OWNER
from layertrace.timeline.cause import Cause
from layertrace.timeline.event import FunctionRef, Location, Opaque, Structure
from layertrace.timeline.signature_diff import changes

__all__ = ["AlikeFunctions"]


class AlikeFunctions:
    """The functions of one recording, grouped by their code."""

    def __init__(self) -> None:
        self._groups: dict[tuple[object, ...], _Group] = {}

    def cause(self, note: TraceNote, created: Location | int | None) -> Cause | None:
        """Return why a function is traced for the first time although one with the same code was.

        Args:
            note: The trace. It may be read twice: while it runs, and when it has ended.
            created: Where the program created the model that the function belongs to; the number of the model
                if it was created before the recording.
        """
        if note.code is None or note.index > 1:
            return None
        # Keras creates the functions of all models from the same code; only those for the same role, and of
        # models from the same line, are instances of one function.
        ref = note.function
        key = (note.code, note.code.co_filename, ref.role, ref.step, created)
        return self._groups.setdefault(key, _Group()).cause(note, created)


class _Group:
    """Functions with one code, in the order of their first traces, and what each was first to use."""

    def __init__(self) -> None:
        self._numbers: dict[FunctionRef, int] = {}
        self._of_model: dict[int, dict[FunctionRef, int]] = {}
        self._instances: dict[Opaque, FunctionRef] = {}
        self._variables: dict[int, FunctionRef] = {}
        self._captured: list[Mapping[str, Structure]] = []

    def cause(self, note: TraceNote, created: Location | int | None) -> Cause | None:
        function, model = note.function, note.record.model
        number = self._numbers.setdefault(function, len(self._numbers) + 1)
        if number > len(self._captured):
            self._captured.append(note.captured)
        of_model = None
        if model is not None:
            numbers = self._of_model.setdefault(model, {})
            of_model = numbers.setdefault(function, len(numbers) + 1)
        # Without a number (`<Agent #2>`), which a class with slots has not, two instances look the same.
        instance = note.instance
        if instance is not None and self._instances.setdefault(instance, function) != function:
            instance = instance if "#" not in instance.text else None
        owners = {self._variables.setdefault(variable, function) for variable in note.variables}
        if number == 1:
            return None
        if of_model == 1 and isinstance(created, Location):
            return cause_of_another_model(number, created)
        before, now = self._captured[number - 2], self._captured[number - 1]
        if OWNER in now and before.get(OWNER) == now[OWNER]:
            instance = None
        cause = cause_of_another(
            number, function, instance, of_model=of_model, has_own_variables=owners == {function}
        )
        differences = changes(before, now)
        return replace(cause, changes=differences) if differences else cause
