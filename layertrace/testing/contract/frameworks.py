"""Visit the framework of a layer: the Keras that its class comes from, and the backend of that."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from layertrace.testing.contract.backends.backend import Backend
from layertrace.testing.contract.backends.loading import backend_of
from layertrace.timeline.ownership import KERAS, is_framework_name, package_of

__all__ = [
    "Framework",
    "base_of",
    "framework_of",
    "layers_inside",
    "variables_inside",
]


@dataclass(frozen=True, slots=True)
class Framework:
    """A Keras that the program has imported.

    Attributes:
        keras: The module `keras` or `tf_keras`.
        backend: What the backend that it runs on answers.
        base: Its class `Layer`.
    """

    keras: Any
    backend: Backend
    base: type

    @property
    def is_legacy(self) -> bool:
        """Whether it is tf_keras."""
        return bool(self.keras.__name__ == "tf_keras")

    @contextmanager
    def dtype_policy(self, name: str) -> Iterator[None]:
        """Set the global dtype policy for a block."""
        precision = self.keras.mixed_precision
        before = precision.global_policy()
        precision.set_global_policy(name)
        try:
            yield
        finally:
            precision.set_global_policy(before)

    @contextmanager
    def names_numbered_from(self, number: int) -> Iterator[bool]:
        """Number the names that Keras generates in a block from a number on, and yield whether that works."""
        # Assertions do not import recording; by then `layertrace.trace` has loaded it.
        numbering = importlib.import_module("layertrace.record.frameworks.generated_names")
        with numbering.names_numbered_from(self.keras.__name__, number) as is_numbered:
            yield is_numbered

    @contextmanager
    def custom_objects(self, layer: object) -> Iterator[None]:
        """Find the layer classes of the program by their names, as `custom_objects` does.

        Of several classes of one name, that of the layer counts, then that of a layer inside it, then one of
        its module.
        """
        home = type(layer).__module__
        classes = sorted(_subclasses(self.base), key=lambda cls: cls.__module__ == home)
        classes += [*(type(inside) for inside in layers_inside(layer)), type(layer)]
        objects = {cls.__name__: cls for cls in classes if not is_framework_name(cls.__module__)}
        with self.keras.utils.custom_object_scope(objects):
            yield

    def overrides(self, layer: object, name: str) -> bool:
        """Return whether a class of the layer, below `Layer`, has a method of its own."""
        return getattr(type(layer), name, None) is not getattr(self.base, name, None)


def framework_of(layer: object) -> Framework | None:
    """Return the framework of a layer; None if it is not a layer."""
    base = base_of(type(layer))
    if base is None:
        return None
    keras = sys.modules[package_of(base.__module__)]
    return Framework(keras, backend_of(keras), base)


def base_of(cls: type) -> type | None:
    """Return the class `Layer` that a layer class is derived from; None if it is not a layer class."""
    for parent in cls.__mro__:
        package = package_of(parent.__module__)
        if package not in KERAS or package not in sys.modules:
            continue
        base: type = sys.modules[package].layers.Layer
        if issubclass(cls, base):
            return base
    return None


def layers_inside(layer: object) -> Iterator[Any]:
    """Yield a layer and those that it holds in attributes, also in lists, sets and mappings, and so on."""
    framework = framework_of(layer)
    remaining, seen = [layer], set[int]()
    while remaining:
        value = remaining.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if framework is not None and isinstance(value, framework.base):
            yield value
            remaining += vars(value).values()
        elif isinstance(value, (list, tuple, set, frozenset)):
            remaining += value
        elif isinstance(value, dict):
            remaining += value.values()


def variables_inside(layer: object) -> Iterator[tuple[Any, str, Any]]:
    """Yield the variables in attributes of a layer, of its class, and of layers inside.

    Each is a tuple of the layer that holds it, the name of the attribute, and what holds the value.
    """
    framework = framework_of(layer)
    if framework is None:
        return
    for holder in layers_inside(layer):
        homes = [vars(cls) for cls in type(holder).__mro__ if not is_framework_name(cls.__module__)]
        places = [framework.backend.attributes(holder), *homes]
        for name, value in [item for home in places for item in home.items()]:
            if not framework.is_legacy and isinstance(value, framework.keras.Variable):
                yield holder, name, framework.backend.inner(value)
            elif framework.backend.is_raw_variable(value):
                yield holder, name, value


def _subclasses_of(cls: type) -> list[type]:
    return type.__subclasses__(cls)


def _subclasses(cls: type) -> Iterator[type]:
    remaining, seen = [cls], {cls}
    while remaining:
        for subclass in _subclasses_of(remaining.pop()):
            if subclass not in seen:
                seen.add(subclass)
                remaining.append(subclass)
                yield subclass
