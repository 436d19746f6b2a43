"""A layer uses the mask that it takes."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.masks import masked_inputs, refused, takes_mask
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import copy_weights, difference, outputs_of, perturb


@check("masks", "mask-used", after=["mask-passed-on", "weight-order"])
def mask_used(subject: Subject) -> None:
    """A layer whose `call` takes a mask gives other outputs with a mask than without.

    ## Why
    A layer that takes `mask` and ignores it attends to padding. In Keras 3, an argument `mask` stays None if
    the call has several tensors: their masks are `query_mask` and `value_mask` then, by the arguments' names.

    ## Known limits
    One mask is tried, which leaves out the last step. A layer that uses the mask only to draw random numbers
    is not seen.
    """
    layer = subject.built()
    if not takes_mask(layer):
        raise NotApplicable("its call takes no mask")
    if isinstance(layer, subject.framework.keras.layers.Wrapper) and not takes_mask(layer.layer):
        raise NotApplicable("it is for the layer inside, which takes no mask")
    masked = masked_inputs(subject, layer).tensors
    perturb(layer)
    plain = subject.inputs.tensors(subject.tf)
    for training in (False, True) if subject.takes_training else (False,):
        first, second = (_tried(subject, layer, tensors, training) for tensors in (plain, masked))
        if difference(first, second):
            return
    raise Broken(
        f"{subject.class_name} takes a mask, and gives the same outputs with it as without",
        method_line(layer, "call"),
        "leave out the masked steps: tf.where(mask[..., None], ..., 0)",
    )


def _tried(subject: Subject, layer: Any, tensors: tuple[Any, ...], training: bool) -> list[Any]:
    """Return the outputs of a copy of a layer, and its weights after the call."""
    copy = subject.built()
    copy_weights(layer, copy)
    with subject.doing("calling it with and without a mask"):
        try:
            outputs = subject.call_with(copy, tensors, training)
        except TypeError as error:
            if refused(error):
                raise NotApplicable("it refuses masks with an exception") from error
            raise
    return [*outputs_of(subject.tf, outputs), *copy.get_weights()]
