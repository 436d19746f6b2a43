"""Number objects in the order they are met, without keeping them alive."""

from __future__ import annotations

import itertools
import threading
import weakref
from typing import Generic, TypeVar

Description = TypeVar("Description")

__all__ = ["Register"]


class ByIdentity(dict[int, Description]):
    """Descriptions by identity, which mean nothing in another process: they are pickled as none."""

    def __reduce__(self) -> tuple[type, tuple[()]]:
        """Pickle as an empty one: `cloudpickle` writes what wrappers refer to with a script's classes."""
        return ByIdentity, ()


class Register(Generic[Description]):
    """What is known about each living object, found by its identity.

    A `WeakKeyDictionary` would ask the objects for `__hash__` and `__eq__`, which layers, tensors and
    variables may define as they please.

    Attributes:
        by_id: The descriptions; hooks read it directly: one lookup, no call.
        ready: Those of things that hooks need not look at closely any more, chosen by whoever adds to it.
    """

    def __init__(self) -> None:
        self.by_id: dict[int, Description] = {}
        self.fast_path_layers: ByIdentity[Description] = ByIdentity()
        self._references: dict[int, weakref.ref[object]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()

    def next_number(self) -> int:
        """Return 1, 2, 3 … from all threads."""
        return next(self._numbers)

    def add(self, thing: object, description: Description) -> Description:
        """Remember `thing` until it dies; where another thread was first, return its description."""
        key = id(thing)
        with self._lock:
            if key in self.by_id:
                return self.by_id[key]

            def forget(_: object) -> None:
                # Runs before the address can be used again, so a newcomer never inherits.
                self.by_id.pop(key, None)
                self.fast_path_layers.pop(key, None)
                self._references.pop(key, None)

            self._references[key] = weakref.ref(thing, forget)
            self.by_id[key] = description
            return description

    def get(self, thing: object) -> Description | None:
        """Return what is known about `thing`, or None."""
        return self.by_id.get(id(thing))
