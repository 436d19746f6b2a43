"""Losses, metrics, compiled functions and mapped functions are watched for the Python state they read."""

import types

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

import layertrace

X, Y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")


def observed(what, action):
    """Return reader, role, name and values of what was observed while an action ran."""
    with layertrace.trace(report=False) as timeline:
        action()
    return [
        (seen.reader, seen.role, seen.name, seen.before, seen.now)
        for seen in timeline.surroundings.observations
        if seen.what == what
    ]


def model_with(loss, **options):
    """Return a compiled model with one layer."""
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile("sgd", loss, **options)
    return model


def test_a_loss_reads_an_item_of_an_attribute():
    """What differs is named by its path from the loss, with the value of the trace and the present one."""

    class Margin(keras.losses.Loss):
        def __init__(self):
            super().__init__()
            self.settings = {"margin": {"low": 0.5}}

        def call(self, truth, guess):
            return ops.mean(truth - guess) * self.settings["margin"]["low"]

    loss = Margin()
    model = model_with(loss)

    def train():
        model.fit(X, Y, verbose=0)
        loss.settings["margin"]["low"] = 2.0
        model.fit(X, Y, verbose=0)

    seen = observed("changed after trace", train)

    assert seen == [("Margin", "loss", "settings['margin']['low']", 0.5, 2.0)]


def test_a_metric_reads_an_object_in_a_closure():
    """The attributes of an object are followed if the code uses them, and others are not."""
    settings = types.SimpleNamespace(threshold=0.5, label="a")

    def above(truth, guess):
        return ops.mean(ops.cast(guess > settings.threshold, "float32"))

    model = model_with("mse", metrics=[above])

    def test():
        model.evaluate(X, Y, verbose=0)
        settings.threshold, settings.label = 0.9, "b"
        model.evaluate(X, Y, verbose=0)

    assert observed("changed after trace", test) == [
        ("above", "metric", "class settings.threshold", 0.5, 0.9)
    ]


def test_a_function_goes_on_with_a_variable_that_another_replaced():
    """A graph keeps the variable, and a variable that is assigned to is the same."""

    class Agent:
        def __init__(self):
            self.replaced, self.assigned = tf.Variable(1.0, name="first"), tf.Variable(1.0)

        @tf.function
        def act(self, x):
            return x * self.replaced * self.assigned

    agent = Agent()

    def act():
        for value in (2.0, 3.0):
            agent.act(tf.ones(1))
            agent.replaced = tf.Variable(value)
            agent.assigned.assign(value)

    seen = observed("changed after trace", act)

    assert [each[:3] for each in seen] == [("Agent.act", "tf.function", "replaced")]


def test_a_dataset_is_looked_at_when_it_is_iterated():
    """A change is noticed in the next iteration, also through datasets made from the one that maps."""
    scale = 2

    def scaled(x):
        return x * scale

    def iterate():
        nonlocal scale
        dataset = tf.data.Dataset.range(3).map(scaled).batch(2).prefetch(1)
        list(dataset)
        scale = 3
        list(dataset)

    assert observed("changed after trace", iterate) == [("scaled", "dataset function", "global scale", 2, 3)]


def test_a_variable_is_bound_late_only_if_it_changed_before_the_first_trace():
    """A layer that runs while its variable has its value is not observed, whatever happens later."""
    values = []

    def build():
        for factor in (1.0, 2.0):
            values.append(keras.Sequential([keras.Input((2,)), layers.Lambda(lambda x: x * factor)]))  # noqa: B023
            if factor == 1.0:
                values[0].predict(X, verbose=0)
        values[0].predict(X, verbose=0)
        factor = 5.0
        values[1].predict(X, verbose=0)

    assert [each[2:] for each in observed("bound late", build)] == [("factor", 2.0, 5.0)]
