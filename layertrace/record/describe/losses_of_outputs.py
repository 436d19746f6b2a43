"""Find the outputs of a functional model that it was compiled without a loss for."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.record.describe.keras_tensors import operation_of
from layertrace.record.describe.layer_contents import functional_inside
from layertrace.record.process import safe

__all__ = ["outputs_without_loss"]

_STRUCTURES = ("_outputs_struct", "_nested_outputs")
"""Where Keras 3.0 to 3.15 and tf_keras 2.16 to 2.21 keep the outputs as the program gave them."""
_MOST = 256


def outputs_without_loss(model: object, loss: object) -> list[tuple[str, str]]:
    """Return the outputs that a loss for each output leaves out: how it names them, and their layers.

    Args:
        model: The model.
        loss: The argument `loss` of `compile`. A dict or list is looked at; another loss is for all outputs.
    """
    losses = safe.unwrapped(loss)
    if losses is None:
        return []
    given = {str(key) for key, value in safe.first_items(losses, _MOST) if value is not None}
    outputs = list(_outputs(model))
    is_named = safe.is_a(losses, dict)
    known = {name for output in outputs for name in (output if is_named else output[:1])}
    if not given <= known or len(outputs) < 2:
        return []
    return [(key, layer) for key, layer in outputs if given.isdisjoint((key, layer) if is_named else (key,))]


def _outputs(model: object) -> Iterator[tuple[str, str]]:
    """Yield the key or position of each output, and the name of the layer that computes it."""
    attributes = safe.instance_dict(model)
    functional = safe.instance_dict(functional_inside(model)) or attributes
    structure = next((functional[name] for name in _STRUCTURES if name in functional), None)
    tensors = safe.unwrapped(structure)
    for key, tensor in [] if tensors is None else safe.first_items(tensors, _MOST):
        yield str(key), str(safe.framework_attribute(operation_of(tensor), "name"))
