"""Identify objects, and layers above all, without keeping them alive."""

from __future__ import annotations

import itertools
import threading
import weakref
from typing import Any, Generic, TypeVar

Description = TypeVar("Description")

__all__ = ["LayerRegister", "Register", "live_layers"]


class Register(Generic[Description]):
    """Descriptions of living objects, found by the identity of the object.

    A `WeakKeyDictionary` would call `__hash__` and `__eq__`, which layers, tensors and variables may define
    as they please.

    Attributes:
        by_id: The descriptions by `id()`. Hooks read it directly: one lookup, no call.
    """

    def __init__(self) -> None:
        self.by_id: dict[int, Description] = {}
        self._references: dict[int, weakref.ref[object]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()

    def next_number(self) -> int:
        """Return 1, 2, 3 … across all threads."""
        return next(self._numbers)

    def add(self, thing: object, description: Description) -> Description:
        """Remember `thing` until it dies; if another thread was first, return that description."""
        key = id(thing)
        with self._lock:
            if key in self.by_id:
                return self.by_id[key]
            # The callback runs before the address can be used again, so a new object never inherits.
            self._references[key] = weakref.ref(thing, lambda _: self._forget(key))
            self.by_id[key] = description
            return description

    def get(self, thing: object) -> Description | None:
        """Return the description of `thing`, or None."""
        return self.by_id.get(id(thing))

    def things(self) -> list[object]:
        """Return all that is described and alive."""
        with self._lock:
            references = list(self._references.values())
        return [thing for reference in references if (thing := reference()) is not None]

    def _forget(self, key: int) -> None:
        self.by_id.pop(key, None)
        self._references.pop(key, None)


class _EmptyWhenPickled(dict[int, Any]):
    """Descriptions by identity, which mean nothing in another process."""

    def __reduce__(self) -> tuple[type, tuple[()]]:
        """Pickle as empty: `cloudpickle` writes what hooks refer to together with a script's classes."""
        return _EmptyWhenPickled, ()


class LayerRegister(Register[Any]):
    """The layers that recordings have met in this process.

    Attributes:
        fast_path_layers: The layers whose calls hooks record without a closer look. The hooks add them.
        internal_layers: The layers that implement another one, whose calls hooks do not record.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fast_path_layers: dict[int, Any] = _EmptyWhenPickled()
        self.internal_layers: set[int] = set()

    def _forget(self, key: int) -> None:
        self.fast_path_layers.pop(key, None)
        self.internal_layers.discard(key)
        super()._forget(key)


live_layers = LayerRegister()
"""The one register of layers: recording adds to it, `Timeline.of(layer)` asks it for the layer's `number`."""
