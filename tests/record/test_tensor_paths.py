"""A recording knows which calls were given the same tensor, and which outputs nothing reads."""

import keras
import pytest
import tensorflow as tf
import tf_keras

import layertrace
from layertrace.record.hooks import initial_values

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])
X = tf.ones((2, 3))


def seen(timeline, what):
    """Return the layers that observations of a kind name."""
    return [each.layer.name for each in timeline.surroundings.observations if each.what == what]


@pytest.fixture(autouse=True)
def nothing_repeated(monkeypatch):
    """Begin as in a new process, in which no variables began equal."""
    monkeypatch.setattr(initial_values, "_repeated", set())


def towers(k, share):
    """Return a layer with two layers that get the same input, and may share an initializer."""

    class Towers(k.layers.Layer):
        def __init__(self):
            super().__init__()
            first = k.initializers.GlorotUniform(seed=1)
            second = first if share else k.initializers.GlorotUniform(seed=2)
            self.left = k.layers.Dense(2, kernel_initializer=first, name="left")
            self.right = k.layers.Dense(2, kernel_initializer=second, name="right")
            self.last = k.layers.Dense(2, name="last")

        def build(self, shape):
            self.left.build(shape)
            self.right.build(shape)
            self.last.build((*shape[:-1], 2))

        def call(self, x):
            return self.last(self.left(x) + self.right(x))

    return Towers()


@KERAS
@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "traced"])
def test_calls_with_the_same_tensor_are_known(k, compiled):
    """Two layers that share an initializer and get the same tensor are named, the next layer is not."""
    with layertrace.trace() as timeline:
        model = towers(k, share=True)
        (tf.function(model) if compiled else model)(X)

    assert sorted({*seen(timeline, "same input")}) == ["left", "right"]
    inputs = [each for each in timeline.surroundings.observations if each.what == "same input"]
    assert all(timeline[each.during].kind == "call" for each in inputs)
    assert len({(timeline[each.during].parent, each.now) for each in inputs}) == len(inputs) // 2


@KERAS
def test_calls_with_the_same_tensor_are_not_recorded_where_no_weights_are_equal(k):
    """Other observations are not crowded out by branches and residual connections of a large model."""
    with layertrace.trace() as timeline:
        tf.function(towers(k, share=False))(X)

    assert not seen(timeline, "same input")


@KERAS
def test_a_dead_tensor_is_not_taken_for_another(k):
    """Tensors that follow each other at one address are different tensors."""

    class Steps(k.layers.Layer):
        def __init__(self):
            super().__init__()
            first = k.initializers.GlorotUniform(seed=1)
            self.steps = [k.layers.Dense(3, kernel_initializer=first, name=f"step_{n}") for n in range(8)]

        def build(self, shape):
            for step in self.steps:
                step.build(shape)

        def call(self, x):
            for step in self.steps:
                x = step(x * 2)
            return x

    with layertrace.trace() as timeline:
        Steps()(X)

    assert not seen(timeline, "same input")


@KERAS
def test_an_output_that_nothing_reads_is_known(k):
    """Only the layer whose output is dropped is named, once for its trace."""

    class Drops(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.used, self.dropped = k.layers.Dense(2, name="used"), k.layers.Dense(2, name="dropped")

        def build(self, shape):
            self.used.build(shape)
            self.dropped.build(shape)

        def call(self, x):
            dropped = self.dropped(x)  # noqa: F841  # this is the mistake
            return self.used(x)

    with layertrace.trace() as timeline:
        tf.function(Drops())(X)

    assert {*seen(timeline, "unused output")} == {"dropped"}
