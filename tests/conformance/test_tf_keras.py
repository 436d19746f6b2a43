"""Every layer class of tf_keras, whose wheel ships no tests, does the same under trace as bare.

A small program makes a layer of each class, calls it eagerly and inside a tf.function, takes gradients
and makes it again from its config. What it finds must be equal, an exception included.
"""

import inspect

import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from tf_keras import layers

import layertrace

GIVEN = {
    "activation": "relu", "axes": 1, "cell": lambda: layers.LSTMCell(3), "cells": lambda: [layers.LSTMCell(3)],
    "dims": (1,), "equation": "ab,bc->ac", "factor": 0.1, "feature_columns": lambda: [feature()], "filters": 2,
    "function": lambda: lambda x: x + 1, "height": 4, "height_factor": 0.1, "input_dim": 7, "kernel_size": 2,
    "key_dim": 3, "layer": lambda: layers.Dense(2), "n": 2, "num_bins": 5, "num_heads": 2, "output_dim": 3,
    "output_shape": 4, "rate": 0.5, "scale": 2.0, "stddev": 0.1, "target_shape": (-1, 1), "units": 3, "width": 4,
    "width_factor": 0.1,
}  # fmt: skip
"""What arguments without a default are given, by name."""

EXTRA = {
    "Bidirectional": {"layer": lambda: layers.LSTM(2)},
    "CategoryEncoding": {"num_tokens": 7},
    "Discretization": {"bin_boundaries": [0.2, 0.5]},
    "GroupNormalization": {"groups": 1},
    "IntegerLookup": {"vocabulary": [1, 2, 3]},
    "Normalization": {"mean": 0.5, "variance": 2.0},
    "StringLookup": {"vocabulary": ["a", "b"]},
    "TextVectorization": {"vocabulary": ["a", "b"]},
}

PAIRS = {"Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"}
SEQUENCES = {"Bidirectional", "GRU", "LSTM", "Masking", "RNN", "SimpleRNN", "TimeDistributed"}
IMAGES = {"CenterCrop", "RandomBrightness", "RandomContrast", "RandomCrop", "RandomFlip", "RandomHeight",
          "RandomRotation", "RandomTranslation", "RandomWidth", "RandomZoom", "Resizing", "UnitNormalization"}  # fmt: skip

NOT_RUN = {
    "AbstractRNNCell": "has no call of its own",
    "Wrapper": "has no call of its own",
    "InputLayer": "is made by Input, and called by nobody",
}

RAISES = {"SpectralNormalization": "refuses its own input spec, bare too (tf_keras 2.21)"}

NAMES = sorted(
    name
    for name, cls in vars(layers).items()
    if inspect.isclass(cls) and issubclass(cls, layers.Layer) and name not in NOT_RUN
)


def feature():
    return tf.feature_column.numeric_column("x", shape=(5,))


def arguments(name):
    """Return what a class is made with."""
    parameters = list(inspect.signature(getattr(layers, name).__init__).parameters.values())[1:]
    needed = [p.name for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
    given = {name: GIVEN[name] for name in needed} | EXTRA.get(name, {})
    return {name: value() if callable(value) else value for name, value in given.items()}


def inputs(name):
    """Return what a layer of a class is called with."""

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


def program(name):
    """Make, call, trace, differentiate and copy a layer; return all that can be compared."""
    tf_keras.backend.clear_session()
    tf_keras.utils.set_random_seed(7)
    cls, given = getattr(layers, name), inputs(name)
    try:
        layer = cls(**arguments(name))
        with tf.GradientTape() as tape:
            outputs = layer(*given)
            total = sum(
                tf.reduce_sum(tf.cast(o, "float32")) for o in tf.nest.flatten(outputs) if is_number(o)
            )
        gradients = tape.gradient(total, layer.trainable_weights)
        step = tf.function(lambda *x: layer(*x))
        traced = [step(*given), step(*given)][0]
        copy = cls.from_config(layer.get_config())
    except Exception as error:  # what is raised is compared as well
        return {"raised": f"{type(error).__name__}: {error}"}
    return {
        "outputs": numbers(outputs),
        "traced": numbers(traced),
        "gradients": numbers(gradients),
        "weights": [(w.name, w.shape, w.numpy().tolist()) for w in layer.weights],
        "traces": step.experimental_get_tracing_count(),
        "ops": len(step.get_concrete_function(*given).graph.get_operations()),
        "copy": copy.name,
    }


def is_number(tensor):
    return isinstance(tensor, tf.Tensor) and (tensor.dtype.is_floating or tensor.dtype.is_integer)


def numbers(structure):
    return [
        None if x is None else tf.convert_to_tensor(x).numpy().tolist() for x in tf.nest.flatten(structure)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_class_does_the_same_under_trace(name):
    """Outputs, gradients, weights, traces, ops and exceptions of a layer are equal, bare and traced."""
    bare = program(name)
    with layertrace.trace() as timeline:
        traced = program(name)

    assert traced == bare
    assert ("raised" in bare) == (name in RAISES), bare
    assert timeline.of(getattr(layers, name)).where(kind="init" if name in RAISES else "call")


def test_no_layer_class_is_left_out():
    """There are well over a hundred classes, and those that are not run have a reason."""
    assert len(NAMES) > 120
    assert all(hasattr(layers, name) for name in NOT_RUN)


class Choosing(layers.Layer):
    def call(self, x):
        if tf.reduce_sum(x) > 0:
            x = x + 1
        else:
            x = x - 1
        while tf.reduce_max(tf.abs(x)) < 4:
            x = x * 2
        for _ in tf.range(2):
            x = x + 1
        return x


class ChoosingAgain(Choosing):
    def call(self, x):
        return super().call(x) * 3


class Failing(layers.Layer):
    def call(self, x):
        if tf.reduce_sum(x) > 0:
            raise ValueError("on purpose")
        return x


@pytest.mark.parametrize("cls", [Choosing, ChoosingAgain])
def test_autograph_converts_call_under_trace(cls):
    """A data-dependent if, while and for in call works in a traced function, as it does bare."""

    def run():
        layer = cls()
        step = tf.function(lambda x: layer(x))
        results = [step(tf.constant(x)).numpy().tolist() for x in ([1.0, 2.0], [-1.0, -2.0])]
        inputs = tf_keras.Input((2,))
        model = tf_keras.Model(inputs, layer(inputs))
        model.compile("sgd", "mse")
        model.fit(np.ones((4, 2)), np.ones((4, 2)), verbose=0)
        return results, model.predict(np.ones((2, 2)), verbose=0).tolist()

    bare = run()
    with layertrace.trace() as timeline:
        traced = run()

    assert traced == bare
    assert {e.mode for e in timeline.of(cls).where(kind="call")} == {"graph", "symbolic"}


def test_errors_in_converted_code_read_the_same():
    """An exception inside code that AutoGraph converted has the message that it has bare."""

    def run():
        layer = Failing()
        with pytest.raises(ValueError) as raised:
            tf.function(lambda x: layer(x))(tf.ones((2,)))
        return str(raised.value)

    bare = run()
    with layertrace.trace():
        traced = run()

    assert without_our_lines(traced) == without_our_lines(bare)


def without_our_lines(message):
    """Leave out automatic numbers and, on Python 3.10, the frame of layertrace that it cannot hide."""
    lines = message.replace("failing_1", "failing").splitlines()
    return [line for line in lines if '"<string>"' not in line and line.strip()]
