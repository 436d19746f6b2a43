"""What Keras's own tests state about the order of build and call, in one line each.

Each docstring names the test of Keras 3.15 that states this in its own way; the layers are ours.
"""

import keras
import numpy as np
import pytest
from keras import layers

from layertrace.testing import (
    assert_built_once,
    assert_calls,
    assert_lifecycle,
    assert_order,
    assert_shapes,
    assert_variables,
)

X = np.ones((3, 4), "float32")
STEPS = np.ones((3, 5, 4), "float32")


class Around(layers.Layer):
    """Calls another layer, and does not define build."""

    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x, training=False):
        return self.inner(x)


class Adding(layers.Layer):
    """Adds the outputs of two layers for two inputs, or returns that of one layer for one."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.left, self.right = layers.Dense(2, name="left"), layers.Dense(2, name="right")

    def call(self, x, y=None):
        return self.left(x) if y is None else self.left(x) + self.right(y)


class Cell(layers.Layer):
    """A cell with one state."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        self.recurrent = self.add_weight(shape=(self.units, self.units), name="recurrent_kernel")

    def call(self, inputs, states):
        output = inputs @ self.kernel + states[0] @ self.recurrent
        return output, [output]


def symbolic(shape=(4,)):
    return keras.Input(shape, batch_size=3)


def test_a_layer_is_built_by_its_first_call(layer_timeline):
    """layer_test.test_build_on_call: the first call builds the layers that it calls."""
    Around(layers.Dense(2, name="inner"), name="outer")(symbolic())

    assert_order(layer_timeline, "outer.init", "outer.call", "inner.build", "inner.call")


def test_all_children_are_built_by_arguments(layer_timeline):
    """layer_test.test_build_on_call: two inputs by position build both children."""
    Adding(name="adding")(symbolic(), symbolic())

    assert_order(layer_timeline, "adding.call", "left.build", "left.call", "right.build", "right.call")


def test_all_children_are_built_by_keywords(layer_timeline):
    """layer_test.test_build_on_call: two inputs by name build both children."""
    Adding(name="adding")(x=symbolic(), y=symbolic())

    assert_order(layer_timeline, "left.build", "right.build")


@pytest.mark.filterwarnings("ignore:.build... was called on layer:UserWarning")  # Keras warns of the same
def test_a_child_that_is_not_called_is_not_built(layer_timeline):
    """layer_test.test_build_on_call: without an input the second child has no weights."""
    Adding(name="adding")(symbolic(), None)

    assert_lifecycle("right", "init")


def test_a_built_child_is_not_built_again(layer_timeline):
    """layer_test.test_layer_tracking: a build and later calls create each weight once."""
    layer = layers.Dense(3)
    layer.build((1, 4))
    layer(X)
    layer(X)

    assert_built_once(layer)


def test_seed_generators_are_state_created_in_init(layer_timeline):
    """layer_test.test_rng_seed_tracking: a seed generator is a variable that its layer creates in init."""
    assert_variables(layers.Dropout(0.5), {"seed_generator_state": (2,)}, created_in="init")


def test_children_appended_in_build_are_built_by_the_call(layer_timeline):
    """layer_test.test_layer_tracking: a layer that build creates gets its weights when it is called."""

    class Growing(layers.Layer):
        def build(self, input_shape):
            self.grown = layers.Dense(2, name="grown")

        def call(self, x):
            return self.grown(x)

    Growing(name="growing")(X)
    assert_order(layer_timeline, "growing.build", "grown.init", "growing.call", "grown.build", "grown.call")


def test_nested_parents_build_the_innermost_once(layer_timeline):
    """layer_test.test_layer_tracking: the weights are created once under any number of parents."""
    Around(Around(layers.Dense(3, name="innermost")))(X)

    assert_built_once("innermost")


def test_training_is_passed_to_inner_layers(layer_timeline):
    """layer_test.test_training_arg_value_resolution: the inner layer receives the outer value."""
    Around(Around(layers.Dropout(0.9, name="dropout")))(X, training=True)

    seen = layer_timeline.of("dropout").where(kind="call", mode="eager")
    assert [event.training for event in seen] == [True]


def test_training_ends_with_its_call(layer_timeline):
    """layer_test.test_training_arg_value_resolution: a failed call leaves no value for the next."""

    class Failing(layers.Layer):
        def call(self, x, training=False):
            raise RuntimeError("oops")

    with pytest.raises(RuntimeError):
        Failing()(X, training=True)
    layers.Dropout(0.9, name="dropout")(X)

    assert [event.training for event in layer_timeline.of("dropout").where(kind="call")] != [True]


