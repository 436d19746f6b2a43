"""Find out why a `tf.function` is traced again."""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType, MethodType
from typing import Any

from layertrace.record.describe.trace_signatures import described, signature
from layertrace.record.describe.traced_functions import COMPARED, FunctionRecord
from layertrace.record.frameworks import tensorflow_private
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.process import safe
from layertrace.record.spans import code_behind
from layertrace.timeline.cause import TRACED_TWICE, Cause, Change
from layertrace.timeline.event import FunctionRef, Location, Opaque, Structure
from layertrace.timeline.signature_diff import closest

__all__ = [
    "cause_of",
    "cause_of_another",
    "cause_of_another_model",
    "cause_of_jit",
    "code_of",
    "instance_of",
    "mapped_code_of",
    "mapped_function",
]

_CONTEXTS = {
    "parent_graph": "inside another graph",
    "device_functions": "for another device, or replica of a tf.distribute strategy",
    "colocation_stack": "for ops that are colocated with others",
    "in_cross_replica_context": "in another context of a tf.distribute strategy",
    "variable_policy": "for writing a SavedModel",
    "xla_context_id": "in another XLA context",
}
"""The fields of TensorFlow's `EagerContext` (2.16 to 2.21), and what it means if one differs."""

_SECOND_PASS = Cause(reason="second pass", detail=TRACED_TWICE)
_UNKNOWN = Cause(reason="unknown", detail="its arguments do not show why")
_NOT_RECORDED = Cause(reason="unknown", detail="its earlier traces were not recorded")
_FAILED = Cause(reason="failed before", detail="traced again because the trace before failed")

_TF_DATA = "tensorflow.python.data.ops.structured_function"
"""Where tf.data wraps the functions that it maps (TensorFlow 2.16 to 2.21); no user wrote this wrapper."""


def cause_of(
    options: Any,
    function_type: Any,
    now: Mapping[str, Structure],
    record: FunctionRecord,
    *,
    second_pass: bool,
) -> Cause | None:
    """Return why a function is about to be traced; None for its first trace.

    Args:
        options: TensorFlow's `TracingOptions` of the function.
        function_type: The types that it is about to be traced for.
        now: The description of these types, by argument.
        record: What is known about its earlier traces.
        second_pass: Whether TensorFlow traces again because the first pass created variables.
    """
    if second_pass:
        return _SECOND_PASS
    earlier = _earlier(options)
    if not earlier:
        return _FAILED if record.failed else None
    numbers = range(len(earlier))[-COMPARED:]
    position, differences = closest([signature(earlier[n][1]) for n in numbers], now)
    context, earlier_type = earlier[numbers[position]]
    number = record.number_of(numbers[position], len(earlier))
    differences = differences or tuple(_changes_of_kind(earlier_type, function_type, now))
    if differences:
        return Cause(reason="signature", changes=differences, compared_with=number)
    differing = _differing_context(context, options)
    if differing:
        return Cause(reason="context", compared_with=number, detail=f"also traced {differing}")
    return _UNKNOWN


def cause_of_jit(record: FunctionRecord, now: Mapping[str, Structure]) -> Cause | None:
    """Return why a `jax.jit` function is about to be traced; None for its first trace.

    Args:
        record: What is known about its earlier traces.
        now: What it is about to be traced for, by argument.
    """
    if not record.signatures:
        if record.earlier:
            return _NOT_RECORDED
        return _FAILED if record.failed else None
    numbers, signatures = zip(*record.signatures, strict=True)
    position, differences = closest(signatures, now)
    if not differences:
        return _UNKNOWN
    return Cause(reason="signature", changes=differences, compared_with=numbers[position])


def _earlier(options: Any) -> list[tuple[Any, Any]]:
    """Return context and type of each trace that TensorFlow keeps, in the order of the traces."""
    if options.function_cache is None or tensorflow_private.find("known_traces") is None:
        return []
    return list(options.function_cache._primary)


