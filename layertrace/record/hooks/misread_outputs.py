"""Notice losses and metrics of a fit that take what a model returns for something else.

On TensorFlow, the graph of the train function shows what becomes of the outputs (`graph_values`). JAX and
torch have no such graph, so what Keras was given in `compile` is compared with the layer that computes the
output.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layertrace.record.describe.compiled_losses import compiled_loss
from layertrace.record.describe.keras_tensors import operation_of
from layertrace.record.describe.layer_contents import outputs_of, own_variables
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import spec
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition

__all__ = ["look_at_outputs"]

_MOST = 16  # models inside of one another, and metrics of a model
_PROBABILITIES = ("softmax", "sigmoid")
_STEPS = ("train_step", "compute_loss", "compute_metrics", "stateless_compute_loss")
"""What a model of the program may define to use its outputs in another way."""


def look_at_outputs(model: object, targets: object, place: CodePosition | None) -> None:
    """Record what the loss and the metrics of a model that Keras has trained make of its output.

    Args:
        model: The model, whose `fit` has ended.
        targets: Its `y`.
        place: The line of the fit.
    """
    if Loaded.tf is not None or not _is_trained_by_keras(model):
        return
    loss = compiled_loss(safe.instance_dict(model).get("loss"))
    layer, tensor = _output(model)
    if len(loss) == 2 and "crossentropy" in loss[0] and layer is not None:
        _look_at_loss(*loss, layer, tensor, place)
    for metric in _metrics(model):
        kind, subject = safe.class_name(metric), model if layer is None else layer
        if kind == "BinaryAccuracy":
            _add(PendingObservation("binary accuracy", (), name="binary_accuracy"), model, place)
        if kind == "Accuracy" and layer is not None and (outputs := spec(tensor)) is not None:
            seen = PendingObservation("equality of outputs", (), name="accuracy", before=spec(targets))
            seen.now = outputs
            if outputs.dtype.startswith(("float", "bfloat")):
                _add(seen, layer, place)
        threshold = _threshold(metric)
        if loss[1:] == ("logits",) and threshold is not None and _squash(layer) is None:
            seen = PendingObservation("threshold of logits", (), name=kind, before=threshold)
            seen.paths = loss[:1]
            _add(seen, subject, place)


def _add(seen: PendingObservation, layer: object, place: CodePosition | None) -> None:
    seen.layer, seen.place = register_layer(layer), place
    seen.key = (seen.name, place, id(layer))
    add_observation(seen)


def _look_at_loss(loss: str, expects: str, layer: object, tensor: object, place: CodePosition | None) -> None:
    squash, outputs = _squash(layer), spec(tensor)
    if squash == "softmax" and outputs is not None and outputs.shape and outputs.shape[-1] == 1:
        _add(PendingObservation("softmax of one", (), now=outputs), layer, place)
    elif expects == "logits" and squash is not None:
        seen = PendingObservation("squashed twice", (), name=loss, before=squash, now=outputs)
        _add(seen, layer, place)
    elif expects == "probabilities" and _activation(layer) == "linear" and own_variables(layer):
        _add(PendingObservation("clipped outputs", (), name=loss, now=outputs), layer, place)


def _is_trained_by_keras(model: object) -> bool:
    """Return whether a model has the steps of Keras, which give its output to the loss and the metrics."""
    cls: type = type(model)
    owners = [owner for owner in safe.mro(cls) if not safe.is_framework_class(owner)]
    return not any(name in safe.namespace(owner) for owner in owners for name in _STEPS)


def _output(model: object) -> tuple[Any, Any]:
    """Return the layer of Keras that computes the only output of a functional model, and that output."""
    tensor, layer = None, model
    for _ in range(_MOST):
        tensors = outputs_of(layer)
        if not tensors and layer is not model:
            return (layer, tensor) if safe.is_framework_class(type(layer)) else (None, None)
        if len(tensors) != 1:
            break
        tensor, layer = tensors[0], operation_of(tensors[0])
    return None, None


def _activation(layer: object) -> str | None:
    attributes = safe.instance_dict(layer)
    return safe.code_name(attributes.get("activation")) if "activation" in attributes else None


def _squash(layer: object) -> str | None:
    """Return whether a layer ends in `softmax` or `sigmoid`."""
    if safe.class_name(layer) == "Softmax":
        return "softmax"
    activation = _activation(layer)
    return activation if activation in _PROBABILITIES else None


def _metrics(model: object) -> Iterator[object]:
    """Yield the metrics of Keras that the only output of a model is given to.

    `CompileMetrics` of `trainers/compile_utils.py` has a list for each output (Keras 3.0 to 3.15).
    """
    compiled = safe.instance_dict(safe.instance_dict(model).get("_compile_metrics"))
    for name in ("_flat_metrics", "_flat_weighted_metrics"):
        outputs = safe.unwrapped(compiled.get(name))
        lists = [] if outputs is None else [item for _, item in safe.first_items(outputs, 2)]
        inner = safe.unwrapped(safe.instance_dict(lists[0]).get("metrics")) if len(lists) == 1 else None
        for _, metric in [] if inner is None else safe.first_items(inner, _MOST):
            if safe.is_framework_class(type(metric)):
                yield metric


def _threshold(metric: object) -> float | None:
    """Return the probability that a metric compares outputs with; None if it does not, or knows logits."""
    attributes, kind = safe.instance_dict(metric), safe.class_name(metric)
    if kind == "AUC":
        return None if safe.truth(attributes.get("_from_logits")) else 0.5
    if kind == "BinaryAccuracy":
        options = safe.unwrapped(attributes.get("_fn_kwargs"))
        given = [] if options is None else safe.first_items(options, _MOST)
        found: Any = dict(given).get("threshold", 0.5)
    else:
        several = safe.unwrapped(attributes.get("thresholds")) if kind in ("Precision", "Recall") else None
        items = [] if several is None else safe.first_items(several, 2)
        found = items[0][1] if len(items) == 1 else None
    return found if type(found) is float and 0 < found < 1 else None
