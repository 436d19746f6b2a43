"""A frozen layer does not change."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject


@check("training", "frozen-stays")
def frozen_stays(subject: Subject) -> None:
    """With `trainable = False` no weight is trainable, and a call in training changes none that was.

    ## Why
    A frozen layer that goes on learning spoils transfer learning silently.

    ## Known limits
    Statistics that are not trainable may change.
    """
    layer, backend = subject.built(), subject.backend
    weights = list(layer.trainable_variables)
    if not weights:
        raise NotApplicable("it has no trainable weights")
    with subject.doing("freezing it"):
        layer.trainable = False
        left = list(layer.trainable_variables)
    if left:
        raise Broken(
            f"{len(left)} of {len(weights)} weights of {subject.class_name} stay trainable when it is frozen",
            method_line(layer, "trainable_variables"),
        )
    before = [backend.array(weight) for weight in weights]
    with subject.doing("calling it frozen, in training"):
        subject.call(layer, training=True)
    for weight, value in zip(weights, before, strict=True):
        if (backend.array(weight) != value).any():
            name = getattr(weight, "path", weight.name).rpartition("/")[2]
            raise Broken(
                f"a call of {subject.class_name} changes the weight {name!r} although the layer is frozen",
                method_line(layer, "call"),
                "assign only if self.trainable",
            )
