"""The layers of tf_keras pass the checks, or the reason why not is listed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from layertrace.testing import check_layer

tf_keras = pytest.importorskip("tf_keras")
sys.path[:0] = [str(Path(__file__).parent)]

import layers_of_tf_keras  # noqa: E402

SAMPLE = ("Dense", "Dropout", "LocallyConnected1D", "SimpleRNNCell")
"""What the quick tests try: layers with weights, randomness, and nested inputs."""


def _cases():
    for name in layers_of_tf_keras.CASES:
        yield pytest.param(name, marks=[] if name in SAMPLE else [pytest.mark.slow])


@pytest.mark.parametrize("name", list(_cases()))
def test_layer_of_tf_keras_passes_every_check(name):
    """A class of `tf_keras.layers` passes every check that applies, except where a reason is listed."""
    create, inputs = layers_of_tf_keras.CASES[name]
    expected = layers_of_tf_keras.EXCEPTIONS.get(name, {})
    tf_keras.backend.clear_session()
    tf_keras.utils.set_random_seed(1)

    report = check_layer(create, *(inputs if isinstance(inputs, tuple) else (inputs,)))

    failed = {result.check.name for result in report.failed}
    assert failed - set(expected) == set(), str(report)


def test_every_layer_of_tf_keras_is_in_the_table():
    """The table has every class of `tf_keras.layers`, under one of its names, or the reason why not."""
    layers = tf_keras.layers
    tried = {getattr(layers, name, None) for name in layers_of_tf_keras.CASES}
    public = {name: value for name, value in vars(layers).items() if isinstance(value, type)}

    missing = {name for name, value in public.items() if value not in tried}
    assert missing - set(layers_of_tf_keras.NOT_TRIED) == set()
