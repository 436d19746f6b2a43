"""A copy of a layer is a layer of its own."""

from __future__ import annotations

import copy

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference, perturb, sides_of


@check("persistence", "deepcopy", after=["instances-share-nothing", "keras-file", "clone-model", "pickle"])
def deepcopy(subject: Subject) -> None:
    """`copy.deepcopy` returns a layer with the same weights and outputs, and shares no variable.

    ## Why
    Target networks and averaged models are copies that must not change with the original.

    ## Known limits
    Keras cannot copy a layer that has weights and no `build` (Keras 3.15). tf_keras does not promise copies.
    """
    if subject.framework.is_legacy:
        raise NotApplicable("tf_keras does not copy layers")
    layer = subject.built()
    if layer.weights and not subject.framework.overrides(layer, "build"):
        raise NotApplicable("Keras copies only layers with a build of their own")
    perturb(layer)
    with subject.doing("copying it with copy.deepcopy"), subject.framework.custom_objects(layer):
        twin = copy.deepcopy(layer)
    shared = {id(variable) for variable in layer.variables} & {id(variable) for variable in twin.variables}
    if shared:
        raise Broken(
            f"a deep copy of {subject.class_name} shares {len(shared)} variables with it",
            method_line(layer, "__deepcopy__"),
        )
    with subject.doing("calling the copy"):
        out, again, copied = (
            subject.arrays(subject.call(item, training=False)) for item in (layer, layer, twin)
        )
    differs = "" if difference(out, again) else difference(out, copied)
    if differs:
        raise Broken(
            f"a deep copy of {subject.class_name} gives other outputs: {differs}",
            method_line(layer, "__deepcopy__"),
            sides=sides_of(differs, "the layer", "its copy"),
        )
