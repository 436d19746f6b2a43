"""A random layer repeats under a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference


@check("training", "random-repeats", after=["modes-agree", "random-draws"])
def random_repeats(subject: Subject) -> None:
    """After `keras.utils.set_random_seed`, a layer draws the same numbers and creates the same weights again.

    ## Why
    An experiment that cannot be repeated cannot be compared with another one.

    ## Known limits
    Two instances are created and called in training, eagerly. The check restores the states of Python and
    NumPy, and gives TensorFlow a seed that follows from them.
    """
    outputs = []
    for _ in range(2):
        with _seeded(subject.framework.keras):
            layer = subject.built()
            with subject.doing("calling it in training"):
                called = [subject.call(layer, training=True) for _ in range(2)]
            arrays = [array for output in called for array in subject.arrays(output)]
            outputs.append([*arrays, *layer.get_weights()])
    differs = difference(*outputs)
    if differs:
        raise Broken(
            f"{subject.class_name} has other outputs or weights after the same keras.utils.set_random_seed: "
            f"{differs}",
            method_line(layer, "call"),
            "draw with a keras.random.SeedGenerator that __init__ creates, from a seed that is given or None",
        )


@contextmanager
def _seeded(keras: Any) -> Iterator[None]:
    """Seed all generators for a block, and restore those of Python and NumPy."""
    import numpy as np

    states = random.getstate(), np.random.get_state()  # the state that layers share
    keras.utils.set_random_seed(11)
    try:
        yield
    finally:
        random.setstate(states[0])
        following = random.Random(str(states[0])).getrandbits(31)  # noqa: S311  # no secret
        keras.utils.set_random_seed(following)
        random.setstate(states[0])
        np.random.set_state(states[1])  # the state that layers share
