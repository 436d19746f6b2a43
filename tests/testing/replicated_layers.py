"""Layers in two replicas: each breaks the check in its comment, at that line, or none."""

import keras
import tensorflow as tf
import tf_keras

import layertrace.testing

ROWS = "float32[2, 5]"
SCALE = tf.Variable(2.0)


@layertrace.testing.example(ROWS)
class Dense(keras.layers.Dense):
    def __init__(self, units=3, **kwargs):
        super().__init__(units, **kwargs)


@layertrace.testing.example(ROWS)
def normalized():
    """Return a layer of Keras that has other statistics in each replica."""
    return keras.layers.BatchNormalization()


@layertrace.testing.example(ROWS)
class Dropped(keras.layers.Dropout):
    """Its seed is a state that each call changes."""

    def __init__(self, rate=0.5, **kwargs):
        super().__init__(rate, **kwargs)


@layertrace.testing.example(ROWS)
class Legacy(tf_keras.layers.BatchNormalization):
    pass


@layertrace.testing.example("float32[2, 4, 5]")
class Recurrent(keras.layers.LSTM):
    def __init__(self, units=3, **kwargs):
        super().__init__(units, recurrent_dropout=0.2, **kwargs)


@layertrace.testing.example(ROWS)
class MeanOfBatches(keras.layers.Layer):
    """It states how the updates of the replicas are combined."""

    def build(self, input_shape):
        self.mean = self.add_weight(
            shape=(input_shape[-1],), initializer="zeros", trainable=False, aggregation="mean"
        )

    def call(self, inputs, training=False):
        if training:
            self.mean.assign(0.9 * self.mean + 0.1 * tf.reduce_mean(inputs, 0))
        return inputs - self.mean


@layertrace.testing.example(ROWS, "float32[2, 3]")
class Joined(keras.layers.Layer):
    """Several arguments."""

    def call(self, left, right):
        return tf.concat([left, right], -1)


@layertrace.testing.example({"a": ROWS, "b": [ROWS, ROWS]})
class Nested(keras.layers.Layer):
    def call(self, inputs):
        return {"sum": inputs["a"] + inputs["b"][0] * inputs["b"][1]}


@layertrace.testing.example(ROWS)
class ScaleOfModule(keras.layers.Layer):
    def __init__(self, **kwargs):  # breaks: variables-in-scope
        super().__init__(**kwargs)
        self.scale = SCALE

    def call(self, inputs):
        return inputs * self.scale


@layertrace.testing.example(ROWS)
class ScaleOfClass(keras.layers.Layer):  # breaks: variables-in-scope
    scale = tf.Variable(2.0)

    def call(self, inputs):
        return inputs * self.scale


@layertrace.testing.example(ROWS)
class OwnMean(keras.layers.Layer):
    """Nothing states how the updates of the replicas are combined."""

    def build(self, input_shape):
        self.mean = tf.Variable(tf.zeros(input_shape[-1]), trainable=False)

    def call(self, inputs, training=False):  # breaks: replicas
        if training:
            self.mean.assign(0.9 * self.mean + 0.1 * tf.reduce_mean(inputs, 0))
        return inputs - self.mean


@layertrace.testing.example(ROWS)
class KeepsRowsOfGraph(keras.layers.Layer):
    """It computes something once for each graph, from the rows of the replica that comes first."""

    def call(self, inputs):  # breaks: replicas
        graph = inputs.graph if not tf.executing_eagerly() and hasattr(inputs, "graph") else None
        if graph is None:
            return inputs - tf.reduce_mean(inputs, 1, keepdims=True)
        if graph is not getattr(self, "graph", None):
            self.graph, self.middle = graph, tf.reduce_mean(inputs, 1, keepdims=True)
        return inputs - self.middle
