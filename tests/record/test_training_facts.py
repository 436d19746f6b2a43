"""A recording has what decides how a model trains: compile, adapt, set weights, losses that are read."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from keras import layers

import layertrace

ONES = np.ones((4, 3), "float32")
KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])


def seen(timeline, what):
    return [observation for observation in timeline.surroundings.observations if observation.what == what]


def state_of(timeline, name):
    (state,) = [state for state in timeline.surroundings.states.values() if state.layer.name == name]
    return state


@KERAS
def test_a_compile_has_the_optimizer_the_rate_and_what_was_trainable(k):
    """The frozen layers are known by their numbers, the trainable weights by theirs."""
    with layertrace.trace() as timeline:
        model = k.Sequential([k.Input((3,)), k.layers.Dense(2, name="base"), k.layers.Dense(1)], name="net")
        model.layers[0].trainable = False
        model.compile(k.optimizers.SGD(0.5), "mse")

    (compiled,) = seen(timeline, "compiled")
    assert compiled.layer.name == "net"
    assert compiled.name.startswith("<SGD")
    assert compiled.now == 0.5
    assert compiled.before == (state_of(timeline, "base").layer.id,)
    assert len(compiled.variables) == 2
    assert set(compiled.variables).isdisjoint(state_of(timeline, "base").variables)
    assert compiled.location.function == "test_a_compile_has_the_optimizer_the_rate_and_what_was_trainable"


def test_a_compile_of_the_users_own_is_the_line_that_calls_it():
    """The line of `super().compile()` is inside it."""

    class Net(keras.Model):
        def compile(self, rate):
            super().compile(keras.optimizers.SGD(rate))

    with layertrace.trace() as timeline:
        net = Net()
        net.compile(0.25)

    (compiled,) = seen(timeline, "compiled")
    assert compiled.location.function == "test_a_compile_of_the_users_own_is_the_line_that_calls_it"
    assert compiled.now == 0.25


@KERAS
def test_losses_are_known_to_be_read(k):
    """`fit` reads them in the trace of its step, and a program may read them anywhere."""
    with layertrace.trace() as timeline:
        dense = k.layers.Dense(1, kernel_regularizer="l2")
        model = k.Sequential([k.Input((3,)), dense], name="net")
        assert not seen(timeline, "losses read")
        assert len(model.losses) == 1
        model.compile("sgd", "mse")
        model.fit(ONES, ONES[:, :1], verbose=0)

    first, *others = seen(timeline, "losses read")
    assert (first.layer.name, first.during) == ("net", None)
    assert "trace" in {timeline[other.during].kind for other in others if other.during is not None}


@KERAS
def test_adapting_and_setting_weights_are_noticed(k):
    """Each has its layer and line; runs before and after it are two events."""
    with layertrace.trace() as timeline:
        scale = k.layers.Normalization(name="scale")
        scale.adapt(ONES)
        words = k.layers.StringLookup(name="words")
        words.adapt(["a", "b"])
        words.set_vocabulary(["c"])
        dense = k.layers.Dense(1, name="dense")
        dense.build((None, 3))
        dense.set_weights(dense.get_weights())

    adapted = {(each.layer.name, each.name) for each in seen(timeline, "adapted")}
    assert {("scale", "adapt"), ("words", "adapt"), ("words", "set_vocabulary")} <= adapted
    assert [each.layer.name for each in seen(timeline, "weights set")] == ["dense"]


@KERAS
def test_freezing_is_noticed_with_what_was_frozen_before(k):
    """What Keras passes on to the layers inside is not noticed, but a loop over layers is."""
    with layertrace.trace() as timeline:
        words = k.layers.Embedding(5, 2, trainable=False, name="words")
        head = k.layers.Dense(1, name="head")
        model = k.Sequential([k.Input((3,)), words, head], name="net")
        model.trainable = False
        for layer in model.layers:
            layer.trainable = True

    frozen, *thawed = seen(timeline, "trainable set")
    number = {state.layer.name: state.layer.id for state in timeline.surroundings.states.values()}
    assert (frozen.layer.name, frozen.now, frozen.before) == ("net", False, (number["words"],))
    assert [(each.layer.name, each.now) for each in thawed] == [("words", True), ("head", True)]
    assert [each.before for each in thawed] == [(number["words"],), (number["head"],)]
    assert thawed[0].location.line == frozen.location.line + 2


@KERAS
def test_a_checkpoint_notes_how_much_it_restored(k, tmp_path):
    """Of each layer, with the names in the file that the reading object lacks; and that the path was None."""
    first, second = (k.Sequential([k.Input((3,)), k.layers.Dense(1)], name=name) for name in ("a", "b"))
    written = tf.train.Checkpoint(model=first).write(str(tmp_path / "saved"))
    with layertrace.trace() as timeline:
        tf.train.Checkpoint(model=second).read(written).assert_consumed()
        tf.train.Checkpoint(net=second).restore(written).expect_partial()
        tf.train.Checkpoint(net=second).restore(None)

    all_of_it, nothing, without_file = seen(timeline, "restored")
    assert (without_file.layer.name, without_file.name, without_file.now) == ("b", "net", 0)
    assert [each.role for each in (all_of_it, nothing, without_file)] == ["", "", "no file"]
    assert (all_of_it.layer.name, all_of_it.name, all_of_it.now, all_of_it.paths) == ("b", "model", 2, ())
    assert (nothing.name, nothing.now, nothing.paths) == ("net", 0, ("model",))
    assert len(nothing.variables) == 2


@KERAS
def test_the_statistics_of_a_normalization_are_read_at_the_end(k):
    """They have moved after one call in training mode."""
    with layertrace.trace() as timeline:
        norms = [k.layers.BatchNormalization(name=name) for name in ("new", "used", "wrong")]
        for norm in norms:
            norm.build((None, 3))
        norms[1](2 * tf.constant(ONES), training=True)
        norms[2].set_weights([-weight for weight in norms[2].get_weights()])

    assert [state_of(timeline, norm.name).statistics for norm in norms] == [
        "initial",
        "moved",
        "negative variance",
    ]
    assert state_of(timeline, "new").adapted is None


@KERAS
def test_the_property_trainable_is_restored(k):
    """It is the same object after the trace, and reads and sets as before during it."""
    owner = next(cls for cls in k.layers.Layer.__mro__ if "trainable" in vars(cls))
    original = vars(owner)["trainable"]
    with layertrace.trace():
        dense = k.layers.Dense(1)
        dense.trainable = False
        assert dense.trainable is False
        assert vars(owner)["trainable"].__doc__ == original.__doc__
    assert vars(owner)["trainable"] is original


def test_runs_before_and_after_an_adapt_are_two_events():
    """They are counted together only while nothing happens between them."""
    scale = layers.Normalization()
    scale.adapt(ONES)
    apply = tf.function(scale)
    apply(tf.ones((1, 3)))
    with layertrace.trace() as timeline:
        for _ in range(2):
            apply(tf.ones((1, 3)))
            scale.adapt(ONES)

    assert len([event for event in timeline if event.kind == "run"]) == 2


@KERAS
def test_a_state_shows_whether_a_normalization_has_statistics(k):
    """They may come from `adapt`, or be set as weights; one that was given a mean needs none."""
    with layertrace.trace() as timeline:
        kept = [k.layers.Normalization(name=name) for name in ("fresh", "adapted", "set")]
        kept.append(k.layers.Normalization(name="given", mean=1.0, variance=2.0))
        for layer in kept:
            layer.build((None, 3))
        kept[1].adapt(ONES * 5)
        kept[2].set_weights([weight + 2 for weight in kept[2].get_weights()])

    states = {name: state_of(timeline, name).adapted for name in ("fresh", "adapted", "set", "given")}
    assert states == {"fresh": False, "adapted": True, "set": True, "given": None}


def test_a_state_shows_which_weights_have_a_regularizer():
    """Those of the layers inside belong to their own states."""
    with layertrace.trace() as timeline:
        dense = layers.Dense(1, bias_regularizer="l2", name="d")
        model = keras.Sequential([keras.Input((3,)), dense], name="net")

    assert model.built
    assert state_of(timeline, "d").regularized == ("bias",)
    assert state_of(timeline, "net").regularized == ()


def test_an_update_names_the_variables_that_are_frozen():
    """A list of variables that was made before a layer was frozen still has those of the layer."""
    optimizer = keras.optimizers.SGD(0.1)
    with layertrace.trace() as timeline:
        model = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dense(1)])
        variables = model.trainable_variables
        for frozen in (False, True):
            model.layers[0].trainable = not frozen
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(model(ONES))
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))

    assert [update.before for update in seen(timeline, "update")] == [None, (0, 1)]


def test_a_gradient_of_none_is_noted_with_whether_the_tape_watches_the_tensor():
    """A tape has no gradient for a constant that it does not watch, nor for one the loss does not read."""
    with layertrace.trace() as timeline:
        model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
        x, other = tf.constant(ONES), tf.constant(ONES)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(other)
            loss = tf.reduce_mean(model(x))
        assert tape.gradient(loss, x) is None
        assert tape.gradient(loss, [other]) == [None]
        assert tape.gradient(tf.reduce_sum(x), model.trainable_variables) == [None, None]
        assert None not in tape.gradient(loss, model.trainable_variables)

    roles = [observation.role for observation in seen(timeline, "no gradient")]
    assert roles == ["tensor", "watched tensor", "variables"]


def test_a_second_request_to_a_tape_is_noted_with_the_line_of_the_first():
    """A tape that is not persistent raises, as it does without a recording."""
    variable = tf.Variable(2.0)
    with layertrace.trace() as timeline:
        with tf.GradientTape() as tape:
            loss = variable * variable
        tape.gradient(loss, variable)
        with pytest.raises(RuntimeError, match="non-persistent"):
            tape.gradient(loss, variable)

    (second,) = seen(timeline, "tape used twice")
    assert second.location.line - second.defined_at.line == 2


@KERAS
def test_an_average_is_kept_until_it_is_written_to_the_weights(k):
    """Steps after that are a reason to write it again; one of `fit` is written by `fit`."""
    with layertrace.trace() as timeline:
        model = k.Sequential([k.Input((3,)), k.layers.Dense(1)])
        model.compile(k.optimizers.SGD(0.5, use_ema=True), "mse")
        model.fit(ONES, ONES[:, :1], verbose=0)
        assert not seen(timeline, "average kept")
        model.train_on_batch(ONES, ONES[:, :1])
        (kept,) = seen(timeline, "average kept")
        assert len(kept.variables) == 2
        assert kept.location.function == "test_an_average_is_kept_until_it_is_written_to_the_weights"
        assert not timeline.findings(select=["LT522"]), "a line of this file writes it later"
        model.optimizer.finalize_variable_values(model.trainable_variables)
        assert not seen(timeline, "average kept")


@KERAS
def test_taken_gradients_are_noted_until_a_weight_changes(k):
    """Eager or in a graph, each line has its own; a weight that gets its old value back has not changed."""
    model = None

    def gradients():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(ONES) ** 2)
        return tape.gradient(loss, model.trainable_variables)

    with layertrace.trace() as timeline:
        model = k.Sequential([k.Input((3,)), k.layers.Dense(1)])
        traced = tf.function(gradients)
        for _ in range(3):
            gradients()
        traced()
        eager, graph = seen(timeline, "gradient taken")
        assert (eager.times, graph.times) == (3, 1)
        assert eager.location == graph.location
        kept = model.get_weights()
        model.trainable_variables[0].assign_add([[1.0], [1.0], [1.0]])
        assert not seen(timeline, "gradient taken")
        model.set_weights(kept)
        assert len(seen(timeline, "gradient taken")) == 2


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "graph"])
def test_gradients_for_other_weights_are_noted(compiled):
    """Each pair names both weights; a tensor that is the gradient of two weights belongs to both."""

    def step(turned):
        order = [second, first] if turned else [first, second]
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum((first + second) * first)
        gradients = tape.gradient(loss, [first, second])
        optimizer.apply_gradients(zip(gradients, order, strict=True))
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(first + second)
        optimizer.apply_gradients(zip(tape.gradient(loss, [first, second]), [second, first], strict=True))

    with layertrace.trace() as timeline:
        first, second = keras.Variable([1.0, 2.0], name="first"), keras.Variable([3.0, 4.0], name="second")
        optimizer = keras.optimizers.SGD(0.1)
        optimizer.build([first, second])
        run = tf.function(step) if compiled else step
        run(False)
        assert not seen(timeline, "misdirected")
        run(True)

    (turned,) = seen(timeline, "misdirected")
    assert (turned.paths, turned.without_gradient) == (("second", "first"), ("first", "second"))
    assert turned.before == turned.variables[::-1]
    assert turned.role == "same update"
    assert turned.defined_at.line == turned.location.line - 1


def test_an_average_is_not_applied_because_one_weight_equals_it():
    """A weight whose gradient is always 0 has the value of its average, though no average was written."""
    with layertrace.trace() as timeline:
        still = layers.Dense(2, activation="relu", kernel_initializer="zeros")
        model = keras.Sequential([keras.Input((3,)), still, layers.Dense(1)])
        model.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9), "mse")
        for _ in range(3):
            model.train_on_batch(ONES, ONES[:, :1])
        pairs = zip(
            model.trainable_variables, model.optimizer._model_variables_moving_average, strict=True
        )
        are_equal = [bool((weight.numpy() == average.numpy()).all()) for weight, average in pairs]

    assert set(are_equal) == {True, False}
    assert len(seen(timeline, "average kept")) == 1


@KERAS
@pytest.mark.filterwarnings("ignore:.*HDF5 file:UserWarning")
def test_weights_by_name_have_the_layers_that_the_file_knows(k, tmp_path, engine):
    """Layers with weights of the same shapes are paired; loading in order compares no names."""

    def net(hidden, name):
        return k.Sequential([k.Input((3,)), k.layers.Dense(2, name=hidden), k.layers.Dense(1)], name=name)

    path = str(tmp_path / "old.h5")
    net("first", "old").save(path)
    with layertrace.trace() as timeline:
        lost, kept = net("other", "lost"), net("first", "kept")
        for model in (lost, kept):
            model.load_weights(path, by_name=True)
        kept.load_weights(path)

    nothing, one = seen(timeline, "restored")
    assert (nothing.layer.name, nothing.now, nothing.role) == ("lost", 0, "by name")
    assert nothing.before[0] == (state_of(timeline, "other").layer.id, "first")
    assert (one.layer.name, one.now) == ("kept", 1)
    assert set(one.paths) >= {"first"}
    assert len(one.variables) == 4


@KERAS
def test_a_regularizer_that_no_weight_has_was_set_late(k):
    """That of a layer of the program may be used in any way."""

    class Own(k.layers.Layer):
        def build(self, shape):
            self.w = self.add_weight(shape=(1,), name="kernel")

    with layertrace.trace() as timeline:
        early, late, own = k.layers.Dense(2, name="early"), k.layers.Dense(2, name="late"), Own(name="own")
        early.kernel_regularizer = k.regularizers.L2(0.1)
        for layer in (early, late, own):
            layer.build((None, 3))
            layer.kernel_regularizer = k.regularizers.L2(0.1)
        late.activity_regularizer = k.regularizers.L1(0.1)

    assert {name: state_of(timeline, name).set_late for name in ("early", "late", "own")} == {
        "early": {},
        "late": {"kernel_regularizer": "L2"},
        "own": {},
    }


@KERAS
def test_weights_that_follow_their_source_are_copied_to_themselves(k, engine):
    """Once is not enough, nor are weights that have not changed since, nor a copy that follows slowly."""

    def pairs(old, new):
        return zip(old.get_weights(), new.get_weights(), strict=True)

    with layertrace.trace() as timeline:
        leader = k.Sequential([k.layers.Input((3,)), k.layers.Dense(2), k.layers.Dropout(0.5)], name="leader")
        shared = k.Model(leader.inputs, leader.outputs, name="shared")
        idle = k.Model(leader.inputs, leader.outputs, name="idle")
        slow = k.models.clone_model(leader)
        idle.set_weights(leader.get_weights())
        idle.set_weights(leader.get_weights())
        for number in range(3):
            leader.layers[0].kernel.assign(np.full((3, 2), number, "float32"))
            shared.set_weights([0.9 * old + 0.1 * new for old, new in pairs(leader, shared)])
            slow.set_weights([0.9 * old + 0.1 * new for old, new in pairs(slow, leader)])

    (noted,) = seen(timeline, "copied to itself")
    assert (noted.layer.name, noted.times) == ("shared", 2)
