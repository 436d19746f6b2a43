"""Layers of different kinds that keep the contract, with their inputs."""

from __future__ import annotations

import keras
import tensorflow as tf

ROWS = "float32[2, 5]"
TIME = "float32[2, 6, 4]"


class Block(keras.layers.Layer):
    """Has children, and no build of its own."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = keras.layers.Dense(units)
        self.norm = keras.layers.LayerNormalization()
        self.drop = keras.layers.Dropout(0.2)

    def call(self, inputs, training=False):
        return self.drop(self.norm(self.dense(inputs)), training=training)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Cell(keras.layers.Layer):
    """A recurrent cell."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units
        self.dense = keras.layers.Dense(units, activation="tanh")

    def build(self, input_shape):
        self.dense.build((input_shape[0], input_shape[-1] + self.units))

    def call(self, inputs, states):
        output = self.dense(tf.concat([inputs, states[0]], axis=-1))
        return output, [output]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Attention(keras.layers.Layer):
    """Takes two tensors."""

    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.query = keras.layers.Dense(units)
        self.key = keras.layers.Dense(units)

    def build(self, query_shape, value_shape):
        self.query.build(query_shape)
        self.key.build(value_shape)

    def call(self, query, value):
        scores = tf.matmul(self.query(query), self.key(value), transpose_b=True)
        return tf.matmul(tf.nn.softmax(scores), value)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Noise(keras.layers.Layer):
    """Draws random numbers in training."""

    def __init__(self, stddev=0.3, **kwargs):
        super().__init__(**kwargs)
        self.stddev = stddev
        self.generator = keras.random.SeedGenerator(3)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        return inputs + keras.random.normal(
            keras.ops.shape(inputs), stddev=self.stddev, dtype=inputs.dtype, seed=self.generator
        )

    def get_config(self):
        return {**super().get_config(), "stddev": self.stddev}


class Sampling(keras.layers.Layer):
    """Draws random numbers in every mode."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.generator = keras.random.SeedGenerator(3)

    def call(self, inputs):
        mean, deviation = inputs
        noise = keras.random.normal(keras.ops.shape(mean), dtype=mean.dtype, seed=self.generator)
        return mean + deviation * noise


class Counter(keras.layers.Layer):
    """Counts in a weight how often it was called in training."""

    def build(self, input_shape):
        self.count = self.add_weight(
            shape=(), dtype="int64", trainable=False, initializer="zeros", name="count"
        )

    def call(self, inputs, training=False):
        if training:
            self.count.assign_add(1)
        return inputs * 2


class Penalty(keras.layers.Layer):
    """Adds a loss."""

    def __init__(self, rate=0.01, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

    def call(self, inputs):
        self.add_loss(self.rate * keras.ops.sum(keras.ops.square(self.scale)))
        return inputs * self.scale

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}


class Nested(keras.layers.Layer):
    """Takes and returns mappings."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(3)

    def build(self, input_shape):
        self.dense.build(input_shape["a"])

    def call(self, inputs):
        return {"sum": self.dense(inputs["a"]), "same": inputs["b"]}


class Residual(keras.layers.Layer):
    """Wraps another layer."""

    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def build(self, input_shape):
        if not self.inner.built:  # a file restores it built
            self.inner.build(input_shape)

    def call(self, inputs):
        return inputs + self.inner(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "inner": keras.layers.serialize(self.inner)}

    @classmethod
    def from_config(cls, config):
        return cls(inner=keras.layers.deserialize(config.pop("inner")), **config)


class Table(keras.layers.Layer):
    """Uses a constant of its own dtype."""

    def call(self, inputs):
        return inputs * tf.linspace(tf.cast(0, self.compute_dtype), tf.cast(1, self.compute_dtype), 5)


class LowRank(keras.layers.Layer):
    """Adds trainable weights of low rank to a frozen kernel."""

    def __init__(self, units=3, rank=2, **kwargs):
        super().__init__(**kwargs)
        self.units, self.rank = units, rank

    def build(self, input_shape):
        width = input_shape[-1]
        self.kernel = self.add_weight(shape=(width, self.units), trainable=False, name="kernel")
        self.down = self.add_weight(shape=(width, self.rank), name="down")
        self.up = self.add_weight(shape=(self.rank, self.units), name="up")

    def call(self, inputs):
        return tf.matmul(inputs, self.kernel) + tf.matmul(tf.matmul(inputs, self.down), self.up)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "rank": self.rank}


