"""Tell the attributes that Keras's base classes set from those that the author of a layer did."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable
from functools import lru_cache
from types import FunctionType

from layertrace.record.process import safe
from layertrace.record.python_state.bytecode import is_framework_class
from layertrace.record.spans import code_behind

__all__ = ["set_by_framework"]


def set_by_framework(cls: type) -> frozenset[str]:
    """Return the names of the attributes that the base classes of all layers and models assign."""
    return _assigned_by(
        tuple(owner for owner in safe.mro(cls) if is_framework_class(owner) and _is_base(owner))
    )


@lru_cache(maxsize=256)
def _assigned_by(owners: tuple[type, ...]) -> frozenset[str]:
    """Return what classes of a host assign, which live on anyway; a user's would be kept alive."""
    return frozenset().union(*map(_assigned, owners))


def _is_base(cls: type) -> bool:
    """Tell the classes that stand behind every layer from the layers that Keras offers."""
    return cls.__name__ in ("Layer", "Model", "Functional", "Sequential") or not any(
        base.__name__ == "Layer" for base in cls.__mro__
    )


@lru_cache(maxsize=256)
def _assigned(cls: type) -> frozenset[str]:
    functions: list[Callable[..., object]] = [
        value for value in vars(cls).values() if isinstance(value, FunctionType)
    ]
    functions += [one for v in vars(cls).values() if isinstance(v, property) for one in (v.fset,) if one]
    # A method of tf_keras's is wrapped by a hook, by `no_automatic_dependency_tracking`, or by both.
    codes = [code for inner in functions if (code := code_behind(inspect.unwrap(inner))) is not None]
    return frozenset(
        step.argval for code in codes for step in dis.get_instructions(code) if step.opname == "STORE_ATTR"
    )
