"""A SavedModel gives the outputs of the layer."""

from __future__ import annotations

import tempfile

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.randomness import draws_numbers
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference, perturb

_NESTED = "Outputs for functions used as signatures must be"
"""What TensorFlow raises for a list of lists of outputs (TensorFlow 2.16 to 2.21)."""


@check(
    "persistence",
    "export",
    after=["another-batch", "weights-round-trip"],
    unless=["rows-independent"],
    is_slow=True,
)
def export(subject: Subject) -> None:
    """A model with the layer, exported by `model.export` and loaded by TensorFlow, gives the same outputs.

    ## Why
    Serving runs the graph without Python. A lookup table that no attribute of the layer holds is not in the
    file.

    ## Known limits
    It is loaded in the same process, where a `tf.numpy_function` still exists. Keras exports a call without
    `training`; the outputs of a layer that draws random numbers in it are not compared.
    """
    layer = subject.built()
    perturb(layer)
    line = method_line(layer, "call")
    with subject.doing("calling it with keras.Input"):
        model = subject.functional(layer, subject.inputs.batch)
    out, again = (subject.arrays(subject.call(layer)) for _ in range(2))
    fix = "assign lookup tables to attributes of the layer"
    with subject.doing("exporting a model of it", fix, line), tempfile.TemporaryDirectory() as folder:
        options = {} if subject.framework.is_legacy else {"verbose": False}
        try:
            model.export(folder, **options)
        except ValueError as error:
            if _NESTED in str(error):
                raise NotApplicable("a SavedModel has no nested outputs") from error
            raise
        loaded = subject.tf.saved_model.load(folder)
        served = subject.arrays(loaded.serve(subject.feed()))
    differs = "" if difference(out, again) else difference(out, served)
    if differs and not draws_numbers(subject, layer, None):
        raise Broken(f"{subject.class_name} gives other outputs after it was exported: {differs}", line)
