"""Layers that Keras leaves out of a file are noted when it saves the layer that holds them."""

import keras
import numpy as np
import pytest
from keras import layers

import layertrace

ONES = np.ones((2, 3), "float32")


class Holder(layers.Layer):
    """Holds two layers in an attribute."""

    def __init__(self, attribute, **kwargs):
        super().__init__(**kwargs)
        setattr(self, attribute, [layers.Dense(2, name="first"), layers.Dense(2, name="last")])
        self.attribute = attribute

    def call(self, x):
        for layer in getattr(self, self.attribute):
            x = layer(x)
        return x


def noted(attribute, save):
    """Return what is noted while a model with a holder is saved, with the weights that it has."""
    with layertrace.trace() as timeline:
        model = keras.Sequential([keras.Input((3,)), Holder(attribute, name="holder")])
        model(ONES)
        save(model)
    seen = [each for each in timeline.surroundings.observations if each.what == "not saved"]
    return seen, len(model.weights)


@pytest.mark.parametrize(
    "save",
    [lambda model: model.save("m.keras"), lambda model: model.save_weights("m.weights.h5")],
    ids=["save", "save_weights"],
)
def test_layers_that_are_left_out_are_named(save, tmp_path, monkeypatch):
    """The note has their names and the line that saves, though the model has all weights."""
    monkeypatch.chdir(tmp_path)
    (seen,), weights = noted("_layers", save)

    assert weights == 4
    assert seen.layer.name == "holder"
    assert seen.name == "_layers"
    assert seen.paths == ("first", "last")
    assert len(seen.now) == 2
    assert seen.location.file == __file__


def test_layers_under_another_name_are_saved(tmp_path, monkeypatch):
    """Nothing is noted, nor if the weights are only copied."""
    monkeypatch.chdir(tmp_path)

    assert noted("blocks", lambda model: model.save("m.keras"))[0] == []
    assert noted("_layers", lambda model: model.set_weights(model.get_weights()))[0] == []
