"""Notice losses of torch that are given a column and a vector, which they combine into a matrix."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import spec
from layertrace.record.hooks.observer import AnyObserver, Call, watching
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded

__all__ = ["TORCH_LOSSES", "losses_of_numbers"]

_NAMES = ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss")
"""The losses that broadcast with a warning; BCELoss, BCEWithLogitsLoss and SoftMarginLoss refuse that.

PoissonNLLLoss, HingeEmbeddingLoss and KLDivLoss broadcast without one, and are not observed (torch 2.13 and
2.14).
"""


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


TORCH_LOSSES: AnyObserver = watching(_given)
"""Observes `forward` of the losses of torch that broadcast."""
