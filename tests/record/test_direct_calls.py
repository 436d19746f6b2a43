"""A recording knows which direct calls of `call` lose the `training=True` of the call around them."""

import keras
import pytest
import tensorflow as tf

import layertrace

X = tf.ones((2, 3))


class Block(keras.layers.Layer):
    """A layer that reaches its dropout in a way of the test's choice."""

    def __init__(self, reach):
        super().__init__()
        self.drop, self.reach = keras.layers.Dropout(0.5, name="drop"), reach

    def call(self, x):
        return self.reach(self.drop, x)


def flags(reach, compiled, **arguments):
    """Return the flags of the calls of the dropout."""
    with layertrace.trace() as timeline:
        block = Block(reach)
        (tf.function(block) if compiled else block)(X, **arguments)
    return {flag for call in timeline.of("drop").where(kind="call") for flag in call.flags}


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "traced"])
def test_a_direct_call_loses_training(compiled):
    """Only a direct call without its own `training`, inside a training call, loses it."""
    assert flags(lambda drop, x: drop.call(x), compiled, training=True) >= {"direct", "training lost"}
    assert "training lost" not in flags(lambda drop, x: drop.call(x), compiled)
    assert "training lost" not in flags(lambda drop, x: drop.call(x), compiled, training=False)
    assert "training lost" not in flags(lambda drop, x: drop.call(x, training=True), compiled, training=True)
    assert not flags(lambda drop, x: drop(x), compiled, training=True)
