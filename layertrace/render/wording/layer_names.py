"""Give each layer a distinct name."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from layertrace.render.wording.file_names import tails
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import CLASS, NAME, inked
from layertrace.timeline.event import LayerRef

__all__ = ["Names"]


class Names:
    """The names of all layers in one output.

    Layers that share a name are distinguished by the end of their paths, or, if they share that too, by
    their numbers.
    """

    def __init__(self, layers: Iterable[LayerRef], glyphs: Glyphs) -> None:
        by_name: dict[str, list[LayerRef]] = {}
        for layer in layers:
            by_name.setdefault(layer.name, []).append(layer)
        self._labels: dict[int, str] = {}
        for name, namesakes in by_name.items():
            self._labels.update(_labels(name, namesakes))
        self._mentioned: set[int] = set()
        self._glyphs = glyphs

    def label(self, layer: LayerRef) -> Text:
        """Return the name of a layer."""
        return inked(self._glyphs.user(self._labels.get(layer.id, layer.name)), NAME)

    def mention(self, layer: LayerRef) -> Text:
        """Return the name of a layer, the first time with its class: `encoder (Encoder)`."""
        text = self.label(layer)
        if layer.id not in self._mentioned:
            self._mentioned.add(layer.id)
            text.append(f" ({self._glyphs.user(layer.class_name)})", CLASS)
        return text


def _labels(name: str, namesakes: list[LayerRef]) -> dict[int, str]:
    if len(namesakes) == 1:
        return {namesakes[0].id: name}
    short = tails(layer.path for layer in namesakes)
    if len(short) == len(namesakes):
        return {layer.id: short[layer.path] for layer in namesakes}
    return {layer.id: f"{name}#{layer.id}" for layer in namesakes}
