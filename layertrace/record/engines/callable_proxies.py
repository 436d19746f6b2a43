"""Wrap a method that is not a plain function, such as a `tf.function`, by a proxy with all its attributes.

`layer.call.experimental_get_tracing_count()` and `isinstance(layer.call, tf.types.experimental.Callable)`
go on working. The proxies are `wrapt`'s, which TensorFlow installs. (`wrapt.FunctionWrapper` would be
shorter, but wrapt 2.5 binds attributes of a callable that is a descriptor itself anew, so that the count of
another instance comes back.)
"""

from __future__ import annotations

import copy
import sys
import weakref
from typing import Any

import wrapt

from layertrace.record.engines.parameters import learn
from layertrace.record.hooks import layer_calls
from layertrace.record.hooks.observer import Call, Observer
from layertrace.record.hub import hub
from layertrace.record.process.hidden_code import hidden
from layertrace.record.spans import HookedMethod

__all__ = ["wrap_object"]


# wrapt has no types before 2.0 and generic ones since, which older versions cannot be asked for.
_CallableObjectProxy: Any = wrapt.CallableObjectProxy
_ObjectProxy: Any = wrapt.ObjectProxy


class _Bound(_CallableObjectProxy):  # type: ignore[misc]  # the Any above
    """The method of one layer."""

    def __init__(self, wrapped: Any, layer: Any, method: HookedMethod, observer: Observer) -> None:
        super().__init__(wrapped)
        self._self_layer = layer
        self._self_method = method
        self._self_observer = observer

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute of the method.

        AutoGraph puts what it converted in `__wrapped__` (`tf_decorator.rewrap`, TensorFlow 2.16 to 2.21),
        where a `tf.function` finds it; a proxy would take it for its own, and run it without the function.
        """
        if name == "__wrapped__":
            setattr(self.__wrapped__, name, value)
        else:
            super().__setattr__(name, value)

    @hidden
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        observer = self._self_observer
        token = None
        if hub.emit is not None:
            caller = sys._getframe(1)
            token = observer.begin(Call(self._self_method, self._self_layer, (), args, kwargs, caller))
        try:
            result = self.__wrapped__(*args, **kwargs)
        except BaseException as error:
            if token is not None:
                observer.fail(token, error)
            layer_calls.hide(error)
            raise
        if token is not None:
            observer.end(token, result, self._self_layer)
        return result

    def __copy__(self) -> Any:
        return copy.copy(self.__wrapped__)

    def __deepcopy__(self, memo: Any) -> Any:
        return copy.deepcopy(self.__wrapped__, memo)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.__wrapped__.__reduce_ex__(protocol)


class _Unbound(_ObjectProxy):  # type: ignore[misc]  # the Any above
    """What lies in the class; it gives each layer its own method."""

    def __init__(self, wrapped: Any, method: HookedMethod, observer: Observer) -> None:
        super().__init__(wrapped)
        self._self_method = method
        self._self_observer = observer

    def __get__(self, layer: Any, owner: type | None = None) -> Any:
        if layer is None:
            return self.__wrapped__.__get__(layer, owner)  # `Base.call(self, x)` is the super call of old
        bound = self.__wrapped__.__get__(layer, owner)
        known = _alive.get(id(bound))
        if known is not None:
            return known
        made = _Bound(bound, layer, self._self_method, self._self_observer)
        _alive[id(bound)] = made
        return made


_alive: weakref.WeakValueDictionary[int, _Bound] = weakref.WeakValueDictionary()
"""The methods that somebody holds, by the identity of what each stands for: `layer.call is layer.call`."""


def wrap_object(method: HookedMethod, original: Any, observer: Observer) -> Any:
    """Return a proxy that stands for `original`; None where it gives no method to a layer."""
    if not hasattr(original, "__get__"):
        return None
    learn(method, original)
    return _Unbound(original, method, observer)
