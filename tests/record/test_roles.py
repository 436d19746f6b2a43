"""Functions that Keras creates are recorded with their role, and variables with what holds them."""

from collections import Counter

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras

import layertrace

ONES = np.ones((40, 3), "float32")
TARGETS = np.ones((40, 1), "float32")


def net(framework, name="net"):
    """Return a functional model with a seed and with moving statistics."""
    layers = framework.layers
    inputs = framework.Input((3,))
    hidden = layers.BatchNormalization()(layers.Dense(4)(inputs))
    model = framework.Model(inputs, layers.Dense(1)(layers.Dropout(0.5)(hidden)), name=name)
    model.compile("adam", "mse", metrics=["mae"])
    return model


def life_of(framework):
    """Return the model and the recording of a program that trains, tests and predicts."""
    with layertrace.trace() as timeline:
        model = net(framework)
        model.fit(ONES, TARGETS, validation_data=(ONES, TARGETS), verbose=0)
        model.evaluate(ONES, TARGETS, verbose=0)
        model.predict(ONES, verbose=0)
    return model, timeline


def held(timeline):
    """Return how many variables each holder has."""
    return Counter((event.variable.role, event.variable.holder) for event in timeline.variables)


def weights(timeline):
    """Return the number of parameters of the variables that are held by layers alone."""
    return sum(e.variable.parameters for e in timeline.variables if e.variable.role is None)


def test_keras_functions_have_a_role_and_a_model():
    """Train and test functions of Keras have one name and one code; role, model and step set them apart."""
    _, timeline = life_of(keras)

    labels = {life.function.label for life in timeline.functions if life.function.role is not None}
    ran = {life.function.label for life in timeline.functions if life.runs}
    assert ran == {"train of net", "test of net", "predict of net"}
    assert labels - ran == {"train step of net", "test step of net"}
    assert not [e for e in timeline.where(kind="trace") if e.cause and e.cause.reason.startswith("new ")]


def test_tf_keras_functions_have_a_role_and_a_model():
    """So have those of tf_keras, which have a name of their own."""
    _, timeline = life_of(tf_keras)

    labels = {life.function.label for life in timeline.functions if life.function.role is not None}
    assert labels == {"train of net", "test of net", "predict of net"}


@pytest.mark.parametrize("framework", [keras, tf_keras])
def test_what_no_layer_holds_is_no_parameter(framework):
    """Without the state of optimizer, metrics, seeds and counters, the parameters are those of Keras."""
    model, timeline = life_of(framework)

    assert weights(timeline) == model.count_params()
    of_optimizer = held(timeline)["optimizer", model.optimizer.name]
    # tf_keras does not list the learning rate among the optimizer's variables
    assert of_optimizer == len(model.optimizer.variables) + (framework is tf_keras)
    metrics = Counter(role for role, _ in held(timeline).elements())["metric"]
    assert metrics == sum(len(metric.variables) for metric in model.metrics)


def test_a_seed_is_held_by_its_layer():
    """The state of a random generator inside a layer names the layer; one outside of layers, itself."""
    with layertrace.trace() as timeline:
        keras.layers.Dropout(0.5, name="drop")
        keras.random.SeedGenerator(7, name="mine")
        tf.random.Generator.from_seed(1)

    assert held(timeline) == {("seed", "drop"): 1, ("seed", "mine"): 1, ("seed", None): 1}


