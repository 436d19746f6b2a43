"""A layer accepts batches of any size."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.inputs import OPEN
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import described, outputs_of


@check("shapes", "batch-sizes", after=["weights-without-batch", "modes-agree"])
def batch_sizes(subject: Subject) -> None:
    """A layer that is built accepts batches of 1 and 3, and a functional model of it an unknown size.

    The outputs have as many dimensions for one row as for three. If the given inputs leave another dimension
    open, as in `"float32[None, None, 4]"`, it accepts other sizes of that, too.

    ## Why
    The last batch of an epoch is often smaller, and a saved model serves one row at a time.

    ## Known limits
    Whether rows influence each other is not looked at.
    """
    if not subject.inputs.can_vary:
        raise NotApplicable("its inputs have no batch dimension that could vary")
    layer = subject.built()
    outputs: dict[int, list[Any]] = {}
    for size in (1, 3):
        with subject.doing(f"calling it with a batch of {size}"):
            outputs[size] = outputs_of(subject.tf, subject.call(layer, batch=size, training=False))
    for one, three in zip(outputs[1], outputs[3], strict=False):
        if one.ndim != three.ndim:
            raise Broken(
                f"{subject.class_name} returns {described(one)} for one row and {described(three)} for three",
                method_line(layer, "call"),
                "name the axis to drop: tf.squeeze(…, axis=-1)",
            )
    with subject.doing("calling it with an unknown batch size"):
        model = subject.functional(layer, None)
    for size in (1, 3):
        with subject.doing(f"calling the functional model with a batch of {size}"):
            model(subject.feed(size), training=False)
    if subject.inputs.has_open_dimensions:
        tensors = subject.inputs.tensors(subject.tf, open_size=OPEN + 1)
        what = f"calling it with another size of the open dimension, {OPEN + 1} after {OPEN}"
        with subject.doing(what, "let no weight depend on an open dimension", method_line(layer, "call")):
            subject.call_with(layer, tensors, False)
            model(tensors[0] if len(tensors) == 1 else list(tensors), training=False)
