"""Notice that a variable has changed between the creation of a layer and the run of its function.

The functions of several layers that are made in a loop read the loop's variable when they run, and then all
of them find its last value.
"""

from __future__ import annotations

import weakref
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.hub import hub
from layertrace.record.layers import LayerRecord
from layertrace.record.process import safe
from layertrace.record.python_state.bytecode import cells, globals_of, methods_of, reads_of_held
from layertrace.record.python_state.framework_attributes import set_by_framework
from layertrace.record.python_state.switch import switch
from layertrace.record.spans import Span
from layertrace.timeline.event import Opaque, Structure
from layertrace.timeline.registry import Register

__all__ = ["called_symbolically", "called_while_traced", "created"]

_MOST = 8  # variables of one layer that are kept
_NOT_DATA = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType)


class _Bound:
    """A variable that a function of a layer reads, as it was when the layer was made."""

    __slots__ = ("_function", "_is_settled", "_name", "_value", "observation")

    def __init__(self, function: FunctionType, name: str, value: object, record: LayerRecord) -> None:
        self._function = weakref.ref(function)
        self._name = name
        self._value = (id(value), _shown(value))
        self._is_settled = False
        code: CodeType = function.__code__
        observation = PendingObservation("bound late", (record.number, name), layer=record, name=name)
        observation.before = self._value[1]
        observation.place = observation.defined = (code, -1)
        observation.is_over = self.is_over
        self.observation = observation

    def is_over(self) -> bool:
        """Return whether the variable still has its value, and note the one that it has."""
        if not self._is_settled:
            self._look()
        return self.observation.now == self.observation.before

    def settle(self) -> None:
        """Note the value with which the first graph was made."""
        if not self._is_settled:
            self._look()
            self._is_settled = True

    def _look(self) -> None:
        function = self._function()
        found = safe.MISSING if function is None else _variables(function).get(self._name, safe.MISSING)
        is_same = found is safe.MISSING or id(found) == self._value[0]
        self.observation.now = self._value[1] if is_same else _shown(found)


_bound: Register[list[_Bound]] = Register()


def created(span: Span, layer: object, record: LayerRecord) -> None:
    """Remember what the functions read that a layer was created with, such as that of a Lambda."""
    if not switch.is_on or not hub.observers:
        return
    held = reads_of_held(safe.instance_dict(layer), set_by_framework(type(layer)))
    functions = [each for reads in held for each in reads.living()]
    if functions:
        _remember(span, layer, record, functions)


def called_symbolically(span: Span, layer: object, record: LayerRecord | None) -> None:
    """Remember what the `call` of a user's layer reads when it is first called symbolically."""
    cls: type = type(layer)
    if record is not None and not safe.is_framework_class(cls):
        _remember(span, layer, record, methods_of(cls, "call"))


def _remember(span: Span, layer: object, record: LayerRecord, functions: list[FunctionType]) -> None:
    if _bound.get(layer) is not None:
        return
    kept = [
        _Bound(function, name, value, record)
        for function in functions
        for name, value in _variables(function).items()
        if not name.startswith("__") and not safe.is_a(value, *_NOT_DATA)
    ][:_MOST]
    _bound.add(layer, kept)
    for bound in kept:
        bound.observation.span = span
        add_observation(bound.observation)


def called_while_traced(layer: object) -> None:
    """Note which of these variables have another value when the layer is traced into a graph."""
    for bound in _bound.get(layer) or ():
        bound.settle()


def _variables(function: FunctionType) -> dict[str, object]:
    """Return the closure variables and the globals that a function reads, by name."""
    names = globals_of(function.__code__)
    found = {name: dict.get(function.__globals__, name, safe.MISSING) for name in names}
    found.update(cells(function))
    return {name: value for name, value in found.items() if value is not safe.MISSING}


def _shown(value: object) -> Structure:
    """Describe a value; of a large object only its class and its identity."""
    if value is None or safe.is_plain(value):
        return value  # type: ignore[return-value]
    return Opaque(f"<{safe.class_name(value)} at {id(value):#x}>")
