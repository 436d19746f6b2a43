"""The private parts of TensorFlow that layertrace looks at: all of them, and what is lost without each.

Every other module uses public names. Each part is looked up when a trace starts; where a TensorFlow
no longer has it, one notice says what will be missing and the rest goes on.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any

from layertrace.record.faults import notice

__all__ = ["PARTS", "Part", "find"]


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
    "call_unconverted": Part(
        "tensorflow.python.autograph.impl.api",
        "_call_unconverted",
        "TensorFlow 2.16 to 2.21",
        "a Python `if` on a tensor in `call` is not converted by AutoGraph while traced",
    ),
    "converted_call": Part(
        "tensorflow.python.autograph.impl.api",
        "converted_call",
        "TensorFlow 2.16 to 2.21",
        "a Python `if` on a tensor in `call` is not converted by AutoGraph while traced",
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
    "transpiler": Part(
        "tensorflow.python.autograph.impl.api",
        "_TRANSPILER",
        "TensorFlow 2.16 to 2.21",
        "places in code that AutoGraph converted name the generated file",
    ),
}


@cache
def find(part: str) -> Any:
    """Return a private part, or None, after one notice, where this TensorFlow has none."""
    wanted = PARTS[part]
    try:
        return attrgetter(wanted.name)(importlib.import_module(wanted.module))
    except (ImportError, AttributeError):
        notice(
            f"this TensorFlow has no {wanted.module}.{wanted.name} (seen in {wanted.seen}); "
            f"{wanted.without}, all else is recorded. A newer layertrace may know it.",
            key=part,
        )
        return None
