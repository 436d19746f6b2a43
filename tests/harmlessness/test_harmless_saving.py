"""What is pickled, copied, saved and loaded while a trace runs, before it and after it."""

import contextlib
import copy
import io
import json
import pickle
import re
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from bare_and_traced import assert_same, fresh, tamed
from tensorflow.core.protobuf import saved_model_pb2

import layertrace

pytestmark = pytest.mark.slow

X = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)


@keras.saving.register_keras_serializable("harmlessness")
class Scale(keras.layers.Layer):
    """Has all that is saved of a layer: arguments, a weight, a `tf.function`."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        self.gain = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="gain")

    def call(self, x):
        return x * self.gain * self.factor

    @tf.function(input_signature=[tf.TensorSpec((None, 4))])
    def doubled(self, x):
        return self.call(x) * 2.0

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


@keras.saving.register_keras_serializable("harmlessness")
class Graphed(Scale):
    """Has a `call` that is a `tf.function`."""

    @tf.function
    def call(self, x):
        return x * self.gain


@tf_keras.saving.register_keras_serializable("harmlessness")
class LegacyScale(tf_keras.layers.Layer):
    """The same for tf_keras, whose SavedModels hold `call` itself, by wrappers of it."""

    def build(self, input_shape):
        self.gain = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="gain")

    def call(self, x, training=None):
        return x * self.gain


def keras_model():
    return keras.Sequential([keras.Input((4,)), Scale(3.0), keras.layers.Dense(4), Graphed()])


def legacy_model():
    return tf_keras.Sequential([tf_keras.Input((4,)), LegacyScale(), tf_keras.layers.Dense(2)])


def traced_when(when, program):
    """Run a program of two halves, with the first, the second or both of them traced."""
    first, second = program
    with layertrace.trace() if when in ("first", "both") else contextlib.nullcontext():
        made = first()
    with layertrace.trace() if when in ("second", "both") else contextlib.nullcontext():
        return second(made)


WHEN = pytest.mark.parametrize("when", ["first", "second", "both"])


def assert_same_halves(when, *program):
    fresh()
    bare = traced_when("never", program)
    fresh()
    np.testing.assert_equal(tamed(traced_when(when, program)), tamed(bare))


@WHEN
@pytest.mark.parametrize("make", [keras_model, legacy_model])
@pytest.mark.parametrize("copier", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_models_can_be_pickled_and_copied(make, copier, when):
    """A model that is created, pickled or copied under a trace has its weights and outputs after it."""

    def use(model):
        twin = copier(model)
        assert twin is not model
        return [twin(X), twin.get_weights(), [w.name for w in twin.weights], type(twin).__name__]

    assert_same_halves(when, make, use)


@WHEN
@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize("make", [lambda: Scale(1.5), lambda: keras.layers.Dense(2)])
def test_layers_can_be_pickled_and_copied(make, built, when):
    """The same holds for a single layer, built or not; errors are the same, too."""

    def first():
        layer = make()
        if built:
            layer(X)
        return layer

    def second(layer):
        found = []
        for copier in (copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))):
            try:
                twin = copier(layer)
                found += [twin(X), twin.get_weights(), twin.built, twin.get_config()]
            except Exception as error:
                found.append(f"{type(error).__name__}: {error}".replace(hex(id(layer)), ""))
        return found

    assert_same_halves(when, first, second)


def test_classes_and_functions_are_pickled_by_name():
    """A class and its methods are pickled as without a trace, and can be read after it."""
    with layertrace.trace():
        data = pickle.dumps([Scale, Scale.call, keras.layers.Dense])

    assert pickle.loads(data) == [Scale, Scale.call, keras.layers.Dense]


@WHEN
@pytest.mark.parametrize("suffix", ["keras", "h5", "weights.h5"])
@pytest.mark.parametrize("make", [keras_model, legacy_model])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file:UserWarning")
def test_saved_files_are_the_same(make, suffix, when, tmp_path):
    """Files hold the same config and weights, and load into a model with the same outputs."""
    host = keras if make is keras_model else tf_keras
    path = tmp_path / f"model.{suffix}"

    def save(model):
        if suffix == "weights.h5":
            model.save_weights(path)
            again = make()
            again.load_weights(path)
            return [again(X), again.get_weights()]
        model.save(path)
        again = host.models.load_model(path)
        return [again(X), again.get_weights(), [w.name for w in again.weights], contents(path)]

    assert_same_halves(when, make, save)


def contents(path):
    """Return what a `.keras` file contains about its model."""
    if path.suffix != ".keras":
        return None
    with zipfile.ZipFile(path) as archive:
        config = re.sub(rb'"shared_object_id": \d+', b'"shared_object_id": 0', archive.read("config.json"))
        return [archive.namelist(), json.loads(config)]


def signatures(folder):
    """Return what a SavedModel offers, and the ops in its graphs."""
    loaded = tf.saved_model.load(str(folder))
    saved = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    proto = saved.meta_graphs[0]
    nodes = [sorted(node.op for node in function.node_def) for function in proto.graph_def.library.function]
    objects = [
        (node.WhichOneof("kind"), [child.local_name for child in node.children])
        for node in proto.object_graph_def.nodes
    ]
    return loaded, [sorted(loaded.signatures), sorted(nodes), objects]


@WHEN
def test_an_exported_keras_3_model_is_the_same(when, tmp_path):
    """`model.export` writes the same graphs and objects, and they compute the same."""

    def export(model):
        model.export(tmp_path / "exported", verbose=False)
        loaded, offered = signatures(tmp_path / "exported")
        return [loaded.serve(X), offered]

    assert_same_halves(when, keras_model, export)


@WHEN
def test_a_saved_model_of_a_keras_3_layer_is_the_same(when, tmp_path):
    """`tf.saved_model.save` finds the same functions, including `call` if it is one."""

    def make():
        layer = Graphed()
        layer(tf.constant(X))
        return layer

    def save(layer):
        tf.saved_model.save(layer, str(tmp_path / "saved"))
        loaded, offered = signatures(tmp_path / "saved")
        return [loaded.doubled(tf.constant(X)), loaded.call(tf.constant(X)), offered]

    assert_same_halves(when, make, save)


@WHEN
def test_a_saved_model_of_tf_keras_is_the_same(when, tmp_path):
    """`model.save` writes the same graphs, with and without the config, and they compute the same."""

    def save(model):
        model.compile("sgd", "mse")
        model.save(tmp_path / "saved", save_format="tf")
        loaded, offered = signatures(tmp_path / "saved")
        again = tf_keras.models.load_model(tmp_path / "saved")
        return [loaded(X), again(X), [w.name for w in again.weights], offered]

    assert_same_halves(when, legacy_model, save)


@WHEN
def test_checkpoints_are_the_same(when, tmp_path):
    """`tf.train.Checkpoint` finds the same objects under the same names."""

    def save(model):
        path = tf.train.Checkpoint(model=model).write(str(tmp_path / "checkpoint"))
        return sorted(tf.train.list_variables(path))

    assert_same_halves(when, keras_model, save)
    assert_same_halves(when, legacy_model, save)


@pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])
def test_weights_keep_their_order(k):
    """Weights have the order, names, shapes and values that they have without a trace."""

    class Late(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.second = k.layers.Dense(2)
            self.first = k.layers.Dense(3)

        def build(self, input_shape):
            self.own = self.add_weight(shape=(1,), name="own")
            self.frozen = self.add_weight(shape=(1,), trainable=False, name="frozen")
            self.built = True

        def call(self, x):
            return self.second(self.first(x)) + self.own

    def program():
        layer = Late()
        layer(X)
        groups = (layer.weights, layer.trainable_weights, layer.non_trainable_weights)
        return [[(w.name, tuple(w.shape), w.numpy()) for w in group] for group in groups]

    assert_same(program)


def test_a_cloned_model_is_the_same():
    """`clone_model` and `from_config` create the same model."""

    def program():
        model = keras_model()
        twin = keras.models.clone_model(model)
        again = keras.Sequential.from_config(model.get_config())
        return [twin(X), again(X), twin.to_json(), [w.path for w in twin.weights]]

    assert_same(program)


def test_a_summary_is_the_same():
    """`model.summary()` prints the same table."""

    def program():
        printed = io.StringIO()
        for model in (keras_model(), legacy_model()):
            model.summary(print_fn=lambda line: printed.write(line + "\n"))
        return printed.getvalue()

    assert_same(program)


@keras.saving.register_keras_serializable("harmlessness")
class Listed(keras.layers.Layer):
    """Has its layers in an attribute that Keras does not save."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._layers = [keras.layers.Dense(4), keras.layers.Dense(4)]

    def call(self, x):
        return self._layers[1](self._layers[0](x))


@WHEN
def test_layers_that_are_not_saved_stay_so(when, tmp_path):
    """The file has the same names as without a trace, and the model keeps its weights."""

    def save(model):
        model.save(tmp_path / "listed.keras")
        return [model.get_weights(), contents(tmp_path / "listed.keras")]

    assert_same_halves(when, lambda: keras.Sequential([keras.Input((4,)), Listed()]), save)
