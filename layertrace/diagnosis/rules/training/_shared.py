"""What several rules of this folder use."""

from __future__ import annotations

LAYERS = "https://keras.io/guides/making_new_layers_and_models_via_subclassing/"