def test_a_built_layer_takes_no_new_state(layer_timeline):
    """layer_test.test_tracker_locking: a weight added in call is refused, in the call."""

    class Late(layers.Layer):
        def call(self, x):
            return x * self.add_weight(shape=(), name="late")

    with pytest.raises(ValueError, match="cannot add new elements of state"):
        Late(name="late")(X)
    assert_lifecycle("late", "init build call(variable)")


def test_weights_of_init_come_before_those_of_children(layer_timeline):
    """layer_test.test_custom_layer_add_weight_in_init_name: outer weights come before inner ones."""

    class Inner(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.w = self.add_weight(shape=(1,), name="inner_weight")

    class Outer(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.w = self.add_weight(shape=(1,), name="outer_weight")
            self.inner = Inner(name="inner")

    Outer(name="outer")
    assert_order(layer_timeline, "outer.init", "outer.variable", "inner.init", "inner.variable", strict=True)


def test_weights_of_build_are_created_in_build(layer_timeline):
    """layer_test.test_custom_layer_add_weight_in_build_name: each layer creates its own weights in build."""
    cell = Cell(2, name="cell")
    cell.build((3, 4))

    assert_variables(cell, {"kernel": (4, 2), "recurrent_kernel": (2, 2)}, created_in="build")


def test_an_activity_regularizer_does_not_change_the_calls(layer_timeline):
    """layer_test.test_activity_regularization: the layer is called as often as without it."""
    layer = layers.ActivityRegularization(l1=0.1)
    layer(X)
    layer(X)

    assert_calls(layer, 2, mode="eager")


def test_masks_reach_layers_that_accept_them(layer_timeline):
    """layer_test.test_masking: a mask of the input is passed to a call that has the parameter."""
    embedded = layers.Embedding(5, 2, mask_zero=True)(np.array([[1, 2, 0]]))
    layers.LSTM(2, name="lstm")(embedded)

    assert [event.mask for event in layer_timeline.of("lstm").where(kind="call", mode="eager")] == [True]


def test_an_rnn_builds_its_cell(layer_timeline):
    """rnn_test.test_basics: building the RNN creates two weights, both of the cell."""
    layers.RNN(Cell(2, name="cell"), name="rnn")(STEPS)

    assert_variables("cell", {"kernel": (4, 2), "recurrent_kernel": (2, 2)}, created_in="build")


def test_an_rnn_is_built_before_its_cell_and_called_before_it(layer_timeline):
    """rnn_test.test_forward_pass_single_state: the RNN is built and called before its cell."""
    layers.RNN(Cell(2, name="cell"), name="rnn")(STEPS)

    assert_order(layer_timeline, "rnn.build", "cell.build", "rnn.call", "cell.call")


def test_a_cell_is_called_for_each_step(layer_timeline):
    """rnn_test.test_forward_pass_single_state: one call for each of five steps, and one to infer shapes."""
    layers.RNN(Cell(2, name="cell"))(STEPS)

    assert_calls("cell", times=6)


def test_an_rnn_returns_the_last_output(layer_timeline):
    """rnn_test.test_compute_output_shape_single_state: five steps of four features give two units."""
    layers.RNN(Cell(2), name="rnn")(STEPS)

    assert_shapes("rnn", inputs=(3, 5, 4), outputs=(3, 2), mode="eager")


def test_an_rnn_returns_all_outputs_when_asked(layer_timeline):
    """rnn_test.test_basics with return_sequences: the output keeps the steps."""
    layers.RNN(Cell(2), return_sequences=True, name="rnn")(STEPS)

    assert_shapes("rnn", outputs=(3, 5, 2), mode="eager")


def test_stacked_cells_are_built_from_the_first_on(layer_timeline):
    """stacked_rnn_cells_test.test_basics: the second cell takes the output of the first."""
    layers.RNN(layers.StackedRNNCells([Cell(2, name="first"), Cell(3, name="second")]))(STEPS)

    assert_order(layer_timeline, "first.build", "second.build", "first.call", "second.call")


def test_a_time_distributed_layer_is_built_once(layer_timeline):
    """time_distributed_test.test_build: the inner layer is built once, for one step."""
    layers.TimeDistributed(layers.Dense(1, name="inner"))(STEPS)

    assert_built_once("inner")


def test_each_direction_is_a_layer(layer_timeline):
    """bidirectional_test.test_basics: each direction has its own weights, and forward is first."""
    layers.Bidirectional(layers.SimpleRNN(2, name="rnn"))(STEPS)

    names = ("forward_rnn", "backward_rnn")
    assert_order(layer_timeline, *(f"{name}.build" for name in names), *(f"{name}.call" for name in names))
