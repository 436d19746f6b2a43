"""Arguments that equal their default are recognized in every form."""

import pytest

from layertrace.timeline import Opaque
from layertrace.timeline.defaults import equal

GLOROT = {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": None}}


@pytest.mark.parametrize(
    ("name", "value", "default"),
    [
        ("rate", 0.1, 0.1),
        ("strides", 1, (1, 1)),
        ("data_format", "channels_last", None),
        ("kernel_initializer", GLOROT, "glorot_uniform"),
        ("kernel_initializer", Opaque("<GlorotUniform>"), "glorot_uniform"),
        ("embeddings_initializer", {"class_name": "RandomUniform", "config": {}}, "uniform"),
        ("recurrent_initializer", {"class_name": "Orthogonal", "config": {"gain": 1.0}}, "orthogonal"),
    ],
)
def test_forms_of_one_value_are_equal(name, value, default):
    """A number, a config and an object can all stand for the default."""
    assert equal(name, value, default)


@pytest.mark.parametrize(
    ("name", "value", "default"),
    [
        ("rate", 0.1, 0.2),
        ("units", True, 1),
        ("strides", (1, 2), (1, 1)),
        ("data_format", "channels_first", None),
        ("activation", None, "tanh"),
        ("kernel_initializer", {"class_name": "GlorotUniform", "config": {"seed": 3}}, "glorot_uniform"),
        ("recurrent_initializer", Opaque("<Orthogonal>"), "orthogonal"),
    ],
)
def test_other_values_are_not_equal(name, value, default):
    """A value that may differ from the default is shown."""
    assert not equal(name, value, default)
