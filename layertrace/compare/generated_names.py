"""Recognize names that Keras generated: they count the layers that were created."""

from __future__ import annotations

import re
from functools import lru_cache

from layertrace.timeline.event import LayerRef

__all__ = ["is_automatic", "unnumbered"]


def is_automatic(layer: LayerRef) -> bool:
    """Return whether Keras may have generated the name of a layer from its class: `dense_3`."""
    return _is_generated_from(layer.name, layer.class_name)


def unnumbered(text: str) -> str:
    """Remove generated names from the descriptions of layers in a text.

    Example:
        >>> unnumbered("(<Dense dense_3>, <Dense head>)")
        '(<Dense>, <Dense head>)'
    """
    return _DESCRIBED.sub(_without_name, text) if "<" in text else text


_DESCRIBED = re.compile(r"<(\w+) (\w+)>")


def _without_name(match: re.Match[str]) -> str:
    return f"<{match[1]}>" if _is_generated_from(match[2], match[1]) else match[0]


def _is_generated_from(name: str, class_name: str) -> bool:
    generated = _snake_case(class_name)
    return name == generated or re.sub(r"_\d+$", "", name) == generated


@lru_cache(maxsize=1024)
def _snake_case(class_name: str) -> str:
    """Return the name that Keras gives to layers of a class (`keras/src/utils/naming.py` of Keras 3.15)."""
    name = re.sub(r"\W+", "", class_name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
