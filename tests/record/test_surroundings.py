"""A recording has the final state of layers, what changed meanwhile, and the exception that ended it."""

import gc
import random

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from keras import layers

import layertrace
from layertrace.record.python_state.framework_attributes import set_by_framework

ONES = np.ones((2, 3), "float32")


def seen(timeline, what):
    return [observation for observation in timeline.surroundings.observations if observation.what == what]


def state_of(timeline, name):
    (state,) = [state for state in timeline.surroundings.states.values() if state.layer.name == name]
    return state


class Counter(layers.Layer):
    def __init__(self):
        super().__init__()
        self.n = 0
        self.kept = None
        self.factor = 1.0

    def call(self, x):
        self.n += 1
        return x * self.factor


def test_an_attribute_that_changes_while_traced_is_recorded_once_for_each_trace():
    """Python state changes when Python runs: from 0 to 1 in the first trace, from 1 to 2 in the second."""
    layer = Counter()
    step = tf.function(lambda x: layer(x))
    with layertrace.trace() as timeline:
        step(tf.ones((2, 3)))
        step(tf.ones((2, 3)))
        step(tf.ones((3, 3)))

    changes = seen(timeline, "changed in call")
    assert [(change.name, change.before, change.now) for change in changes] == [
        ("n", 0, 1),
        ("n", 1, 2),
    ]


def test_an_eager_call_may_change_what_it_likes():
    """In eager mode Python runs each time, so a counter counts."""
    with layertrace.trace() as timeline:
        layer = Counter()
        layer(ONES)
        layer(ONES)

    assert seen(timeline, "changed in call") == []


def test_an_attribute_changed_after_the_trace_is_noticed_when_the_graph_runs():
    """The run that no longer matches is recorded, with the value that the graph was traced with."""
    layer = Counter()
    step = tf.function(lambda x: layer(x))
    with layertrace.trace() as timeline:
        step(tf.ones((2, 3)))
        layer.factor = 5.0
        step(tf.ones((2, 3)))

    (change,) = seen(timeline, "changed after trace")
    assert (change.name, change.before, change.now, change.layer.name) == ("factor", 1.0, 5.0, "counter")


def test_an_attribute_changed_inside_a_loop_is_noticed_although_its_runs_are_counted():
    """Runs from one line are counted, not compared one by one; but the second one is compared."""
    layer = Counter()
    step = tf.function(lambda x: layer(x))
    with layertrace.trace() as timeline:
        for factor in (1.0, 2.0, 3.0, 4.0):
            layer.factor = factor
            step(tf.ones((2, 3)))

    changes = seen(timeline, "changed after trace")
    assert (1.0, 2.0) in {(change.before, change.now) for change in changes}


def test_each_of_the_first_runs_is_compared_and_recorded_with_its_line():
    """A change in the eleventh run from one line is noticed there, not in the sixteenth."""
    layer = Counter()
    step = tf.function(lambda x: layer(x))
    with layertrace.trace() as timeline:
        for number in range(12):
            if number == 10:
                layer.factor = 2.0
            step(tf.ones((2, 3)))

    (change,) = seen(timeline, "changed after trace")
    assert (change.before, change.now, change.times) == (1.0, 2.0, 2)
    assert change.location.function == "test_each_of_the_first_runs_is_compared_and_recorded_with_its_line"


LIMIT = 2.0


def test_state_is_watched_wherever_call_reads_it():
    """A NumPy scalar, an array, a dict, an object or the class may hold it; what no code reads is ignored."""

    class Config:
        rate, unread = 1.0, 1.0

    class Reader(layers.Layer):
        shared = 1.0

        def __init__(self):
            super().__init__()
            self.config, self.items = Config(), {"n": 1}
            self.array, self.scalar = np.ones(2), np.float32(1)
            self.function, self.unread = abs, 1.0

        def call(self, x):
            return self.function(x) * self.config.rate * self.items["n"] * self.scale()

        def scale(self):
            return self.array[0] * self.scalar * Reader.shared * LIMIT

    layer = Reader()
    step = tf.function(lambda x: layer(x))
    with layertrace.trace() as timeline:
        step(tf.ones((2, 3)))
        layer.unread = layer.config.unread = 7.0
        layer.config.rate = layer.items["n"] = 7.0
        layer.array, layer.scalar, layer.function = np.zeros(2), np.float32(7), tf.abs
        Reader.shared = 7.0
        step(tf.ones((2, 3)))

    names = {observation.name for observation in seen(timeline, "changed after trace")}
    assert names == {"config.rate", "items['n']", "array", "scalar", "function", "class Reader.shared"}