class Pooling(keras.layers.Layer):
    """Uses a mask, and ends it with the steps."""

    def call(self, inputs, mask=None):
        if mask is None:
            return tf.reduce_mean(inputs, axis=1)
        weights = tf.cast(mask, inputs.dtype)[..., None]
        return tf.reduce_sum(inputs * weights, axis=1) / tf.reduce_sum(weights, axis=1)


class Windows(keras.layers.Layer):
    """Keeps the steps, and ends their mask on purpose."""

    def call(self, inputs):
        return tf.concat([inputs, tf.roll(inputs, 1, axis=1)], axis=-1)

    def compute_mask(self, inputs, previous_mask=None):
        return None


class Shortened(keras.layers.Layer):
    """Leaves out every second step, and its mask."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs):
        return inputs[:, ::2]

    def compute_mask(self, inputs, previous_mask=None):
        return None if previous_mask is None else previous_mask[:, ::2]


class Buckets(keras.layers.Layer):
    """Turns numbers into integers."""

    def call(self, inputs):
        return tf.cast(inputs > 0, "int32")


class Flips(keras.layers.Layer):
    """Returns its inputs in inference as they are, of any dtype."""

    def __init__(self, **kwargs):
        super().__init__(autocast=False, **kwargs)

    def call(self, inputs, training=False):
        return tf.reverse(inputs, [-1]) if training else inputs


class Transformer(keras.layers.Layer):
    """A block without `build`, with a layer that creates others in its own `build`."""

    def __init__(self, width=4, rate=0.2, **kwargs):
        super().__init__(**kwargs)
        self.width, self.rate = width, rate
        self.attention = keras.layers.MultiHeadAttention(2, width // 2)
        self.before, self.after = keras.layers.LayerNormalization(), keras.layers.LayerNormalization()
        self.inner, self.outer = keras.layers.Dense(8, "gelu"), keras.layers.Dense(width)
        self.drop = keras.layers.Dropout(rate)

    def call(self, x, training=False):
        normed = self.before(x)
        x = x + self.drop(self.attention(normed, normed), training=training)
        return x + self.outer(self.inner(self.after(x)))

    def get_config(self):
        return {**super().get_config(), "width": self.width, "rate": self.rate}


class Adapter(keras.layers.Layer):
    """Begins with an update of zero, so that one of its weights gets no gradient in the first step."""

    def build(self, input_shape):
        self.down = self.add_weight(shape=(input_shape[-1], 2), name="down")
        self.up = self.add_weight(shape=(2, input_shape[-1]), name="up", initializer="zeros")

    def call(self, inputs):
        return inputs + tf.matmul(tf.matmul(inputs, self.down), self.up)


class Ramp(keras.layers.Layer):
    """Keeps the tables that it has computed, by their sizes, and the mode of the last call."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.tables = {}
        self.is_training = False

    def call(self, inputs, training=False):
        size = inputs.shape[-1]
        key = f"of {size}"  # a SavedModel has no numbers as keys
        if key not in self.tables:
            self.tables[key] = [number / size for number in range(size)]
        self.is_training = bool(training)
        return inputs * tf.constant(self.tables[key], inputs.dtype)


class BuiltFromConfig(keras.layers.Layer):
    """Has a build config only after `build`, as `LayerWithCustomBuild` in the guide of Keras to saving."""

    def build(self, input_shape):
        self.width = input_shape[-1]
        self.kernel = self.add_weight(shape=(self.width, 2), name="kernel")

    def call(self, inputs):
        return tf.matmul(inputs, self.kernel)

    def get_build_config(self):
        return {"width": self.width}

    def build_from_config(self, config):
        self.build((None, config["width"]))


