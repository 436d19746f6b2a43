"""Every layer class of tf_keras, whose wheel ships no tests, does the same bare and under trace.

A small program creates a layer of each class, calls it eagerly, in a `tf.function` and in a functional model,
computes gradients, trains one step and recreates the layer from its config. All results must be equal, and so
must all exceptions.
"""

import inspect
import re

import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from bare_and_traced import both, look_at, steady, tamed
from tf_keras import layers

pytestmark = pytest.mark.slow

GIVEN = {
    "activation": "relu", "axes": 1, "cell": lambda: layers.LSTMCell(3), "cells": lambda: [layers.LSTMCell(3)],
    "dims": (1,), "equation": "ab,bc->ac", "factor": 0.1, "feature_columns": lambda: [feature()], "filters": 2,
    "function": lambda: lambda x: x + 1, "height": 4, "height_factor": 0.1, "input_dim": 7, "kernel_size": 2,
    "key_dim": 3, "layer": lambda: layers.Dense(2), "n": 2, "num_bins": 5, "num_heads": 2, "output_dim": 3,
    "output_shape": 4, "rate": 0.5, "scale": 2.0, "stddev": 0.1, "target_shape": (-1, 1), "units": 3, "width": 4,
    "width_factor": 0.1,
}  # fmt: skip
"""Values for arguments that have no default, by name."""

EXTRA = {
    "Bidirectional": {"layer": lambda: layers.LSTM(2)},
    "CategoryEncoding": {"num_tokens": 7},
    "Discretization": {"bin_boundaries": [0.2, 0.5]},
    "GroupNormalization": {"groups": 1},
    "InputLayer": {"input_shape": (5,)},
    "IntegerLookup": {"vocabulary": [1, 2, 3]},
    "Normalization": {"mean": 0.5, "variance": 2.0},
    "StringLookup": {"vocabulary": ["a", "b"]},
    "TextVectorization": {"vocabulary": ["a", "b"]},
}

PAIRS = {"Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"}
SEQUENCES = {"Bidirectional", "GRU", "LSTM", "Masking", "RNN", "SimpleRNN", "TimeDistributed"}
IMAGES = {"CenterCrop", "RandomBrightness", "RandomContrast", "RandomCrop", "RandomFlip", "RandomHeight",
          "RandomRotation", "RandomTranslation", "RandomWidth", "RandomZoom", "Resizing", "UnitNormalization"}  # fmt: skip

NOT_CALLED = {
    "AbstractRNNCell": "its subclasses define call",
    "SpectralNormalization": "uses the InputSpec of tf.keras, which is Keras 3 here (tf_keras 2.21)",
}
"""Classes whose layers cannot be called even bare, each with the reason."""

CLASSES = {
    cls: name
    for name, cls in sorted(vars(layers).items(), reverse=True)
    if inspect.isclass(cls) and issubclass(cls, layers.Layer)
}
"""Each class that is exported, with the first of its names."""


def feature():
    return tf.feature_column.numeric_column("x", shape=(5,))


