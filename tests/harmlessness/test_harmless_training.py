"""Compiling, adapting, setting weights and reading losses do under trace what they do without."""

import gc
import inspect
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from bare_and_traced import assert_same

import layertrace

pytestmark = pytest.mark.slow

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])


@KERAS
def test_a_training_has_the_same_result(k):
    """Regularizers, statistics and weights have the same effect."""

    def program():
        k.utils.set_random_seed(0)
        scale = k.layers.Normalization()
        scale.adapt(np.arange(12.0).reshape(4, 3))
        decayed = k.layers.Dense(2, kernel_regularizer="l2")
        model = k.Sequential([k.Input((3,)), scale, decayed, k.layers.Dense(1)])
        model.compile(k.optimizers.SGD(0.1), "mse")
        model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
        model.set_weights([weight * 0.5 for weight in model.get_weights()])
        return [np.asarray(loss) for loss in model.losses] + model.get_weights()

    assert_same(program)


@KERAS
def test_losses_stay_a_property_with_its_documentation(k):
    """It is the same object again after the recording."""
    base = next(cls for cls in k.layers.Layer.__mro__ if "losses" in vars(cls))
    before = vars(base)["losses"]
    with layertrace.trace():
        during = vars(base)["losses"]
        assert isinstance(during, property)
        assert inspect.getdoc(during) == inspect.getdoc(before)
    assert vars(base)["losses"] is before


@KERAS
def test_assigning_losses_raises_the_same_message(k):
    """It names the property, as Python does for one that a class body defines."""

    def program():
        layer = k.layers.Dense(1)
        with pytest.raises(AttributeError) as raised:
            layer.losses = []
        return str(raised.value)

    assert_same(program)


