"""A random layer draws other numbers in each call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.randomness import draws_numbers
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference

_CALLS = 16
"""Some layers change few inputs, and only sometimes."""


@check("training", "random-draws", after=["modes-agree", "fit", "weights-round-trip"])
def random_draws(subject: Subject) -> None:
    """A layer that draws random numbers in training draws others in each call of one compiled function.

    ## Why
    NumPy and Python draw while the function is traced, so that each batch gets the same numbers. An operation
    with an integer as seed always draws the same.

    ## Known limits
    A layer that takes no `training` may use the same numbers on purpose, as random projections do.
    """
    layer = subject.built()
    tensors = subject.tensors()
    weights = layer.get_weights()

    def called(function: Callable[..., Any]) -> list[Any]:
        layer.set_weights(weights)  # so that only random numbers make a difference
        return subject.arrays(function(*tensors))

    def varies(function: Callable[..., Any], calls: int) -> bool:
        first = called(function)
        return any(difference(first, called(function)) for _ in range(calls))

    with subject.doing("calling it in training"):
        is_random_eagerly = varies(
            lambda *arguments: subject.call_with(layer, arguments, True),
            _CALLS if subject.takes_training else 1,
        )
    has_draws = draws_numbers(subject, layer, True)
    if not has_draws and not is_random_eagerly:
        raise NotApplicable("it draws no random numbers")
    function = subject.compiled(layer, training=True)
    with subject.doing(f"{subject.calling_compiled}, in training"):
        if varies(function, _CALLS):
            return
        first = called(function)
    fix = "keras.random.normal(..., seed=self.seed_generator), with a keras.random.SeedGenerator of __init__"
    if is_random_eagerly and not has_draws:
        raise Broken(
            f"{subject.class_name} draws random numbers only when {subject.backend.function} is traced",
            method_line(layer, "call"),
            fix,
        )
    if subject.takes_training and difference(first, subject.arrays(subject.call(layer, training=False))):
        raise Broken(
            f"{subject.class_name} draws the same random numbers in each of {_CALLS} calls",
            method_line(layer, "call"),
            fix,
        )
