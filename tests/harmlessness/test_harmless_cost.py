"""What happens often is not observed more than it is recorded: a repeated call, a repeated step of `fit`."""

from __future__ import annotations

import sys
from types import CodeType

import keras
import pytest
import tensorflow as tf

import layertrace
from layertrace.record.hooks.hook_points import class_points, shared_points
from layertrace.record.spans import code_behind


class Doubled(keras.layers.Layer):
    def call(self, x):
        return 2 * x


def _codes_run(function, *arguments):
    codes: set[CodeType] = set()
    sys.setprofile(lambda frame, event, argument: codes.add(frame.f_code))
    try:
        function(*arguments)
    finally:
        sys.setprofile(None)
    return codes


def _observed():
    with layertrace.trace():  # finds the frameworks
        points = shared_points("keras", lambda cls: None)
    points += [point for cls in (Doubled, keras.Sequential, keras.Model) for point in class_points(cls)]
    return {code_behind(_function(point)): point.label for point in points}


def _function(point):
    attribute = point.get()
    if isinstance(attribute, property):
        return attribute.fset if point.is_setter else attribute.fget
    return attribute


@pytest.mark.parametrize("make", [Doubled, lambda: keras.Sequential([Doubled(), Doubled()])])
def test_a_repeated_call_runs_no_observed_function_but_call(make):
    layer, x = make(), tf.ones((2, 3))
    layer(x)
    observed = _observed()
    labels = {observed[code] for code in _codes_run(layer, x) if code in observed}
    assert {label.rpartition(".")[2] for label in labels} == {"call"}


def test_a_repeated_step_of_fit_runs_one_observed_function():
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = tf.ones((8, 3))
    model.fit(x, x[:, :1], verbose=0)
    observed = _observed()
    codes: list[CodeType] = []

    class Counts(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch:
                sys.setprofile(
                    lambda frame, event, argument: codes.append(frame.f_code) if event == "call" else None
                )

        def on_train_batch_end(self, batch, logs=None):
            sys.setprofile(None)

    model.fit(x, x[:, :1], batch_size=4, verbose=0, callbacks=[Counts()])
    (label,) = [observed[code] for code in codes if code in observed]
    assert label.endswith(".Function.__call__")
