"""Wrap a method that is not a plain function, such as a `tf.function`, by a proxy with all its attributes.

`layer.call.experimental_get_tracing_count()` and `isinstance(layer.call, tf.types.experimental.Callable)`
still work. The proxies are `wrapt`'s, which TensorFlow installs. (`wrapt.FunctionWrapper` would be shorter,
but wrapt 2.5 binds the attributes of a callable that is a descriptor again, and returns the count of another
instance.)
"""

from __future__ import annotations

import copy
import sys
import weakref
from typing import Any, SupportsIndex

import wrapt

from layertrace.record.describe.exceptions import hide
from layertrace.record.engines.parameters import learn
from layertrace.record.hooks.observer import AnyObserver, Call
from layertrace.record.hub import hub
from layertrace.record.process.hidden_code import hidden
from layertrace.record.spans import HookedMethod

__all__ = ["wrap_object"]


# wrapt has no types before 2.0, and generic ones since, which older versions do not accept.
_CallableObjectProxy: Any = wrapt.CallableObjectProxy
_ObjectProxy: Any = wrapt.ObjectProxy


class _Bound(_CallableObjectProxy):  # type: ignore[misc]  # the Any above
    """The method of one layer."""

    def __init__(self, wrapped: object, layer: object, method: HookedMethod, observer: AnyObserver) -> None:
        super().__init__(wrapped)
        self._self_layer = layer
        self._self_method = method
        self._self_observer = observer

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute of the method.

        AutoGraph assigns the converted function to `__wrapped__` (`tf_decorator.rewrap`, TensorFlow 2.16 to
        2.21), where a `tf.function` looks for it; a proxy would set its own, and run it without the function.
        """
        if name == "__wrapped__":
            setattr(self.__wrapped__, name, value)
        else:
            super().__setattr__(name, value)

    @hidden
    def __call__(self, *args: object, **kwargs: object) -> object:
        observer = self._self_observer
        token = None
        if hub.emit is not None:
            caller = sys._getframe(1)
            token = observer.begin(Call(self._self_method, self._self_layer, (), args, kwargs, caller))
        try:
            result: object = self.__wrapped__(*args, **kwargs)
        except BaseException as error:
            if token is not None:
                observer.fail(token, error)
            hide(error)
            raise
        if token is not None:
            observer.end(token, result, self._self_layer)
        return result

    def __copy__(self) -> object:
        return copy.copy(self.__wrapped__)

    def __deepcopy__(self, memo: dict[int, object] | None) -> object:
        return copy.deepcopy(self.__wrapped__, memo)

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return self.__wrapped__.__reduce_ex__(protocol)


class _Unbound(_ObjectProxy):  # type: ignore[misc]  # the Any above
    """What the class holds; it gives each layer its own method."""

    def __init__(self, wrapped: object, method: HookedMethod, observer: AnyObserver) -> None:
        super().__init__(wrapped)
        self._self_method = method
        self._self_observer = observer

    def __get__(self, layer: object, owner: type | None = None) -> object:
        if layer is None:
            # `Base.call(self, x)` is the old form of a super call
            unbound: object = self.__wrapped__.__get__(layer, owner)
            return unbound
        bound = self.__wrapped__.__get__(layer, owner)
        proxy = _alive.get(id(bound))
        if proxy is None:
            proxy = _alive[id(bound)] = _Bound(bound, layer, self._self_method, self._self_observer)
        return proxy


_alive: weakref.WeakValueDictionary[int, _Bound] = weakref.WeakValueDictionary()
"""The methods that the program holds, by the identity of their originals: `layer.call is layer.call`."""


def wrap_object(method: HookedMethod, original: object, observer: AnyObserver) -> object:
    """Return a proxy that stands for `original`; None if that gives no method to a layer."""
    if not hasattr(original, "__get__"):
        return None
    learn(method, original)
    return _Unbound(original, method, observer)
