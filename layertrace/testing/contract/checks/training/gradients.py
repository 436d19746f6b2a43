"""Every trainable weight gets a gradient."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.timeline import Timeline
from layertrace.timeline.event import Location


@check("training", "gradients")
def gradients(subject: Subject) -> None:
    """Every trainable weight gets a gradient, and it is finite.

    ## Why
    A weight without a gradient never learns, which no exception reports.

    ## Known limits
    A weight that only some inputs use is reported if the given one does not use it.
    """
    import numpy as np

    tf = subject.tf
    with subject.watch() as timeline:
        layer = subject.built()
    weights = list(layer.trainable_variables)
    if not weights:
        raise NotApplicable("it has no trainable weights")
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
        grads = tape.gradient(loss, [_tracked(weight) for weight in weights])
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
