"""Each loss counts once."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.frameworks import layers_inside
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference, perturb


@check("training", "losses-once", after=["weight-order"])
def losses_once(subject: Subject) -> None:
    """The losses are the same after two calls, and those of layers inside count once.

    ## Why
    Keras collects the losses of layers inside by itself. A layer that adds them to its own counts them twice,
    and one that sums them up in Python trains on those of earlier batches.

    ## Known limits
    A loss of the layer that has the value of a loss inside is taken for it.
    """
    import numpy as np

    layer = subject.built()
    perturb(layer)
    weights = layer.get_weights()
    with subject.doing("calling it in training"):
        outputs = subject.arrays(subject.call(layer, training=True))
        first = _values(subject, layer)
        if not first:
            raise NotApplicable("it has no losses")
        _compare_children(subject, layer, first)
        layer.set_weights(weights)
        again = subject.arrays(subject.call(layer, training=True))
        second = _values(subject, layer)
    is_changed = not difference(outputs, again) and not np.allclose(first, second, rtol=1e-4)
    if len(first) != len(second) or is_changed:
        raise Broken(
            f"the losses of {subject.class_name} are {_listed(first)} after one call, and {_listed(second)} "
            "after a second one of the same inputs",
            method_line(layer, "call"),
            "add only the loss of this call with self.add_loss",
        )


def _compare_children(subject: Subject, layer: Any, values: list[float]) -> None:
    """Raise `Broken` if the layer adds the losses of a layer inside again."""
    import numpy as np

    rest = list(values)
    counted = {}
    for child in _children(layer):
        inside = _values(subject, child)
        for value in inside:
            same = next((other for other in rest if np.isclose(other, value)), None)
            if same is not None:
                rest.remove(same)
        counted[child.name] = [*inside, sum(inside)]
    for name, values_of_child in counted.items():
        nonzero = [value for value in values_of_child if abs(value) > 1e-9]
        if any(np.isclose(value, other) for value in nonzero for other in rest):
            raise Broken(
                f"{subject.class_name} adds the losses of {name} to its own, so that they count twice",
                method_line(layer, "call"),
                "leave it out: Keras collects the losses of layers inside",
            )


def _children(layer: Any) -> list[Any]:
    """Return the layers directly inside a layer."""
    inside = [child for child in layers_inside(layer) if child is not layer]
    deeper = {id(layer) for child in inside for layer in layers_inside(child) if layer is not child}
    return [child for child in inside if id(child) not in deeper]


def _values(subject: Subject, layer: Any) -> list[float]:
    return [float(subject.backend.array(loss).astype("float32").sum()) for loss in layer.losses]


def _listed(values: list[float]) -> str:
    return "[" + ", ".join(f"{value:.4g}" for value in values) + "]"
