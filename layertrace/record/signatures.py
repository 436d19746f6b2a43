"""Describe what TensorFlow specialises a trace on: the types of a `tf.function`'s arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from layertrace.record.describe import describe
from layertrace.record.host import Host
from layertrace.record.layers import class_facts
from layertrace.timeline.event import Opaque, Structure, TensorSpec
from layertrace.timeline.identity import Register
from layertrace.timeline.words import words

__all__ = ["described", "signature"]

_objects: Register[int] = Register()


def signature(function_type: Any) -> Mapping[str, Structure]:
    """Return what each argument of a `tf.types.experimental.FunctionType` was specialised on."""
    return {name: _type(p.type_constraint) for name, p in function_type.parameters.items()}


def _type(trace_type: Any) -> Structure:
    """Describe one `tf.types.experimental.TraceType`.

    The attributes of the built-in ones were seen in `core/function/trace_type/default_types.py`, TensorFlow
    2.16 to 2.21; one without them is told as an object.
    """
    if type(trace_type).__module__ != _BUILT_IN:
        return _spec(trace_type)
    if hasattr(trace_type, "mapping"):
        return {str(name): _type(part) for name, part in trace_type.mapping.items()}
    if hasattr(trace_type, "attribute_names"):
        parts = trace_type.attributes.components
        return {name: _type(p) for name, p in zip(trace_type.attribute_names, parts, strict=True)}
    if hasattr(trace_type, "components_tuple"):
        return _type(trace_type.components_tuple)
    if hasattr(trace_type, "components"):
        return tuple(map(_type, trace_type.components))
    if hasattr(trace_type, "value"):
        return describe(trace_type.value)
    # TensorFlow refers weakly to objects that it can tell apart only by identity.
    reference = getattr(trace_type, "_ref", None)
    thing = reference() if callable(reference) else None
    return Opaque("<object>") if thing is None else described(thing)


_BUILT_IN = "tensorflow.core.function.trace_type.default_types"


def _spec(trace_type: Any) -> Structure:
    """Describe a `tf.TypeSpec`: of a tensor, of what yields some, or of an object that is made of them."""
    value_type = getattr(trace_type, "value_type", None)
    if isinstance(value_type, type) and issubclass(value_type, Host.tf.experimental.ExtensionType):
        fields = vars(trace_type).items()
        return {name: _field(value) for name, value in fields if not name.startswith("_")}
    if hasattr(trace_type, "element_spec"):
        kind = type(trace_type).__name__.removesuffix("Spec")
        return Opaque(f"<{kind} of {words(_elements(trace_type.element_spec))}>")
    found = describe(trace_type)
    if isinstance(found, TensorSpec):
        return replace(found, encoding=_ENCODINGS.get(type(trace_type).__name__, "dense"))
    return Opaque("<object>") if isinstance(found, Opaque) else found


_ENCODINGS: dict[str, Any] = {"RaggedTensorSpec": "ragged", "SparseTensorSpec": "sparse"}


def _field(value: Any) -> Structure:
    return _type(value) if isinstance(value, Host.tf.types.experimental.TraceType) else describe(value)


def _elements(element_spec: Any) -> Structure:
    """Describe what a dataset or an iterator yields: tuples and dicts of specs."""
    if isinstance(element_spec, Mapping):
        return {str(name): _elements(part) for name, part in element_spec.items()}
    if isinstance(element_spec, (tuple, list)):
        return tuple(map(_elements, element_spec))
    return _type(element_spec)


def described(thing: object) -> Opaque:
    """Describe an object by its class, and by its name if it is a layer, else by a number of its own."""
    kind = type(thing).__name__
    name = getattr(thing, "name", None) if class_facts(type(thing)) is not None else None
    number = _objects.get(thing)
    if number is None:
        try:
            number = _objects.add(thing, _objects.next_number())
        except TypeError:  # it has slots, and cannot be referred to without being held
            return Opaque(f"<{kind}>")
    return Opaque(f"<{kind} {name if isinstance(name, str) else f'#{number}'}>")
