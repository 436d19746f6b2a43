"""Remember what each wrapper stands for, also one that the program has assigned elsewhere."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from types import FunctionType

from layertrace.record.hooks.observer import AnyObserver
from layertrace.record.spans import HookedMethod

__all__ = ["Wrapper", "behind", "hand_back_attributes", "known", "remember"]


@dataclass(frozen=True, slots=True, eq=False)
class Wrapper:
    """What a wrapper stands for, and what it reports to."""

    original: weakref.ref[FunctionType]
    method: HookedMethod
    observer: AnyObserver


_wrappers: weakref.WeakKeyDictionary[FunctionType, Wrapper] = weakref.WeakKeyDictionary()


def remember(made: FunctionType, original: FunctionType, method: HookedMethod, observer: AnyObserver) -> None:
    """Remember what a new wrapper stands for."""
    _wrappers[made] = Wrapper(weakref.ref(original), method, observer)


def known(function: object) -> Wrapper | None:
    """Return what a wrapper stands for; None for any other function."""
    return _wrappers.get(function) if type(function) is FunctionType else None


def behind(function: object) -> object:
    """Return the original of one of our wrappers, and anything else as it is."""
    while (wrapper := known(function)) is not None:
        function = wrapper.original()
    return function


def hand_back_attributes(made: object) -> None:
    """Copy to the original what the program has set on its wrapper: `Layer.call.times += 1`."""
    wrapper = known(made)
    original = None if wrapper is None else wrapper.original()
    if original is not None:
        mine = vars(original)
        mine.update({name: value for name, value in vars(made).items() if name not in _OURS})


_OURS = frozenset({"__wrapped__", "__signature__"})
