"""A layer that keeps the steps keeps their mask."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.masks import masked_inputs, refused
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject


@check("masks", "mask-passed-on")
def mask_passed_on(subject: Subject) -> None:
    """A layer that returns the steps of its input returns their mask, too, and a mask that fits its output.

    ## Why
    `Embedding(mask_zero=True)` and `Masking` mark the steps that are padding. A layer that returns these
    steps without the mask makes the layers after it treat padding as data.

    ## Use instead
    Set `self.supports_masking = True` in `__init__`. If the outputs have other steps, return their mask from
    `compute_mask`; if the mask is to end here, return None from it.

    ## Known limits
    Tried with float inputs of batch, steps and features, and with more dimensions if the layer takes or
    supports masks. An output has the steps if it has at least three dimensions, and their number is the same.
    A layer of tf_keras that refuses masks with an exception is not silent, and passes.
    """
    layer = subject.built()
    inputs = masked_inputs(subject, layer)
    with subject.doing("calling it with a mask", "self.supports_masking = True in __init__"):
        try:
            outputs = subject.backend.flatten(subject.call_with(layer, inputs.tensors, False))
        except TypeError as error:
            if refused(error):
                raise NotApplicable("it refuses masks with an exception") from error
            raise
    ends_mask = subject.framework.overrides(layer, "compute_mask")
    for output in outputs:
        shape = tuple(getattr(output, "shape", ()))
        mask = getattr(output, "_keras_mask", None)
        if mask is None:
            if ends_mask or len(shape) < 3 or shape[:2] != inputs.steps:
                continue
            raise Broken(
                f"{subject.class_name} returns the {shape[1]} steps of its input without their mask, so that "
                "the layers after it treat padding as data",
                method_line(layer, "call"),
                "self.supports_masking = True in __init__; or return None from compute_mask to end the mask",
            )
        if tuple(mask.shape) != shape[: len(mask.shape)]:
            raise Broken(
                f"{subject.class_name} returns {list(shape)} with a mask of {list(mask.shape)}",
                method_line(layer, "compute_mask" if ends_mask else "call"),
                "return the mask of the output, or None, from compute_mask",
            )
