"""Find the ops between weights and a loss whose value or gradient is not finite, and that nothing guards."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.frameworks.graph_constants import constant
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.graph_facts import OF_TAPES, stub
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition

__all__ = ["observe_unguarded"]

_DIVIDING = {"RealDiv": 1, "Div": 1, "Reciprocal": 0, "Rsqrt": 0}
_ROOTS = {"Sqrt", "Pow"}
_BOUNDED = {"Acos", "Asin", "Atanh", "Acosh"}
_TYPES = {*_DIVIDING, *_ROOTS, *_BOUNDED, "Log", "Exp", "Softmax", "LogSoftmax"}
_KEEPING = {
    "Identity", "Reshape", "Cast", "Squeeze", "ExpandDims", "EnsureShape", "Tile", "Transpose", "BroadcastTo",
    "StridedSlice", "Abs", "Square", "Neg", "Sum", "Mean", "Max", "Min", "Prod", "GatherV2", "GatherNd",
    "PlaceholderWithDefault", "Pack", "ConcatV2", "Sqrt", "AddV2", "AddN", "Mul", "Real", "Conj", "Fill",
    "StopGradient", "Slice", "DiagPart", "MatrixDiagPartV3", "Minimum",
}  # fmt: skip
"""Ops whose result may be 0 if their inputs may be."""
_ORIGINS = {
    "Sub": "difference", "SquaredDifference": "difference", "Relu": "relu", "Relu6": "relu",
    "Softmax": "softmax", "Sigmoid": "sigmoid", "MatMul": "output", "BatchMatMulV2": "output",
    "Einsum": "output", "Conv2D": "output", "BiasAdd": "output",
    "Placeholder": "data", "IteratorGetNext": "data", "OptionalGetValue": "data",
}  # fmt: skip
"""What may be 0, by the op that computes it."""
_BOOLEAN = {
    "Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual", "LogicalAnd", "LogicalNot",
    "LogicalOr",
}  # fmt: skip
_GUARDING = {"Select", "SelectV2", "Exp", "Softplus", "Size", "Shape", "Cosh"}
_INNER = re.compile(
    r"keras[/\\]src[/\\](ops|utils|activations)[/\\]|keras[/\\]src[/\\]backend\.py"
    r"|keras[/\\]src[/\\]backend[/\\](common[/\\]|tensorflow[/\\](numpy|math|core|nn|linalg|sparse)\.py)"
    r"|tensorflow[/\\]python[/\\](ops|util|framework)[/\\]"
)
"""The files whose functions a program calls to compute something, without the layers and losses of Keras."""
_MOST = 20_000  # ops that are followed from a loss
_NEAR = 256  # ops that are followed from one operand
_MOST_FOUND = 16  # ops of one graph


def observe_unguarded(target: object) -> None:
    """Record each op of the user's between weights and a loss that is not finite for some inputs.

    Args:
        target: The loss, in a graph.
    """
    inner = safe.unwrapped(target)
    tensors = [target] if inner is None else [item for _, item in safe.first_items(inner, 8)]
    tensors = [tensor for tensor in tensors if safe.is_a(tensor, Loaded.tf.Tensor)]
    if not tensors or Loaded.tf.executing_eagerly():
        return
    first: Any = tensors[0]
    found: dict[int, tuple[Any, str, CodePosition]] = {}
    for op in first.graph.get_operations():
        if op.type in _TYPES and OF_TAPES not in op.name and len(found) < _MOST_FOUND:
            place = _line(op)
            operand = "" if place is None else _operand(op)
            if place is not None and operand:
                found[id(op)] = op, operand, place
    for key in _behind(tensors, found):
        op, operand, place = found[key]
        masking = _masking(op) if operand == "-inf" else None
        place = (None if masking is None else _line(masking)) or place
        seen = PendingObservation(
            "unguarded op", (place, op.type, operand), name=op.type, before=operand, place=place
        )
        seen.now = op.name
        if operand == "scores":
            seen.role = f"axis {_normalized_axis(op)}"
        else:
            seen.role = "positive" if _is_never_negative(op.inputs[_DIVIDING.get(op.type, 0)]) else ""
        add_observation(seen)


def _line(op: Any) -> CodePosition | None:
    """Return the user's line that asked for an op; None if a layer, loss or optimizer of Keras did."""
    for frame in reversed(list(op.traceback)):
        if not source_lines.is_internal(frame.filename):
            return stub(frame.filename, frame.lineno, frame.name), -1
        if not _INNER.search(frame.filename):
            return None
    return None


