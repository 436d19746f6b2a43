"""A recording has the weights that are not finite, and what a fit was given that ended so."""

import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras

import layertrace
from layertrace.record.describe import alike_units, weight_values

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])
ROWS = np.arange(24, dtype="float32").reshape(8, 3) / 24


def seen(timeline, what):
    return [observation for observation in timeline.surroundings.observations if observation.what == what]


def state_of(timeline, name):
    (state,) = [state for state in timeline.surroundings.states.values() if state.layer.name == name]
    return state


def compiled(k):
    model = k.Sequential([k.Input((3,)), k.layers.Dense(1, name="only")], name="net")
    model.compile("sgd", "mse")
    return model


@KERAS
def test_weights_that_are_not_finite_are_known_at_the_end(k):
    """They are those of the layer that created them."""
    with layertrace.trace() as timeline:
        model = compiled(k)
        model.fit(ROWS, ROWS[:, :1], verbose=0)
        model.layers[-1].bias.assign([np.inf])

    paths = state_of(timeline, "only").not_finite
    assert [path.rpartition("/")[2] for path in paths] == ["bias"]
    assert [*paths.values()] == ["infinite"]
    assert not state_of(timeline, "net").not_finite
    assert not seen(timeline, "not finite")


def test_nothing_is_read_without_training(monkeypatch):
    """A recording of calls alone, and one that runs, leave the weights where they are."""
    read = []
    monkeypatch.setattr(weight_values, "_values", lambda _, value: read.append(value))
    with layertrace.trace():
        compiled(keras).predict(ROWS, verbose=0)

    assert read == []


def test_of_many_weights_the_smallest_are_read(monkeypatch):
    """A gradient with NaN reaches the bias, too."""
    monkeypatch.setattr(weight_values, "_MOST_BYTES", 8)
    with layertrace.trace() as timeline:
        model = compiled(keras)
        model.fit(ROWS, ROWS[:, :1], verbose=0)
        model.set_weights([np.full((3, 1), np.nan), np.full(1, np.nan)])

    assert [path.rpartition("/")[2] for path in state_of(timeline, "only").not_finite] == ["bias"]


@KERAS
def test_kernels_with_equal_columns_are_known_at_the_end(k, monkeypatch):
    """Each has the number of its units; no more than a number of values are read."""

    def alike(most):
        monkeypatch.setattr(alike_units, "_MOST_NUMBERS", most)
        with layertrace.trace() as timeline:
            layers = [k.layers.Dense(3, name=name) for name in ("first", "second")]
            model = k.Sequential([k.Input((3,)), *layers])
            model.compile("sgd", "mse")
            model.fit(ROWS, ROWS[:, :1] * np.ones((1, 3)), verbose=0)
            for layer in layers:
                layer.kernel.assign(np.ones((3, 3)) * [[1], [2], [3]])
        return [state_of(timeline, layer.name).alike for layer in layers]

    assert alike(100) == [{"kernel": (3, 1)}] * 2
    assert sorted(map(len, alike(10))) == [0, 1]


@KERAS
@pytest.mark.filterwarnings("error")
def test_infinite_weights_make_no_warning(k):
    """They are looked at after training, where NumPy would warn in the user's program."""
    with layertrace.trace() as timeline:
        layer = k.layers.Dense(3, name="wide")
        model = k.Sequential([k.Input((3,)), layer])
        model.compile("sgd", "mse")
        model.fit(ROWS, ROWS, verbose=0)
        layer.kernel.assign(np.full((3, 3), np.inf))

    assert state_of(timeline, "wide").alike == {}
    assert set(state_of(timeline, "wide").not_finite.values()) == {"infinite"}


@KERAS
def test_a_fit_that_ends_with_nan_has_the_rows_that_are_not_finite(k):
    """Of each array: how many rows, of how many, the first, and the range of the others."""
    rows = ROWS.copy()
    rows[3, 1] = np.nan
    with layertrace.trace() as timeline:
        model = compiled(k)
        model.fit(rows, np.arange(8), epochs=2, verbose=0)

    (end,) = seen(timeline, "not finite")
    assert (end.layer.name, end.name, end.now) == ("net", "NaN", ())
    assert end.before == (("x", 1, 8, 3, 0.0, float(ROWS.max())), ("y", 0, 8, None, 0, 7))
    assert len(end.paths) == 2
    assert end.location.function == "test_a_fit_that_ends_with_nan_has_the_rows_that_are_not_finite"


def batches(takers):
    """Yield bad batches; keep who takes each."""
    bad = np.full((4, 3), np.nan, "float32")
    while True:
        takers.append(sys._getframe(1).f_globals["__name__"])
        yield bad, bad[:, :1]


@pytest.mark.filterwarnings("ignore:.*shuffle:UserWarning")
def test_a_generator_and_a_dataset_are_not_looked_at():
    """Keras and TensorFlow alone take batches; how many varies, as TensorFlow fetches ahead in a thread."""
    takers = []
    with layertrace.trace() as timeline:
        compiled(keras).fit(batches(takers), steps_per_epoch=2, verbose=0)
        compiled(keras).fit(tf.data.Dataset.from_tensors(next(batches([]))), verbose=0)

    assert len(takers) >= 2
    assert {name.partition(".")[0] for name in takers} <= {"keras", "tensorflow"}
    assert [end.before for end in seen(timeline, "not finite")] == [(), ()]


@pytest.mark.parametrize("wrap", [lambda rows: [rows], lambda rows: {"left": rows}], ids=["list", "dict"])
def test_the_arrays_of_a_list_or_dict_are_named(wrap):
    """By their number or key."""
    rows = np.full((8, 3), np.nan, "float32")
    left = keras.Input((3,), name="left")
    with layertrace.trace() as timeline:
        model = keras.Model([left], keras.layers.Dense(1)(left))
        model.compile("sgd", "mse")
        model.fit(wrap(rows), rows[:, :1] * 0, verbose=0)

    (end,) = seen(timeline, "not finite")
    assert [name for name, *_ in end.before] == ["x['left']" if wrap("") != [""] else "x[0]", "y"]
    assert end.before[0][1:] == (8, 8, 0, None, None)
