"""Notice an attention mask that allows attention just where the tutorials of custom layers forbid it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.frameworks.graph_constants import constant
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.graph_facts import user_line
from layertrace.record.hooks.observer import AnyObserver, Call, watching
from layertrace.record.hub import hub
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded

__all__ = ["ATTENTION_MASKS"]

_SAME = {
    "Cast", "ExpandDims", "StridedSlice", "Reshape", "Squeeze", "Identity", "BroadcastTo", "Tile",
    "Transpose",
}  # fmt: skip
"""Ops whose output has the values of their first input."""
_BOTH = {"LogicalAnd", "LogicalOr", "Maximum", "Minimum", "Mul", "BitwiseAnd", "BitwiseOr"}
"""Ops that combine two masks."""
_TO_EMBEDDING = ("Cast", "Identity", "StridedSlice", "Reshape", "AddV2", "SelectV2")
"""Ops between tokens and their embedding: Keras 3 adds the size to negative ones."""
_MOST = 64


def _begin(call: Call) -> None:
    """Record the parts of the mask of a `MultiHeadAttention` that are the wrong way round, in a graph.

    Seen as `_compute_attention_mask(query, value, …, attention_mask, use_causal_mask)` in Keras 3.0 to 3.15
    and tf_keras 2.16 to 2.21.
    """
    if not hub.observers:
        return
    with guarded("look at an attention mask"):
        given = call.named
        mask = given.get("attention_mask")
        if not safe.is_a(mask, Loaded.tf.Tensor) or safe.is_a(mask, Loaded.tf.__internal__.EagerTensor):
            return
        for what, op in _inverted(mask):
            place = user_line(op.traceback) or source_lines.caller(call.method, call.caller)
            layer = register_layer(call.subject)
            add_observation(
                PendingObservation(
                    "inverted mask",
                    (id(call.subject), what, place),
                    layer=layer,
                    name=what,
                    place=place,
                    defined=source_lines.caller(call.method, call.caller),
                )
            )


def _inverted(mask: Any) -> Iterator[tuple[str, Any]]:
    """Yield the parts of a mask that are true for padding, or for later positions, each with its op.

    A part is `padding` if it is where an integer tensor equals a constant 0 and the same tensor is embedded,
    and `future` if it is what is not in the lower triangle.
    """
    todo = [(mask, True)]
    for _ in range(_MOST):
        if not todo:
            return
        tensor, is_upright = todo.pop()
        op = tensor.op
        inputs = list(op.inputs)
        if op.type in _SAME:
            todo.append((inputs[0], is_upright))
        elif op.type == "LogicalNot":
            todo.append((inputs[0], not is_upright))
        elif op.type == "Sub" and _is_constant(inputs[0], 1):
            todo.append((inputs[1], not is_upright))
        elif op.type in _BOTH:
            todo += [(each, is_upright) for each in inputs]
        elif op.type in ("Equal", "NotEqual"):
            at = next((at for at in (0, 1) if _is_constant(inputs[1 - at], 0)), None)
            if at is not None and (op.type == "Equal") is is_upright and _is_embedded(inputs[at]):
                yield "padding", op
        elif op.type == "MatrixBandPart" and not is_upright and _is_lower_triangle(inputs):
            yield "future", op


def _is_constant(tensor: Any, value: int) -> bool:
    """Return whether all values of a tensor are a number, and known while the graph is traced."""
    if tensor.op.type == "Fill":
        tensor = tensor.op.inputs[1]
    for _ in range(4):
        if tensor.op.type != "Cast":
            break
        tensor = tensor.op.inputs[0]
    content = constant(tensor)
    return content is not None and bool((content == value).all()) and content.size > 0


def _is_lower_triangle(inputs: list[Any]) -> bool:
    return all(_is_constant(tensor, value) for tensor, value in zip(inputs, (1, -1, 0), strict=True))


def _is_embedded(tensor: Any) -> bool:
    """Return whether integers are looked up in an embedding, besides being compared."""
    for _ in range(8):
        if tensor.op.type not in ("Cast", "Identity"):
            break
        tensor = tensor.op.inputs[0]
    todo, seen = [tensor], 0
    while todo and seen < _MOST:
        value = todo.pop()
        seen += 1
        for op in value.consumers():
            if op.type in ("ResourceGather", "GatherV2"):
                return True
            if op.type in _TO_EMBEDDING:
                todo += list(op.outputs)
    return False


ATTENTION_MASKS: AnyObserver = watching(_begin)
"""Observes how a `MultiHeadAttention` computes its mask."""
