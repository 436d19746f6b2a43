"""Remember what each wrapper stands for, also one that the program has assigned elsewhere."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from types import FunctionType

from layertrace.record.hooks.observer import AnyObserver
from layertrace.record.spans import HookedMethod

__all__ = ["Wrapper", "hand_back_attributes", "original_of", "remember", "wrapper_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Wrapper:
    """What a wrapper stands for, and what it reports to."""

    original: weakref.ref[FunctionType]
    method: HookedMethod
    observer: AnyObserver


_wrappers: weakref.WeakKeyDictionary[FunctionType, Wrapper] = weakref.WeakKeyDictionary()


def remember(
    function: FunctionType, original: FunctionType, method: HookedMethod, observer: AnyObserver
) -> None:
    """Remember what a new wrapper stands for."""
    _wrappers[function] = Wrapper(weakref.ref(original), method, observer)


def wrapper_of(function: object) -> Wrapper | None:
    """Return what a wrapper stands for; None for any other function."""
    return _wrappers.get(function) if type(function) is FunctionType else None


def original_of(function: object) -> object:
    """Return the original of one of our wrappers, and anything else as it is."""
    while (wrapper := wrapper_of(function)) is not None:
        function = wrapper.original()
    return function


def hand_back_attributes(function: object) -> None:
    """Copy to the original what the program has set on its wrapper: `Layer.call.times += 1`."""
    wrapper = wrapper_of(function)
    original = None if wrapper is None else wrapper.original()
    if original is not None:
        attributes = vars(function).items()
        vars(original).update({name: value for name, value in attributes if name not in _OURS})


_OURS = frozenset({"__wrapped__", "__signature__"})
