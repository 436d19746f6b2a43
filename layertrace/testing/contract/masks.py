"""Give the inputs of a layer a mask, as a Masking layer in front of it does."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from layertrace.testing.contract.outcome import NotApplicable
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import dtype_of

__all__ = [
    "MaskedInputs",
    "inputs_with_mask",
    "masked_inputs",
    "masks_of",
    "refused",
    "takes_mask",
    "with_other_padding",
]

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
    has_mask = layer.supports_masking or subject.framework.overrides(layer, "compute_mask")
    if not has_mask and not takes_mask(layer):
        # tests/testing/kinds/table.py is correct without: Keras warns where such a layer ends a mask.
        raise NotApplicable("it neither takes nor supports masks")
    return inputs_with_mask(subject)


def inputs_with_mask(subject: Subject) -> MaskedInputs:
    """Return the inputs with a mask, for any layer.

    Raises:
        NotApplicable: If its input has no steps.
    """
    backend = subject.backend
    tensors = subject.tensors()
    flat = backend.flatten(tensors[0])
    if not all(_has_steps(tensor) for tensor in flat):
        raise NotApplicable("its input has no steps")
    for tensor in backend.flatten(tensors):
        if _has_steps(tensor):
            rows, steps = tensor.shape[:2]
            mask = backend.tensor([[step + 1 < steps for step in range(steps)]] * rows, "bool")
            tensor._keras_mask = mask  # as the guide of Keras to masking does
    return MaskedInputs(tensors, tuple(flat[0].shape[:2]))


def with_other_padding(subject: Subject, tensors: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return masked tensors with the same masks, and other values in the step that is masked."""

    def changed(tensor: Any) -> Any:
        mask = getattr(tensor, "_keras_mask", None)
        if mask is None:
            return tensor
        array = subject.backend.array(tensor).copy()
        array[:, -1:] = 3 - 2 * array[:, -1:]
        result = subject.backend.tensor(array, dtype_of(tensor))
        result._keras_mask = mask
        return result

    structure: tuple[Any, ...] = subject.backend.mapped(changed, tensors)
    return structure


def masks_of(subject: Subject, outputs: Any) -> list[Any]:
    """Return the mask of each output as an array; one without numbers for an output without a mask."""
    backend = subject.backend
    none = backend.array(backend.tensor([], "bool"))
    tensors = (output for output in backend.flatten(outputs) if output is not None)
    masks = (getattr(tensor, "_keras_mask", None) for tensor in tensors)
    return [none if mask is None else backend.array(mask) for mask in masks]


def refused(error: BaseException) -> bool:
    """Return whether a layer of tf_keras raised because it supports no masks, so that nothing is silent."""
    return _REFUSED in str(error)


def _has_steps(tensor: Any) -> bool:
    """Return whether a tensor has floats for each batch, step and feature."""
    return "float" in dtype_of(tensor) and len(tensor.shape) >= 3 and tensor.shape[1] > 1
