"""A layer accepts batches of any size."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import NotApplicable
from layertrace.testing.contract.subject import Subject


@check("shapes", "batch-sizes", after=["weights-without-batch", "modes-agree"])
def batch_sizes(subject: Subject) -> None:
    """A layer that is built accepts batches of 1 and 3, and a functional model of it an unknown size.

    ## Why
    The last batch of an epoch is often smaller, and a saved model serves one row at a time.

    ## Known limits
    Whether rows influence each other is not looked at.
    """
    if not subject.inputs.can_vary:
        raise NotApplicable("its inputs have no batch dimension that could vary")
    layer = subject.built()
    for size in (1, 3):
        with subject.doing(f"calling it with a batch of {size}"):
            subject.call(layer, batch=size, training=False)
    with subject.doing("calling it with an unknown batch size"):
        model = subject.functional(layer, None)
    for size in (1, 3):
        with subject.doing(f"calling the functional model with a batch of {size}"):
            model(subject.feed(size), training=False)
