"""Distinguish attributes that Keras's base classes assign from those of the author of a layer."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable
from functools import lru_cache
from types import FunctionType

from layertrace.record.process import safe
from layertrace.record.spans import code_behind
from layertrace.timeline.ownership import is_base_class

__all__ = ["assigned_by_framework", "set_by_framework"]


def set_by_framework(cls: type) -> frozenset[str]:
    """Return the names of the attributes that the base classes of all layers and models assign."""
    return _assigned_by(
        tuple(owner for owner in safe.mro(cls) if safe.is_framework_class(owner) and _is_base(owner))
    )


def assigned_by_framework(cls: type) -> frozenset[str]:
    """Return the names of the attributes that any class of a framework above a class assigns."""
    return _assigned_by(tuple(owner for owner in safe.mro(cls) if safe.is_framework_class(owner)))


@lru_cache(maxsize=256)
def _assigned_by(owners: tuple[type, ...]) -> frozenset[str]:
    """Return what classes assign; only classes of a framework, since the cache keeps them alive."""
    return frozenset().union(*map(_assigned, owners))


def _is_base(cls: type) -> bool:
    """Return whether a class of a framework is a base of every layer, and not a layer to choose."""
    return is_base_class([base.__name__ for base in cls.__mro__])


@lru_cache(maxsize=256)
def _assigned(cls: type) -> frozenset[str]:
    functions: list[Callable[..., object]] = [
        value for value in vars(cls).values() if isinstance(value, FunctionType)
    ]
    functions += [value.fset for value in vars(cls).values() if isinstance(value, property) and value.fset]
    # Methods of tf_keras are wrapped by a hook, by `no_automatic_dependency_tracking`, or by both.
    codes = [code for function in functions if (code := code_behind(inspect.unwrap(function))) is not None]
    return frozenset(
        step.argval for code in codes for step in dis.get_instructions(code) if step.opname == "STORE_ATTR"
    )
