"""Tables count parameters as Keras does."""

import re

import keras
import numpy as np
import pytest
from keras import layers

import layertrace
from layertrace.render import table, variable_table
from layertrace.render.console import written
from layertrace.render.tables.parameters import memory


def functional():
    """Return a model with states of every kind: moving averages, seeds, a shared and a frozen layer."""
    inputs = keras.Input((8,))
    shared = layers.Dense(8, name="shared")
    x = shared(layers.BatchNormalization()(shared(inputs)))
    inner = keras.Sequential([keras.Input((8,)), layers.Dense(4), layers.Dropout(0.5)], name="inner")
    frozen = layers.Dense(3, name="frozen", trainable=False)
    return keras.Model(inputs, layers.Dense(1)(frozen(inner(x))))


class Attention(keras.Model):
    """A subclassed model whose layers are built by its first call, while Keras infers shapes."""

    def __init__(self):
        super().__init__()
        self.attention = layers.MultiHeadAttention(2, 4, dropout=0.1)
        self.norm = layers.LayerNormalization()
        self.head = layers.Dense(1)

    def call(self, x):
        x = keras.ops.expand_dims(x, -1) * keras.ops.ones((1, 1, 8))
        return self.head(self.norm(self.attention(x, x))[:, 0])


@pytest.mark.parametrize("create", [functional, Attention])
def test_totals_are_those_of_keras(create):
    """After a fit with Adam and a metric, parameters are those of `count_params()`, trainable and not."""
    with layertrace.trace() as timeline:
        model = create()
        model.compile("adam", "mse", metrics=["mae"])
        model.fit(np.zeros((4, 8), "float32"), np.zeros((4, 1), "float32"), verbose=0)

    def size(weights):
        return sum(int(np.prod(weight.shape)) for weight in weights)

    expected = {
        "trainable": size(model.trainable_weights),
        "not trainable": size(model.non_trainable_weights),
        "together": model.count_params(),
    }
    for shown in (table(timeline), variable_table(timeline)):
        text = written(shown, width=120, encoding="utf-8")
        found = re.findall(r"^(\w[\w ]*?) +([\d,]+) parameters +(.*?)$", text, re.MULTILINE)
        assert {name: int(number.replace(",", "")) for name, number, _ in found} == expected
        assert {name: size for name, _, size in found}["together"] == memory(4 * expected["together"])
    rows = written(table(timeline), width=120, encoding="utf-8").splitlines()
    first = next(row for row in rows if row.startswith(model.name))
    assert first.split()[-1] == f"{model.count_params():,}"
