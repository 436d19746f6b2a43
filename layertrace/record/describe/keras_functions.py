"""Identify the functions that Keras creates to train, test and predict with a model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import CodeType, FunctionType, MethodType
from typing import NamedTuple, cast

from layertrace.record.frameworks import torch_private
from layertrace.record.frameworks.keras_private import TRAINERS
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.layers import is_layer_class
from layertrace.record.process import safe
from layertrace.record.spans import code_behind
from layertrace.timeline.event import FunctionRole

__all__ = ["KerasFunction", "compiled_step", "keras_function"]

_MAKER = re.compile(r"\bmake_(train|test|predict)_function\b")
_SHARED_MAKER = "._make_function."  # makes the train and the test function in newer versions of Keras 3
_STEPS = ("one_step_on_data", "run_step")
_STEP_METHODS: dict[FunctionRole, str] = {"train": "train_step", "test": "test_step"}
_CALLED_STEPS: dict[FunctionRole, str] = {**_STEP_METHODS, "predict": "predict_step"}
_DEEPEST = 4


class KerasFunction(NamedTuple):
    """What Keras created a function for, and whether it is the inner one, which handles one batch."""

    role: FunctionRole
    model: object
    step: bool


def keras_function(function: object) -> KerasFunction | None:
    """Return what Keras created a Python function for; None if Keras did not create it.

    Args:
        function: The function that a `tf.function` or `jax.jit` traces.
    """
    step = _jitted_step(function) if Loaded.tf is None else None
    if step is not None:
        return step
    bare = safe.bare_function(function)
    if bare is None or safe.home_of(bare) not in TRAINERS:
        return None
    cells = safe.closure(bare)
    model = cells.get("self", cells.get("model"))
    role = _role(bare, model)
    return None if role is None else KerasFunction(role, model, bare.__name__ in _STEPS)


def _jitted_step(function: object) -> KerasFunction | None:
    """Return what Keras jits on JAX: the `train_step` or `test_step` of a model, as a bound method."""
    if type(function) is not MethodType or not is_layer_class(type(function.__self__)):
        return None
    roles = [role for role, name in _STEP_METHODS.items() if safe.code_name(function) == name]
    return KerasFunction(roles[0], function.__self__, step=False) if roles else None


def compiled_step(
    code: CodeType, home: Mapping[str, object], cells: Mapping[str, object]
) -> KerasFunction | None:
    """Return what Keras has compiled on torch: the function that handles one batch of a model.

    Args:
        code: The code of the function.
        home: The names of its module.
        cells: The variables of the functions around it that it uses.
    """
    part = torch_private.PARTS["step_function"]
    if code.co_name != part.name or home.get("__name__") != part.module or "self" not in cells:
        return None
    role = next((role for role, name in _CALLED_STEPS.items() if name in code.co_names), None)
    return None if role is None else KerasFunction(role, cells["self"], step=True)


def _role(function: FunctionType, model: object) -> FunctionRole | None:
    maker = _MAKER.search(function.__qualname__)
    if maker is not None:
        return cast(FunctionRole, maker[1])
    return _role_of_step(_step_method(function), model) if _SHARED_MAKER in function.__qualname__ else None


def _role_of_step(step: object, model: object) -> FunctionRole | None:
    """Return the role of a function by the method that it calls: the `train_step` of its model or another.

    Two methods may share their code, so the name comes first.
    """
    for role, name in _STEP_METHODS.items():
        if safe.code_name(step) == name:
            return role
    code = None if step is None else code_behind(step)
    for role, name in _STEP_METHODS.items():
        method = safe.instance_dict(model).get(name, safe.class_attribute(type(model), name))
        if code is not None and code_behind(method) is code:
            return role
    return None


def _step_method(function: FunctionType) -> object:
    """Return what the function calls for each batch, which a function inside it may hold."""
    inner: object = function
    for _ in range(_DEEPEST):
        cells = safe.closure(inner)
        if "step_function" in cells:
            return cells["step_function"]
        inner = cells.get("one_step_on_data")
    return None
