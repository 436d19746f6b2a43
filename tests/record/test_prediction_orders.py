"""A generator of images that shuffles is noticed when a model predicts it."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras

import layertrace

X = np.arange(24, dtype="float32").reshape(24, 1, 1, 1) * np.ones((1, 4, 4, 3), "float32")
FRAMEWORKS = [
    pytest.param(keras, tf.keras.preprocessing.image.ImageDataGenerator, id="keras"),
    pytest.param(tf_keras, tf_keras.preprocessing.image.ImageDataGenerator, id="tf_keras"),
]


def predicted(module, generator, **arguments):
    """Return the predictions of a generator, and the order that it has afterwards."""
    layers = module.layers
    mean = module.Sequential([module.Input((4, 4, 3)), layers.GlobalAveragePooling2D()], name="mean")
    data = generator().flow(X, np.arange(24), batch_size=8, seed=3, **arguments)
    return mean.predict(data, verbose=0)[:, 0], data.index_array


@pytest.mark.parametrize(("module", "generator"), FRAMEWORKS)
def test_a_generator_is_noticed_if_it_shuffles(module, generator):
    """One with `shuffle=False` predicts in the order of its labels."""
    found = []
    for arguments in ({}, {"shuffle": False}):
        with layertrace.trace() as timeline:
            predicted(module, generator, **arguments)
        seen = [each for each in timeline.surroundings.observations if each.what == "predicted shuffled"]
        found.append([(each.layer.name, each.role, each.location.function) for each in seen])

    assert found == [[("mean", "generator", "predicted")], []]


@pytest.mark.parametrize(("module", "generator"), FRAMEWORKS)
def test_a_recording_leaves_the_order_as_it_is(module, generator):
    """The same seed gives the same order, bare and traced, in the prediction and after it."""
    bare, order_of_bare = predicted(module, generator)
    with layertrace.trace():
        traced, order_of_traced = predicted(module, generator)

    np.testing.assert_array_equal(traced, bare)
    np.testing.assert_array_equal(order_of_traced, order_of_bare)
    assert not np.array_equal(np.sort(bare), bare)
