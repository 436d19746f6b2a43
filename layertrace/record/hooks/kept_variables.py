"""Notice a program that keeps the variables of a model where it wants to keep their values."""

from __future__ import annotations

from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.layer_contents import variables_inside
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.variable_values import raw_variable
from layertrace.record.hooks.observer import Call
from layertrace.record.hooks.variables import number_of
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition, code_behind

__all__ = ["look_at_callbacks", "look_at_values"]

_MOST = 10_000  # variables in one attribute


def look_at_callbacks(model: object, callbacks: object, place: CodePosition | None) -> None:
    """Record the attributes of the user's callbacks that hold variables of the model.

    Args:
        model: The model whose `fit` has ended.
        callbacks: What the fit was given.
        place: The line of the fit.
    """
    several = safe.unwrapped(callbacks)
    given = [callbacks] if several is None else [item for _, item in safe.first_items(several, _MOST)]
    known: set[int] = set()
    for callback in given:
        cls: type = type(callback)
        if callback is None or safe.is_framework_class(cls):
            continue
        known = known or set(map(id, variables_inside(model)))
        for name, value in list(safe.instance_dict(callback).items()):
            held = _items(value)
            if type(name) is str and held and all(id(item) in known for item in held):
                seen = PendingObservation(
                    "variables kept", (id(callback), name), role="callback", place=place
                )
                seen.layer, seen.name, seen.reader = register_layer(model), name, safe.name_of(cls)
                seen.variables = tuple(map(number_of, held))
                seen.defined = _method_of(cls)
                add_observation(seen)


def look_at_values(call: Call) -> None:
    """Record that `set_weights` is given the variables of the layer itself."""
    held = _items(call.values[0]) if call.values else []
    if not held or not _is_variable(held[0]):  # arrays, as in most calls: layers are not walked for these
        return
    if set(map(id, held)) <= set(map(id, variables_inside(call.subject))):
        place = source_lines.caller(call.method, call.caller)
        seen = PendingObservation(
            "variables kept", (id(call.subject), place), role="set_weights", place=place
        )
        seen.layer = register_layer(call.subject)
        seen.variables = tuple(map(number_of, held))
        add_observation(seen)


def _is_variable(value: object) -> bool:
    """Return whether a value is a variable: one of TensorFlow, or one of Keras, whose value JAX replaces."""
    return raw_variable(value) is not None or "_value" in safe.instance_dict(value)


def _items(value: object) -> list[Any]:
    inner = safe.unwrapped(value)
    return [] if inner is None else [item for _, item in safe.first_items(inner, _MOST)]


def _method_of(cls: type) -> CodePosition | None:
    """Return where a method of a user's class is defined."""
    codes = (code_behind(value) for name, value in safe.namespace(cls).items() if callable(value))
    code = next((code for code in codes if code is not None), None)
    return None if code is None else (code, -1)