def test_what_a_step_of_a_model_changes_is_noticed_in_its_trace():
    """`train_step` runs outside of any call; what it changes, keeps and draws still belongs to the model."""

    class Stepping(keras.Model):
        def __init__(self):
            super().__init__()
            self.head, self.turn = layers.Dense(1), 0

        def build(self, shape):
            self.head.build(shape)

        def call(self, x):
            return self.head(x)

        def train_step(self, data):
            self.turn += 1
            self.last = data * random.random()
            return {"loss": tf.reduce_mean(self(data))}

    model = Stepping()
    model.compile("sgd")
    with layertrace.trace() as timeline:
        model.fit(ONES, verbose=0)

    observations = timeline.surroundings.observations
    assert {(observation.what, observation.name) for observation in observations} == {
        ("changed in call", "turn"),
        ("kept tensor", "last"),
        ("random", "random"),
    }
    assert {observation.location.function for observation in observations} == {"train_step"}
    assert {observation.layer.name for observation in observations} == {"stepping"}


def test_a_constant_seed_is_found_in_the_graph():
    """Its origin does not matter. A SeedGenerator has a variable, and an initializer may have a seed."""

    class Noise(layers.Layer):
        def __init__(self, seed):
            super().__init__()
            self.seed = seed

        def build(self, shape):
            self.w = self.add_weight(shape=(3,), initializer=keras.initializers.RandomNormal(seed=1))

        def call(self, x):
            return x * self.w + keras.random.normal((3,), seed=self.seed)

    fixed, fresh = Noise(3), Noise(keras.random.SeedGenerator(3))
    with layertrace.trace() as timeline:
        tf.function(fixed)(tf.ones((2, 3)))
        tf.function(fresh)(tf.ones((2, 3)))

    assert {observation.layer.name for observation in seen(timeline, "random")} == {fixed.name}
    assert {observation.location.function for observation in seen(timeline, "random")} == {"call"}


def test_a_draw_in_a_function_without_layers_has_no_layer():
    """It is recorded with the function's line."""

    @tf.function
    def noisy(x):
        return x + random.random()

    with layertrace.trace() as timeline:
        noisy(tf.ones(2))

    (observation,) = seen(timeline, "random")
    assert (observation.layer, observation.name, observation.location.function) == (None, "random", "noisy")


def test_an_attribute_that_is_what_it_was_is_nothing_to_see():
    """It was set to the same value, or changed and then traced again."""
    layer = Counter()
    with layertrace.trace() as timeline:
        step = tf.function(lambda x: layer(x))
        step(tf.ones((2, 3)))
        layer.factor = 1.0
        step(tf.ones((2, 3)))
        layer.factor = 2.0
        step(tf.ones((3, 3)))
        step(tf.ones((3, 3)))

    assert seen(timeline, "changed after trace") == []


def test_trainable_is_an_attribute_like_others():
    """A train function that was traced with a layer's variables keeps updating them."""
    model = keras.Sequential([layers.Input((3,)), layers.Dense(2, name="first"), layers.Dense(1)])
    model.compile("sgd", "mse")
    with layertrace.trace() as timeline:
        model.fit(ONES, np.ones((2, 1)), verbose=0)
        model.get_layer("first").trainable = False
        model.fit(ONES, np.ones((2, 1)), verbose=0)

    changes = seen(timeline, "changed after trace")
    assert {(change.layer.name, change.name, change.before, change.now) for change in changes} == {
        ("first", "trainable", True, False)
    }


