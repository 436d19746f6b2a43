"""Inference gives the same outputs each time."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference, sides_of


@check("training", "deterministic-inference")
def deterministic_inference(subject: Subject) -> None:
    """Calls with the same inputs and `training=False` return the same outputs, also the first of all.

    ## Why
    Dropout or noise that stays on in inference makes predictions worse, and a counter in Python makes them
    depend on earlier ones.

    ## Known limits
    A layer that takes no `training` and has a seed generator draws random numbers on purpose.
    """
    with subject.watch() as timeline:
        layer = subject.fresh()
        with subject.doing("calling it"):
            initial = subject.arrays(subject.call(layer, training=False))
    is_seeded = any(event.variable is not None and event.variable.role == "seed" for event in timeline)
    if is_seeded and not subject.takes_training:
        raise NotApplicable("it draws random numbers in every mode")
    with subject.doing("calling it in inference"):
        first, second = (subject.arrays(subject.call(layer, training=False)) for _ in range(2))
    differs = difference(first, second) or difference(initial, first)
    if differs:
        raise Broken(
            f"two calls of {subject.class_name} in inference give different outputs: {differs}",
            method_line(layer, "call"),
            "draw random numbers only if training, and keep what changes in non-trainable weights",
            sides=sides_of(differs, "first call", "second call"),
        )
