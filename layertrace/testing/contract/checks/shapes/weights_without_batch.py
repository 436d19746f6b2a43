"""No weight depends on the batch size."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.evidence import variables
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.subject import Subject
from layertrace.timeline import Timeline


@check("shapes", "weights-without-batch", after=["weight-order"])
def weights_without_batch(subject: Subject) -> None:
    """The weights have the same shapes whatever the batch size of the first call is.

    ## Why
    A weight with the size of the batch serves only batches of that size, and the last one is often smaller.

    ## Known limits
    A stateful layer that keeps a state for each row needs one batch size on purpose.
    """
    if not subject.inputs.can_vary:
        raise NotApplicable("its inputs have no batch dimension that could vary")
    batch = subject.inputs.batch
    first, second = (_created(subject, size) for size in (batch, batch + 1))
    for one, other in zip(variables(first), variables(second), strict=False):
        if one.variable is None or other.variable is None or one.variable.shape == other.variable.shape:
            continue
        raise Broken(
            f"the weight {one.variable.name!r} of {subject.class_name} has the shape "
            f"{one.variable.shape} after a batch of {batch}, and "
            f"{other.variable.shape} after a batch of {batch + 1}",
            one.location,
            "use input_shape[-1] or another dimension than input_shape[0]",
            sides=[
                (f"a batch of {batch}", str(one.variable)),
                (f"a batch of {batch + 1}", str(other.variable)),
            ],
            timeline=second,
            events=[other],
        )


def _created(subject: Subject, batch: int) -> Timeline:
    with subject.watch() as timeline:
        layer = subject.fresh()
        with subject.doing(f"calling it with a batch of {batch}"):
            subject.call(layer, batch=batch)
    return timeline
