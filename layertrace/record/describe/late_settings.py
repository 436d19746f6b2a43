"""Find regularizers and constraints that were set on layers that were built: no weight has them."""

from __future__ import annotations

from collections.abc import Mapping

from layertrace.record.describe.layer_contents import own_variables
from layertrace.record.process import safe

__all__ = ["set_late"]

_ENDINGS = ("_regularizer", "_constraint")


def set_late(layer: object) -> Mapping[str, str]:
    """Return the attributes of a Keras layer for a regularizer or constraint that none of its weights has.

    Keras passes them on in `build` (`add_weight` of Keras 3.0 to 3.15, tf_keras 2.16 to 2.21). An attribute
    for a weight that the layer does not have, such as a bias with `use_bias=False`, never has an effect.
    """
    if not safe.is_framework_class(type(layer)):
        return {}  # a layer of the program may use its attribute in another way
    attributes = safe.instance_dict(layer)
    given = {
        name: value
        for name, value in list(attributes.items())
        if type(name) is str and name.endswith(_ENDINGS) and not name.startswith(("_", "activity_"))
        if value is not None
    }
    weights = own_variables(layer) if given else []
    is_set_late = _is_set_late_in_keras if "_callable_losses" not in attributes else _is_set_late_in_tf_keras
    return {
        name: value if type(value) is str else safe.class_name(value)
        for name, value in given.items()
        if (named := _named(name, weights)) and is_set_late(layer, name, named)
    }


def _named(attribute: str, weights: list[object]) -> list[object]:
    """Return the weights that an attribute is for: the kernel of `kernel_regularizer`."""
    stem = attribute.rpartition("_")[0]
    names = [str(safe.framework_attribute(each, "name")).rpartition("/")[2] for each in weights]
    if stem == "depthwise" and not any(name.startswith(stem) for name in names):
        stem = "kernel"  # of a `DepthwiseConv2D` of Keras 3
    return [each for each, name in zip(weights, names, strict=True) if name.startswith(stem)]


def _is_set_late_in_keras(_: object, name: str, weights: list[object]) -> bool:
    """Return whether no weight of an attribute has what it names; Keras 3 keeps it on the variable."""
    kind = name.rpartition("_")[2]
    return all(safe.framework_attribute(each, f"_{kind}") is None for each in weights)


def _is_set_late_in_tf_keras(layer: object, name: str, _: list[object]) -> bool:
    """Return whether a layer of tf_keras, which adds a loss for each weight with a regularizer, has none."""
    losses = safe.unwrapped(safe.instance_dict(layer).get("_callable_losses"))
    return name.endswith("_regularizer") and losses is not None and not safe.size_of(losses)
