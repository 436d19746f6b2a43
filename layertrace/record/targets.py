"""What a trace is about: everything, or some layers, classes and names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from layertrace.errors import TargetError
from layertrace.record.hub import LAYER, PARENT
from layertrace.record.layers import LayerRecord, class_facts, is_layer_class, meet
from layertrace.timeline.query import answers_to, layer_numbers

__all__ = ["Targets"]


class Targets:
    """Decide which spans a recorder keeps.

    A layer or model counts with all that happens inside it, a class with its subclasses; a name or path
    glob is only compared in the end, when layers have their final names.

    Args:
        targets: Layers, layer classes and globs; none means everything.

    Raises:
        TargetError: If one of them is something else.
    """

    def __init__(self, targets: Iterable[object]) -> None:
        self._numbers: set[int] = set()  # of layers, which are not kept themselves
        self.classes: tuple[type, ...] = ()
        self.globs: tuple[str, ...] = ()
        for target in targets:
            self._add(target)
        self.everything = not (self._numbers or self.classes or self.globs)

    def _add(self, target: object) -> None:
        if isinstance(target, str):
            if not target.strip():
                raise TargetError(
                    "an empty name traces nothing: give a layer's name or a glob such as 'dense*'"
                )
            self.globs += (target,)
        elif is_layer_class(target):
            self.classes += (target,)
        elif class_facts(type(target)) is not None:
            self._numbers.update(map(self._met, _with_all_inside(target)))
        else:
            raise TargetError(
                f"cannot trace {_told(target)}: it is no Keras layer, layer class, model or name. "
                "Pass a layer, a class derived from keras.layers.Layer, or a glob such as 'encoder/*'"
            )

    @staticmethod
    def _met(layer: Any) -> int:
        record = layer_numbers.get(layer) or meet(layer, None)
        return 0 if record is None else record.number

    def covers(self, cls: type) -> bool:
        """Tell whether layers of this class have to be hooked."""
        if self.everything or self._numbers or self.globs:
            return True
        return any(issubclass(cls, wanted) for wanted in self.classes)

    def may_keep(self, span: tuple[Any, ...]) -> bool:
        """Tell early, in the path of the traced program, what will certainly not be kept."""
        if self.everything or self.globs or span[LAYER] is None:
            return True
        return self.is_wanted(span[LAYER]) or self._is_inside(span)

    def keeps(self, span: tuple[Any, ...]) -> bool:
        """Tell in the end whether an event is one of those asked for."""
        if self.everything:
            return True
        layer = span[LAYER]
        return (layer is not None and self.is_wanted(layer)) or self._is_inside(span)

    def is_wanted(self, layer: LayerRecord) -> bool:
        """Tell whether a layer itself is meant."""
        if layer.number in self._numbers:
            return True
        cls = layer.type()
        if cls is not None and issubclass(cls, self.classes):
            return True
        return any(answers_to(layer.ref(), glob) for glob in self.globs)

    def _is_inside(self, span: tuple[Any, ...] | None) -> bool:
        """Tell whether something happened inside a layer that was given as an object."""
        while self._numbers and span is not None:
            if span[LAYER] is not None and span[LAYER].number in self._numbers:
                return True
            span = span[PARENT]
        return False


def _with_all_inside(layer: Any) -> list[Any]:
    """Return a layer and all layers it holds, as far as they are there already."""
    found = [layer]
    flatten = getattr(layer, "_flatten_layers", None)  # both Keras have it, and no public equivalent
    if flatten is not None:
        found += [one for one in flatten() if one is not layer]
    return found


def _told(target: object) -> str:
    if isinstance(target, type):
        return f"the class {target.__qualname__}"
    return f"a {type(target).__name__}"
