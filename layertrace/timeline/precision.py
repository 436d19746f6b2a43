"""Find the layers that compute in another float dtype than `float32`, as mixed precision makes them do."""

from __future__ import annotations

from collections.abc import Mapping

from layertrace.timeline.timeline import Timeline

__all__ = ["compute_dtypes"]

_DTYPES = frozenset({"float16", "bfloat16", "float64"})


def compute_dtypes(timeline: Timeline) -> Mapping[int, str]:
    """Return in which dtype layers compute, by their number, without those that compute in `float32`."""
    states = timeline.surroundings.states
    found = {layer.id: states[layer.id].compute_dtype for layer in timeline.layers if layer.id in states}
    return {number: dtype for number, dtype in found.items() if dtype in _DTYPES}
