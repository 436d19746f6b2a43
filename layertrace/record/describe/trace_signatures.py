"""Describe the types of a `tf.function`'s arguments, on which TensorFlow specializes a trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from layertrace.record.describe.values import describe, key_text
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.layers import class_facts, layer_name
from layertrace.record.process import safe
from layertrace.timeline.event import Opaque, Structure, TensorSpec
from layertrace.timeline.literals import words
from layertrace.timeline.query import qualified_name
from layertrace.timeline.registry import Register

__all__ = ["described", "numbered", "signature"]

_objects: Register[int] = Register()


def signature(function_type: Any) -> Mapping[str, Structure]:
    """Return what each argument of a `tf.types.experimental.FunctionType` was specialized on."""
    return {name: _type(p.type_constraint) for name, p in function_type.parameters.items()}


def _type(trace_type: Any) -> Structure:
    """Describe one `tf.types.experimental.TraceType`.

    The attributes of the built-in ones were seen in `core/function/trace_type/default_types.py`, TensorFlow
    2.16 to 2.21; one without them is described as an object.
    """
    if safe.module_of(type(trace_type)) != _BUILT_IN:
        return _spec(trace_type)
    if hasattr(trace_type, "mapping"):
        parts = safe.first_items(trace_type.mapping, len(trace_type.mapping))
        return {key_text(key): _type(part) for key, part in parts}
    if hasattr(trace_type, "attribute_names"):
        parts = trace_type.attributes.components
        return {name: _type(p) for name, p in zip(trace_type.attribute_names, parts, strict=True)}
    if hasattr(trace_type, "components_tuple"):
        return _type(trace_type.components_tuple)
    if hasattr(trace_type, "components"):
        return tuple(map(_type, trace_type.components))
    if hasattr(trace_type, "value"):
        return describe(trace_type.value)
    # TensorFlow refers weakly to objects that it can distinguish only by identity.
    reference = getattr(trace_type, "_ref", None)
    thing = reference() if callable(reference) else None
    return Opaque("<object>") if thing is None else described(thing)


_BUILT_IN = "tensorflow.core.function.trace_type.default_types"


def _spec(trace_type: object) -> Structure:
    """Describe a `tf.TypeSpec`: of a tensor, of a dataset or iterator, or of an object made of tensors."""
    if any(qualified_name(cls) == _EXTENSION_TYPE for cls in safe.mro(type(trace_type))):
        fields = safe.instance_dict(trace_type).items()
        return {name: _field(value) for name, value in fields if not name.startswith("_")}
    elements = safe.framework_attribute(trace_type, "element_spec")
    if elements is not None:
        kind = safe.class_name(trace_type).removesuffix("Spec")
        return Opaque(f"<{kind} of {words(_elements(elements))}>")
    description = describe(trace_type)
    if isinstance(description, TensorSpec):
        return replace(description, encoding=_ENCODINGS.get(safe.class_name(trace_type), "dense"))
    return Opaque("<object>") if isinstance(description, Opaque) else description


_EXTENSION_TYPE = "tensorflow.python.framework.extension_type.ExtensionTypeSpec"
"""The base of the specs of a program's own extension types (TensorFlow 2.16 to 2.21)."""

_ENCODINGS: dict[str, Literal["ragged", "sparse"]] = {
    "RaggedTensorSpec": "ragged",
    "SparseTensorSpec": "sparse",
}


def _field(value: object) -> Structure:
    return _type(value) if safe.is_a(value, Loaded.tf.types.experimental.TraceType) else describe(value)


def _elements(element_spec: object) -> Structure:
    """Describe what a dataset or an iterator yields: tuples and dicts of specs."""
    inner = safe.unwrapped(element_spec)
    items = [] if inner is None else safe.first_items(inner, safe.size_of(inner))
    if safe.is_a(inner, dict):
        return {key_text(key): _elements(part) for key, part in items}
    if inner is not None:
        return tuple(_elements(part) for _, part in items)
    return _type(element_spec)


def described(thing: object) -> Opaque:
    """Describe an object by its class, and by its name if it is a layer; else by a number."""
    kind = safe.class_name(thing)
    name = layer_name(thing) if class_facts(type(thing)) is not None else None
    number = numbered(thing)
    return Opaque(f"<{kind}>") if number is None else Opaque(f"<{kind} {name or f'#{number}'}>")


def numbered(thing: object) -> int | None:
    """Return the number of an object; None for one that has slots, and allows no weak reference."""
    number = _objects.get(thing)
    if number is None:
        try:
            number = _objects.add(thing, _objects.next_number())
        except TypeError:
            return None
    return number
