"""Layers that break one check each; the line to blame is marked `# breaks: <check>`."""

from __future__ import annotations

import itertools
import os

import keras
import numpy as np
import tensorflow as tf

ROWS = "float32[2, 5]"
TIME = "float32[2, 6, 4]"


class Sound(keras.layers.Layer):
    """A layer that keeps the whole contract; the others change one thing."""

    def __init__(self, units=3, scale=2.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.scale = scale

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")

    def call(self, inputs):
        return tf.matmul(inputs, self.kernel) * self.scale

    def get_config(self):
        return {**super().get_config(), "units": self.units, "scale": self.scale}


class BuildsInCall(Sound):
    def call(self, inputs):
        if tf.executing_eagerly() and not isinstance(inputs, keras.KerasTensor):
            self.built = False
            self.build(inputs.shape)  # breaks: build-once
        return tf.matmul(inputs, self.kernel) * self.scale

    def build(self, input_shape):
        if not hasattr(self, "kernel"):
            super().build(input_shape)


class BuildsInFirstCalls(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.calls_left = 2

    def build(self, input_shape):
        if not hasattr(self, "kernel"):
            super().build(input_shape)

    def call(self, inputs):
        if self.calls_left:
            self.calls_left -= 1
            self.build(inputs.shape)  # breaks: build-once
        return tf.matmul(inputs, self.kernel) * self.scale


class LeavesChildToCall(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.head = keras.layers.Dense(3)

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), name="scale", initializer="ones")

    def call(self, inputs):
        return self.head(inputs * self.scale)  # breaks: variables-in-build


class LeavesNormToCall(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = keras.layers.Dense(3)
        self.norm = keras.layers.LayerNormalization()

    def build(self, input_shape):
        self.first.build(input_shape)

    def call(self, inputs):
        features = self.first(inputs)
        return self.norm(features)  # breaks: variables-in-build


class KernelOfClass(Sound):  # breaks: instances-share-nothing
    store = {}  # noqa: RUF012

    def build(self, input_shape):
        if "kernel" not in self.store:
            super().build(input_shape)
            self.store["kernel"] = self.kernel
        self.kernel = self.store["kernel"]


class ChildByDefault(keras.layers.Layer):  # breaks: instances-share-nothing
    def __init__(self, head=keras.layers.Dense(3), **kwargs):  # noqa: B008
        super().__init__(**kwargs)
        self.head = head

    def build(self, input_shape):
        if not self.head.built:
            self.head.build(input_shape)

    def call(self, inputs):
        return self.head(inputs)

    def get_config(self):
        return super().get_config()


class OnlyEagerScale(Sound):
    def call(self, inputs):  # breaks: modes-agree
        if tf.executing_eagerly() and not isinstance(inputs, keras.KerasTensor):
            return tf.matmul(inputs, self.kernel) * self.scale
        return tf.matmul(inputs, self.kernel)


class NumpyInCall(Sound):
    def call(self, inputs):
        factor = np.mean(inputs)  # breaks: modes-agree
        return tf.matmul(inputs, self.kernel) * self.scale * factor


class CompilesInCall(Sound):
    def call(self, inputs):
        if not tf.executing_eagerly() or isinstance(inputs, keras.KerasTensor):
            return tf.matmul(inputs, self.kernel) * self.scale
        double = tf.function(lambda x: x * self.scale)
        return double(tf.matmul(inputs, self.kernel))  # breaks: one-trace


class CountsCalls(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.calls = 0

    def call(self, inputs):
        if not tf.executing_eagerly() or isinstance(inputs, keras.KerasTensor):
            return tf.matmul(inputs, self.kernel)
        self.calls += 1
        return self.numbered(tf.matmul(inputs, self.kernel), self.calls)  # breaks: one-trace

    @tf.function
    def numbered(self, values, number):
        return values


class NumpyInTraining(Sound):
    def call(self, inputs, training=False):
        outputs = super().call(inputs)
        if training:
            outputs = outputs * float(tf.reduce_max(self.kernel))  # breaks: fit
        return outputs


class KeepsTensor(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.peak = None

    def call(self, inputs, training=False):
        outputs = super().call(inputs)
        if training and not isinstance(inputs, keras.KerasTensor):
            self.peak = tf.reduce_max(outputs)
        return outputs if self.peak is None else outputs + 0 * self.peak  # breaks: fit


class ScalesInGraph(Sound):
    def call(self, inputs, training=False):  # breaks: fit
        outputs = super().call(inputs)
        return outputs if tf.executing_eagerly() or not training else outputs * 5


class PythonFunction(Sound):
    def call(self, inputs):  # breaks: jit-compile
        outputs = super().call(inputs)
        factor = tf.numpy_function(lambda: np.float32(2), [], tf.float32)
        return outputs * tf.cast(tf.reshape(factor, ()), outputs.dtype)


class CountsDigits(Sound):
    def call(self, inputs):  # breaks: jit-compile
        outputs = super().call(inputs)
        digits = tf.strings.length(tf.strings.as_string(tf.cast(tf.reduce_max(inputs) > 9, "int32")))
        return outputs * tf.cast(digits, outputs.dtype)


class CompilesForSize(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.size = self.double = None

    def call(self, inputs):
        if not tf.executing_eagerly() or isinstance(inputs, keras.KerasTensor):
            return super().call(inputs)
        if self.size != inputs.shape[0]:
            self.size, self.double = inputs.shape[0], tf.function(lambda x: x * 1.0)
        return self.double(super().call(inputs))  # breaks: another-batch


class TracesEachRow(Sound):
    def call(self, inputs):
        if not tf.executing_eagerly() or isinstance(inputs, keras.KerasTensor):
            return super().call(inputs)
        rows = range(inputs.shape[0])
        inputs = tf.stack([self.row(inputs[number], number) for number in rows])  # breaks: another-batch
        return super().call(inputs)

    @tf.function
    def row(self, values, number):
        return values


class WrongOutputShape(Sound):
    def compute_output_shape(self, input_shape):  # breaks: output-shape
        return (input_shape[0], self.units + 1)


class OutputShapeOfInput(Sound):
    def compute_output_shape(self, input_shape):  # breaks: output-shape
        return input_shape


class WeightOfBatch(Sound):
    def build(self, input_shape):
        super().build(input_shape)
        size = input_shape[0]
        self.bias = self.add_weight(shape=(size, self.units))  # breaks: weights-without-batch

    def call(self, inputs):
        return super().call(inputs) + self.bias


class StateOfBatch(Sound):
    def build(self, input_shape):
        super().build(input_shape)
        self.state = self.add_weight(  # breaks: weights-without-batch
            shape=(input_shape[0], 1), trainable=False, initializer="zeros"
        )

    def call(self, inputs):
        return super().call(inputs) + self.state


class ReshapesToBatch(Sound):
    def build(self, input_shape):
        super().build(input_shape)
        self.size = input_shape[0]

    def call(self, inputs):
        return tf.reshape(super().call(inputs), (self.size, self.units))  # breaks: batch-sizes


class AtLeastTwo(Sound):
    def call(self, inputs):
        tf.debugging.assert_greater(tf.shape(inputs)[0], 1)  # breaks: batch-sizes
        return super().call(inputs)


class DropsMask(Sound):
    def call(self, inputs, mask=None):  # breaks: mask-passed-on
        outputs = super().call(inputs)
        return outputs if mask is None else tf.where(mask[..., None], outputs, 0)


class MaskOfInput(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs):  # breaks: mask-passed-on
        return super().call(inputs)[:, ::2]


class IgnoresMask(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs, mask=None):  # breaks: mask-used
        return super().call(inputs)


class MaskOfSeveral(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, query, value, mask=None):  # breaks: mask-used
        scores = tf.matmul(query, value, transpose_b=True)
        if mask is not None:
            scores = tf.where(mask[:, None], scores, scores.dtype.min)
        return tf.matmul(tf.nn.softmax(scores), super().call(value))

    def build(self, query_shape, value_shape):
        super().build(value_shape)


class UnusedWeight(Sound):
    def build(self, input_shape):
        super().build(input_shape)
        self.bias = self.add_weight(shape=(self.units,), name="bias")  # breaks: gradients


class RoundedKernel(Sound):
    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")  # breaks: gradients

    def call(self, inputs):
        return tf.matmul(inputs, tf.stop_gradient(self.kernel))


class RootAtZero(Sound):
    def call(self, inputs):  # breaks: gradients
        return tf.sqrt(tf.matmul(inputs, self.kernel * 0.0))


class NormalizesKernel(Sound):
    def call(self, inputs, training=False):  # breaks: frozen-stays
        if training:
            self.kernel.assign(self.kernel * 0.5)
        return super().call(inputs)


class StaysTrainable(Sound):
    @property
    def trainable_variables(self):  # breaks: frozen-stays
        return [self.kernel]


class DropsNothing(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.drop = keras.layers.Dropout(0.5, seed=1)

    def call(self, inputs, training=False):
        return self.drop(super().call(inputs), training=False)  # breaks: training-reaches-children


class CallsCall(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.drop = keras.layers.Dropout(0.5, seed=1)

    def call(self, inputs, training=False):
        return self.drop.call(super().call(inputs))  # breaks: training-reaches-children


class AddsLossesInside(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.head = keras.layers.Dense(3, activity_regularizer="l2")

    def build(self, input_shape):
        self.head.build(input_shape)

    def call(self, inputs):  # breaks: losses-once
        outputs = self.head(inputs)
        for loss in self.head.losses:
            self.add_loss(loss)
        return outputs


class LossOfAllCalls(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.calls = 0

    def call(self, inputs, training=False):  # breaks: losses-once
        self.calls += 1
        self.add_loss(0.01 * self.calls * tf.reduce_sum(tf.square(tf.cast(self.kernel, "float32"))))
        return super().call(inputs)


class NumpyNoise(Sound):
    def call(self, inputs, training=False):  # breaks: random-draws
        outputs = super().call(inputs)
        return outputs + np.random.normal() if training else outputs


class SameNoise(Sound):
    def call(self, inputs, training=False):  # breaks: random-draws
        outputs = super().call(inputs)
        noise = keras.random.normal((self.units,), dtype=outputs.dtype, seed=3)
        return outputs + noise if training else outputs


class SeedOfSystem(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.generator = keras.random.SeedGenerator(int.from_bytes(os.urandom(3), "big"))

    def call(self, inputs, training=False):  # breaks: random-repeats
        outputs = super().call(inputs)
        noise = keras.random.normal((self.units,), dtype=outputs.dtype, seed=self.generator)
        return outputs + noise if training else outputs


class StateOfSystem(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.generator = tf.random.Generator.from_non_deterministic_state()

    def call(self, inputs, training=False):  # breaks: random-repeats
        outputs = super().call(inputs)
        if not training:
            return outputs
        return outputs + tf.cast(self.generator.normal((self.units,)), outputs.dtype)


class AlwaysNoise(Sound):
    def call(self, inputs, training=False):  # breaks: deterministic-inference
        outputs = super().call(inputs)
        return outputs + tf.random.normal((self.units,), dtype=outputs.dtype)


class AlwaysDropout(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.drop = keras.layers.Dropout(0.5, seed=1)

    def call(self, inputs, training=False):  # breaks: deterministic-inference
        return self.drop(super().call(inputs), training=True)


class ForgetsScale(Sound):
    def get_config(self):  # breaks: config-round-trip
        config = super().get_config()
        del config["scale"]
        return config


class ForgetsRate(Sound):
    def __init__(self, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate

    def call(self, inputs, training=False):
        outputs = super().call(inputs)
        return tf.nn.dropout(outputs, self.rate) if training else outputs

    def get_config(self):  # breaks: config-round-trip
        return super().get_config()


class ConfigOfOthers(Sound):
    def get_config(self):  # breaks: config-round-trip
        return {**super().get_config(), "units_of_old": self.units}


class WeightsByTurn(Sound):
    """Stands for an order that a set decides."""

    turns = itertools.count()

    def build(self, input_shape):  # breaks: weight-order
        names = ["kernel", "bias"]
        for name in names if next(self.turns) % 2 else reversed(names):
            weight = self.add_weight(shape=(input_shape[-1], self.units), name=name)
            setattr(self, name, weight)

    def call(self, inputs):
        return super().call(inputs) + tf.reduce_sum(self.bias, axis=0)


class HeadsByName(keras.layers.Layer):
    """Sorts children by their generated names."""

    numbers = itertools.count(0, 7)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        heads = [keras.layers.Dense(units, name=f"head_{next(self.numbers) % 10}") for units in (3, 4)]
        self.heads = sorted(heads, key=lambda head: head.name)

    def build(self, input_shape):  # breaks: weight-order
        for head in self.heads:
            head.build(input_shape)

    def call(self, inputs):
        return tf.concat([head(inputs) for head in self.heads], axis=-1)


class SharesConfig(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.config = {"scale": 2.0, "factor": 3.0, "name": self.name}

    def call(self, inputs):
        return super().call(inputs) * self.config.get("factor", 1.0)

    def get_config(self):  # breaks: clone-model
        return self.config

    @classmethod
    def from_config(cls, config):
        layer = cls(scale=config["scale"], name=config["name"])
        layer.config = dict(config)
        config.pop("factor", None)
        return layer


class ConfigOnce(Sound):
    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor, self.rest = factor, {"factor": factor}

    def call(self, inputs):
        return super().call(inputs) * self.factor

    def get_config(self):  # breaks: clone-model
        config = {**super().get_config(), **self.rest}
        self.rest.clear()
        return config


class PicklesConfig(Sound):
    def __reduce__(self):  # breaks: pickle
        return type(self), (self.units, self.scale)


class RefusesPickle(Sound):
    def __reduce__(self):
        raise TypeError("cannot be pickled")  # breaks: pickle


def table_of_ones():
    keys, values = tf.constant([0, 1]), tf.constant([1.0, 1.0])
    return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, values), 1.0)


TABLE = table_of_ones()


class TableOfModule(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_jit = False

    def call(self, inputs):  # breaks: export
        return super().call(inputs) * tf.cast(TABLE.lookup(tf.constant(1)), self.compute_dtype)


class TableInBox(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_jit = False
        self.box = type("Box", (), {"table": table_of_ones()})()

    def call(self, inputs):  # breaks: export
        return super().call(inputs) * tf.cast(self.box.table.lookup(tf.constant(1)), self.compute_dtype)


class HiddenKernel(Sound):
    def build(self, input_shape):  # breaks: weights-round-trip
        super().build(input_shape)
        self.hidden = type("Box", (), {})()
        self.hidden.bias = tf.Variable(tf.random.normal((self.units,), dtype=self.compute_dtype))

    def call(self, inputs):
        return super().call(inputs) + self.hidden.bias


class LoadsNothing(Sound):
    def load_own_variables(self, store):  # breaks: weights-round-trip
        pass


class BuildsWrong(Sound):
    def get_build_config(self):
        return {"input_shape": [2, 5], "more": 1}

    def build_from_config(self, config):
        raise ValueError("this build config is not supported")  # breaks: keras-file


class BuildsOtherwise(Sound):
    def build_from_config(self, config):
        self.build(config["size"])  # breaks: keras-file


class CopiesShallow(Sound):
    def __deepcopy__(self, memo):  # breaks: deepcopy
        return self


class RefusesCopy(Sound):
    def __deepcopy__(self, memo):
        raise TypeError("cannot be copied")  # breaks: deepcopy


class Float32Table(Sound):
    def call(self, inputs):
        return super().call(inputs) + tf.ones((self.units,))  # breaks: mixed-float16


class CastsOutput(Sound):
    def call(self, inputs):  # breaks: mixed-float16
        return tf.cast(super().call(inputs), tf.float32)


class HalfKernel(Sound):
    def build(self, input_shape):  # breaks: mixed-float16
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units), name="kernel", dtype=self.compute_dtype
        )


class LimitOfNumpy(Sound):
    def call(self, inputs):
        outputs = super().call(inputs)
        return tf.maximum(outputs, np.finfo(getattr(np, self.compute_dtype)).min)  # breaks: mixed-bfloat16


class Float16Written(Sound):
    def call(self, inputs):
        is_half = self.compute_dtype != self.variable_dtype
        factor = tf.constant(1.0, "float16" if is_half else self.compute_dtype)
        return super().call(inputs) * factor  # breaks: mixed-bfloat16


class Float32Kernel(Sound):
    def build(self, input_shape):  # breaks: float64
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel", dtype="float32")


class CastsUnlessHalf(Sound):
    def call(self, inputs):  # breaks: float64
        outputs = super().call(inputs)
        return outputs if "16" in self.compute_dtype else tf.cast(outputs, "float32")


class CountsInPython(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.count = 0

    def call(self, inputs):
        self.count += 1  # breaks: python-state
        return super().call(inputs)


class KeepsSizes(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.sizes = []

    def call(self, inputs):
        outputs = super().call(inputs)
        self.note(outputs)
        return outputs

    def note(self, outputs):
        self.sizes.append(outputs.shape[-1])  # breaks: python-state


class PopsInput(keras.layers.Layer):
    def call(self, inputs):
        first = inputs.pop(0)  # breaks: input-unchanged
        return first * 2 + inputs[0]


class ChangesMapping(Sound):
    def build(self, input_shape):
        super().build(input_shape["a"])

    def call(self, inputs):
        return super().call(self.scaled(inputs)["a"])

    def scaled(self, features):
        features["a"] = features["a"] * 2  # breaks: input-unchanged
        return features


class NormalizesBatch(Sound):
    def call(self, inputs):  # breaks: rows-independent
        return super().call(inputs - tf.reduce_mean(inputs, axis=0, keepdims=True))


class RollsBatch(Sound):
    def call(self, inputs):  # breaks: rows-independent
        return tf.roll(super().call(inputs), 1, axis=0)


class CountsInference(Sound):
    def build(self, input_shape):
        super().build(input_shape)
        self.count = self.add_weight(shape=(), dtype="int64", initializer="zeros", trainable=False)

    def call(self, inputs, training=False):
        self.count.assign_add(1)  # breaks: state-in-inference
        return super().call(inputs)


class NoteOfPeak(Sound):
    def build(self, input_shape):
        super().build(input_shape)
        self.peak = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, inputs):
        self.note(tf.reduce_max(tf.abs(inputs)))
        return super().call(inputs)

    def note(self, size):
        self.peak.assign(tf.maximum(self.peak, tf.cast(size, self.peak.dtype)))  # breaks: state-in-inference


class RingOfInference(Sound):
    def build(self, input_shape):
        super().build(input_shape)
        self.place = self.add_weight(shape=(), dtype="int64", initializer="zeros", trainable=False)

    def call(self, inputs):
        self.place.assign((self.place + 1) % 3)  # breaks: state-in-inference
        return super().call(inputs)


class KeepsRagged(Sound):
    def call(self, inputs):
        self.rows = tf.RaggedTensor.from_tensor(inputs)  # breaks: no-tensor-kept
        return super().call(inputs)


class KeepsFeatures(Sound):
    def call(self, inputs):
        self.features = super().call(inputs)  # breaks: no-tensor-kept
        return self.features


class KeepsInMapping(Sound):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.kept = {}

    def call(self, inputs, training=False):
        outputs = super().call(inputs)
        if training:
            self.kept["outputs"] = outputs  # breaks: no-tensor-kept
        return outputs


class CropsBatch(Sound):
    def call(self, inputs):  # breaks: batch-sizes
        return super().call(inputs)[:4]


class CropsSteps(Sound):
    def call(self, inputs):  # breaks: batch-sizes
        return super().call(inputs)[:, :6]


class StepsOfBuild(Sound):
    def build(self, input_shape):
        super().build(input_shape)
        self.steps = input_shape[1]

    def call(self, inputs):  # breaks: batch-sizes
        return tf.reduce_mean(super().call(inputs[:, : self.steps]), axis=1)


class SizeOfGraph(Sound):
    def call(self, inputs):  # breaks: batch-sizes
        return super().call(inputs)[: inputs.shape[0] or 2]


ARGUMENTS = {"ConfigOnce": {"factor": 3.0}, "ForgetsScale": {"scale": 3.0}, "ForgetsRate": {"rate": 0.4}}
"""What the layers are created with, where the default does not show the mistake."""

INPUTS = dict.fromkeys(("DropsMask", "MaskOfInput", "IgnoresMask"), (TIME,))
INPUTS["MaskOfSeveral"] = (TIME, TIME)
INPUTS["PopsInput"] = ([ROWS, ROWS],)
INPUTS["ChangesMapping"] = ({"a": ROWS, "b": ROWS},)
INPUTS |= dict.fromkeys(("CropsSteps", "StepsOfBuild"), ("float32[2, None, 4]",))
"""What the layers are called with, where it is not `ROWS`."""

LAYERS = [
    cls
    for cls in list(globals().values())
    if isinstance(cls, type) and issubclass(cls, keras.layers.Layer) and cls is not Sound
]