def _behind(tensors: Iterable[Any], wanted: dict[int, Any]) -> list[int]:
    """Return which ops a loss is computed from, the nearest first."""
    todo = deque(tensor.op for tensor in tensors)
    seen: set[int] = set()
    reached: list[int] = []
    while todo and len(seen) < _MOST and len(reached) < len(wanted):
        op = todo.popleft()
        if id(op) in seen:
            continue
        seen.add(id(op))
        if id(op) in wanted:
            reached.append(id(op))
        if op.type != "StopGradient":
            todo += [tensor.op for tensor in op.inputs]
    return reached


def _operand(op: Any) -> str:
    """Return what may make an op infinite: `relu`, `difference`, `mask`; an empty string if nothing does."""
    given = op.inputs[_DIVIDING.get(op.type, 0)]
    if op.type in ("Softmax", "LogSoftmax"):
        return "-inf" if _masking(op) is not None else ""
    if op.type == "Pow":
        exponent = constant(op.inputs[1])
        if exponent is None or exponent.size != 1 or not float(exponent) < 1 or float(exponent) == 0:
            return ""
    if op.type == "Exp":
        return "" if not _is_unbounded(given) else "output" if _normalized_axis(op) is None else "scores"
    if op.type in _BOUNDED:
        return "" if given.op.type in _CLIPPING or not _depends_on_weights(given) else "cosine"
    if op.type in _ROOTS and not _depends_on_weights(given):
        return ""
    if op.type in _DIVIDING and _is_root(given):
        return ""  # the root is what has to be guarded: a maximum after it does not help its gradient
    return _may_be_zero(given)


_CLIPPING = {"ClipByValue", "Minimum", "Maximum", "Tanh", "Sin", "Cos"}


def _may_be_zero(tensor: Any) -> str:
    """Return what makes a tensor 0 for some inputs; an empty string if it is kept from that, or unknown.

    A sum with a positive constant, a maximum and a `where` are taken for guards.
    """
    todo, seen, found = [tensor], set[int](), set[str]()
    while todo and len(seen) < _NEAR:
        value = todo.pop()
        op = value.op
        if id(op) in seen:
            continue
        seen.add(id(op))
        if op.type in _GUARDING or (op.type in ("AddV2", "AddN") and any(map(_is_constant, op.inputs))):
            return ""
        if op.type in _LEAST:
            least = constant(op.inputs[1]) if op.inputs[1].op.type == "Const" else constant(op.inputs[0])
            if least is None or least.dtype.kind not in "fiu" or least.max() > 0:
                return ""
            found.add("clipped")
        if op.type in _BOOLEAN or value.dtype.name == "bool":
            found.add("mask")
        elif op.type in _ORIGINS:
            found.add(_ORIGINS[op.type])
        elif op.type == "Pow" or op.type in _KEEPING:
            single = op.type in ("Reshape", "Sum", "Mean", "Max", "Min", "Prod", "Tile", "BroadcastTo", "Pow")
            inputs = list(op.inputs)[:1] if single or op.type in _SLICES else list(op.inputs)
            todo += [each for each in inputs if each.op.type != "Const"]
    return next((each for each in _PREFERRED if each in found), "")


_LEAST = {"Maximum", "ClipByValue"}
_SLICES = {"StridedSlice", "GatherV2", "GatherNd", "Transpose", "ExpandDims", "Slice"}
_PREFERRED = ("mask", "difference", "relu", "clipped", "softmax", "sigmoid", "data", "output")


