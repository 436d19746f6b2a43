"""What a recording keeps, and what it costs: no shapes of dead tensors, no time for long lists."""

import gc
import time
import weakref

import keras
import pytest
import tensorflow as tf
import tf_keras
from tensorflow.python.framework.tensor_shape import TensorShape

import layertrace

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])
MANY = 2_000_000


@KERAS
def test_no_shape_of_a_dead_tensor_is_alive(k, collected):
    """Tensors whose shape the program has read are deleted, and their shapes with them."""

    class Passes(k.layers.Layer):
        def call(self, x, more=()):
            return x * 2

    def program():
        x = tf.ones((3, 5, 7))
        assert x.shape.rank == 3
        assert Passes()(x, more=[x]).shape.rank == 3

    def shapes():
        collected()
        return sum(type(one) is TensorShape and one._dims == (3, 5, 7) for one in gc.get_objects())

    before = shapes()
    with layertrace.trace() as timeline:
        program()
        during = shapes()
    assert during == before == shapes()
    call = timeline.where(kind="call")[0]
    assert call.outputs.shape == (3, 5, 7)


COLLECTIONS = {
    "list": lambda: list(range(MANY)),
    "tuple": lambda: tuple(range(MANY)),
    "dict": lambda: dict.fromkeys(range(MANY)),
}


@KERAS
@pytest.mark.parametrize("make", COLLECTIONS.values(), ids=COLLECTIONS)
def test_a_long_collection_costs_nothing(k, make):
    """A collection of millions makes neither the end of a trace, nor a traced call, nor an argument slow."""

    class Holds(k.layers.Layer):
        def __init__(self, words):
            super().__init__()
            object.__setattr__(self, "words", words)

        def call(self, x):
            return x * 2

    words = make()
    tracer = layertrace.trace()
    timeline = tracer.start()
    layer = Holds(words)
    run = tf.function(layer.call)
    began = time.process_time()
    run(tf.ones(1))
    called = time.process_time() - began
    began = time.process_time()
    tracer.stop()
    assert time.process_time() - began < 0.1
    assert called < 1.0
    assert [event.kind for event in timeline if event.layer] == ["init", "call"]


@KERAS
def test_layers_in_a_list_are_still_named(k):
    """Layers in a list or dict are named by their index or key."""

    class Holds(k.Model):
        def __init__(self):
            super().__init__()
            self.blocks = [k.layers.Dense(1) for _ in range(40)]
            self.heads = {"a": k.layers.Dense(1)}

        def build(self, shape):
            for dense in (*self.blocks, self.heads["a"]):
                dense.build((None, 1))
            self.built = True

        def call(self, x):
            return self.heads["a"](self.blocks[39](x))

    with layertrace.trace() as timeline:
        model = Holds()
        model(tf.ones((1, 1)))
    (state,) = [state for state in timeline.surroundings.states.values() if state.layer.class_name == "Holds"]
    assert {"blocks[0]", "blocks[39]", "heads['a']"} <= set(state.held.values())
    assert len(state.children) == 41


def test_classes_that_were_looked_at_can_go(collected):
    """Layertrace keeps no class of the program alive after reading an instance."""

    def program():
        class Config:
            rate = property(lambda self: __class__)

            def __init__(self):
                self.mode = "fast"

        class Takes(keras.layers.Layer):
            def __init__(self, config):
                super().__init__()
                self.config = config

            def call(self, x):
                return x

        layer = Takes(Config())
        layer(tf.ones(1))
        return [weakref.ref(Config), weakref.ref(Takes)]

    with layertrace.trace() as timeline:
        references = program()
    collected()
    assert len(timeline) == 3
    assert [reference() for reference in references] == [None, None]


@KERAS
def test_scalars_of_two_dtypes_are_distinguished(k):
    """A scalar is recorded with its own dtype, whichever scalar was recorded before."""

    class Passes(k.layers.Layer):
        def call(self, x):
            return tf.cast(x, "int64")

    layer = Passes(dtype="float32")
    layer(tf.constant(1.0))
    with layertrace.trace() as timeline:
        layer(tf.constant(1.0))
        Passes(dtype="float32")(tf.constant(1.0))
    dtypes = [(call.inputs.dtype, call.outputs.dtype) for call in timeline.where(kind="call")]
    assert dtypes == [("float32", "int64")] * 2