class Smoothed(keras.layers.Layer):
    """Masks its outputs, and not its inputs, so that one step sees the padding next to it."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.convolution = keras.layers.Conv1D(4, 3, padding="same")

    def build(self, input_shape):
        self.convolution.build(input_shape)

    def call(self, inputs, mask=None):
        outputs = self.convolution(inputs)
        return outputs if mask is None else tf.where(mask[..., None], outputs, 0)


class Mapped(keras.layers.Layer):
    """Maps a function over the batch, which TensorFlow compiles in each eager call."""

    def call(self, inputs):
        return keras.ops.vectorized_map(lambda row: row - keras.ops.mean(row), inputs)


class Copied(keras.layers.Layer):
    """Changes a copy of the mapping that it takes."""

    def call(self, inputs):
        inputs = dict(inputs)
        return inputs.pop("a") * 2 + inputs["b"]


class Looked(keras.layers.Layer):
    """Keeps a tensor of eager calls, to look at it."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.peak = None

    def call(self, inputs):
        if tf.executing_eagerly():
            self.peak = tf.reduce_max(inputs)
        return inputs * 2


class Measured(keras.layers.Layer):
    """Updates a metric in every mode."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.size = keras.metrics.Mean()

    def call(self, inputs):
        self.size.update_state(inputs)
        return inputs * 2


class Whitened(keras.layers.Layer):
    """Normalizes by the batch in training only."""

    def call(self, inputs, training=False):
        if training:
            inputs = inputs - tf.reduce_mean(inputs, axis=0, keepdims=True)
        return inputs * 2


class WithTable(keras.layers.Layer):
    """Returns a row for each of its weights, as many as a batch may have."""

    def build(self, input_shape):
        self.table = self.add_weight(shape=(3, input_shape[-1]), name="table")

    def call(self, inputs):
        return inputs, self.table * 2


class PaddedToLongest(keras.layers.Layer):
    """Pads its rows to the longest of the batch."""

    def call(self, inputs):
        return tf.cast(tf.sequence_mask(inputs[:, 0]), "float32")


class Chosen(keras.layers.Layer):
    """Leaves out rows by their values."""

    def call(self, inputs):
        return tf.boolean_mask(inputs, tf.reduce_sum(inputs, axis=-1) > -1)


CASES = {
    "Copied": (Copied, ({"a": ROWS, "b": ROWS},)),
    "Looked": (Looked, (ROWS,)),
    "Measured": (Measured, (ROWS,)),
    "Whitened": (Whitened, (ROWS,)),
    "WithTable": (WithTable, (ROWS,)),
    "PaddedToLongest": (PaddedToLongest, ("int32[2, 1] < 9",)),
    "Chosen": (Chosen, (ROWS,)),
    "Mapped": (Mapped, (ROWS,)),
    "Smoothed": (Smoothed, (TIME,)),
    "BuiltFromConfig": (BuiltFromConfig, (ROWS,)),
    "Ramp": (Ramp, (ROWS,)),
    "Adapter": (Adapter, (ROWS,)),
    "Transformer": (Transformer, ("float32[2, 6, 4]",)),
    "Block": (Block, (ROWS,)),
    "Cell": (Cell, (ROWS, ["float32[2, 3]"])),
    "RNN of Cell": (lambda: keras.layers.RNN(Cell(3)), (TIME,)),
    "Attention": (Attention, (TIME, TIME)),
    "Noise": (Noise, (ROWS,)),
    "Sampling": (Sampling, ([ROWS, ROWS],)),
    "Counter": (Counter, (ROWS,)),
    "Penalty": (Penalty, (ROWS,)),
    "Nested": (Nested, ({"a": ROWS, "b": "int32[2, 3]"},)),
    "Residual": (lambda: Residual(keras.layers.Dense(5)), (ROWS,)),
    "Table": (Table, (ROWS,)),
    "LowRank": (lambda: LowRank(rank=1), (ROWS,)),
    "Pooling": (Pooling, (TIME,)),
    "Windows": (Windows, (TIME,)),
    "Shortened": (Shortened, (TIME,)),
    "Buckets": (Buckets, (ROWS,)),
    "Flips": (Flips, (ROWS,)),
}
"""How each is created, and what it is called with."""
