"""A file of weights restores a layer."""

from __future__ import annotations

import tempfile
from pathlib import Path

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference, perturb, sides_of


@check("persistence", "weights-round-trip", after=["modes-agree", "weight-order"])
def weights_round_trip(subject: Subject) -> None:
    """A layer that loads the saved weights of another has the same weights and gives the same outputs.

    ## Why
    State that Keras does not track is not saved: the loaded layer has its initial values.

    ## Known limits
    Every weight is changed before it is saved; state that is not a weight and starts the same is not seen.
    """
    first, second = subject.built(), subject.built()
    perturb(first)
    line = method_line(first, "load_own_variables")
    with subject.doing("saving and loading its weights", line=line), tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder, "layer.weights.h5"))
        subject.functional(first, subject.inputs.batch).save_weights(file)
        subject.functional(second, subject.inputs.batch).load_weights(file)
    differs: str = difference(first.get_weights(), second.get_weights())
    if differs:
        raise Broken(
            f"the weights that {subject.class_name} loads are not those that were saved: {differs}",
            line,
            sides=sides_of(differs, "saved", "loaded"),
        )
    out, again, loaded = (
        subject.arrays(subject.call(item, training=False)) for item in (first, first, second)
    )
    differs = "" if difference(out, again) else difference(out, loaded)
    if differs:
        raise Broken(
            f"{subject.class_name} gives other outputs with the weights that were saved: {differs}; "
            "some of its state is not a weight",
            method_line(first, "build"),
            "create state with self.add_weight, and assign layers to attributes",
            sides=sides_of(differs, "saved", "loaded"),
        )
