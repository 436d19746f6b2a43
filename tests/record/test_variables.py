"""Every variable is recorded once, with its creator, its line, and its initializer."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import warm
from keras import layers

import layertrace
from layertrace.timeline import TensorSpec

ONES = np.ones((2, 5), "float32")


def made(timeline):
    """Return name, source and whether the value was deferred, of each variable that was created."""
    return [(e.variable.name, e.variable.source, e.variable.deferred) for e in timeline.variables]


def test_add_weight_is_one_variable_of_its_layer():
    """A weight is one event, although Keras creates a keras.Variable, which creates a tf.Variable."""
    with layertrace.trace() as timeline:
        layer = layers.Dense(3)
        layer(ONES)

    kernel, bias = timeline.variables
    assert (kernel.layer.name, kernel.parent) == (layer.name, 1)
    assert (kernel.variable.path, kernel.variable.shape) == (f"{layer.name}/kernel", (5, 3))
    assert (kernel.variable.initializer, bias.variable.initializer) == ("GlorotUniform", "Zeros")
    assert kernel.variable.trainable
    assert kernel.variable.parameters == 15


def test_a_raw_variable_in_call_belongs_to_the_layer_that_created_it():
    """A tf.Variable in call() is recorded in each call, with the layer and the line."""

    class Careless(layers.Layer):
        def call(self, x):
            return x * tf.Variable(2.0)

    layer = Careless()
    with layertrace.trace() as timeline:
        layer(ONES)
        layer(ONES)

    assert made(timeline) == [("Variable", "tf", False)] * 2
    first = timeline.variables[0]
    assert first.layer.name == layer.name
    assert timeline[first.parent].kind == "call"
    assert first.location.function == "call"
    assert first.location.line == Careless.call.__code__.co_firstlineno + 1


ON_TWO_DEVICES = """
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import keras, layertrace
with layertrace.trace() as timeline, tf.device("CPU:1"):
    keras.layers.Dense(3, use_bias=False).build((None, 4))
    tf.Variable(1.0)
    with tf.device("CPU:0"):
        tf.Variable(1.0)
with layertrace.trace() as in_a_strategy, tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    tf.Variable(1.0)
print(*(event.variable.device for event in (*timeline.variables, *in_a_strategy.variables)))
"""


@pytest.mark.slow
def test_a_variable_on_another_device_has_its_name():
    """The device that holds variables by default is not recorded, nor are those of a strategy's replicas."""
    done = warm.run("-c", ON_TWO_DEVICES)

    assert done.stdout.split() == ["CPU:1", "CPU:1", "None", "None"], done.stderr


def test_a_bare_variable_has_no_layer():
    """A keras.Variable and a tf.Variable outside of any layer are recorded without one."""
    with layertrace.trace() as timeline:
        keras.Variable(np.zeros((2,), "float32"), name="mine", trainable=False)
        tf.Variable([1, 2], name="raw")

    mine, raw = timeline
    assert (mine.layer, mine.variable.name, mine.variable.trainable) == (None, "mine", False)
    assert (raw.layer, raw.variable.name, raw.variable.dtype) == (None, "raw", "int32")


def test_deferred_variables_are_recorded_once():
    """A variable that Keras creates while inferring shapes, and initializes later, is one event."""

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = layers.Dense(2)

        def call(self, x):
            return self.inner(x)

    with layertrace.trace() as timeline:
        Net()(ONES)

    assert made(timeline) == [("kernel", "keras", True), ("bias", "keras", True)]


def test_metrics_optimizers_and_seeds_make_variables():
    """Variables of metrics, optimizers and seed generators are recorded, too."""
    with layertrace.trace() as timeline:
        keras.metrics.Mean(name="mean")
        optimizer = keras.optimizers.SGD(momentum=0.9)
        optimizer.build([keras.Variable(np.zeros((2,), "float32"), name="w")])
        layers.Dropout(0.5)

    names = [e.variable.name for e in timeline.variables]
    assert names == [
        "total",
        "count",
        "iteration",
        "learning_rate",
        "w",
        "w_momentum",
        "seed_generator_state",
    ]
    assert timeline.variables[-1].layer.class_name == "Dropout"


def test_a_refused_variable_is_an_event_with_an_error():
    """A creation that TensorFlow refuses is recorded with its line and its trace."""

    class Careless(layers.Layer):
        def call(self, x):
            return x * tf.Variable(2.0)

    layer = Careless()
    with layertrace.trace() as timeline, pytest.raises(ValueError, match="singleton"):
        tf.function(lambda x: layer(x))(tf.constant(ONES))

    refused = timeline[-1]
    assert (refused.kind, refused.layer.name, refused.trace, refused.error.origin) == (
        "variable",
        layer.name,
        2,
        True,
    )
    assert refused.variable.shape == ()


def test_the_old_spelling_of_add_weight_fails_in_an_event():
    """add_weight("kernel", …) fails in Keras 3, and the requested variable is recorded."""

    class Old(layers.Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight("kernel", shape=(input_shape[-1], 2))

        def call(self, x):
            return x @ self.kernel

    with layertrace.trace() as timeline, pytest.raises((TypeError, ValueError)):
        Old()(ONES)

    assert timeline.matches("init build(variable)")
    (failed,) = timeline.errors
    assert failed.kind == "variable"
    assert timeline[1].error.type == failed.error.type
    assert not timeline[1].error.origin


def test_a_weight_added_too_late_is_an_event_with_an_error():
    """A weight that Keras creates and then rejects, because the layer is locked, is recorded as failed."""

    class Late(layers.Layer):
        def call(self, x):
            return x * self.add_weight(name="late", shape=(5,))

    with layertrace.trace() as timeline, pytest.raises(ValueError):
        Late()(ONES)

    (failed,) = timeline.errors
    assert (failed.variable.name, failed.variable.shape) == ("late", (5,))


def test_an_initial_value_is_described_by_its_spec():
    """A variable created from a value has the value's dtype and shape, not the value."""
    with layertrace.trace() as timeline:
        tf.Variable(np.zeros((3, 4), "float32"))

    assert timeline[0].variable.initializer == str(TensorSpec("float32", (3, 4)))
