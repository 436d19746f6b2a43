"""Every trainable weight gets a gradient."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import perturb
from layertrace.timeline import Timeline
from layertrace.timeline.event import Location


@check("training", "gradients")
def gradients(subject: Subject) -> None:
    """Every trainable weight gets a gradient that is finite, and not zero everywhere.

    ## Why
    A weight without a gradient, or with zeros, never learns, which no exception reports.

    ## Known limits
    A weight that only some inputs use is reported if the given one does not use it. Gradients of zero are
    tried again with two sets of other weights: those of an update that begins with zeros are not reported.
    """
    import numpy as np

    tf = subject.tf
    with subject.watch() as timeline:
        layer = subject.built()
    weights = list(layer.trainable_variables)
    if not weights:
        raise NotApplicable("it has no trainable weights")
    grads = _gradients(subject, layer)
    for weight, gradient in zip(weights, grads, strict=True):
        place = _created_at(timeline, weight) or method_line(layer, "call")
        if gradient is None:
            raise Broken(
                f"the weight {_name(weight)} of {subject.class_name} gets no gradient: no output "
                "depends on it",
                place,
                "use it in call, or create it with trainable=False",
            )
        if not np.isfinite(tf.convert_to_tensor(gradient).numpy().astype("float64")).all():
            raise Broken(
                f"the gradient of the weight {_name(weight)} of {subject.class_name} is not finite",
                method_line(layer, "call"),
                "keep roots, logarithms and divisions away from zero",
            )
    zeros = [number for number, gradient in enumerate(grads) if _is_zero(tf, gradient)]
    for sign in (1, -1) if zeros else ():
        perturb(layer, sign)
        again = _gradients(subject, layer)
        zeros = [number for number in zeros if _is_zero(tf, again[number])]
    for number in zeros:
        name, place = _name(weights[number]), _created_at(timeline, weights[number])
        raise Broken(
            f"the gradient of the weight {name} of {subject.class_name} is zero, so that no step changes it",
            place or method_line(layer, "call"),
            "use operations that have a gradient: tf.sign, tf.round and comparisons have none",
        )


def _gradients(subject: Subject, layer: Any) -> list[Any]:
    """Return the gradient of each trainable weight in a call in training.

    Raises:
        Broken: If the layer fails.
        NotApplicable: If there is nothing to derive.
    """
    tf = subject.tf
    with tf.GradientTape() as tape:
        with subject.doing("calling it in training"):
            outputs = tf.nest.flatten(subject.call(layer, training=True), expand_composites=True)
            losses = list(layer.losses)
        floats = (output for output in outputs if getattr(output, "dtype", tf.int32).is_floating)
        terms = [_weighted(tf, output) for output in floats]
        terms += [tf.cast(tf.reduce_sum(loss), tf.float32) for loss in losses]
        loss = sum(terms) if terms else None
    if loss is None:
        raise NotApplicable("none of its outputs is of a float dtype")
    with subject.doing("computing its gradients"):
        grads: list[Any] = tape.gradient(loss, [_tracked(each) for each in layer.trainable_variables])
    return grads


def _is_zero(tf: Any, gradient: Any) -> bool:
    return gradient is not None and not tf.convert_to_tensor(gradient).numpy().any()


def _weighted(tf: Any, output: Any) -> Any:
    """Return a sum in which every element counts differently."""
    import numpy as np

    factors = np.random.default_rng(1).normal(size=output.shape)
    return tf.reduce_sum(tf.cast(output, tf.float32) * tf.cast(factors, tf.float32))


def _tracked(weight: Any) -> Any:
    """Return the variable of TensorFlow, which a tape watches."""
    value = getattr(weight, "value", weight)
    return weight if callable(value) else value


def _name(weight: Any) -> str:
    return repr(getattr(weight, "path", weight.name).removesuffix(":0").rpartition("/")[2])


def _created_at(timeline: Timeline, weight: Any) -> Location | None:
    """Return the line that created a weight, by its path and name."""
    path = getattr(weight, "path", weight.name).removesuffix(":0")
    for event in timeline:
        if event.variable is not None and path.endswith(event.variable.path.removesuffix(":0")):
            return event.location
    return None
