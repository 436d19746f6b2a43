"""Every trainable weight gets a gradient."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import dtype_of, perturb
from layertrace.timeline import Timeline
from layertrace.timeline.event import Location


@check("training", "gradients")
def gradients(subject: Subject) -> None:
    """Every trainable weight gets a gradient that is finite, and not zero everywhere.

    ## Why
    A weight without a gradient, or with zeros, never learns, and no exception reports it.

    ## Known limits
    A weight that only some inputs use is reported if the given one does not use it. Gradients of zero are
    tried again with two sets of other weights: those of an update that begins with zeros are not reported.
    """
    import numpy as np

    with subject.watch() as timeline:
        layer = subject.built()
    weights = list(layer.trainable_variables)
    if not weights:
        raise NotApplicable("it has no trainable weights")
    grads = gradients_of(subject, layer)
    for weight, gradient in zip(weights, grads, strict=True):
        place = _created_at(timeline, weight) or method_line(layer, "call")
        if gradient is None:
            raise Broken(
                f"the weight {_name(weight)} of {subject.class_name} gets no gradient: no output "
                "depends on it",
                place,
                "use it in call, or create it with trainable=False",
            )
        if not np.isfinite(gradient.astype("float64")).all():
            raise Broken(
                f"the gradient of the weight {_name(weight)} of {subject.class_name} is not finite",
                method_line(layer, "call"),
                "keep roots, logarithms and divisions away from zero",
            )
    zeros = [number for number, gradient in enumerate(grads) if _is_zero(gradient)]
    for sign in (1, -1) if zeros else ():
        perturb(layer, sign)
        again = gradients_of(subject, layer)
        zeros = [number for number in zeros if _is_zero(again[number])]
    for number in zeros:
        ops = subject.backend.ops
        name, place = _name(weights[number]), _created_at(timeline, weights[number])
        raise Broken(
            f"the gradient of the weight {name} of {subject.class_name} is zero, so that no step changes it",
            place or method_line(layer, "call"),
            f"use operations that have a gradient: {ops}.sign, {ops}.round and comparisons have none",
        )


def gradients_of(subject: Subject, layer: Any) -> list[Any]:
    """Return the gradient of each trainable weight in a call in training.

    Raises:
        Broken: If the layer fails.
        NotApplicable: If there is nothing to derive.
    """
    backend = subject.backend
    faults: list[Exception] = []

    def loss() -> Any:
        with subject.doing("calling it in training"):
            outputs = backend.flatten(subject.call(layer, training=True))
            losses = list(layer.losses)
        try:
            terms = [_weighted(subject, output) for output in outputs if "float" in dtype_of(output)]
            terms += [backend.total(each) for each in losses]
        except Exception as error:  # the layer is not to blame
            faults.append(error)
            raise
        if not terms:
            raise NotApplicable("none of its outputs is of a float dtype")
        return sum(terms)

    try:
        with subject.doing("computing its gradients"):
            return backend.gradients(layer, loss)
    except Broken:
        if faults:
            raise faults[0] from None
        raise


def _is_zero(gradient: Any) -> bool:
    return gradient is not None and not gradient.any()


def _weighted(subject: Subject, output: Any) -> Any:
    """Return a sum in which every element counts differently."""
    import numpy as np

    return subject.backend.total(output, np.random.default_rng(1).normal(size=output.shape))


def _name(weight: Any) -> str:
    return repr(getattr(weight, "path", weight.name).removesuffix(":0").rpartition("/")[2])


def _created_at(timeline: Timeline, weight: Any) -> Location | None:
    """Return the line that created a weight, by its path and name."""
    path = getattr(weight, "path", weight.name).removesuffix(":0")
    for event in timeline:
        if event.variable is not None and path.endswith(event.variable.path.removesuffix(":0")):
            return event.location
    return None