def test_a_metric_inside_a_layer_is_no_weight_of_it():
    """The variables of a metric that a layer creates belong to the metric; a weight stays one."""

    class Counting(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.mean = keras.metrics.Mean(name="seen")
            self.scale = self.add_weight(shape=(3,), name="scale")

    with layertrace.trace() as timeline:
        layer = Counting()
        layer.build((1,))

    assert held(timeline) == {("metric", "seen"): 2, (None, None): 1}
    assert weights(timeline) == layer.count_params() == 3


@pytest.mark.parametrize("framework", [keras, tf_keras])
def test_a_loss_scale_is_state_of_its_optimizer(framework):
    """LossScaleOptimizer has variables of its own, besides those of the optimizer inside."""
    with layertrace.trace() as timeline:
        optimizer = framework.mixed_precision.LossScaleOptimizer(framework.optimizers.SGD())
        optimizer.build([framework.layers.Dense(1).add_weight(shape=(1,), name="w")])

    assert {role for role, _ in held(timeline)} == {"optimizer", None}
    assert held(timeline)[None, None] == 1


def test_a_custom_optimizer_and_a_custom_metric_hold_their_variables():
    """A class of the user derived from one of Keras keeps the role."""

    class Slow(keras.optimizers.SGD):
        def build(self, variables):
            super().build(variables)
            self.steps = self.add_variable(shape=(), name="steps")

    class Hits(keras.metrics.Metric):
        def __init__(self):
            super().__init__(name="hits")
            self.hits = self.add_variable(shape=(), initializer="zeros", name="hits")

    with layertrace.trace() as timeline:
        Slow(name="slow").build([keras.Variable([1.0])])
        Hits()

    assert held(timeline) == {("optimizer", "slow"): 3, ("metric", "hits"): 1, (None, None): 1}


def test_an_overridden_train_step_keeps_the_role():
    """The role is that of the function, also if the step that it calls is the user's."""

    class Net(keras.Model):
        def __init__(self):
            super().__init__(name="own")
            self.dense = keras.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            return {"loss": tf.reduce_mean(self(data[0]))}

        @tf.function
        def test_step(self, data):
            return {"loss": tf.reduce_mean(self(data[0]))}

    with layertrace.trace() as timeline:
        model = Net()
        model.compile("sgd", "mse")
        model.fit(ONES, TARGETS, verbose=0)
        model.evaluate(ONES, TARGETS, verbose=0)

    labels = [life.function.label for life in timeline.functions if not life.name.startswith("Dataset_")]
    assert labels == ["train of own", "train step of own", "test of own", "test step of own", "test_step"]


def test_models_of_one_line_are_compared_and_others_are_not():
    """A model that a loop recreates has its functions traced again; another model is another thing."""
    with layertrace.trace() as timeline:
        for _ in range(2):
            model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
            model.predict(ONES[:2], verbose=0)
        other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        other.predict(ONES[:2], verbose=0)

    predicts = [life for life in timeline.functions if life.function.role == "predict"]
    assert [[cause.reason for cause in life.causes] for life in predicts] == [[], ["new model"], []]
    assert str(predicts[1].causes[0]).startswith("model 2 from line ")
    assert predicts[1].causes[0].is_expected


def test_a_model_that_is_compiled_again_has_a_function_recreated():
    """Another model has a train function of its own; a second one of the same model is named as such."""
    with layertrace.trace() as timeline:
        for _ in range(2):
            model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
            for _ in range(2):
                model.compile("sgd", "mse")
                model.fit(ONES, TARGETS, verbose=0)

    trains = [life for life in timeline.functions if life.function.label.startswith("train of")]
    assert [[cause.reason for cause in life.causes] for life in trains] == [
        [], ["new function"], ["new model"], ["new function"],
    ]  # fmt: skip
    again = trains[1].causes[0]
    assert str(again) == "train function number 2 of the same model, as after another compile"
    assert not again.is_expected


def test_functions_of_the_program_have_no_role():
    """A function of the user is named as TensorFlow names it, even with a name that Keras uses."""

    @tf.function
    def one_step_on_data(x):
        return x + 1

    with layertrace.trace() as timeline:
        one_step_on_data(tf.ones(3))

    (life,) = timeline.functions
    assert (life.function.role, life.function.label) == (None, "one_step_on_data")


def test_a_function_that_a_dataset_maps_is_the_users():
    """What a program maps over a dataset is shown where it is written; what Keras maps is plumbing."""

    def double(x, y):
        return x * 2, y

    with layertrace.trace() as timeline:
        model = net(keras)
        data = tf.data.Dataset.from_tensor_slices((ONES, TARGETS)).map(double).map(double).batch(8)
        model.evaluate(data, verbose=0)
        model.evaluate(ONES, TARGETS, verbose=0)

    mapped = [life for life in timeline.functions if life.label == "Dataset.map(double)"]
    assert [(life.defined_at.line, life.causes, life.is_plumbing) for life in mapped] == [
        (double.__code__.co_firstlineno, (), False)
    ] * 2
    plumbed = {life.label for life in timeline.functions if life.is_plumbing}
    assert "Dataset.map(grab_batch)" in plumbed
    assert all(life.is_plumbing for life in timeline.functions if life.name.startswith("Dataset_flat"))
    labels = {life.label for life in timeline.functions if not life.is_plumbing}
    assert labels == {"Dataset.map(double)", "test of net", "test step of net"}


def test_layers_that_keras_creates_as_a_reference_are_plumbing(tmp_path):
    """Loading creates bare layers; the layers of the model are not among them."""
    model = net(keras)
    model.save(tmp_path / "net.keras")
    tracker = keras.src.backend.common.global_state.GLOBAL_STATE_TRACKER
    for name in [name for name in vars(tracker) if name.startswith("saving_attr_skiplist_")]:
        delattr(tracker, name)  # as in a program that has not saved or loaded anything yet
    with layertrace.trace() as timeline:
        keras.models.load_model(tmp_path / "net.keras", compile=False)

    references = {layer.class_name for layer in timeline.layers if layer.id in timeline.plumbing.layers}
    others = {layer.class_name for layer in timeline.layers if layer.id not in timeline.plumbing.layers}
    assert references == {"Layer"}
    assert others == {"InputLayer", "Dense", "BatchNormalization", "Dropout", "Functional"}


def test_the_last_batch_explains_its_trace():
    """Keras predicts with the rows that are left, and TensorFlow has relaxed their number when it traces."""
    with layertrace.trace() as timeline:
        model = net(keras)
        model.predict(ONES, batch_size=32, verbose=0)

    (predict,) = [life for life in timeline.functions if life.function.role == "predict"]
    (cause,) = predict.causes
    assert str(cause) == "last batch: 8 rows, not 32"
    assert cause.is_expected
    assert cause.changes[0].axes == (0,)


def test_a_batch_of_the_program_is_not_called_the_last():
    """The rows of a batch that the program chose are what it can change."""
    with layertrace.trace() as timeline:
        model = net(keras)
        model.predict_on_batch(ONES[:4])
        model.predict_on_batch(ONES[:3])

    (predict,) = [life for life in timeline.functions if life.function.role == "predict"]
    assert [str(cause) for cause in predict.causes] == [
        "data[0][0]: float32[None, 3], was float32[4, 3] (dimension 0)"
    ]
    assert not any(cause.is_expected for cause in predict.causes)
