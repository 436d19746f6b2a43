"""The weights have one order."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject

_NUMBERS = (8, 9)
"""What generated names begin with: as texts, `dense_10` comes before `dense_8` and `dense_9`."""


@check("persistence", "weight-order", after=["modes-agree", "instances-share-nothing"])
def weight_order(subject: Subject) -> None:
    """Instances that are created alike have their weights in the same order.

    ## Why
    `get_weights`, `set_weights` and files of weights go by this order. If a set or a generated name decides
    it, the weights are loaded into one another.

    ## Known limits
    Three instances are compared in one process, by the names and shapes of their weights. A set of two layers
    may have one order in all three, and a set of texts has another order only in another process.
    """
    layer = subject.built()
    expected = _weights(layer)
    for number in _NUMBERS:
        with subject.framework.names_numbered_from(number) as is_numbered:
            weights = _weights(subject.built())
        if weights != expected:
            raise Broken(
                f"the weights of {subject.class_name} are {_listed(expected)}, and in another instance "
                f"{_listed(weights)}",
                method_line(layer, "build"),
                "create weights and layers in a fixed order, not in that of a set or of generated names",
            )
    if not is_numbered:
        raise NotApplicable("layertrace does not know how this Keras numbers the names of layers")


def _weights(layer: Any) -> list[str]:
    return [f"{_name(weight)} {list(weight.shape)}" for weight in layer.weights]


def _name(weight: Any) -> str:
    name: str = weight.name
    return name.removesuffix(":0").rpartition("/")[2].rstrip("0123456789").rstrip("_")


def _listed(weights: list[str]) -> str:
    more = f" and {len(weights) - 4} more" if len(weights) > 4 else ""
    return ", ".join(weights[:4]) + more
