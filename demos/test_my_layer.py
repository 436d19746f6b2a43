"""How do I test the life of my own layer? With a fixture that records, and assertions on what happened.

Run it with `pytest demos/test_my_layer.py`.

Look for:
- `init build call variables parameters`: with `--layertrace=all`, pytest shows what each test did to its
  layers.
- `call 2 block float32[7, 5] → float32[7, 3] eager`: what `assert_lifecycle(block, "init build call call")`
  is about.
"""

import keras
import pytest
import tensorflow as tf

from layertrace.testing import (
    assert_built_once,
    assert_calls,
    assert_lifecycle,
    assert_order,
    assert_shapes,
    assert_variables,
)


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")

    def call(self, x):
        return x * self.factor


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(units, name="dense")
        self.scale = Scale(name="scale")

    def build(self, input_shape):
        self.dense.build(input_shape)
        self.scale.build((*input_shape[:-1], self.dense.units))

    def call(self, x):
        return self.scale(self.dense(x))


@pytest.fixture
def block():
    return Block(3, name="block")


def test_it_is_built_once_and_called_twice(block, layer_timeline):
    block(tf.ones((2, 5)))
    block(tf.ones((7, 5)))

    assert_lifecycle(block, "init build call call")
    assert layer_timeline.of("scale").kinds == ["init", "build", "variable", "call", "call"]


def test_children_are_built_before_anything_is_called(block, layer_timeline):
    block(tf.ones((2, 5)))

    assert_order(layer_timeline, "dense.build", "scale.build", "block.call", "dense.call", "scale.call")


@pytest.mark.layertrace(no_findings=True)
def test_fit_builds_once_and_leaves_python(block):
    model = keras.Sequential([block])
    model.compile("adam", "mse")
    model.fit(tf.ones((8, 5)), tf.ones((8, 3)), batch_size=4, epochs=3, verbose=0)

    assert_built_once("scale")
    assert_calls("scale", times=2, mode="graph")  # Adam creates its slots in the first trace


@pytest.mark.parametrize("units", [1, 3])
def test_weights_and_shapes(units, layer_timeline):
    Block(units)(tf.ones((2, 5)))

    assert_variables("dense", {"kernel": (5, units), "bias": (units,)}, created_in="build")
    assert_shapes("scale", (2, units), f"float32[2, {units}]")


def test_batches_of_all_sizes_share_one_trace(block, assert_max_traces):
    step = tf.function(block, input_signature=[tf.TensorSpec((None, 5))])

    with assert_max_traces(2, info="only the first creates the weights"):
        for size in (1, 2, 3):
            step(tf.ones((size, 5)))
