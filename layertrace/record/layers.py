"""Know a layer again, and remember what it was called, without keeping it alive."""

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

# The base classes and what sets metrics apart, which are layers in tf_keras but not to its users.
# Seen in Keras 3.0 to 3.15 and tf_keras 2.16 to 2.21.
_LAYER_BASES: dict[str, Framework] = {
    "keras.src.layers.layer.Layer": "keras",
    "tf_keras.src.engine.base_layer.Layer": "tf_keras",
}
_METRIC_BASES = {"tf_keras.src.metrics.base_metric.Metric"}

FUNCTIONAL = "keras.src.models.functional.Functional"
SEQUENTIAL = "keras.src.models.sequential.Sequential"


class ClassFacts(NamedTuple):
    """What is known of a layer class."""

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
    """Tell of which Keras a class is a layer, and what stands above it; None if it is no layer."""
    return _facts_by_bases(tuple(qualified_name(c) for c in safe.mro(cls) if c is not object))


def is_metric(cls: type) -> bool:
    """Return whether a class is a metric of tf_keras, where metrics are layers."""
    return any(qualified_name(c) in _METRIC_BASES for c in safe.mro(cls))


def is_layer_class(thing: object) -> TypeGuard[type]:
    """Tell whether `thing` is a layer class of either Keras (a metric is not)."""
    return safe.is_a(thing, type) and class_facts(cast(type, thing)) is not None


class LayerRecord:
    """One layer as the recorder knows it.

    `maker` is the layer that was busy when this one was met, or that called it first.
    `is_framework_internal` marks a layer that is part of another's working, of which nothing is told.
    `initialized` and `built_by_init` tell how its `__init__` left it: whether Keras's own had run,
    and whether it was built; None where none was seen.
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
        """Look up the name and the path, which a layer gets in the course of its life."""
        name = layer_name(layer)
        if name is not None:
            self.name = name
        path = safe.instance_dict(layer).get("_path")
        if type(path) is str:
            self.path = path

    def made(self, layer: object) -> None:
        """Note how `__init__` left it.

        Keras itself asks for these attributes to tell whether its own `__init__` has run (`Layer.__call__` of
        Keras 3.0 to 3.15, `Layer.__call__` of tf_keras 2.16 to 2.21).
        """
        mine = safe.instance_dict(layer)
        if self.facts.framework == "keras":
            self.initialized = safe.truth(mine.get("_lock", True)) is False
        else:
            self.initialized = "_thread_local" in mine
        self.built_by_init = safe.truth(mine.get("built", False))

    def ref(self) -> LayerRef:
        """Say who this is, as plain data."""
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
        """The name, or what Keras would have called a layer whose `__init__` never finished."""
        return self.name or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.cls).lower()

    @property
    def known_path(self) -> str:
        """The path that Keras gave it if that leads anywhere, else through the layers it lies in.

        Keras 3 builds the layers of a functional model before there is a model, so that their paths
        are bare names; it has none for a layer that is not built, and tf_keras has none at all.
        """
        names: list[str] = []
        record = self
        while len(names) < 64:  # two layers may have met each other
            if record.path is not None and "/" in record.path:
                return "/".join([record.path, *reversed(names)])
            names.append(record.known_name)
            if record.maker is None:
                break
            record = record.maker
        return "/".join(reversed(names))


def layer_name(layer: object) -> str | None:
    """Return the name that Keras keeps in a layer: as `name` in Keras 3, as `_name` in tf_keras."""
    mine = safe.instance_dict(layer)
    name = mine.get("name", mine.get("_name"))
    return str.__str__(name) if safe.is_a(name, str) else None


def register_layer(layer: object, maker: LayerRecord | None) -> LayerRecord | None:
    """Get to know a layer; None where `layer` is none that layertrace follows."""
    facts = class_facts(type(layer))
    if facts is None:
        return None
    record: LayerRecord = live_layers.add(layer, LayerRecord(layer, facts, maker))
    return record