def test_trainable_is_ignored_in_a_graph_that_trains_nothing():
    """The functions of evaluate and predict do not depend on what is frozen."""
    model = keras.Sequential([layers.Input((3,)), layers.Dense(2, name="first"), layers.Dense(1)])
    model.compile("sgd", "mse")
    with layertrace.trace() as timeline:
        for trainable in (True, False):
            model.get_layer("first").trainable = trainable
            model.evaluate(ONES, np.ones((2, 1)), verbose=0)
            model.predict(ONES, verbose=0)

    assert seen(timeline, "changed after trace") == []


def test_a_strategy_trains_in_the_thread_of_a_replica():
    """Its updates belong to the trace that the replica runs for."""
    with layertrace.trace() as timeline:
        with tf.distribute.MirroredStrategy(["/cpu:0"]).scope():
            model = keras.Sequential([layers.Input((3,)), layers.Dense(2, name="first"), layers.Dense(1)])
            model.compile("sgd", "mse")
        model.fit(ONES, np.ones((2, 1)), verbose=0)
        model.get_layer("first").trainable = False
        model.fit(ONES, np.ones((2, 1)), verbose=0)

    assert {observation.name for observation in seen(timeline, "changed after trace")} == {"trainable"}


class Keeper(layers.Layer):
    last = None

    def call(self, x):
        self.last = x
        return x


def test_a_placeholder_that_an_eager_tensor_has_replaced_is_nothing_to_see():
    """Keras calls a layer with a placeholder to build it; a layer that never runs in a graph keeps none."""
    with layertrace.trace() as timeline:
        model = keras.Sequential([layers.Input((3,)), Keeper()])
        model(ONES)

    assert seen(timeline, "kept tensor") == []


def test_a_tensor_kept_by_a_graph_that_ran_is_recorded_even_if_it_is_replaced():
    """An eager call afterwards does not fix the next one in a graph."""
    with layertrace.trace() as timeline:
        model = keras.Sequential([layers.Input((3,)), Keeper()])
        model.predict(ONES, verbose=0)
        model(ONES)

    assert {observation.name for observation in seen(timeline, "kept tensor")} == {"last"}


def test_what_tf_keras_keeps_for_losses_and_metrics_is_its_own():
    """This holds also while its methods are wrapped twice: by TensorFlow, and by our hook."""
    with layertrace.trace():
        tf_keras.layers.Dense(1)(ONES)

        assert {"_losses", "_metrics"} <= set_by_framework(tf_keras.layers.Dense)


def test_a_tensor_of_a_graph_kept_on_a_layer_is_recorded():
    """It cannot be used outside of the graph; one inside a list counts, too."""

    class Keeping(layers.Layer):
        def __init__(self):
            super().__init__()
            self.history = []

        def call(self, x):
            self.last = x + 1
            self.history.append(x)
            return x

    with layertrace.trace() as timeline:
        tf.function(Keeping())(tf.ones((2, 3)))

    assert {observation.name for observation in seen(timeline, "kept tensor")} == {"last", "history"}


@pytest.mark.parametrize(
    ("draw", "name"), [(random.random, "random"), (np.random.rand, "numpy.random"), (lambda: 0.5, None)]
)
def test_drawing_from_python_while_traced_is_recorded(draw, name):
    """Numbers from NumPy and Python become constants of the graph; the enclosing layer is not blamed."""

    class Noise(layers.Layer):
        def call(self, x):
            return x + draw()

    class Around(layers.Layer):
        def __init__(self):
            super().__init__()
            self.noise = Noise()

        def call(self, x):
            return self.noise(x)

    around = Around()
    around(ONES)
    with layertrace.trace() as timeline:
        tf.function(around)(tf.ones((2, 3)))

    drawn = [(observation.layer.name, observation.name) for observation in seen(timeline, "random")]
    assert drawn == ([] if name is None else [("noise", name)])


@pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])
def test_updates_have_their_variables_and_those_without_a_gradient(k):
    """Equal steps from one line are one update."""
    used, unused = k.layers.Dense(1, name="used"), k.layers.Dense(1, name="unused")
    used.build((None, 3))
    unused.build((None, 3))
    optimizer = k.optimizers.SGD()
    variables = used.trainable_variables + unused.trainable_variables
    optimizer.build(variables)
    with layertrace.trace() as timeline:
        for _ in range(3):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(used(ONES))
            gradients = tape.gradient(loss, variables)
            with pytest.warns(UserWarning, match="Gradients do not exist") if k is keras else _nothing():
                optimizer.apply_gradients(zip(gradients, variables, strict=True))

    (update,) = seen(timeline, "update")
    assert update.times == 3
    assert len(update.paths) == 4
    assert [path.rpartition("/")[2] for path in update.without_gradient] == ["kernel", "bias"]
    assert update.now == (2, 3)  # where they are in the list: paths need not be unique


class _nothing:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def test_losses_belong_to_the_call_that_added_them():
    """A layer inside TimeDistributed adds a loss for each step."""

    class Act(layers.Layer):
        def call(self, x):
            self.add_loss(tf.reduce_sum(x))
            return x

    with layertrace.trace() as timeline:
        layers.TimeDistributed(Act())(np.ones((1, 5, 2), "float32"))

    losses = seen(timeline, "loss")
    assert len(losses) == 5
    assert {timeline[observation.during].kind for observation in losses} == {"call"}


