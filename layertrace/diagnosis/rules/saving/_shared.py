"""List the config keys that belong to Keras, and find weights that are set again."""

from __future__ import annotations

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef

KERAS_OWN = {
    "name",
    "trainable",
    "dtype",
    "kwargs",
    "autocast",
    "activity_regularizer",
    "build_config",
    "input_dim",
    "input_shape",
}


def are_set_later(context: DiagnosisContext, layer: LayerRef, restored: Observation) -> bool:
    """Return whether the weights of a layer are set or restored after a file restored none of them."""
    settings = [*context.observations("restored"), *context.observations("weights set")]
    later = [each for each in settings if each.start_ns > restored.start_ns and each.layer == layer]
    return any(each.what != "restored" or each.now != 0 for each in later)
