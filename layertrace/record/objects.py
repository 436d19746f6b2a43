"""Hook a method that is no plain function, such as a `tf.function`, by a proxy with all its attributes.

`layer.call.experimental_get_tracing_count()` and `isinstance(layer.call, tf.types.experimental.Callable)`
go on working. The proxies are `wrapt`'s, which TensorFlow installs. (`wrapt.FunctionWrapper` would be
shorter, but wrapt 2.5 binds attributes of a callable that is a descriptor itself anew, so that the count of
another instance comes back.)
"""

from __future__ import annotations

from typing import Any

import wrapt

from layertrace.record import observe
from layertrace.record.hook_file import hidden
from layertrace.record.hooks import Observer, learn
from layertrace.record.hub import Method, hub

__all__ = ["hook_object"]


# wrapt has no types before 2.0 and generic ones since, which older versions cannot be asked for.
_CallableObjectProxy: Any = wrapt.CallableObjectProxy
_ObjectProxy: Any = wrapt.ObjectProxy


class _Bound(_CallableObjectProxy):  # type: ignore[misc]  # the Any above
    """The method of one layer."""

    def __init__(self, wrapped: Any, layer: Any, method: Method, observer: Observer) -> None:
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
        begin, end = self._self_observer
        span = None
        if hub.emit is not None:
            span = begin(self._self_method, self._self_layer, (), args, kwargs)
        try:
            result = self.__wrapped__(*args, **kwargs)
        except BaseException as error:
            observe.hide(error) if span is None else observe.fail(span, error)
            raise
        if span is not None:
            end(span, result, self._self_layer)
        return result


class _Unbound(_ObjectProxy):  # type: ignore[misc]  # the Any above
    """What lies in the class; it gives each layer its own method."""

    def __init__(self, wrapped: Any, method: Method, observer: Observer) -> None:
        super().__init__(wrapped)
        self._self_method = method
        self._self_observer = observer

    def __get__(self, layer: Any, owner: type | None = None) -> Any:
        if layer is None:
            return self.__wrapped__.__get__(layer, owner)  # `Base.call(self, x)` is the super call of old
        bound = self.__wrapped__.__get__(layer, owner)
        return _Bound(bound, layer, self._self_method, self._self_observer)


def hook_object(method: Method, original: Any, observer: Observer) -> Any:
    """Return a proxy that stands for `original`; None where it gives no method to a layer."""
    if not hasattr(original, "__get__"):
        return None
    learn(method, original)
    return _Unbound(original, method, observer)