@KERAS
def test_freezing_has_the_same_result(k):
    """`trainable` reaches the layers inside, also through a property of a user's class."""

    class Half(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.kept, self.frozen = k.layers.Dense(2), k.layers.Dense(2)

        @property
        def trainable(self):
            return super().trainable

        @trainable.setter
        def trainable(self, value):
            k.layers.Layer.trainable.fset(self, value)
            if hasattr(self, "kept"):
                self.kept.trainable = True

        def call(self, x):
            return self.kept(x) + self.frozen(x)

    def program():
        half = Half()
        half(np.ones((1, 2), "float32"))
        half.trainable = False
        names = [len(half.trainable_weights), half.kept.trainable, half.frozen.trainable, half.trainable]
        half.trainable = True
        return [*names, len(half.trainable_weights), half.frozen.trainable]

    assert_same(program)


@KERAS
def test_restoring_a_checkpoint_has_the_same_result(k, tmp_path):
    """The values and the status are the same, also for a name that the checkpoint does not have."""

    def program():
        path = str(tmp_path / "checkpoint")
        k.utils.set_random_seed(0)
        net = k.Sequential([k.Input((2,)), k.layers.Dense(2)])
        saved = tf.train.Checkpoint(model=net).save(path)
        values = net.get_weights()
        net.set_weights([weight * 0.0 for weight in values])
        unknown = tf.train.Checkpoint(network=net).restore(saved)
        with pytest.raises(AssertionError):
            unknown.assert_existing_objects_matched()
        untouched = net.get_weights()
        status = tf.train.Checkpoint(model=net).restore(saved)
        status.assert_existing_objects_matched()
        return [type(status).__name__, *untouched, *net.get_weights()]

    assert_same(program)


@KERAS
def test_data_and_states_are_the_same(k):
    """Generators are read in order, datasets shuffled the same way, and the states of an RNN kept."""

    def program():
        k.utils.set_random_seed(0)
        x, y = np.ones((8, 6, 1), "float32"), np.ones((8, 1), "float32")
        inputs, memory = k.Input((6, 1), batch_size=4), k.layers.LSTM(2, stateful=True)
        net = k.Sequential([inputs, memory, k.layers.Dense(1)])
        net.compile("sgd", "mse")
        batches = ((x[:4] * number, y[:4]) for number in range(6))
        read = net.fit(batches, steps_per_epoch=2, epochs=2, shuffle=False, verbose=0)
        data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(8, seed=1).batch(4)
        split = {"validation_data": data.skip(1), "shuffle": False}
        history = net.fit(data.take(1), **split, epochs=2, verbose=0)
        first, second = net.predict(x, batch_size=4, verbose=0), net.predict(x, batch_size=4, verbose=0)
        return [read.history, history.history, first, second, net.evaluate(data, verbose=0)]

    assert_same(program)


@KERAS
def test_datasets_are_the_same_and_not_kept(k):
    """Each method returns what it returns bare, and what is thrown away is gone at once."""

    def program():
        data = tf.data.Dataset.range(6).map(lambda n: n + 1).filter(lambda n: n > 2).batch(2).repeat(2)
        gone = weakref.ref(data.take(1))
        data = data.unbatch().enumerate().skip(1).prefetch(2).cache()
        net = k.Sequential([k.layers.Dense(1, kernel_initializer="ones")])
        with pytest.raises(TypeError):
            data.batch()
        rows = [(int(n), int(row)) for n, row in data]
        return [gone(), rows, net(tf.ones((1, 2))), str(data.element_spec)]

    assert_same(program)


@KERAS
def test_metrics_have_the_same_values_in_each_epoch(k):
    """Reading their variables before and after each reset changes none, also of one that is not listed."""

    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.listed, self.left_out = k.metrics.Mean(name="listed"), k.metrics.AUC(name="left_out")
            self.asked = 0

        @property
        def metrics(self):
            self.asked += 1
            return [self.listed]

        def call(self, x):
            return x

        def train_step(self, data):
            self.listed.update_state(data)
            self.left_out.update_state(data > 5, data / 12)
            return {"listed": self.listed.result(), "left_out": self.left_out.result()}

    def program():
        net = Net()
        net.compile("sgd")
        history = net.fit(np.arange(12.0), epochs=3, batch_size=4, shuffle=False, verbose=0).history
        return history["listed"], history["left_out"], net.asked

    assert_same(program)


@KERAS
def test_averages_of_weights_are_the_same(k):
    """They are compared with the weights, and neither changes."""

    def program():
        k.utils.set_random_seed(0)
        model = k.Sequential([k.Input((3,)), k.layers.Dense(1)])
        model.compile(k.optimizers.Adam(0.1, use_ema=True, ema_momentum=0.5), "mse")
        for _ in range(3):
            model.train_on_batch(np.ones((4, 3)), np.ones((4, 1)))
        before = model.get_weights()
        model.optimizer.finalize_variable_values(model.trainable_variables)
        return before + model.get_weights()

    assert_same(program)


@KERAS
def test_a_step_by_hand_has_the_same_graph_and_result(k):
    """Weights are read where their gradients are taken, which adds no op to the graph."""

    def program():
        k.utils.set_random_seed(0)
        model = k.Sequential([k.Input((3,)), k.layers.Dense(1)])

        @tf.function
        def step(x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(model(x) ** 2)
            for weight, gradient in zip(
                model.trainable_variables, tape.gradient(loss, model.trainable_variables), strict=True
            ):
                weight.assign_sub(0.1 * gradient)
            return loss

        losses = [step(tf.ones((2, 3))).numpy() for _ in range(3)]
        graph = step.get_concrete_function(tf.ones((2, 3))).graph
        return losses, [op.type for op in graph.get_operations()], len(graph.captures)

    assert_same(program)


@KERAS
def test_a_callback_keeps_what_it_holds(k):
    """It is read after the fit, without asking it for an attribute, and lives no longer for that."""

    class Keep(k.callbacks.Callback):
        def __getattr__(self, name):
            raise AssertionError(name)

        def on_train_end(self, logs=None):
            self.held = list(self.model.weights)

    def program():
        k.utils.set_random_seed(0)
        keep = Keep()
        model = k.Sequential([k.Input((3,)), k.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0, callbacks=[keep])
        model.set_weights(keep.held)
        reference = weakref.ref(keep)
        held = [variable.numpy() for variable in keep.held]
        del keep, model
        gc.collect()
        return held, reference() is None

    assert_same(program)


@KERAS
def test_data_is_read_as_often(k):
    """Arrays of a dataset class are compared without asking it for a batch, or for an attribute."""

    class Batches(k.utils.Sequence):
        def __init__(self):
            super().__init__()
            self.rows, self.asked = np.arange(12.0).reshape(4, 3), []

        def __getattr__(self, name):
            if not name.startswith("_"):
                self.__dict__.setdefault("missing", []).append(name)
            raise AttributeError(name)

        def __len__(self):
            return 2

        def __getitem__(self, index):
            self.asked.append(index)
            self.rows += 1.0
            return self.rows[:2].copy(), self.rows[:2, :1].copy()

    def program():
        k.utils.set_random_seed(0)
        data = Batches()
        model = k.Sequential([k.Input((3,)), k.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(data, epochs=2, shuffle=False, verbose=0)
        return len(data.asked), vars(data).get("missing")

    assert_same(program)
