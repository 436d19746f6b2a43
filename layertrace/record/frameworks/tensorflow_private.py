"""The private parts of TensorFlow that layertrace looks at: all of them, and what is lost without each.

Every other module uses public names. Each part is looked up when a trace starts; where a TensorFlow
no longer has it, one notice says what will be missing and the rest goes on.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from layertrace.record.process.guard import warn_once

__all__ = ["PARTS", "Part", "find", "home", "replica_number"]


@dataclass(frozen=True, slots=True)
class Part:
    """One private name: where it is (dotted if a class has it), where it was seen, what is lost without."""

    module: str
    name: str
    seen: str
    without: str


PARTS = {
    "create_concrete_function": Part(
        "tensorflow.python.eager.polymorphic_function.tracing_compilation",
        "_create_concrete_function",
        "TensorFlow 2.16 to 2.21",
        "traces of tf.functions are not recorded",
    ),
    "convert_actual": Part(
        "tensorflow.python.autograph.impl.api",
        "_convert_actual",
        "TensorFlow 2.16 to 2.21",
        "calls that AutoGraph converts are not recorded",
    ),
    "call_function": Part(
        "tensorflow.python.eager.polymorphic_function.polymorphic_function",
        "Function.__call__",
        "TensorFlow 2.16 to 2.21",
        "runs of tf.functions are not counted",
    ),
    "call_concrete": Part(
        "tensorflow.python.eager.polymorphic_function.concrete_function",
        "ConcreteFunction.__call__",
        "TensorFlow 2.16 to 2.21",
        "runs of concrete functions are not counted",
    ),
    "known_traces": Part(
        "tensorflow.core.function.polymorphism.function_cache",
        "FunctionCache._primary",
        "TensorFlow 2.16 to 2.21",
        "the causes of retraces are not told",
    ),
    "function_context": Part(
        "tensorflow.python.eager.polymorphic_function.function_context",
        "make_function_context",
        "TensorFlow 2.16 to 2.21",
        "retraces for another graph, device or strategy have no cause",
    ),
    "known_shape": Part(
        "tensorflow.python.framework.ops",
        "EagerTensor._tensor_shape",
        "TensorFlow 2.16 to 2.21",
        "a recorded call takes longer",
    ),
    "shape_tuple": Part(
        "tensorflow.python.framework.ops",
        "EagerTensor._shape_tuple",
        "TensorFlow 2.16 to 2.21",
        "a recorded call takes longer",
    ),
    "dtype_number": Part(
        "tensorflow.python.framework.ops",
        "EagerTensor._datatype_enum",
        "TensorFlow 2.16 to 2.21",
        "a recorded call takes longer",
    ),
    "shape_sizes": Part(
        "tensorflow.python.framework.tensor_shape",
        "TensorShape._dims",
        "TensorFlow 2.16 to 2.21",
        "a recorded call takes longer",
    ),
    "transpiler": Part(
        "tensorflow.python.autograph.impl.api",
        "_TRANSPILER",
        "TensorFlow 2.16 to 2.21",
        "places in code that AutoGraph converted name the generated file",
    ),
}


def home(part: str) -> tuple[Any, str]:
    """Return whose attribute a part is, and its name there."""
    wanted = PARTS[part]
    owner: Any = importlib.import_module(wanted.module)
    *classes, name = wanted.name.split(".")
    for cls in classes:
        owner = getattr(owner, cls)
    return owner, name


def replica_number(context: Any) -> int | None:
    """Return which replica a `tf.distribute.ReplicaContext` stands for, without an op.

    The public `replica_id_in_sync_group` adds a constant to the program's graph each time it is read.
    `_replica_id_in_sync_group` was seen in TensorFlow 2.16 to 2.21.
    """
    if not hasattr(context, "_replica_id_in_sync_group"):
        warn_once(
            "this TensorFlow keeps the number of a replica elsewhere than 2.16 to 2.21; events do not tell "
            "which replica they ran in, all else is recorded. A newer layertrace may know it.",
            key="replica",
        )
        return None
    number = context._replica_id_in_sync_group
    return number if isinstance(number, int) else None


@cache
def find(part: str) -> Any:
    """Return a private part, or None, after one notice, where this TensorFlow has none."""
    wanted = PARTS[part]
    try:
        return getattr(*home(part))
    except (ImportError, AttributeError):
        warn_once(
            f"this TensorFlow has no {wanted.module}.{wanted.name} (seen in {wanted.seen}); "
            f"{wanted.without}, all else is recorded. A newer layertrace may know it.",
            key=part,
        )
        return None
