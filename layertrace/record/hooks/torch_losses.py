"""Notice losses on torch that combine a column and a vector, and crossentropies with swapped arguments."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import spec
from layertrace.record.hooks.observer import AnyObserver, Call, watching
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded

__all__ = [
    "CROSSENTROPIES_OF_KERAS",
    "TORCH_CROSSENTROPIES",
    "TORCH_LOSSES",
    "crossentropies",
    "losses_of_numbers",
]

_NAMES = ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss")
"""The losses that broadcast with a warning; BCELoss, BCEWithLogitsLoss and SoftMarginLoss refuse that.

PoissonNLLLoss, HingeEmbeddingLoss and KLDivLoss broadcast without one, and are not observed (torch 2.13 and
2.14).
"""

_CROSSENTROPIES = ("CrossEntropyLoss", "BCEWithLogitsLoss")
"""The losses that take outputs as targets without an error; BCELoss, NLLLoss and others raise one."""


def losses_of_numbers() -> Iterator[type]:
    """Yield the losses of torch that are observed.

    Their `forward` is observed, not the function that it calls, which warns with the line of its caller.
    """
    for name in _NAMES:
        yield getattr(sys.modules["torch"].nn, name)


def _given(call: Call) -> None:
    if not hub.observers or len(call.values) < 2:
        return
    with guarded("record what a loss of torch is given"):
        # A program that asks for every element sees the matrix:
        # tests/backends/cases/lt514_shapes_broadcast/clean_all_pairs.py
        if safe.instance_dict(call.subject).get("reduction") == "none":
            return
        outputs, targets = map(spec, call.values[:2])
        shapes = [each.shape for each in (outputs, targets) if each is not None and each.shape is not None]
        if len(shapes) != 2 or {len(shape) for shape in shapes} != {1, 2}:
            return
        vector, column = sorted(shapes, key=len)
        if column != (vector[0], 1) or vector[0] == 1:
            return
        place = source_lines.caller(call.method, call.caller)
        add_observation(
            PendingObservation(
                "broadcast", (place,), name="forward 0", before=outputs, now=targets, place=place
            )
        )


def crossentropies() -> Iterator[type]:
    """Yield the losses of torch that have another minimum if their arguments are swapped."""
    for name in _CROSSENTROPIES:
        yield getattr(sys.modules["torch"].nn, name)


def _called(call: Call) -> None:
    if not hub.observers or len(call.values) < 2:
        return
    with guarded("record who calls a crossentropy of torch"):
        frame = call.caller
        while frame is not None and _module(frame).startswith("torch."):
            frame = frame.f_back
        # A function of the program may swap the arguments:
        # tests/backends/cases/lt536_arguments_swapped/fixed.py
        if frame is None or not _module(frame).startswith("keras."):
            return
        outputs, targets = call.values[:2]
        # While Keras infers shapes, none of them has a gradient.
        if getattr(outputs, "requires_grad", None) or not getattr(targets, "requires_grad", None):
            return
        place = source_lines.caller(call.method, call.caller)
        seen = PendingObservation("swapped arguments", (place,), name=safe.class_name(call.subject))
        seen.now, seen.place = spec(targets), place
        add_observation(seen)


def _computed(call: Call) -> None:
    if not hub.observers or not call.values:
        return
    with guarded("record what a crossentropy of Keras is given"):
        targets, outputs = call.subject, call.values[0]
        if getattr(outputs, "requires_grad", None) or not getattr(targets, "requires_grad", None):
            return
        # The probabilities of a teacher are no data, and have no gradient either:
        # tests/backends/cases/lt536_arguments_swapped/fixed.py
        if not _are_zero_or_one(outputs):
            return
        place = source_lines.caller(call.method, call.caller)
        name = "" if call.method.code is None else call.method.code.co_name
        seen = PendingObservation("swapped arguments", (place,), name=name)
        seen.now, seen.place = spec(targets), place
        add_observation(seen)


def _are_zero_or_one(values: Any) -> bool:
    """Return whether all numbers are 0 or 1, as in targets: the logarithm of 0 is infinite."""
    if hasattr(values, "detach"):
        values = values.detach()
        return bool(((values == 0) | (values == 1)).all())
    array = sys.modules["numpy"].asarray(values)
    return bool(((array == 0) | (array == 1)).all())


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


TORCH_CROSSENTROPIES: AnyObserver = watching(_called)
"""Observes `forward` of the crossentropies of torch that Keras itself calls."""

CROSSENTROPIES_OF_KERAS: AnyObserver = watching(_computed)
"""Observes the functions of Keras on torch that compute a crossentropy."""

TORCH_LOSSES: AnyObserver = watching(_given)
"""Observes `forward` of the losses of torch that broadcast."""
