"""List the config keys that belong to Keras."""

from __future__ import annotations

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
