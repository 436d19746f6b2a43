"""A variable of any kind is recorded with what is known about it, and without a warning."""

import warnings

import keras
import pytest
import tensorflow as tf
import tf_keras
from tensorflow.python.ops.variables import PartitionedVariable

import layertrace
from layertrace.errors import LayertraceWarning


@pytest.fixture(autouse=True)
def no_warning():
    """Fail the test on any warning of layertrace."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", LayertraceWarning)
        yield


def test_a_partitioned_variable_is_recorded():
    """TensorFlow's `PartitionedVariable` has no `trainable`; its name, shape and dtype are recorded."""

    def parted(name, shape, dtype, **_):
        parts = [tf.Variable(tf.zeros((2, 2)), name=f"{name}_{number}") for number in (0, 1)]
        for number, part in enumerate(parts):
            part._set_save_slice_info(tf.Variable.SaveSliceInfo(name, shape, (2 * number, 0), (2, 2)))
        return PartitionedVariable(name, shape, dtype, parts, [2, 1])

    class Parted(tf_keras.layers.Layer):
        def build(self, shape):
            self.table = self.add_weight(name="table", shape=(4, 2), initializer="zeros", getter=parted)

    with layertrace.trace() as timeline:
        layer = Parted()
        layer.build((1,))
    assert type(layer.table).__name__ == "PartitionedVariable"
    (variable,) = [event.variable for event in timeline.where(kind="variable")]
    assert (variable.name, variable.shape, variable.dtype) == ("table", (4, 2), "float32")


class Asked:
    """Properties of a program that load something when they are read."""

    times = 0

    def _ask(self):
        Asked.times += 1
        raise OSError("not to be had")

    name = path = shape = property(_ask)


def test_a_variable_with_properties_of_its_own_is_not_asked():
    """A variable whose properties raise is recorded with the arguments that it was requested with."""
    resource = type(tf.Variable(0.0))

    class Mine(Asked, resource):
        pass

    def program():
        Asked.times = 0
        return Mine(initial_value=[1.0, 2.0], trainable=False), Asked.times

    bare = program()[1]
    with layertrace.trace() as timeline:
        variable, traced = program()
    assert traced == bare
    (event,) = timeline.where(kind="variable")
    assert (event.variable.shape, event.variable.dtype, event.variable.trainable) == ((2,), "float32", False)
    assert variable.dtype == tf.float32


def test_a_wrapper_around_a_variable_is_recorded():
    """A wrapper without any attribute, which a getter returns as a variable, is an event, too."""

    class Wrapper:
        __slots__ = ("inner",)

        def __init__(self, inner):
            self.inner = inner

        def __getattr__(self, name):
            raise RuntimeError(f"no {name}")

    class Wraps(tf_keras.layers.Layer):
        def build(self, shape):
            self.add_weight(name="wrapped", shape=(3,), initializer="zeros", getter=wrap)

    def wrap(name, shape, dtype, **_):
        return Wrapper(tf.Variable(tf.zeros(shape, dtype), name=name))

    def program():
        try:
            Wraps().build((1,))
        except Exception as error:
            return type(error), str(error)
        return None

    bare = program()
    with layertrace.trace() as timeline:
        traced = program()
    assert traced == bare
    assert timeline.where(kind="variable")[0].variable.name == "wrapped"


def test_a_request_holds_anything():
    """Arguments of `add_weight` may be of any class; their `__str__` is not called."""

    class Zeros:
        shape = dtype = __name__ = property(lambda self: 1 / 0)

        def __call__(self, shape, dtype=None, **_):
            return tf.zeros(shape, dtype)

    class Size(int):
        def __repr__(self):
            raise RuntimeError("no words")

    class Asks(tf_keras.layers.Layer):
        def build(self, shape):
            self.table = self.add_weight(name="table", shape=(Size(2), 3), initializer=Zeros())

    with layertrace.trace() as timeline:
        Asks().build((1,))
    (event,) = timeline.where(kind="variable")
    assert (event.variable.shape, event.variable.initializer) == ((2, 3), "Zeros")
    assert event.variable.source == "tf_keras"


def test_keras_variables_of_a_class_of_the_program_are_recorded():
    """A class derived from `keras.Variable` is recorded like that class."""

    class Mine(keras.Variable):
        pass

    with layertrace.trace() as timeline:
        Mine([1.0], name="mine", trainable=False)
    (event,) = timeline.where(kind="variable")
    assert (event.variable.name, event.variable.shape, event.variable.trainable) == ("mine", (1,), False)
