"""Hook the `build` that Keras 3 keeps on each instance, of layers that exist when a trace starts.

`Layer.__new__` puts a `build` on every layer, closed over the one it found on the class
(`keras/src/layers/layer.py`, Keras 3.0 to 3.15), so a hook on the class comes too late for a layer that
is there already. That function holds its layer, hence here only weak references hold either.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from types import FunctionType
from typing import Any, cast

from layertrace.record import observe
from layertrace.record.autograph import as_called
from layertrace.record.hook_file import hidden
from layertrace.record.hub import Method, hub
from layertrace.timeline.identity import Register

__all__ = ["hook_build"]


class _Hooked:
    """One layer's hook, and how many recorders need it."""

    __slots__ = ("hook", "users")

    def __init__(self, made: Any) -> None:
        self.hook: weakref.ref[Any] = weakref.ref(made)
        self.users = 0


_hooked: Register[_Hooked] = Register()


def hook_build(layer: Any) -> Callable[[], None] | None:
    """Hook the `build` of an unbuilt layer; return the undo, or None where there is nothing to hook."""
    mine = vars(layer)
    known = _hooked.get(layer)
    if known is None or known.users == 0:
        original = mine.get("build")
        if not isinstance(original, FunctionType) or getattr(layer, "built", True):
            return None
        mine["build"] = _hook(original, weakref.ref(layer))
        known = known or _hooked.add(layer, _Hooked(mine["build"]))
        known.hook = weakref.ref(mine["build"])
    known.users += 1
    return functools.partial(_release, weakref.ref(layer))


def _release(reference: weakref.ref[Any]) -> None:
    layer = reference()
    known = None if layer is None else _hooked.get(layer)
    if known is None or known.users == 0:
        return
    known.users -= 1
    made: Any = vars(cast(Any, layer)).get("build")
    if known.users == 0 and made is not None and made is known.hook():
        vars(layer)["build"] = cast(Any, made).__wrapped__


def _hook(original: FunctionType, reference: weakref.ref[Any]) -> Callable[..., Any]:
    method = Method("build", variadic=("args", "kwargs"))
    method.stand_for(original)
    behind = getattr(getattr(original, "__wrapped__", None), "__func__", None)
    if isinstance(behind, FunctionType):
        method.names = behind.__code__.co_varnames[1 : behind.__code__.co_argcount]

    @functools.wraps(original)
    @hidden
    def build(*args: Any, **kwargs: Any) -> Any:
        span = None
        if hub.emit is not None:
            span = observe.begin(method, reference(), (), args, kwargs)
        try:
            result = as_called(original)(*args, **kwargs)
        except BaseException as error:
            observe.hide(error) if span is None else observe.fail(span, error)
            raise
        if span is not None:
            observe.end(span, result, reference())
        return result

    return build
