"""The layers of Keras pass the checks, or the reason why not is listed."""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import pytest

from layertrace.testing import check_layer

sys.path[:0] = [str(Path(__file__).parent)]

import layers_of_keras  # noqa: E402

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", layers_of_keras.CASES)
def test_layer_of_keras_passes_every_check(name):
    """A class of `keras.layers` passes every check that applies, except where a reason is listed."""
    if not hasattr(keras.layers, name):
        pytest.skip(f"this Keras has no {name}")
    create, inputs = layers_of_keras.CASES[name]
    expected = layers_of_keras.EXCEPTIONS.get(name, {})

    report = check_layer(create, *(inputs if isinstance(inputs, tuple) else (inputs,)))

    # Other versions of Keras may have mended what is listed.
    failed = {result.check.name for result in report.failed}
    assert failed - set(expected) == set(), str(report)


def test_every_layer_of_keras_is_in_the_table():
    """The table has every class of `keras.layers`, under one of its names, or the reason why not."""
    tried = {getattr(keras.layers, name, None) for name in layers_of_keras.CASES}
    public = {name: value for name, value in vars(keras.layers).items() if isinstance(value, type)}

    missing = {name for name, value in public.items() if value not in tried}
    assert missing - set(layers_of_keras.NOT_TRIED) == set()
