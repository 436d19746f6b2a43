"""A factory and inputs for each class of `tf_keras.layers`, and the reasons for those that are not tried."""

from __future__ import annotations

from types import FunctionType

import layers_of_keras
import tf_keras
from layers_of_keras import IMAGE, ROWS, STEPS, TIME

L = tf_keras.layers


NOT_TRIED: dict[str, str] = {
    "DenseFeatures": "it takes feature columns",
    "InputLayer": "it is created by tf_keras.Input, and not called",
    "InputSpec": "it is not a layer",
    "Layer": "it is the base class",
    "SpectralNormalization": "it cannot be called: it refuses its own InputSpec (tf_keras 2.21)",
    "Wrapper": "it is a base class",
}
"""Why a class is not in the table."""


def _shared():
    """Yield the cases of Keras 3 that tf_keras has, too, with its classes."""
    for name, (create, inputs) in layers_of_keras.CASES.items():
        if hasattr(L, name) and name not in NOT_TRIED:
            yield name, (FunctionType(create.__code__, {"L": L, "__name__": __name__}), inputs)


class Cell(L.AbstractRNNCell):
    """The smallest cell of the base class of cells."""

    state_size = 3
    output_size = 3

    def build(self, input_shape):
        self.kernel = self.add_weight("kernel", (input_shape[-1], 3))

    def call(self, inputs, states):
        output = tf_keras.backend.dot(inputs, self.kernel) + states[0]
        return output, [output]


CASES = {
    **dict(_shared()),
    "AbstractRNNCell": (lambda: L.RNN(Cell()), STEPS),
    "LocallyConnected1D": (lambda: L.LocallyConnected1D(3, 2), TIME),
    "LocallyConnected2D": (lambda: L.LocallyConnected2D(3, 2), IMAGE),
    "RandomHeight": (lambda: L.RandomHeight(0.2), IMAGE),
    "RandomWidth": (lambda: L.RandomWidth(0.2), IMAGE),
    "ThresholdedReLU": (lambda: L.ThresholdedReLU(0.5), ROWS),
}
"""The factory and the input of each class; a tuple of inputs for several arguments."""

EXCEPTIONS: dict[str, dict[str, str]] = {
    "EinsumDense": {"output-shape": "its compute_output_shape states the first batch size (tf_keras 2.21)"},
    "GroupNormalization": {"mask-passed-on": "it fails with a mask of steps (tf_keras 2.21)"},
    "HashedCrossing": {"output-shape": "its compute_output_shape always fails (tf_keras 2.21)"},
    "Resizing": {"float64": "tf.image.resize computes in float32 (TensorFlow 2.21)"},
}
"""Why checks fail for a class, by its name."""
