"""A clone of a model has a layer of its own."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference, perturb


@check(
    "persistence",
    "clone-model",
    after=[
        "batch-sizes",
        "deterministic-inference",
        "variables-in-build",
        "config-round-trip",
        "weights-round-trip",
    ],
)
def clone_model(subject: Subject) -> None:
    """Each of two clones by `clone_model`, given the weights, has the same outputs, and shares no variable.

    ## Why
    Ensembles and target networks are clones. A layer that returns its own dictionary from `get_config`, or
    one of its instances from `from_config`, spoils the clone or the layer itself.

    ## Known limits
    Outputs are compared in inference.
    """
    layer = subject.built()
    perturb(layer)
    with subject.doing("calling it with keras.Input"):
        model = subject.functional(layer, subject.inputs.batch)
    out, again = (subject.arrays(subject.call(layer, training=False)) for _ in range(2))
    line = method_line(layer, "get_config")
    clone = subject.framework.keras.models.clone_model
    for number in ("first", "second"):
        with (
            subject.doing(f"cloning a model of it for the {number} time", line=line),
            subject.framework.custom_objects(layer),
        ):
            copy = clone(model)
            shared = {id(weight) for weight in copy.weights} & {id(weight) for weight in model.weights}
            if shared:
                raise Broken(
                    f"the {number} clone of {subject.class_name} shares {len(shared)} weights with it",
                    method_line(layer, "from_config"),
                    "return a new layer from from_config",
                )
            copy.set_weights(model.get_weights())
            cloned = subject.arrays(copy(subject.feed(), training=False))
        differs = "" if difference(out, again) else difference(out, cloned)
        if differs:
            raise Broken(
                f"the {number} clone of {subject.class_name} gives other outputs with the same weights: "
                f"{differs}",
                line,
                "return a new dictionary from get_config, and change none of it in from_config",
            )
