"""Tell names that Keras gave from names that somebody gave: the former are numbered as layers are made."""

from __future__ import annotations

import re
from functools import lru_cache

from layertrace.timeline.event import LayerRef

__all__ = ["is_automatic", "unnumbered"]


def is_automatic(layer: LayerRef) -> bool:
    """Tell whether Keras may have made a layer's name out of that of its class: `dense_3`."""
    return _is_made_of(layer.name, layer.class_name)


def unnumbered(text: str) -> str:
    """Leave names that Keras gave out of a text in which layers are described.

    Example:
        >>> unnumbered("(<Dense dense_3>, <Dense head>)")
        '(<Dense>, <Dense head>)'
    """
    return _DESCRIBED.sub(_without_name, text) if "<" in text else text


_DESCRIBED = re.compile(r"<(\w+) (\w+)>")


def _without_name(found: re.Match[str]) -> str:
    return f"<{found[1]}>" if _is_made_of(found[2], found[1]) else found[0]


def _is_made_of(name: str, class_name: str) -> bool:
    automatic = _snake(class_name)
    return name == automatic or re.sub(r"_\d+$", "", name) == automatic


@lru_cache(maxsize=1024)
def _snake(class_name: str) -> str:
    """Return the name that Keras gives to layers of a class (`keras/src/utils/naming.py` of Keras 3.15)."""
    name = re.sub(r"\W+", "", class_name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