def cause_of_another(
    number: int,
    function: FunctionRef,
    instance: Opaque | None,
    *,
    of_model: int | None,
    has_own_variables: bool,
) -> Cause:
    """Return why a function is traced although one with the same code was: TensorFlow traces each of them.

    Args:
        number: The 1-based index of the function among those with the same code.
        function: The function.
        instance: The instance that it is a method of, if it is a method of another one than the functions
            before.
        of_model: The 1-based index of the function among those of its model, if Keras created it for one.
        has_own_variables: Whether no function before uses the variables that it uses.
    """
    if of_model is not None and of_model > 1:
        return Cause(
            reason="new function",
            detail=f"{function.role} function number {of_model} of the same model, as after another compile",
        )
    if instance is not None:
        return Cause(
            reason="new instance", detail=f"{instance} is instance {number}; each is traced separately"
        )
    kind = Loaded.backend.traced_function
    if has_own_variables:
        return Cause(
            reason="new variables",
            detail=f"{kind} number {number} from the same code, for other variables",
        )
    return Cause(reason="new function", detail=f"another {kind} from the same code (number {number})")


def cause_of_another_model(number: int, created: Location) -> Cause:
    """Return why Keras has a function traced for a model after one for another model from the same line."""
    return Cause(reason="new model", detail=f"model {number} from line {created.line}; each is traced")


def _changes_of_kind(before: Any, now: Any, described_now: Mapping[str, Structure]) -> list[Change]:
    """Return the arguments whose descriptions are equal, but not their types, such as a list and a tuple."""
    changes = []
    for name in described_now:
        types = [function_type.parameters[name].type_constraint for function_type in (before, now)]
        if _is_of_another_kind(*types):
            kinds = [safe.class_name(trace_type).lower() for trace_type in types]
            changes.append(Change(argument=name, what="structure", before=kinds[0], now=kinds[1]))
    return changes


def _is_of_another_kind(before: object, now: object) -> bool:
    """Return whether two types with equal descriptions differ; two values of one type are not compared."""
    if type(before) is type(now) and safe.class_name(now) in ("Literal", "Weakref"):
        return False
    shapes = (safe.framework_attribute(kind, "shape", safe.MISSING) for kind in (before, now))
    return all(shape is safe.MISSING for shape in shapes) and bool(before != now)


def _differing_context(before: Any, options: Any) -> str:
    """Return in which context a function is traced now, if it differs from that of an earlier trace."""
    make = tensorflow_private.find("function_context")
    if make is None:
        return ""
    now = make(options.scope_type)
    if before.scope_type is not now.scope_type:
        return "where it may not create variables"
    return "; ".join(
        phrase
        for field, phrase in _CONTEXTS.items()
        if getattr(before.context, field, None) != getattr(now.context, field, None)
    )


def instance_of(function: object) -> Opaque | None:
    """Describe the instance that a `tf.function` is a method of; None if it is not a method."""
    bare = safe.unwrap(function)
    owner: Any = bare.__self__ if type(bare) is MethodType else None
    if safe.class_name(owner) == "TfMethodTarget":  # what TensorFlow binds methods to
        owner = safe.framework_attribute(owner, "target")
    return None if owner is None else described(owner)


def mapped_function(function: object) -> object:
    """Return the function that `tf.data` maps over elements; None for any other function.

    `tf.data` traces a wrapper, which closes over `wrapper_helper` and thereby over an object whose `_func` is
    the function.
    """
    if safe.home_of(function) != _TF_DATA:
        return None
    helper = safe.closure(function).get("wrapper_helper")
    wrapper = safe.closure(helper).get("self")
    return safe.instance_dict(wrapper).get("_func")


def mapped_code_of(function: object) -> CodeType | None:
    """Return the code of the function that `tf.data` maps over elements; None for any other function."""
    mapped = mapped_function(function)
    return None if mapped is None else code_behind(mapped)


def code_of(function: object) -> CodeType | None:
    """Return the code that the user wrote, below the wrappers of TensorFlow."""
    if safe.home_of(function) == _TF_DATA:
        return None
    return code_behind(function)