def arguments(name):
    """Return the arguments to create a layer of a class with."""
    parameters = list(inspect.signature(getattr(layers, name).__init__).parameters.values())[1:]
    needed = [p.name for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
    given = {name: GIVEN[name] for name in needed} | EXTRA.get(name, {})
    return {name: value() if callable(value) else value for name, value in given.items()}


def inputs(name):
    """Return the arguments to call a layer of a class with."""

    def ones(*shape):
        return tf.reshape(tf.linspace(0.1, 0.9, int(np.prod(shape))), shape)

    if name in PAIRS:
        return ([ones(2, 5), ones(2, 5)],)
    if name in ("Attention", "AdditiveAttention"):
        return ([ones(2, 4, 3), ones(2, 4, 3)],)
    if name == "MultiHeadAttention":
        return (ones(2, 4, 3), ones(2, 4, 3))
    if name == "HashedCrossing":
        return ((tf.constant(["a", "b"]), tf.constant([1, 2])),)
    if name in ("StringLookup", "TextVectorization"):
        return (tf.constant([["a"], ["b"]]),)
    if name in ("IntegerLookup", "Hashing", "Embedding", "CategoryEncoding"):
        return (tf.constant([[1, 2], [3, 1]]),)
    if name == "DenseFeatures":
        return ({"x": ones(2, 5)},)
    if name in ("GRUCell", "SimpleRNNCell"):
        return (ones(2, 5), [ones(2, 3)])
    if name in ("LSTMCell", "StackedRNNCells"):
        states = [ones(2, 3), ones(2, 3)]
        return (ones(2, 5), [states] if name == "StackedRNNCells" else states)
    if name.startswith("ConvLSTM"):
        return (ones(2, 3, *[5] * int(name[-2]), 2),)
    for rank in (1, 2, 3):
        if f"{rank}D" in name:
            return (ones(2, *[6] * rank, 3),)
    if name in IMAGES:
        return (ones(2, 6, 6, 3),)
    return (ones(2, 4, 3),) if name in SEQUENCES else (ones(2, 5),)


class Life:
    """The steps of a layer's life; each returns values to compare."""

    def __init__(self, make, given):
        self.make = make
        self.given = given

    def init(self):
        self.layer = self.make()
        return [self.layer.name, type(self.layer).__name__]

    def eager_call(self):
        return self.layer(*self.given)

    def training_call(self):
        if self.layer._expects_training_arg:
            return self.layer(*self.given, training=True)
        return None

    def weights(self):
        return [(w.name, str(w.shape), w.trainable, w) for w in self.layer.weights]

    def gradients(self):
        with tf.GradientTape() as tape:
            total = total_of(self.layer(*self.given))
        gradients = tape.gradient(total, self.layer.trainable_weights)
        return [g if g is None else tf.convert_to_tensor(g) for g in gradients]  # an Embedding's are slices

    def function(self):
        function = tf.function(lambda *x: self.layer(*x))
        return [function(*self.given), function(*self.given), look_at(function)]

    def build(self):
        layer = self.make()
        layer.build(tf.nest.map_structure(lambda x: x.shape, self.given[0]))
        return [(w.name, str(w.shape)) for w in layer.weights]

    def functional(self):
        symbols = tf.nest.map_structure(lambda x: tf_keras.Input(x.shape[1:], dtype=x.dtype), self.given)
        self.model = tf_keras.Model(symbols, self.make()(*symbols))
        return [self.model(self.given), [layer.name for layer in self.model.layers]]

    def train(self):
        head = layers.Lambda(total_of)
        model = tf_keras.Model(self.model.inputs, head(self.model.outputs))
        model.compile("adam", loss=lambda wanted, found: tf.reduce_mean(found))
        structure = tf.nest.flatten(self.given)
        before = model.train_on_batch(structure, tf.zeros((2, 1)))
        return [before, model.get_weights(), model.predict_on_batch(structure)]

    def config(self):
        config = self.layer.get_config()
        again = type(self.layer).from_config(config)
        return [steady(str(config)), steady(str(again.get_config()))]


def bound_by(message):
    """Remove which code rejected arguments: AutoGraph's copy of `call` (tf_keras 2.16), or our hook before it."""
    return re.sub(r"(\n +File \"/tmp/…[^\n]*\n[^\n]*)+|\S*\.tf__(?=call\(\))|\w+\.(?=call\(\))", "", message)


STEPS = [name for name in vars(Life) if not name.startswith("_")]


def life_of(make, given):
    """Return the result of each step, or the exception that it raised."""
    life = Life(make, given)
    results = {}
    for step in STEPS:
        try:
            results[step] = tamed(getattr(life, step)())
        except Exception as error:
            results[step] = f"{type(error).__name__}: {bound_by(steady(str(error)))}"
    return results


def total_of(outputs):
    return sum(tf.reduce_sum(tf.cast(o, "float32")) for o in tf.nest.flatten(outputs) if is_number(o))


def is_number(tensor):
    return tensor.dtype.is_floating or tensor.dtype.is_integer


def assert_same_life(make, given):
    """Run the steps bare and traced, and compare the results of each step."""
    bare, traced, timeline = both(lambda: life_of(make, given))
    for step in STEPS:
        np.testing.assert_equal(traced[step], bare[step], err_msg=step)
    return bare, timeline


@pytest.mark.parametrize("name", sorted(CLASSES.values()))
@pytest.mark.filterwarnings("ignore:tf.keras.* is deprecated:DeprecationWarning")
def test_a_layer_class_does_the_same_under_trace(name):
    """Outputs, gradients, weights, traces, ops and exceptions of a layer are equal, bare and traced."""
    bare, timeline = assert_same_life(lambda: getattr(layers, name)(**arguments(name)), inputs(name))

    can_be_called = not isinstance(bare["eager_call"], str)
    assert can_be_called == (name not in NOT_CALLED), bare["eager_call"]
    assert timeline.of(getattr(layers, name)).where(kind="call" if can_be_called else "init")


def test_no_layer_class_is_left_out():
    """There are more than a hundred classes, and each one that cannot be called is among them."""
    assert len(CLASSES) > 100
    assert set(NOT_CALLED) <= set(CLASSES.values())


# AutoGraph


class If(layers.Layer):
    def call(self, x):
        if tf.reduce_sum(x) > 0:
            return x + 1
        return x - 1


class IfElse(layers.Layer):
    def call(self, x, training=None):
        if tf.reduce_sum(x) > 0:
            y = x + 1 if training else x + 2
        elif tf.reduce_max(x) < -1:
            y = x * 2
        else:
            y = x - 1
        return y


class For(layers.Layer):
    def call(self, x):
        for step in tf.range(3):
            if step == 1:
                continue
            x = x + tf.cast(step, x.dtype)
        return x


class ForRows(layers.Layer):
    def call(self, x):
        total = tf.zeros(x.shape[1:])
        for row in x:
            total += row
        return x + total


class While(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(), initializer="ones", name="w")

    def call(self, x):
        while tf.reduce_max(tf.abs(x)) < 4:
            x = x * 2 * self.w
            if tf.reduce_sum(x) > 100:
                break
        return x


class Super(While):
    def call(self, x):
        if tf.reduce_sum(x) < 0:
            return super().call(-x)
        return super().call(x) * 3


class SuperTwice(Super):
    def call(self, x):
        x = super().call(x)
        return Super.call(self, x) if x.shape[0] else x


class Mixin:
    def call(self, x):
        if tf.reduce_sum(x) > 0:
            return super().call(x)
        return x


class Mixed(Mixin, If):
    pass


class Holding(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = [If(), While(), layers.Dense(5)]

    def call(self, x):
        for layer in self.inner:
            x = layer(x)
        return self.inner[0].call(x)


class Helped(layers.Layer):
    @staticmethod
    def help(x):
        return x + 1 if tf.reduce_sum(x) > 0 else x - 1

    def call(self, x):
        return self.help(self.choose(x))

    def choose(self, x):
        if tf.reduce_sum(x) > 0:
            x = -x
        return x


class Named(layers.Layer):
    @tf.Module.with_name_scope
    def call(self, x):
        if tf.reduce_sum(x) > 0:
            return x + 1
        return x


class NotConverted(layers.Layer):
    @tf.autograph.experimental.do_not_convert
    def call(self, x):
        if tf.reduce_sum(x) > 0:
            return x + 1
        return x


class Function(layers.Layer):
    @tf.function
    def call(self, x):
        if tf.reduce_sum(x) > 0:
            return x + 1
        return x


class SuperFunction(Function):
    def call(self, x):
        if tf.reduce_sum(x) > 0:
            return super().call(x)
        return Function.call(self, -x)


class Anonymous(layers.Layer):
    call = lambda self, x: x + 1 if tf.reduce_sum(x) > 0 else x  # noqa: E731


class Sourceless(layers.Layer):
    exec("def call(self, x):\n    return x + 1 if tf.reduce_sum(x) > 0 else x")


class BuildsInCall(layers.Layer):
    def call(self, x):
        if not self.built:
            self.build(x.shape)
        inner = Stepping()
        inner.build(x.shape)
        return inner(x)


class Stepping(layers.Layer):
    def build(self, input_shape):
        total = tf.constant(0.0)
        for step in tf.range(3):
            total += tf.cast(step, "float32")
        self.total = total

    def call(self, x):
        return x + 1.0


class Cell(layers.Layer):
    state_size = output_size = 5

    def call(self, x, states):
        if tf.reduce_sum(x) > 0.5:
            return x + states[0], [x]
        return x, [states[0] + x]


class Recurrent(layers.RNN):
    def __init__(self, **kwargs):
        kwargs.pop("cell", None)
        super().__init__(Cell(), **kwargs)


class Model(tf_keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.part = Super()

    def call(self, x):
        if tf.reduce_sum(x) > 0:
            return self.part(x)
        return -self.part(-x)


X = tf.reshape(tf.linspace(-0.4, 0.9, 10), (2, 5))

CONVERTED = [If, IfElse, For, ForRows, While, Super, SuperTwice, Mixed, Holding, Helped, Function]
CONVERTED += [SuperFunction, BuildsInCall, Recurrent, Model]
NOT_CONVERTED = [NotConverted, Sourceless, Anonymous, Named]
"""Those that fail bare too: AutoGraph finds no code of its own to convert, or tf_keras has no such scope."""


@pytest.mark.parametrize("cls", CONVERTED + NOT_CONVERTED)
def test_autograph_converts_the_same_under_trace(cls):
    """A data-dependent `if`, `for` or `while` in `call` works wherever it works bare, with the same ops."""
    given = (X[:, None] + tf.zeros((2, 3, 1)),) if cls is Recurrent else (X,)

    bare, timeline = assert_same_life(cls, given)

    assert isinstance(bare["function"], str) == (cls in NOT_CONVERTED), bare["function"]
    assert timeline.of(cls).where(kind="call")


@pytest.mark.parametrize("cls", [If, Super, Holding])
def test_autograph_switched_off_stays_off(cls):
    """`autograph=False` and `run_eagerly` mean what they mean bare."""

    def program():
        layer = cls()
        model = tf_keras.Sequential([layer])
        model.compile("sgd", "mse", run_eagerly=True)
        found = [layer(X), model.train_on_batch(X, X), model.predict_on_batch(X)]
        try:
            tf.function(lambda x: layer(x), autograph=False)(X)
        except Exception as error:
            found.append(f"{type(error).__name__}: {steady(str(error))}")
        return found

    bare, traced, _ = both(program)

    np.testing.assert_equal(tamed(traced), tamed(bare))


class OwnError(Exception):
    def __init__(self, code, *, hint):
        super().__init__(code, hint)


class Failing(layers.Layer):
    def call(self, x, how="ValueError"):
        if tf.reduce_sum(x) > -1000:
            if how == "OwnError":
                raise OwnError(1, hint="2")
            if how == "op":
                return tf.reshape(x, (7, 7))
            if how == "undefined":
                y = x
            elif how == "name":
                return nonsense  # noqa: F821
            elif how == "KeyError":
                return {}[how]
            else:
                raise ValueError(f"on\npurpose {how}")
        return y


class FailingBelow(Failing):
    def call(self, x, how="ValueError"):
        for _ in tf.range(1):
            x = super().call(x, how)
        return x


class FailingInside(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = FailingBelow()

    def call(self, x, how="ValueError"):
        return self.helper(x, how)

    def helper(self, x, how):
        for _ in tf.range(2):
            if tf.reduce_sum(x) < 1000:
                x = self.inner(x, how)
        return x


class FailingNamed(layers.Layer):
    @tf.Module.with_name_scope
    def call(self, x, how="ValueError"):
        raise ValueError(how)


class FailingFunction(layers.Layer):
    @tf.function
    def call(self, x, how="ValueError"):
        raise ValueError(how)


class FailingBuild(layers.Layer):
    def build(self, input_shape):
        raise ValueError("in build")

    def call(self, x, how="ValueError"):
        return x


FAILING = [Failing, FailingBelow, FailingInside, FailingNamed, FailingFunction, FailingBuild]
WAYS = {
    "function": lambda layer, how: tf.function(lambda x: layer(x, how))(X),
    "call": lambda layer, how: tf.function(lambda x: layer.call(x, how))(X),
    "eager": lambda layer, how: layer(X, how),
    "eager call": lambda layer, how: layer.call(X, how),
    "symbolic": lambda layer, how: layer(tf_keras.Input((5,)), how),
    "without AutoGraph": lambda layer, how: tf.function(lambda x: layer(x, how), autograph=False)(X),
    "fit": lambda layer, how: fitted(layer),
    "dataset": lambda layer, how: list(tf.data.Dataset.from_tensors(X).map(lambda x: layer(x, how))),
}


def fitted(layer):
    model = tf_keras.Sequential([layer])
    model.compile("sgd", "mse")
    model.fit(X, X, verbose=0)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("cls", FAILING)
def test_errors_in_converted_code_read_the_same(cls, way):
    """An exception has the same type, message, attributes and causes as bare, wherever it is raised."""

    def program():
        return {
            how: raised_by(lambda how=how: WAYS[way](cls(), how))
            for how in ("ValueError", "OwnError", "op", "undefined", "name", "KeyError")
        }

    bare, traced, timeline = both(program)

    assert any(bare.values()) or (cls is FailingBuild and "call" in way), "nothing was raised"
    for how, expected in bare.items():  # one by one, since they are long
        assert traced[how] == expected
    assert bool(timeline.errors) == any(bare.values())


def raised_by(action):
    try:
        action()
    except Exception as error:
        return told(error)
    return None


def told(error):
    """Return the type, message and attributes of an exception, and those of its causes."""
    if error is None:
        return None
    return [
        type(error).__name__,
        steady(str(error)),
        sorted(vars(error)),
        told(error.__cause__),
        None if error.__suppress_context__ else told(error.__context__),
    ]
