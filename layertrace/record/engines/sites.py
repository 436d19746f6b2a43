"""Identify which function a running frame belongs to, and read its arguments."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterable, Mapping
from types import CellType, CodeType, FrameType, FunctionType
from typing import Any

from layertrace.record.engines.parameters import learn, own_parameters
from layertrace.record.hooks.observer import AnyObserver, HookPoint
from layertrace.record.process import safe
from layertrace.record.spans import HookedMethod

__all__ = ["Fast", "Site", "Variant", "variant_of"]

_SHARED = frozenset(
    {"__class__"}
)  # methods that use `super()` close over it: functions that share code share nothing else


Fast = tuple[HookedMethod, str, str, "tuple[tuple[str, object], ...] | None"]
"""How to read the arguments of a `call` that takes no `*args` and no `**kwargs`.

The method; the name of its first parameter, `self`; the name of the next one; the names of the rest with
their defaults, or None if there is no more. A plain tuple unpacks in half the time of a named one.
"""


class Variant:
    """One observed function: several may share a code object, as the wrappers of a decorator do.

    It refers weakly to the function, which may close over layers.
    """

    __slots__ = (
        "extra",
        "fast",
        "function",
        "keywords",
        "method",
        "named",
        "observer",
        "subject",
        "takes_anything",
        "users",
        "wrappers",
    )

    def __init__(
        self,
        function: FunctionType,
        method: HookedMethod,
        observer: AnyObserver,
        wrappers: Iterable[CodeType],
    ) -> None:
        code = function.__code__
        named, extra, keywords = _names(code)
        self.function = weakref.ref(function)
        self.method = method
        self.observer = observer
        self.subject = named[0] if named else None
        self.named = named[1:]
        self.extra = extra
        self.keywords = keywords
        self.wrappers = frozenset(map(id, wrappers))
        self.takes_anything = False
        self.users = 0
        simple = method.kind == "call" and code.co_argcount > 1 and extra is None and keywords is None
        simple = simple and method.code is code  # else it lies above another function, or AutoGraph made it
        others = tuple(zip(named[2:], method.defaults[1:], strict=False))
        self.fast: Fast | None = (method, named[0], named[1], others or None) if simple else None

    def given(
        self, frame: FrameType
    ) -> tuple[object, tuple[object, ...], tuple[object, ...], Mapping[str, object] | None]:
        """Return the first argument, those of the other named parameters, `*args` and `**kwargs`."""
        held = frame.f_locals
        values = tuple([held[name] for name in self.named])
        extra = () if self.extra is None else held[self.extra]
        keywords = None if self.keywords is None else held[self.keywords]
        if self.subject is not None:
            subject = held[self.subject]
        else:
            subject, extra = (extra or (None,))[0], extra[1:]
        _release(held)
        if self.takes_anything:
            defaults = dict(zip(self.method.names, self.method.defaults, strict=True))
            given = zip(self.named, values, strict=True)
            passed = {name: value for name, value in given if value is not defaults.get(name)}
            return subject, (), extra, passed | (keywords or {})
        return subject, values, extra, keywords

    def caller(self, frame: FrameType) -> FrameType | None:
        """Return the frame that called the function, above the wrappers of its decorators."""
        above = frame.f_back
        while above is not None and id(above.f_code) in self.wrappers:
            above = above.f_back
        return above

    def is_method_in(self, frame: FrameType) -> bool:
        """Return whether the first argument in a frame has this function as a method."""
        held = frame.f_locals
        subject = held.get(self.subject) if self.subject is not None else None
        _release(held)
        function = self.function()
        spaces = [safe.namespace(cls) for cls in safe.mro(type(subject))]
        return any(value is function for space in spaces for value in space.values())

    def runs_in(self, frame: FrameType) -> bool:
        """Return whether this function runs in a frame of its code."""
        function = self.function()
        if function is None:
            return False
        held = frame.f_locals
        cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        same = all(held.get(name, _EMPTY) is _content(cell) for name, cell in cells)
        _release(held)
        return same


if sys.version_info >= (3, 13):

    def _release(held: dict[str, Any]) -> None:
        """Do nothing: the locals of a frame are a view."""

else:

    def _release(held: dict[str, Any]) -> None:
        """Empty the copy of a frame's locals, which would keep them alive until the function returns."""
        held.clear()


_EMPTY = object()


def _content(cell: CellType) -> object:
    try:
        content: object = cell.cell_contents
    except ValueError:  # it is empty
        return _EMPTY
    return content


def _names(code: CodeType) -> tuple[tuple[str, ...], str | None, str | None]:
    """Return the names of the named parameters, of `*args` and of `**kwargs`."""
    names = list(code.co_varnames)
    count = code.co_argcount + code.co_kwonlyargcount
    named, rest = tuple(names[:count]), names[count:]
    extra = rest.pop(0) if code.co_flags & 0x04 else None  # inspect.CO_VARARGS
    keywords = rest.pop(0) if code.co_flags & 0x08 else None  # inspect.CO_VARKEYWORDS
    return named, extra, keywords


class Site:
    """An observed code object.

    Attributes:
        code: The code, which is kept so that its identity stays its own.
        variants: The functions with this code.
        only: The variant that runs in every frame of the code; None if frames have to be distinguished.
        fast: How to read the arguments of the only variant quickly.
        copies: The code that AutoGraph generated from it.
    """

    __slots__ = ("checked", "code", "copies", "fast", "only", "variants")

    def __init__(self, code: CodeType, freevars: Iterable[str]) -> None:
        self.code = code
        self.checked = not _SHARED.issuperset(freevars)
        self.variants: list[Variant] = []
        self.only: Variant | None = None
        self.fast: Fast | None = None
        self.copies: list[CodeType] = []

    def add(self, variant: Variant) -> None:
        """Add a function; drop those that are dead."""
        self.variants = [
            *(known for known in self.variants if known.function() is not None or known.users),
            variant,
        ]
        self._settle()

    def remove(self, variant: Variant) -> None:
        """Remove a function."""
        self.variants = [known for known in self.variants if known is not variant]
        self._settle()

    def _settle(self) -> None:
        alone = len(self.variants) == 1 and not self.checked
        self.only = self.variants[0] if alone else None
        self.fast = self.only.fast if self.only is not None else None

    def variant_in(self, frame: FrameType) -> Variant | None:
        """Return the function that runs in a frame, if it is observed."""
        if self.only is not None:
            return self.only
        running = [variant for variant in self.variants if variant.runs_in(frame)]
        if len(running) > 1:  # the same code with the same closure, as of classes created in a loop
            running = [variant for variant in running if variant.is_method_in(frame)] or running
        return running[0] if running else None

    def of(self, function: FunctionType) -> Variant | None:
        """Return the variant of a function with this code."""
        return next((variant for variant in self.variants if variant.function() is function), None)


def variant_of(point: HookPoint, found: FunctionType, function: FunctionType) -> Variant:
    """Return how to observe a function.

    Args:
        point: Where it was found.
        found: What the attribute holds.
        function: The function itself, which may be below decorators.
    """
    method = point.make_method()
    learn(method, found, own_parameters(found))
    wrappers = []
    layer: Any = found
    while layer is not function:
        wrappers.append(layer.__code__)
        layer = layer.__wrapped__
    variant = Variant(function, method, point.observer, wrappers)
    variant.takes_anything = point.takes_anything
    return variant
