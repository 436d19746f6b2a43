"""Tests of a layer author, most of them failing, on which test_plugin.py runs pytest."""

import unittest

import keras
import pytest
import tensorflow as tf
from keras.src.testing import TestCase as KerasTestCase

import layertrace
from layertrace.testing import assert_calls, assert_lifecycle, assert_order

tf.ones(1)  # TensorFlow's notes on the first operation come here


class MyDense(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")

    def call(self, x):
        return x @ self.kernel


class Pair(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = MyDense(4, name="encoder"), MyDense(2, name="decoder")

    def build(self, input_shape):
        self.decoder.build((None, 4))
        self.encoder.build(input_shape)

    def call(self, x):
        return self.decoder(self.encoder(x))


@pytest.fixture
def dense():
    return MyDense(3, name="dense")


@pytest.fixture(scope="module")
def of_the_module():
    with layertrace.trace() as timeline:
        yield timeline


@pytest.fixture
def broken(dense):
    raise RuntimeError("no data")


def test_passes(dense, layer_timeline):
    dense(tf.ones((2, 5)))
    assert_lifecycle(dense, "init build(variable) call")
    assert layer_timeline.kinds == ["init", "build", "variable", "call"]  # from before the fixture on


def test_expectation_fails(layer_timeline):
    Pair()(tf.ones((2, 3)))
    assert_order(layer_timeline, "encoder.build", "decoder.build", "decoder.call")


def test_plain_assertion_fails(dense, layer_timeline):
    dense(tf.ones((2, 5)))
    assert layer_timeline.of(dense).kinds == ["init", "call"]


def test_without_the_fixture_fails(dense):
    dense(tf.ones((2, 5)))
    assert dense.units == 4


@pytest.mark.layertrace(max_traces=1)
def test_retraces():
    step = tf.function(lambda x, alpha: x * alpha)
    for alpha in (0.1, 0.2):
        step(tf.ones(2), alpha)


@pytest.mark.layertrace(no_findings=["LT1"])
def test_has_a_finding():
    class Scale(keras.layers.Layer):
        def call(self, x):
            return x * tf.Variable(2.0)

    Scale(name="scale")(tf.ones((1, 2)))


@pytest.mark.layertrace(lifecycle={"dense": "init build+ call"}, only=["dense"])
def test_lives_otherwise(dense):
    dense(tf.ones((2, 5)))
    dense(tf.ones((2, 5)))
    MyDense(3, name="other")


@pytest.mark.layertrace(max_trace=1)
def test_has_a_wrong_marker():
    raise AssertionError("never run")


def test_fails_in_set_up(layer_timeline, broken):
    raise AssertionError("never run")


@pytest.mark.parametrize("units", [2, 3])
def test_of_a_parameter(units, layer_timeline):
    MyDense(units, name="dense")(tf.ones((1, 2)))
    assert_calls("dense", times=units - 1)


def test_traces_within_limits(assert_max_traces):
    step = tf.function(lambda x: x + 1)
    with assert_max_traces(1, info="one shape only") as timeline:
        step(tf.ones(2))
    assert timeline.functions[0].runs == 1


def test_leaves_a_trace_open():
    layertrace.trace().start()
    MyDense(3, name="leaked")


def test_is_not_reached_by_it(layer_timeline):
    assert layertrace.current_timeline().kinds == []
    MyDense(3, name="mine")
    assert [layer.name for layer in layertrace.current_timeline().layers] == ["mine"]


def test_of_a_module_begins(of_the_module):
    MyDense(3, name="first")


def test_of_a_module_goes_on(of_the_module):
    MyDense(3, name="second")
    assert [layer.name for layer in of_the_module.layers] == ["first", "second"]


def test_narrowed(layer_timeline):
    other, wanted = MyDense(3, name="other"), MyDense(3, name="wanted")
    other(tf.ones((1, 2)))
    wanted(tf.ones((1, 2)))
    assert layer_timeline.only(wanted).kinds == ["init", "build", "variable", "call"]


@pytest.mark.usefixtures("layer_timeline")
class TestOfUnittest(unittest.TestCase):
    def test_it(self):
        MyDense(3, name="dense")(tf.ones((1, 2)))
        assert_calls("dense", times=2)


class TestOfKeras(KerasTestCase):
    @pytest.mark.layertrace(lifecycle="init build(variable) call+")
    def test_it(self):
        self.assertAllClose(MyDense(3, name="dense")(tf.zeros((1, 2))), [[0, 0, 0]])


@pytest.fixture(scope="class")
def shared():
    return MyDense(3, name="shared")


class TestOfAClass:
    def test_makes_it(self, shared, layer_timeline):
        assert layer_timeline.kinds == ["init"]

    def test_does_not_see_it_made(self, shared, layer_timeline):
        shared(tf.ones((1, 2)))
        assert layer_timeline.kinds == ["build", "variable", "call"]
