"""For which wrong layers does an expectation pass? Real layers of each kind, with wrong orders and counts."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import layertrace
from layertrace import Timeline
from layertrace.errors import ExpectationError, QueryError
from layertrace.testing import (
    assert_built_once,
    assert_calls,
    assert_lifecycle,
    assert_max_traces,
    assert_no_findings,
    assert_order,
    assert_shapes,
    assert_variables,
)

X = tf.ones((2, 3))


class Net(keras.Model):
    """A model without `build`, which Keras calls twice when it is first used."""

    def __init__(self, rounds=1):
        super().__init__(name="net")
        self.rounds = rounds
        self.encoder = keras.layers.Dense(3, name="encoder")
        self.head = keras.layers.Dense(3, name="head")

    def call(self, x):
        for _ in range(self.rounds):
            x = self.encoder(x)
            x = self.head(x)
        return x


class Shared(Net):
    """Uses one encoder for both of its inputs."""

    def call(self, x):
        first = self.encoder(x)
        second = self.encoder(x + 1.0)
        return self.head(first + second)


class Leaf(keras.layers.Layer):
    """Creates its variable in `call` if asked to."""

    def __init__(self, late=False):
        super().__init__(name="leaf")
        self.late = late

    def build(self, input_shape):
        if not self.late:
            self.w = self.add_weight(shape=(3,), name="w")

    def call(self, x):
        if not hasattr(self, "w"):
            self.w = tf.Variable(tf.ones(3), name="w")
        return x * self.w


def called():
    Net()(X)


def called_on_two_lines():
    net = Net()
    net(X)
    net(X)


def called_in_a_loop():
    net = Net()
    for _ in range(3):
        net(X)


def loop_inside():
    Net(rounds=3)(X)


def shared():
    Shared()(X)


def fitted():
    net = Net()
    net.compile("sgd", "mse")
    net.fit(np.ones((8, 3)), np.ones((8, 3)), batch_size=4, epochs=2, verbose=0)


def fitted_eagerly():
    net = Net()
    net.compile("sgd", "mse", run_eagerly=True)
    net.fit(np.ones((8, 3)), np.ones((8, 3)), batch_size=4, epochs=2, verbose=0)


def own_step():
    net = Net()
    step = tf.function(net)
    for _ in range(2):
        step(X)


def two_layers_in_a_loop():
    encoder, head = keras.layers.Dense(3, name="encoder"), keras.layers.Dense(3, name="head")
    x = X
    for _ in range(3):
        x = encoder(x)
        x = head(x)


def two_layers_in_a_comprehension():
    encoder, head = keras.layers.Dense(3, name="encoder"), keras.layers.Dense(3, name="head")
    [head(encoder(x)) for x in (X, X, X)]


def functional():
    x = keras.Input((3,))
    encoder, head = keras.layers.Dense(3, name="encoder"), keras.layers.Dense(3, name="head")
    net = keras.Model(x, head(encoder(x)))
    net(X)
    net(X)


PROGRAMS = [
    called,
    called_on_two_lines,
    called_in_a_loop,
    loop_inside,
    shared,
    fitted,
    fitted_eagerly,
    own_step,
    two_layers_in_a_loop,
    two_layers_in_a_comprehension,
    functional,
]


def timeline_of(program):
    keras.backend.clear_session()
    with layertrace.trace(report=False) as timeline:
        program()
    return timeline


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_order_holds_in_each_pass(program):
    """The calls of an encoder and its head have one order, however often they are repeated."""
    timeline = timeline_of(program)

    assert_order(timeline, "encoder.call", "head.call")
    with pytest.raises(AssertionError, match=r"encoder\.call happened before head\.call, expected it after"):
        assert_order(timeline, "head.call", "encoder.call")


@pytest.mark.parametrize("program", [called, called_in_a_loop, fitted, shared])
def test_the_layers_around_them_do_not_loosen_an_order(program):
    """An `init` is outside of every pass, but the calls after it still have to be in order."""
    timeline = timeline_of(program)

    assert_order(timeline, "net.init", "encoder.init", "net.call", "encoder.call", "head.call")
    with pytest.raises(AssertionError, match="encoder"):
        assert_order(timeline, "net.init", "head.call", "encoder.call")
    with pytest.raises(AssertionError, match="net"):
        assert_order(timeline, "net.init", "encoder.call", "net.call")


def test_an_order_must_hold_in_every_pass():
    """A layer that changes its mind has the order in one call only; `passes="any"` is content with that."""

    class Fickle(Net):
        def call(self, x, training=False):
            return self.encoder(self.head(x)) if training else self.head(self.encoder(x))

    def program():
        net = Fickle()
        net(X)
        net(X, training=True)

    timeline = timeline_of(program)

    with pytest.raises(AssertionError, match=r"in eager call 3 of net; from one pass to the next it did"):
        assert_order(timeline, "encoder.call", "head.call")
    assert_order(timeline, "encoder.call", "head.call", passes="any")
    assert_order(timeline, "head.call", "encoder.call", passes="any")


def test_an_order_across_passes_can_be_written():
    """An item that occurs twice spans two passes."""
    timeline = timeline_of(called_on_two_lines)

    assert_order(timeline, "encoder.call", "head.call", "encoder.call", "head.call")


def test_passes_has_two_values():
    """Any other value is refused."""
    with pytest.raises(ExpectationError, match="passes must be 'every' or 'any', got 'all'"):
        assert_order(timeline_of(called), "init", "call", passes="all")


def test_symbolic_calls_are_named_with_what_leaves_them_out():
    """Who expects one call of a model without `build` learns why there are two."""
    timeline = timeline_of(called)

    sentence = r'net \(Net\) was called 2 times \(1 eager, 1 symbolic\), expected 1; mode="eager" leaves out'
    with pytest.raises(AssertionError, match=rf"{sentence} the 1 symbolic"):
        assert_calls(timeline.of("net"), times=1)
    assert_calls(timeline.of("net"), times=1, mode="eager")


def test_no_mode_is_suggested_that_does_not_help():
    """Where no mode has the expected number of calls, the sentence ends with it."""
    with pytest.raises(AssertionError, match=r"was called 2 times \(1 eager, 1 symbolic\), expected 3\n"):
        assert_calls(timeline_of(called).of("net"), times=3)


def test_calls_of_several_layers_are_counted_together():
    """A glob for two layers counts both: twice the one and never the other passes, so name each."""
    timeline = timeline_of(called).where(mode="eager")

    assert_calls(
        timeline.of(
            "encoder",
        ),
        times=1,
    )
    assert_calls(timeline.where(layer=keras.layers.Dense), times=2, mode="eager")


def test_shapes_differ_in_symbolic_calls():
    """The unknown batch size of a functional model's first call is named as the cause."""

    def program():
        x = keras.Input((3,))
        keras.Model(x, Leaf()(x))(X)

    leaf = timeline_of(program).of("leaf")

    with pytest.raises(AssertionError, match='mode="eager" leaves out the 1 symbolic'):
        assert_shapes(leaf, (2, 3), (2, 3))
    assert_shapes(leaf, (2, 3), (2, 3), mode="eager")