def _is_root(tensor: Any) -> bool:
    """Return whether a tensor is the root of something that is computed from weights."""
    op = tensor.op
    while op.inputs and op.type in _PASSING:
        op = op.inputs[0].op
    return op.type in _ROOTS and _depends_on_weights(tensor)


def _is_never_negative(tensor: Any) -> bool:
    """Return whether a tensor is a square, a root or the like, or a sum of these."""
    op = tensor.op
    for _ in range(8):
        is_square = op.type == "Mul" and op.inputs[0] is op.inputs[1]
        if is_square or op.type in _NEVER_NEGATIVE:
            return True
        if op.type not in (*_PASSING, "Sum", "Mean", "Max", "Min") or not op.inputs:
            return False
        op = op.inputs[0].op
    return False


_NEVER_NEGATIVE = {"Sqrt", "Square", "SquaredDifference", "Abs", "Relu", "Softmax", "Sigmoid"}


def _is_constant(tensor: Any) -> bool:
    """Return whether a tensor is a constant, or one that was cast or reshaped."""
    op = tensor.op
    for _ in range(4):
        if op.type not in ("Cast", "Identity", "Reshape", "Fill", "BroadcastTo") or not op.inputs:
            break
        op = op.inputs[1 if op.type == "Fill" else 0].op
    return bool(op.type == "Const")


def _normalized_axis(op: Any) -> int | None:
    """Return the axis over whose sum the result of an `exp` is divided; None if it is not."""
    result = op.outputs[0]
    for user in result.consumers():
        if user.type == "Sum" and user.inputs[0] is result:
            axis, rank = constant(user.inputs[1]), result.shape.rank
            is_divisor = any(each.type == "RealDiv" for each in user.outputs[0].consumers())
            if is_divisor and axis is not None and axis.size == 1:
                number = int(axis.ravel()[0])
                return -1 if rank and number == rank - 1 else number
    return None


def _is_unbounded(tensor: Any) -> bool:
    """Return whether the exponent of an `exp` is the output of a linear layer, perhaps times a number."""
    op = tensor.op
    for _ in range(16):
        if _ORIGINS.get(op.type) == "output":
            return True
        inputs = [each.op for each in op.inputs if not _is_constant(each)]
        if op.type not in (
            "Mul",
            "Neg",
            "Identity",
            "Reshape",
            "Cast",
            "StridedSlice",
            "Squeeze",
            "Split",
            "AddV2",
        ):
            return False
        if not inputs:
            return False
        op = inputs[-1] if op.type == "Split" else inputs[0]
    return False


def _depends_on_weights(tensor: Any) -> bool:
    """Return whether a tensor is computed from a variable, so that a tape asks for its gradient."""
    todo, seen = deque([tensor.op]), set[int]()
    while todo and len(seen) < _MOST:
        op = todo.popleft()
        if id(op) in seen:
            continue
        seen.add(id(op))
        if op.type in ("ReadVariableOp", "ResourceGather"):
            return True
        todo += [each.op for each in op.inputs]
    return False


def _masking(op: Any) -> Any:
    """Return the op by which a softmax is given -inf; None if it is not."""
    todo, seen = [op.inputs[0].op], set[int]()
    while todo and len(seen) < 16:
        each = todo.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        if each.type in ("Select", "SelectV2") and any(map(_has_infinity, each.inputs[1:])):
            return each
        if each.type in ("Mul", "AddV2", "Sub") and any(map(_has_infinity, each.inputs)):
            return each
        if each.type in (*_PASSING, "AddV2", "Mul", "Sub"):
            todo += [tensor.op for tensor in each.inputs]
    return None


_PASSING = ("Identity", "Reshape", "Cast", "Squeeze", "ExpandDims", "Transpose")


def _has_infinity(tensor: Any) -> bool:
    for _ in range(8):
        if tensor.op.type not in ("Cast", "Identity", "Reshape", "Fill", "BroadcastTo", "Mul") or not (
            tensor.op.inputs
        ):
            break
        tensor = tensor.op.inputs[1 if tensor.op.type == "Fill" else 0]
    value = constant(tensor) if tensor.dtype.is_floating else None
    return value is not None and bool((value.astype("float64") == float("-inf")).any())
