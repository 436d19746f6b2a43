"""Symbolic tensors of Keras lead back to what computes them, in Keras 3 and in tf_keras."""

import keras
import pytest
import tf_keras

from layertrace.record.describe import keras_tensors
from layertrace.record.describe.input_paths import is_at_input, path_to

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])


@KERAS
def test_a_tensor_leads_to_its_layer_and_all_its_inputs(k):
    """Of a layer with two arguments, both are found; an Input has none."""
    left, right = k.Input((4, 3)), k.Input((4, 3))
    attention = k.layers.MultiHeadAttention(1, 2)
    source = keras_tensors.source_of(attention(left, right))

    assert source.operation is attention is keras_tensors.operation_of(attention(left, right))
    assert [id(each) for each in source.inputs] == [id(left), id(right)]
    assert type(keras_tensors.operation_of(left)).__name__ == "InputLayer"
    assert keras_tensors.source_of(left).inputs == []


def test_a_constant_leads_nowhere():
    """What no layer computed has no source."""
    assert keras_tensors.source_of(keras.ops.ones(3)) is None
    assert keras_tensors.operation_of(keras.ops.ones(3)) is None


@KERAS
def test_a_layer_is_found_behind_the_input_of_its_model(k):
    """Layers between the two are listed, from the Input on."""
    inputs = k.Input((4,))
    flat, scaling = k.layers.Flatten(), k.layers.Rescaling(1 / 255)
    model = k.Model(inputs, k.layers.Dense(1)(scaling(flat(inputs))))
    path = path_to(scaling, lambda layer: layer is flat)

    assert [type(layer).__name__ for layer in path] == ["InputLayer", "Flatten"]
    assert path_to(scaling, lambda layer: False) is None
    assert is_at_input(model, scaling, lambda layer: True)


@KERAS
def test_a_layer_that_is_called_again_elsewhere_keeps_its_place(k):
    """The walk follows the call that computed the tensor, not the layer's last call."""
    inputs, others = k.Input((4,)), k.Input((4,))
    flat, scaling, dense = k.layers.Flatten(), k.layers.Rescaling(1 / 255), k.layers.Dense(4)
    scaling(flat(inputs))
    flat(dense(others))

    assert path_to(scaling, lambda layer: layer is flat)[0] is keras_tensors.operation_of(inputs)
