"""`float64` finds casts to float32 and back, at their line, and blames no other casts."""

from __future__ import annotations

import inspect

import keras
import pytest
import tensorflow as tf
import tf_keras
from keras import ops

from layertrace.testing import check_layer

ROWS = "float32[2, 5]"


class AtOnce(keras.layers.Layer):
    def call(self, inputs):
        return ops.cast(ops.cast(inputs, "float32"), self.compute_dtype) * 2  # loses


class ByPromotion(keras.layers.Layer):
    def call(self, inputs):
        share = ops.softmax(ops.cast(inputs, "float32"))  # loses
        return inputs * ops.cast(share + 1, inputs.dtype)


class OfTfKeras(tf_keras.layers.Layer):
    def call(self, inputs):
        if tf.reduce_sum(inputs) > 1e9:
            inputs = inputs + 1
        outputs = tf.cast(inputs, tf.float32)  # loses
        return tf.cast(outputs, self.compute_dtype)


class AtLeastFloat32(keras.layers.Layer):
    """Computes in float32 in half precision, and in float64 here."""

    def call(self, inputs):
        scores = ops.cast(inputs, keras.backend.result_type(inputs.dtype, "float32"))
        return ops.cast(ops.softmax(scores), self.compute_dtype)


class Decides(keras.layers.Layer):
    """The outputs are those of float64; only a decision is made in float32."""

    def call(self, inputs):
        return ops.where(ops.cast(inputs, "float32") > 0, inputs, -inputs)


class ByIntegers(keras.layers.Layer):
    def call(self, inputs):
        return inputs + ops.cast(ops.cast(inputs, "int32"), inputs.dtype)


class Counts(keras.layers.Layer):
    """No output depends on the state."""

    def build(self, input_shape):
        self.seen = self.add_weight(shape=(), trainable=False, initializer="zeros", name="seen")

    def call(self, inputs):
        mean = ops.mean(ops.cast(inputs, "float32"))
        self.seen.assign(ops.cast(mean, self.seen.dtype))
        return inputs * 2


class ChildWithDtype(keras.layers.Layer):
    """The dtype of the child is stated."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.softmax = keras.layers.Softmax(dtype="float32")

    def call(self, inputs):
        return ops.cast(self.softmax(inputs), self.compute_dtype)


@pytest.mark.parametrize("cls", [AtOnce, ByPromotion, OfTfKeras], ids=lambda cls: cls.__name__)
def test_a_cast_to_float32_and_back_is_found(cls):
    """A cast that the outputs depend on fails the check, at its line, also through AutoGraph."""
    lines, first = inspect.getsourcelines(cls)

    (finding,) = check_layer(cls, ROWS, select=["float64"]).findings

    assert finding.message == f"{cls.__name__} casts to float32 and back to float64 with the policy float64."
    assert finding.location.line == first + next(n for n, line in enumerate(lines) if "# loses" in line)


@pytest.mark.parametrize(
    "create",
    [AtLeastFloat32, Decides, ByIntegers, Counts, ChildWithDtype, keras.layers.LayerNormalization],
    ids=lambda cls: cls.__name__,
)
def test_other_casts_are_not_blamed(create):
    """Layers that keep float64, or that state another dtype, pass."""
    report = check_layer(create, ROWS, select=["float64"])

    assert [result.outcome for result in report.results] == ["passed"], str(report)
