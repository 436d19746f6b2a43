"""A layer uses the mask that it takes."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.masks import (
    MaskedInputs,
    masked_inputs,
    refused,
    takes_mask,
    with_other_padding,
)
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import copy_weights, difference, perturb, sides_of


@check("masks", "mask-used", after=["mask-passed-on", "weight-order"])
def mask_used(subject: Subject) -> None:
    """A layer whose `call` takes a mask gives other outputs with it, and they do not depend on masked steps.

    ## Why
    A layer that takes `mask` and ignores it, or takes it the other way round, attends to padding. In Keras 3,
    an argument `mask` stays None if the call has several tensors: their masks are `query_mask` and
    `value_mask` then, by the arguments' names.

    ## Known limits
    One mask is tried, which leaves out the last step. In inference, outputs without steps must not depend on
    that step, and of outputs with steps not all others: a convolution may mix neighbours. A layer that uses
    the mask only to draw random numbers is not seen.
    """
    layer = subject.built()
    if not takes_mask(layer):
        raise NotApplicable("its call takes no mask")
    if isinstance(layer, subject.framework.keras.layers.Wrapper) and not takes_mask(layer.layer):
        raise NotApplicable("it is for the layer inside, which takes no mask")
    masked = masked_inputs(subject, layer)
    perturb(layer)
    plain = subject.tensors()
    for training in (False, True) if subject.takes_training else (False,):
        first, second = (_tried(subject, layer, tensors, training) for tensors in (plain, masked.tensors))
        if not difference(first, second):
            continue
        if not training:
            _compare_masked_steps(subject, layer, masked, second)
        return
    raise Broken(
        f"{subject.class_name} takes a mask, and gives the same outputs with it as without",
        method_line(layer, "call"),
        f"leave out the masked steps: {subject.backend.ops}.where(mask[..., None], ..., 0)",
    )


def _compare_masked_steps(subject: Subject, layer: Any, masked: MaskedInputs, outputs: list[Any]) -> None:
    """Raise `Broken` if what the masked step holds decides the outputs."""
    again = _tried(subject, layer, masked.tensors, training=False)
    others = _tried(subject, layer, with_other_padding(subject, masked.tensors), training=False)
    if difference(outputs, again):
        return
    for one, other in zip(outputs, others, strict=True):
        if one.shape != other.shape or one.shape[:1] != masked.steps[:1]:
            continue
        has_steps = one.ndim >= 3 and one.shape[:2] == masked.steps
        pairs = (
            [(one[:, step], other[:, step]) for step in range(masked.steps[1] - 1)]
            if has_steps
            else [(one, other)]
        )
        differs = [difference([left], [right]) for left, right in pairs]
        if all(differs):
            raise Broken(
                f"the outputs of {subject.class_name} depend on the values of steps that are masked: "
                f"{differs[0]}",
                method_line(layer, "call"),
                f"a mask is True where a step counts: {subject.backend.ops}.where(mask[..., None], ..., 0)",
                sides=sides_of(differs[0], "with one padding", "with another"),
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
    return [*subject.arrays(outputs), *copy.get_weights()]