def test_states_show_what_is_tracked_and_what_the_class_defines():
    """It has the children, the variables, the user's methods, and the state after `__init__`."""

    class Block(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = layers.Dense(2)
            self.table = tf.ones((3,))

        def build(self, shape):
            self.inner.build(shape)

        def call(self, x):
            return self.inner(x)

    with layertrace.trace() as timeline:
        block = Block()
        block(ONES)

    state = state_of(timeline, "block")
    inner = state_of(timeline, "dense")
    assert state.children == (inner.layer.id,)
    assert len(state.variables) == 2
    assert set(state.methods) == {"__init__", "build", "call"}
    assert inner.methods == {}
    assert (state.initialized, state.built_by_init, state.built, state.alive) == (True, False, True, True)
    assert str(state.tensors["table"]) == "float32[3]"


def test_a_deleted_layer_is_marked_as_gone():
    """A layer is not kept alive for its state."""

    def short():
        layers.Dense(1)(ONES)

    with layertrace.trace() as timeline:
        short()
        gc.collect()  # a layer is part of a cycle

    assert not state_of(timeline, "dense").alive


def test_a_forgotten_super_init_is_known_when_init_ends():
    """Keras itself complains only at the first call."""

    class Forgetful(layers.Layer):
        def __init__(self):
            self.units = 3

    with layertrace.trace() as timeline:
        layer = Forgetful()

    assert layer.units == 3
    (state,) = timeline.surroundings.states.values()
    assert state.initialized is False


def test_the_exception_that_ends_a_recording_is_recorded():
    """It has the layer whose method it came through, the user's lines, and where Keras raised it."""
    layer = layers.Dense(2)
    with pytest.raises(ValueError, match="count_params"), layertrace.trace(report=False) as timeline:
        layer(ONES)
        layers.Dense(3, name="unbuilt").count_params()

    failure = timeline.failure
    assert (failure.error.type, failure.layer.name) == ("ValueError", "unbuilt")
    assert failure.error.raised_in[0] == "keras.src.layers.layer:count_params"
    assert failure.error.location.function == "test_the_exception_that_ends_a_recording_is_recorded"


def test_flags_show_how_a_method_was_reached():
    """Flags mark `call` without `__call__`, a mask on a tensor, `from_config`, a name in first position."""
    embedding, dense = layers.Embedding(5, 2, mask_zero=True), layers.Dense(2)
    dense(ONES)
    with layertrace.trace() as timeline:
        dense.call(tf.ones((1, 3)))
        layers.Activation("relu")(embedding(np.array([[1, 0]])))
        layers.Dense.from_config(layers.Dense(4, name="copied").get_config())
        with pytest.raises((TypeError, ValueError), match="keyword|multiple"):  # Keras 3.15, 3.12
            dense.add_weight("kernel", shape=(2,))

    assert timeline.of("dense").where(kind="call")[0].flags == {"direct"}
    assert timeline.of("activation").where(kind="call")[0].flags == {"masked"}
    assert [set(e.flags) for e in timeline.of("copied").where(kind="init")] == [set(), {"from config"}]
    assert timeline.variables[-1].flags == {"name by position"}


def test_inits_and_variables_have_their_strategy():
    """It was created in the scope of a strategy, or not."""
    strategy = tf.distribute.MirroredStrategy(["/cpu:0"])
    with layertrace.trace() as timeline:
        with strategy.scope():
            layer = layers.Dense(1)
        layer(ONES)

    assert timeline.where(kind="init")[0].strategy == "MirroredStrategy"
    assert {e.strategy for e in timeline.variables} == {None}


def test_equal_code_in_two_files_has_two_places():
    """Python regards code from two files as equal; a location must not."""
    from layertrace.record.describe.source_lines import location

    first, second = (compile("x = 1\n", file, "exec") for file in ("one.py", "two.py"))

    assert first == second
    assert [location(code, 0).file for code in (first, second)] == ["one.py", "two.py"]


def test_a_traced_call_that_failed_leaves_nothing_to_compare_with():
    """The state noted at its beginning is dropped, and never mistaken for that of another call."""
    from layertrace.record.python_state.watch import _before

    class Failing(layers.Layer):
        def call(self, x):
            raise KeyError("no")

    with layertrace.trace(report=False), pytest.raises(KeyError):
        tf.function(Failing(), autograph=False)(tf.ones((1, 2)))

    assert _before == {}


def test_the_statements_of_the_program_are_recorded_with_their_source(tmp_path):
    """A saved recording shows the program's own lines where the program is not."""
    with layertrace.trace(save=tmp_path / "run.layertrace") as timeline:
        dense = layers.Dense(
            3,  # as many as there are classes
        )
        dense(ONES)

    sources = [statement.source for statement in timeline.surroundings.statements]
    assert sources == ["dense = layers.Dense(3)", "dense(ONES)"]
    loaded = layertrace.Timeline.load(tmp_path / "run.layertrace")
    assert loaded.surroundings.statements == timeline.surroundings.statements


class Sampler(keras.Model):
    """A model that is called in a function, not only in its methods."""

    def __init__(self, name):
        super().__init__(name=name)
        self.decoder = keras.layers.Dense(2)

    def sample(self, count):
        return self.decoder(keras.ops.zeros((count, 3)))[count:].unknown


def plot(model, count):
    """Fail with a model as the first argument."""
    return count / 0


def plot_and_sample(model):
    """Fail in a method of the model."""
    return model.sample(1)


@pytest.mark.parametrize(("fails", "owner"), [(plot, None), (plot_and_sample, "sampler")])
def test_a_function_whose_first_argument_is_a_layer_is_none_of_its_methods(fails, owner, engine):
    """The exception was raised in the model only if a method of it raised it."""
    with pytest.raises((ZeroDivisionError, AttributeError)), layertrace.trace(report=False) as timeline:
        fails(Sampler(name="sampler"), *([3] if fails is plot else []))

    layer = timeline.failure.layer
    assert (None if layer is None else layer.name) == owner


def test_a_function_inside_a_function_is_no_method_either():
    """Its qualified name ends behind `<locals>`."""

    def inner(model):
        return model.name / 2

    with pytest.raises(TypeError), layertrace.trace(report=False) as timeline:
        inner(keras.layers.Dense(1))

    assert timeline.failure.layer is None


def checked(function):
    """Return a method that fails before the one that it is around."""

    def wrapper(self, inputs):
        return function(self, inputs / 0)

    return wrapper


class Checked(layers.Layer):
    @checked
    def call(self, inputs):
        return inputs


def test_the_wrapper_of_a_method_is_one_too(engine):
    """Its qualified name is that of a function in a decorator."""
    with pytest.raises(TypeError), layertrace.trace(report=False) as timeline:
        Checked(name="checked").call("text")

    assert timeline.failure.layer.name == "checked"
