"""Give the inputs of a layer a mask, as a Masking layer in front of it does."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from layertrace.testing.contract.outcome import NotApplicable
from layertrace.testing.contract.subject import Subject

__all__ = ["MaskedInputs", "masked_inputs", "refused", "takes_mask", "with_other_padding"]

_REFUSED = "does not support masking"
"""What tf_keras raises where Keras 3 warns (tf_keras 2.21, `base_layer.compute_mask`)."""


@dataclass(frozen=True, slots=True)
class MaskedInputs:
    """Inputs whose last step is masked in every row.

    Attributes:
        tensors: The arguments of the call.
        steps: The batch size and the number of steps of the first argument, which Keras passes on.
    """

    tensors: tuple[Any, ...]
    steps: tuple[int, int]


def takes_mask(layer: Any) -> bool:
    """Return whether `call` has an argument that Keras fills with a mask."""
    names = inspect.signature(layer.call).parameters
    return any(name == "mask" or (name.endswith("_mask") and name[:-5] in names) for name in names)


def masked_inputs(subject: Subject, layer: Any) -> MaskedInputs:
    """Return the inputs with a mask on every float tensor that has steps.

    Raises:
        NotApplicable: If the layer does not deal with masks, or its input has no steps.
    """
    tf = subject.tf
    has_mask = layer.supports_masking or subject.framework.overrides(layer, "compute_mask")
    if not has_mask and not takes_mask(layer):
        # tests/testing/kinds/table.py is correct without: Keras warns where such a layer ends a mask.
        raise NotApplicable("it neither takes nor supports masks")
    tensors = subject.inputs.tensors(tf)
    flat = tf.nest.flatten(tensors[0])
    if not all(_has_steps(tensor) for tensor in flat):
        raise NotApplicable("its input has no steps")
    for tensor in tf.nest.flatten(tensors):
        if _has_steps(tensor):
            rows, steps = tensor.shape[:2]
            mask = tf.constant([[step + 1 < steps for step in range(steps)]] * rows)
            tensor._keras_mask = mask  # as the guide of Keras to masking does
    return MaskedInputs(tensors, tuple(flat[0].shape[:2]))


def with_other_padding(tf: Any, tensors: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return masked tensors with the same masks, and other values in the step that is masked."""

    def changed(tensor: Any) -> Any:
        mask = getattr(tensor, "_keras_mask", None)
        if mask is None:
            return tensor
        result = tf.concat([tensor[:, :-1], 3 - 2 * tensor[:, -1:]], axis=1)
        result._keras_mask = mask
        return result

    structure: tuple[Any, ...] = tf.nest.map_structure(changed, tensors)
    return structure


def refused(error: BaseException) -> bool:
    """Return whether a layer of tf_keras raised because it supports no masks, so that nothing is silent."""
    return _REFUSED in str(error)


def _has_steps(tensor: Any) -> bool:
    """Return whether a tensor has floats for each batch, step and feature."""
    is_float = getattr(getattr(tensor, "dtype", None), "is_floating", False)
    return is_float and tensor.shape.rank >= 3 and tensor.shape[1] > 1
