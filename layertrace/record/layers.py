"""Identify layers, and remember their names, without keeping them alive."""

from __future__ import annotations

import re
import weakref
from functools import lru_cache
from typing import Literal, NamedTuple, TypeGuard, cast

from layertrace.record.process import safe
from layertrace.timeline.event import LayerRef
from layertrace.timeline.query import qualified_name
from layertrace.timeline.registry import live_layers

__all__ = ["LayerRecord", "class_facts", "is_layer_class", "is_metric", "layer_name", "register_layer"]

Framework = Literal["keras", "tf_keras"]

# The base classes of layers, and of metrics, which are layers in tf_keras but not to its users.
# Seen in Keras 3.0 to 3.15 and tf_keras 2.16 to 2.21.
_LAYER_BASES: dict[str, Framework] = {
    "keras.src.layers.layer.Layer": "keras",
    "tf_keras.src.engine.base_layer.Layer": "tf_keras",
}
_METRIC_BASES = {"tf_keras.src.metrics.base_metric.Metric"}


class ClassFacts(NamedTuple):
    """The framework of a layer class, and the names of the class and of its bases."""

    framework: Framework
    bases: tuple[str, ...]


@lru_cache(maxsize=4096)
def _facts_by_bases(bases: tuple[str, ...]) -> ClassFacts | None:
    if not _METRIC_BASES.isdisjoint(bases):
        return None
    for name in bases:
        if name in _LAYER_BASES:
            return ClassFacts(_LAYER_BASES[name], bases)
    return None


def class_facts(cls: type) -> ClassFacts | None:
    """Return which Keras a layer class belongs to, and its base classes; None if it is not a layer class."""
    return _facts_by_bases(tuple(qualified_name(c) for c in safe.mro(cls) if c is not object))


def is_metric(cls: type) -> bool:
    """Return whether a class is a metric of tf_keras, where metrics are layers."""
    return any(qualified_name(c) in _METRIC_BASES for c in safe.mro(cls))


def is_layer_class(thing: object) -> TypeGuard[type]:
    """Return whether `thing` is a layer class of either Keras (a metric is not)."""
    return safe.is_a(thing, type) and class_facts(cast(type, thing)) is not None


class LayerRecord:
    """One layer as the recorder knows it.

    Attributes:
        maker: The layer that was running when this one was registered, or that called it first.
        is_framework_internal: Whether it implements another layer, so that nothing is recorded of it.
        initialized: Whether Keras's own `__init__` had run when the layer's `__init__` returned; None if no
            `__init__` was recorded.
        built_by_init: Whether the layer was built when its `__init__` returned; None likewise.
        name, path: As Keras has them; None if it has not.
        reference, type: Weak references to the layer and to its class.
    """

    __slots__ = (
        "built_by_init", "cls", "facts", "initialized", "is_framework_internal", "maker", "name", "number",
        "path", "reference", "type",
    )  # fmt: skip

    def __init__(self, layer: object, facts: ClassFacts, maker: LayerRecord | None) -> None:
        self.number = live_layers.next_number()
        self.cls = safe.class_name(layer)
        self.type = weakref.ref(type(layer))
        self.facts = facts
        self.maker = maker
        self.is_framework_internal = False
        self.initialized: bool | None = None
        self.built_by_init: bool | None = None
        self.name: str | None = None
        self.path: str | None = None
        self.reference = weakref.ref(layer)
        self.refresh(layer)

    def refresh(self, layer: object) -> None:
        """Read the name and the path again, which Keras may set or change later."""
        name = layer_name(layer)
        if name is not None:
            self.name = name
        path = safe.instance_dict(layer).get("_path")
        if type(path) is str:
            self.path = path

    def record_init(self, layer: object) -> None:
        """Record the state of the layer after its `__init__`.

        Keras itself reads these attributes to find out whether its own `__init__` has run (`Layer.__call__`
        of Keras 3.0 to 3.15, and of tf_keras 2.16 to 2.21).
        """
        attributes = safe.instance_dict(layer)
        if self.facts.framework == "keras":
            # A program may keep a lock of its own there (LT310), when Keras has set all other attributes.
            lock = attributes.get("_lock", True)
            is_own = not safe.is_plain(lock)
            self.initialized = "_dtype_policy" in attributes if is_own else safe.truth(lock) is False
        else:
            self.initialized = "_thread_local" in attributes
        self.built_by_init = safe.truth(attributes.get("built", False))

    def ref(self) -> LayerRef:
        """Return a reference to the layer as plain data."""
        layer = self.reference()
        if layer is not None:
            self.refresh(layer)
        return LayerRef(
            id=self.number,
            class_name=self.cls,
            name=self.known_name,
            path=self.known_path,
            framework=self.facts.framework,
            bases=self.facts.bases,
        )

    @property
    def known_name(self) -> str:
        """The name; for a layer whose `__init__` never finished, the one Keras would have chosen."""
        return self.name or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.cls).lower()

    @property
    def known_path(self) -> str:
        """The path that Keras set, unless it is a bare name; then the path through the layers around it.

        Keras 3 builds the layers of a functional model before the model exists, so their paths are bare
        names; it sets none for a layer that is not built, and tf_keras never does.
        """
        names: list[str] = []
        record = self
        while len(names) < 64:  # two layers may be the maker of each other
            if record.path is not None and "/" in record.path:
                return "/".join([record.path, *reversed(names)])
            names.append(record.known_name)
            if record.maker is None:
                break
            record = record.maker
        return "/".join(reversed(names))


def layer_name(layer: object) -> str | None:
    """Return the name that Keras keeps in a layer: as `name` in Keras 3, as `_name` in tf_keras."""
    attributes = safe.instance_dict(layer)
    name = attributes.get("name", attributes.get("_name"))
    return str.__str__(name) if safe.is_a(name, str) else None


def register_layer(layer: object, maker: LayerRecord | None = None) -> LayerRecord | None:
    """Return the record of a layer, new or existing; None if `layer` is not a layer."""
    known: LayerRecord | None = live_layers.get(layer)
    if known is not None:
        return known
    facts = class_facts(type(layer))
    if facts is None:
        return None
    record: LayerRecord = live_layers.add(layer, LayerRecord(layer, facts, maker))
    return record
