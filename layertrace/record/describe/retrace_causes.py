"""Find out why a `tf.function` is being traced once more."""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType, MethodType
from typing import Any

from layertrace.record.describe.tf_functions import FunctionRecord
from layertrace.record.describe.trace_signatures import described, signature
from layertrace.record.frameworks import tensorflow_private
from layertrace.record.process import safe
from layertrace.record.spans import code_behind
from layertrace.timeline.event import Cause, Change, Opaque, Structure
from layertrace.timeline.signature_diff import closest

__all__ = ["cause_of", "cause_of_another", "code_of", "instance_of"]

_COMPARED = 64
"""How many earlier traces are looked at: a retrace takes milliseconds, a comparison microseconds."""

_CONTEXTS = {
    "parent_graph": "another graph around it",
    "device_functions": "another device, or replica of a tf.distribute strategy",
    "colocation_stack": "ops that are placed together with others",
    "in_cross_replica_context": "in another context of a tf.distribute strategy",
    "variable_policy": "while a SavedModel is written",
    "xla_context_id": "in another XLA context",
}
"""The parts of TensorFlow's `EagerContext` (2.16 to 2.21), and what it means that one of them differs."""

_SECOND_PASS = Cause(reason="second pass", detail="second pass: the first made variables")
_UNKNOWN = Cause(reason="unknown", detail="why is not to be seen in its arguments")
_FAILED = Cause(reason="failed before", detail="once more, since the trace before it failed")

_TF_DATA = "tensorflow.python.data.ops.structured_function"
"""Where tf.data wraps all functions that it maps (TensorFlow 2.16 to 2.21): that code is nobody's."""


def cause_of(
    options: Any,
    function_type: Any,
    now: Mapping[str, Structure],
    record: FunctionRecord,
    *,
    second_pass: bool,
) -> Cause | None:
    """Say why a trace is made that is about to begin; None for its first.

    Args:
        options: TensorFlow's `TracingOptions` of the function.
        function_type: The types that it is about to be traced for.
        now: What they are, in words.
        record: What is known of its earlier traces.
        second_pass: Whether TensorFlow traces again because the first pass made variables.
    """
    if second_pass:
        return _SECOND_PASS
    earlier = _earlier(options)
    if not earlier:
        return _FAILED if record.failed else None
    numbers = range(len(earlier))[-_COMPARED:]
    found, differences = closest([signature(earlier[n][1]) for n in numbers], now)
    context, known_type = earlier[numbers[found]]
    number = record.number_of(numbers[found], len(earlier))
    differences = differences or tuple(_of_kind(known_type, function_type, now))
    if differences:
        return Cause(reason="signature", changes=differences, compared_with=number)
    elsewhere = _context(context, options)
    if elsewhere:
        return Cause(reason="context", compared_with=number, detail=f"traced for this too: {elsewhere}")
    return _UNKNOWN


def _earlier(options: Any) -> list[tuple[Any, Any]]:
    """Return contexts and types of the traces that TensorFlow keeps, in the order they were made."""
    if options.function_cache is None or tensorflow_private.find("known_traces") is None:
        return []
    return list(options.function_cache._primary)


def cause_of_another(number: int, instance: Opaque | None) -> Cause:
    """Say why a function is traced although others of its code were: TensorFlow traces each one.

    Args:
        number: How-manyeth function of this code it is.
        instance: Whose method it is, if it is one.
    """
    if instance is not None:
        said = f"{instance} is instance no. {number}, and each has traces of its own"
        return Cause(reason="new instance", detail=said)
    said = f"tf.function no. {number} of this code, made anew"
    return Cause(reason="new function", detail=said)


def _of_kind(before: Any, now: Any, told: Mapping[str, Structure]) -> list[Change]:
    """Find arguments that look alike but that TensorFlow takes for different: a list and a tuple, say."""
    found = []
    for name in told:
        was, is_ = (one.parameters[name].type_constraint for one in (before, now))
        if _is_of_another_kind(was, is_):
            kinds = (safe.class_name(one).lower() for one in (was, is_))
            found.append(Change(argument=name, what="structure", before=next(kinds), now=next(kinds)))
    return found


def _is_of_another_kind(before: object, now: object) -> bool:
    """Return whether two types look alike in words, yet differ: two values of one type are not compared."""
    if type(before) is type(now) and safe.class_name(now) in ("Literal", "Weakref"):
        return False
    shapes = (safe.framework_attribute(one, "shape", safe.MISSING) for one in (before, now))
    return all(shape is safe.MISSING for shape in shapes) and bool(before != now)


def _context(before: Any, options: Any) -> str:
    make = tensorflow_private.find("function_context")
    if make is None:
        return ""
    now = make(options.scope_type)
    if before.scope_type is not now.scope_type:
        return "no variables may be made any more"
    return "; ".join(
        words
        for field, words in _CONTEXTS.items()
        if getattr(before.context, field, None) != getattr(now.context, field, None)
    )


def instance_of(function: object) -> Opaque | None:
    """Describe whose method a `tf.function` is; None where it is nobody's."""
    bare = safe.unwrap(function)
    owner: Any = bare.__self__ if type(bare) is MethodType else None
    if safe.class_name(owner) == "TfMethodTarget":  # to which TensorFlow binds methods
        owner = safe.framework_attribute(owner, "target")
    return None if owner is None else described(owner)


def code_of(function: object) -> CodeType | None:
    """Return the code that the user wrote, below the wrappers of TensorFlow."""
    if safe.home_of(function) == _TF_DATA:
        return None
    return code_behind(function)