def test_a_lifecycle_names_symbolic_calls():
    """`init build call` describes a model that is called once, and Keras calls it twice."""
    timeline = timeline_of(called).of("net")

    with pytest.raises(AssertionError, match="it matches without the 1 symbolic call, by which Keras"):
        assert_lifecycle(timeline, "init build call")


def test_a_call_without_brackets_may_create_variables():
    """`call` has any inside; `call()` is what excludes a variable that is created too late."""
    late = timeline_of(lambda: Leaf(late=True)(X)).of("leaf")
    right = timeline_of(lambda: Leaf()(X)).of("leaf")

    assert_lifecycle(late, "init build(variable*) call+")
    with pytest.raises(AssertionError, match=r"inside event \d+ \(call\), expected the end, got event"):
        assert_lifecycle(late, "init build(variable*) call()+")
    assert_lifecycle(right, "init build(variable*) call()+")
    with pytest.raises(AssertionError, match="leaf"):
        assert_variables(late, {"w": (3,)}, created_in="build")


def test_a_layer_that_is_called_before_it_is_built_is_not_built_once():
    """A direct `call` that succeeds needs no build, and a build afterwards does not make up for that."""

    class Bare(keras.layers.Layer):
        def call(self, x):
            return x

    def early():
        layer = Bare(name="bare")
        layer.call(X)
        layer(X)

    with pytest.raises(AssertionError, match=r"bare \(Bare\) was called before it was built"):
        assert_built_once(timeline_of(early))
    assert_built_once(timeline_of(lambda: Bare()(X)))


def test_nothing_recorded_has_no_findings_to_assert():
    """A test whose layers were not recorded does not pass as one without findings."""
    with pytest.raises(AssertionError, match="no rule could find anything, because nothing was recorded"):
        assert_no_findings(Timeline())
    assert_no_findings(timeline_of(called))


def test_a_limit_of_traces_is_kept_by_a_program_that_traces_nothing():
    """It is an upper limit; with a name, the function must have been traced."""
    timeline = timeline_of(fitted_eagerly)

    assert_max_traces(1, timeline)
    with pytest.raises(QueryError, match="no function 'train of net' in this timeline"):
        assert_max_traces(1, timeline, function="train of net")
