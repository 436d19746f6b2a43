"""Record what a graph does with the outputs of layers: squashed twice, clipped, compared, normalized."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import spec
from layertrace.record.frameworks.graph_constants import constant
from layertrace.record.hooks.graph_facts import OF_TAPES, Returned, tensors_behind, user_line
from layertrace.record.hooks.swapped_arguments import outputs_as_targets, reads_variables
from layertrace.record.hub import hub
from layertrace.record.layers import LayerRecord
from layertrace.record.spans import LAYER, Span

__all__ = ["PASSING", "observe_values"]

PASSING = {
    "Identity", "Reshape", "Cast", "Squeeze", "ExpandDims", "EnsureShape", "StopGradient", "Tile",
    "Transpose", "PlaceholderWithDefault",
}  # fmt: skip
"""Ops that pass on the values of their first input."""
_PROBABILITIES = {"Softmax": "softmax", "Sigmoid": "sigmoid"}
_SOFTMAX = {"Softmax": "softmax", "LogSoftmax": "log_softmax"}
_LOSSES = {
    "SoftmaxCrossEntropyWithLogits": "softmax_cross_entropy_with_logits",
    "SparseSoftmaxCrossEntropyWithLogits": "sparse_softmax_cross_entropy_with_logits",
}
_LOGISTIC = "logistic_loss"
"""The name that `tf.nn.sigmoid_cross_entropy_with_logits` gives its ops (TensorFlow 2.16 to 2.21)."""
_BINARY = ("binary_accuracy", "binary_matches")
"""The functions of Keras 3 and tf_keras that compare outputs with the threshold of a binary accuracy."""
_LINEAR = {"MatMul", "BatchMatMulV2", "Einsum", "Conv2D"}
_ELEMENTWISE = ("BiasAdd", "AddV2", "Tanh", "Relu", "LeakyRelu", "Elu", "Sigmoid")
"""What an attention does to its scores before the softmax."""
_ROUNDED = {"Round", "Rint", "Floor", "Ceil", "Sign", "OneHot", "Const", "Placeholder", "IteratorGetNext"}
_MOST = 64  # ops that are followed from one tensor


@dataclass(frozen=True)
class _Graph:
    """A graph that is complete.

    Attributes:
        span: The trace.
        layers: The innermost layers that returned tensors, by the identity of the tensor.
    """

    span: Span
    layers: dict[int, LayerRecord]

    def add(self, op: Any, observation: PendingObservation, layer: LayerRecord | None) -> None:
        """Add an observation about an op, at its line."""
        observation.place = user_line(op.traceback)
        observation.layer, observation.span = layer, self.span
        observation.key = (observation.name, observation.place, id(layer))
        add_observation(observation)

    def source(self, tensor: Any, also: Iterable[str] = ()) -> tuple[Any, LayerRecord | None]:
        """Return where the values of a tensor come from, and the layer that returned them."""
        layer = self.layers.get(id(tensor))
        for _ in range(_MOST):
            op = tensor.op
            if layer is not None or not op.inputs or (op.type not in PASSING and op.type not in also):
                break
            tensor = op.inputs[0]
            layer = self.layers.get(id(tensor))
        for _ in range(_MOST):  # a layer may cast or reshape what its activation returns
            if not tensor.op.inputs or tensor.op.type not in PASSING:
                break
            tensor = tensor.op.inputs[0]
        return tensor, layer


def observe_values(span: Span, ops: Iterable[Any], returned: Returned) -> None:
    """Record what a complete graph does with the outputs of layers.

    Args:
        span: The trace.
        ops: The ops of its graph.
        returned: What the calls in it returned, those of inner calls first.
    """
    candidates = [op for op in ops if op.type in _OBSERVERS and OF_TAPES not in op.name]
    if not hub.observers or not candidates:
        return
    layers: dict[int, LayerRecord] = {}
    for around, references in returned:
        layer = around[LAYER]
        for tensor in [] if layer is None else [reference() for reference in references]:
            if layer is not None and tensor is not None:
                layers.setdefault(id(tensor), layer)
    graph = _Graph(span, layers)
    logits: dict[int, str] = {}
    for op in candidates:
        _OBSERVERS[op.type](graph, op, logits)


def _swapped(graph: _Graph, op: Any, loss: str, targets: Any) -> bool:
    """Return whether a loss is given outputs as its targets, which is recorded."""
    if targets is None:
        return False
    behind = tensors_behind(targets, _MOST)  # they may be smoothed
    layer = next((graph.layers[id(each)] for each in behind if id(each) in graph.layers), None)
    graph.add(op, PendingObservation("swapped arguments", (), name=loss, now=spec(targets)), layer)
    return True


def _crossentropy(graph: _Graph, op: Any, logits: dict[int, str]) -> None:
    if op.type == "SoftmaxCrossEntropyWithLogits" and reads_variables(op.inputs[1]):
        swapped = op.inputs[1] if not reads_variables(op.inputs[0]) else None
        if _swapped(graph, op, _LOSSES[op.type], swapped):
            return
    _logits(graph, op, _LOSSES[op.type], logits)


def _logits(graph: _Graph, op: Any, loss: str, logits: dict[int, str]) -> None:
    """Record that a loss applies softmax or sigmoid to what is the result of one."""
    tensor, layer = graph.source(op.inputs[0])
    logits[id(tensor)] = loss
    squash = _PROBABILITIES.get(tensor.op.type) or _written_out(tensor.op)
    if squash:
        seen = PendingObservation("squashed twice", (), name=loss, before=squash)
        seen.now = spec(tensor)
        graph.add(op, seen, layer)


def _written_out(op: Any) -> str:
    """Return `softmax` of `exp(x) / sum(exp(x))`, `sigmoid` of `1 / (1 + exp(-x))`; else nothing."""
    if op.type not in ("RealDiv", "Div") or len(op.inputs) != 2:
        return ""
    above, below = (_computed(each, PASSING) for each in op.inputs)
    if above.op.type == "Exp" and below.op.type == "Sum":
        summed, axes = below.op.inputs[0], constant(below.op.inputs[1])
        last = {-1} if summed.shape.rank is None else {-1, summed.shape.rank - 1}
        is_last = axes is not None and axes.size == 1 and int(axes.ravel()[0]) in last
        return "softmax" if is_last and _computed(summed, PASSING) is above else ""
    if not _is_one(above) or below.op.type not in ("AddV2", "Add"):
        return ""
    terms = [_computed(each, PASSING) for each in below.op.inputs]
    powers = [each for each in terms if each.op.type == "Exp" and each.op.inputs[0].op.type == "Neg"]
    return "sigmoid" if len(powers) == 1 and any(map(_is_one, terms)) else ""


def _is_one(tensor: Any) -> bool:
    number = constant(tensor)
    return number is not None and number.size == 1 and bool(number.ravel()[0] == 1)


def _comparison(graph: _Graph, op: Any, logits: dict[int, str]) -> None:
    """Record a binary accuracy, and that what a loss takes for logits is compared with a probability."""
    if _LOGISTIC in op.name:
        if op.type == "GreaterEqual":
            loss = "sigmoid_cross_entropy_with_logits"
            if _swapped(graph, op, loss, outputs_as_targets(op.inputs[0])):
                return
            _logits(graph, op, "sigmoid_cross_entropy_with_logits", logits)
        return
    if _function(op) in _BINARY:
        _source, returning = graph.source(op.inputs[0])
        graph.add(op, PendingObservation("binary accuracy", (), name=_function(op)), returning)
    threshold = constant(graph.source(op.inputs[1])[0])
    if threshold is None or threshold.dtype.kind != "f" or not ((threshold > 0) & (threshold < 1)).any():
        return
    tensor, layer = graph.source(op.inputs[0])
    if id(tensor) in logits and tensor.op.type not in _PROBABILITIES:
        value = float(threshold.item()) if threshold.size == 1 else None
        seen = PendingObservation("threshold of logits", (), name=_function(op), before=value)
        seen.paths = (logits[id(tensor)],)
        graph.add(op, seen, layer)


def _equality(graph: _Graph, op: Any, _: dict[int, str]) -> None:
    """Record that the metric `Accuracy` compares outputs that are not classes."""
    if _function(op) != "accuracy":
        return
    for tensor in op.inputs:
        source, layer = graph.source(tensor)
        is_float = source.dtype.is_floating and source.op.type not in _ROUNDED
        if is_float and layer is not None:
            other = next((each for each in op.inputs if each is not tensor), tensor)
            seen = PendingObservation("equality of outputs", (), name="accuracy", before=spec(other))
            seen.now = spec(tensor)
            graph.add(op, seen, layer)
            return


def _softmax(graph: _Graph, op: Any, _: dict[int, str]) -> None:
    """Record a softmax of probabilities, over one unit, or over the rows of a batch."""
    given = op.inputs[0]
    layer = next((graph.layers[id(tensor)] for tensor in op.outputs if id(tensor) in graph.layers), None)
    divided = given.op.inputs[0] if _is_softened(graph, given.op) else given
    probabilities, returning = graph.source(divided)
    if probabilities.op.type == "Softmax" and returning is not None and returning is not layer:
        seen = PendingObservation("squashed twice", (), name=_SOFTMAX[op.type], role="by the program")
        seen.before, seen.now = "softmax", spec(probabilities)
        graph.add(op, seen, returning)
    if op.type != "Softmax":
        return
    if given.shape.rank and given.shape[-1] == 1:
        if _is_one_by_design(given):
            graph.add(op, PendingObservation("softmax of one", (), now=spec(given)), layer)
        return
    if given.op.type != "Transpose":
        return
    turned, order = given.op.inputs[0], given.op.inputs[1]
    # `tf.nn.softmax(x, axis=0)` swaps that axis with the last: its order ends with [0] (seen in TensorFlow
    # 2.16 to 2.21).
    last = constant(order.op.inputs[-2] if order.op.type == "ConcatV2" else order)
    sizes = turned.shape
    if last is None or not last.size or last.ravel()[-1] != 0 or not sizes.rank or sizes[0] == 1:
        return
    is_square = sizes.rank == 2 and sizes[0] == sizes[1]
    if not is_square and _is_batch(turned):
        graph.add(op, PendingObservation("softmax over batch", (), now=spec(turned)), layer)


def _is_one_by_design(tensor: Any) -> bool:
    """Return whether the last axis has one number by the weights or a sum, not by the length of the data."""
    source = _computed(tensor, (*PASSING, *_ELEMENTWISE), _keeps_last_axis)
    if source.op.type in ("Sum", "Mean"):
        summed = source.op.inputs[0].shape
        return bool(source.op.get_attr("keep_dims") and summed.rank and summed[-1] != 1)
    if source.op.type not in _LINEAR or len(source.op.inputs) != 2:
        return False
    return bool(_computed(source.op.inputs[1], PASSING).op.type == "ReadVariableOp")


def _keeps_last_axis(op: Any) -> bool:
    """Return whether the last axis of a result is that of what was given, and not another one of size 1."""
    # tests/cases/clean/softmax_over_one_step.py
    if op.type == "Transpose":
        return False
    ranks = op.inputs[0].shape.rank, op.outputs[0].shape.rank
    return op.type not in ("Reshape", "Squeeze") or (None not in ranks and ranks[0] <= ranks[1])


def _computed(tensor: Any, passing: Iterable[str], keeps: Callable[[Any], bool] = lambda _: True) -> Any:
    """Return the tensor that others pass on, each by an op that keeps what is wanted."""
    for _ in range(_MOST):
        if not tensor.op.inputs or tensor.op.type not in passing or not keeps(tensor.op):
            break
        tensor = tensor.op.inputs[0]
    return tensor


def _is_softened(graph: _Graph, op: Any) -> bool:
    """Return whether an op divides by a temperature of 1 or more, or multiplies by a number up to 1.

    A softmax of probabilities that are multiplied finds the largest: tests/cases/clean/soft_argmax.py
    """
    if op.type not in ("RealDiv", "Mul") or op.inputs[1].shape.rank != 0:
        return False
    number = constant(graph.source(op.inputs[1])[0])
    if number is None or number.size != 1:
        return False
    return bool(number >= 1 if op.type == "RealDiv" else abs(number) <= 1)


def _is_batch(tensor: Any) -> bool:
    """Return whether the first dimension of a tensor is that of the data that it is computed from."""
    behind = tensors_behind(tensor, 8 * _MOST)
    data = (each for each in behind if each.op.type in ("Placeholder", "IteratorGetNext") and each.shape.rank)
    first = next(data, None)
    return first is not None and bool(first.shape[0] == tensor.shape[0])


def _clip(graph: _Graph, op: Any, _: dict[int, str]) -> None:
    """Record that a crossentropy of Keras clips outputs to what lies between 0 and 1."""
    function = _function(op, ("backend", "nn.py"), ("", "backend.py"))
    if "clip_by_value" not in op.name or "crossentropy" not in function or op.type != "Minimum":
        return
    if _swapped(graph, op, function, outputs_as_targets(op.inputs[0])):
        return
    tensor, layer = graph.source(op.inputs[0], ("RealDiv",))
    if layer is not None and tensor.op.type not in _PROBABILITIES:
        seen = PendingObservation("clipped outputs", (), name=function, now=spec(tensor))
        graph.add(op, seen, layer)


_Observing = Callable[[_Graph, Any, dict[int, str]], None]
_OBSERVERS: dict[str, _Observing] = {
    **dict.fromkeys(_LOSSES, _crossentropy),
    **dict.fromkeys(("Greater", "GreaterEqual"), _comparison),
    "Equal": _equality,
    **dict.fromkeys(_SOFTMAX, _softmax),
    "Minimum": _clip,
}


# Ops


def _frames(op: Any) -> Iterator[tuple[str, str]]:
    for frame in reversed(list(op.traceback)):
        yield frame.filename.replace("\\", "/"), frame.name


def _function(op: Any, *homes: tuple[str, str]) -> str:
    """Return the function of Keras's metrics, or of other modules, that created an op; else nothing."""
    homes = homes or (("metrics", ".py"),)
    for file, name in _frames(op):
        if "keras/src/" in file and any(folder in file and file.endswith(end) for folder, end in homes):
            return name
    return ""
