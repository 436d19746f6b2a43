"""A .keras file restores a layer."""

from __future__ import annotations

import tempfile
from pathlib import Path

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference, perturb, sides_of


@check(
    "persistence",
    "keras-file",
    after=[
        "modes-agree",
        "deterministic-inference",
        "variables-in-build",
        "config-round-trip",
        "weights-round-trip",
    ],
)
def keras_file(subject: Subject) -> None:
    """A model with the layer, saved as `.keras` and loaded, gives the same outputs.

    ## Why
    Loading creates the layer from its config, builds it from its build config, and restores its weights.

    ## Known limits
    Layer classes are found by their names, as with `custom_objects`.
    """
    layer = subject.built()
    perturb(layer)
    with subject.doing("saving and loading a .keras file"), tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder, "layer.keras"))
        model = subject.functional(layer, subject.inputs.batch)
        model.save(file)
        with subject.framework.custom_objects(layer):
            loaded = subject.framework.keras.models.load_model(file, safe_mode=False)
    with subject.doing("calling the model that was loaded"):
        out, again, copy = (
            subject.arrays(item(subject.feed(), training=False)) for item in (model, model, loaded)
        )
    differs = "" if difference(out, again) else difference(out, copy)
    if differs:
        raise Broken(
            f"{subject.class_name} gives other outputs after it was loaded from a .keras file: {differs}",
            method_line(layer, "build_from_config"),
            sides=sides_of(differs, "saved", "loaded"),
        )
