"""What a trace is about: everything, or some layers, classes and names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from layertrace.errors import TargetError
from layertrace.record.describe.layer_contents import layers_inside
from layertrace.record.layers import LayerRecord, class_facts, is_layer_class, register_layer
from layertrace.record.process import safe
from layertrace.record.spans import DETAIL, LAYER, METHOD, PARENT, parent_of
from layertrace.timeline.query import answers_to
from layertrace.timeline.registry import live_layers

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
        record = live_layers.get(layer) or register_layer(layer, None)
        return 0 if record is None else record.number

    def covers(self, cls: type) -> bool:
        """Tell whether layers of this class have to be hooked."""
        if self.everything or self._numbers or self.globs:
            return True
        return self._is_of_class(cls)

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

    def may_choose(self, record: tuple[Any, ...]) -> bool:
        """Tell whether a record is one of those asked for; traces and runs are, as far as is known early."""
        return self.keeps(record[0]) or record[0][METHOD].kind in ("trace", "run")

    def chosen(self, records: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Return the records of what was asked for, and of the traces it happened in."""
        if self.everything:
            return records
        kept = {id(r[0]) for r in records if self.keeps(r[0])}
        _keep_traces(records, kept)
        traced = [r[0] for r in records if r[0][METHOD].kind == "trace"]
        mine = {span[DETAIL].function for span in traced if id(span) in kept}
        others = {span[DETAIL].function for span in traced} - mine
        return [
            r
            for r in records
            if id(r[0]) in kept or (r[0][METHOD].kind == "run" and r[0][DETAIL].function not in others)
        ]

    def is_wanted(self, layer: LayerRecord) -> bool:
        """Tell whether a layer itself is meant."""
        if layer.number in self._numbers:
            return True
        cls = layer.type()
        if cls is not None and self._is_of_class(cls):
            return True
        return any(answers_to(layer.ref(), glob) for glob in self.globs)

    def _is_of_class(self, cls: type) -> bool:
        return any(wanted is above for above in safe.mro(cls) for wanted in self.classes)

    def _is_inside(self, span: tuple[Any, ...] | None) -> bool:
        """Tell whether something happened inside a layer that was given as an object."""
        while self._numbers and span is not None:
            if span[LAYER] is not None and span[LAYER].number in self._numbers:
                return True
            span = span[PARENT]
        return False


def _with_all_inside(layer: Any) -> list[Any]:
    """Return a layer and all layers it holds, as far as they are there already."""
    return [layer, *layers_inside(layer)]


def _told(target: object) -> str:
    if isinstance(target, type):
        return f"the class {target.__qualname__}"
    return f"a {type(target).__name__}"


def _keep_traces(records: list[tuple[Any, ...]], kept: set[int]) -> None:
    """Add the traces around what is kept."""
    for record in records:
        span = parent_of(record[0]) if id(record[0]) in kept else None
        while span is not None:
            if span[METHOD].kind == "trace":
                kept.add(id(span))
            span = parent_of(span)
