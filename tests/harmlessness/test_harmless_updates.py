"""The arguments of an optimizer are left to it, especially iterators."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from bare_and_traced import assert_same, both

import layertrace

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])


def weights(k):
    """Return two variables."""
    if k is keras:
        return [keras.Variable([1.0, 2.0], name="first"), keras.Variable([3.0], name="second")]
    return [tf.Variable([1.0, 2.0], name="first"), tf.Variable([3.0], name="second")]


def gradients():
    """Return a gradient for each of them."""
    return [tf.constant([1.0, 1.0]), tf.constant([2.0])]


PAIRS = {
    "zip": lambda g, v: zip(g, v, strict=True),
    "map": lambda g, v: map(lambda *pair: pair, g, v),
    "filter": lambda g, v: filter(lambda pair: pair[0] is not None, zip(g, v, strict=True)),
    "generator": lambda g, v: (pair for pair in zip(g, v, strict=True)),
    "reversed": lambda g, v: reversed(list(zip(g, v, strict=True))),
}


@KERAS
@pytest.mark.parametrize("by_name", [False, True], ids=["by position", "by keyword"])
@pytest.mark.parametrize("pairs", PAIRS.values(), ids=PAIRS)
def test_apply_gradients_gets_all_it_was_given(k, pairs, by_name):
    """Each kind of iterator updates all variables, by position and by keyword."""

    def program():
        optimizer, variables = k.optimizers.SGD(1.0), weights(k)
        given = pairs(gradients(), variables)
        if by_name:
            optimizer.apply_gradients(grads_and_vars=given)
        else:
            optimizer.apply_gradients(given)
        return variables

    timeline = assert_same(program)

    (update,) = [seen for seen in timeline.surroundings.observations if seen.what == "update"]
    assert {path.partition("/")[0] for path in update.paths} == {"first", "second"}
    assert update.without_gradient == ()
    assert update.location.function == "program"


@pytest.mark.parametrize(
    "make",
    [iter, lambda v: filter(lambda variable: variable.trainable, v), lambda v: (variable for variable in v)],
)
def test_variables_may_be_an_iterator(make):
    """Keras 3 takes the variables of `apply` from an iterator."""

    def program():
        optimizer, variables = keras.optimizers.SGD(1.0), weights(keras)
        optimizer.apply(gradients(), make(variables))
        optimizer.apply(gradients(), trainable_variables=make(variables))
        return variables

    assert_same(program)


@KERAS
def test_an_iterator_is_consumed_once_also_in_a_trace(k):
    """A step that passes an iterator to its optimizer trains, in its trace and afterwards."""

    def program():
        model = k.Sequential([k.layers.Input((1,)), k.layers.Dense(1, kernel_initializer="ones")])
        optimizer = k.optimizers.SGD(0.1)

        @tf.function
        def step(x, y):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((model(x) - y) ** 2)
            found = tape.gradient(loss, model.trainable_variables)
            if k is keras:
                optimizer.apply(found, iter(model.trainable_variables))
            else:
                pairs = zip(map(tf.identity, found), iter(model.trainable_variables), strict=True)
                optimizer.apply_gradients(grads_and_vars=pairs)
            return loss

        return [step(tf.ones((4, 1)), tf.zeros((4, 1))) for _ in range(3)]

    assert_same(program)


@KERAS
def test_what_an_iterator_raises_reaches_the_program(k):
    """An exception from the iterator comes from `apply_gradients`, without frames of layertrace."""

    def program():
        optimizer, variables = k.optimizers.SGD(1.0), weights(k)

        def all_but(first):
            yield first
            raise ZeroDivisionError("no second gradient")

        with pytest.raises(ZeroDivisionError, match="no second gradient") as caught:
            if k is keras:
                optimizer.apply(gradients(), all_but(variables[0]))
            else:
                optimizer.apply_gradients(all_but((gradients()[0], variables[0])))
        return [str(caught.value), variables]

    assert_same(program)


@KERAS
def test_a_scaled_optimizer_updates_once(k):
    """The update of an optimizer in a `LossScaleOptimizer` is recorded once, with all variables."""

    def program():
        variables = weights(k)
        scaled = (k.optimizers if k is keras else k.mixed_precision).LossScaleOptimizer(k.optimizers.SGD(1.0))
        scaled.apply_gradients(zip(gradients(), variables, strict=True))
        return [np.array(v) for v in variables]

    bare, traced, timeline = both(program)
    np.testing.assert_equal(traced, bare)
    updates = [seen for seen in timeline.surroundings.observations if seen.what == "update"]
    assert [one.name.partition(" ")[0] for one in updates] == ["<SGD"]
    assert len(updates[0].paths) == 2


@KERAS
def test_a_variable_without_a_gradient_is_seen(k):
    """The update names the variables in the given order, and those without a gradient."""
    variables = weights(k)
    optimizer = k.optimizers.SGD(1.0)
    with layertrace.trace() as timeline, pytest.warns() if k is keras else layertrace.trace():
        optimizer.apply_gradients(iter([(None, variables[0]), (gradients()[1], variables[1])]))

    (update,) = [seen for seen in timeline.surroundings.observations if seen.what == "update"]
    assert [path.partition("/")[0] for path in update.paths] == ["first", "second"]
    assert [path.partition("/")[0] for path in update.without_gradient] == ["first"]
    assert update.location.file == __file__


@KERAS
def test_a_users_sequence_is_not_read(k):
    """A sequence of the program's own class is iterated as often as without a trace."""

    class Pairs(list):
        read = 0

        def __iter__(self):
            Pairs.read += 1
            return super().__iter__()

    def program():
        Pairs.read = 0
        optimizer, variables = k.optimizers.SGD(1.0), weights(k)
        optimizer.apply_gradients(Pairs(zip(gradients(), variables, strict=True)))
        return [Pairs.read, variables]

    assert_same(program)
