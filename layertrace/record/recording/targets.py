"""Choose what to record: everything, or some layers, classes and names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from layertrace.errors import TargetError
from layertrace.record.describe.layer_contents import layers_inside
from layertrace.record.hooks.runs import RunNote
from layertrace.record.layers import LayerRecord, class_facts, is_layer_class, register_layer
from layertrace.record.process import safe
from layertrace.record.spans import (
    DETAIL,
    LAYER,
    METHOD,
    PARENT,
    SPAN,
    Record,
    Span,
    parent_of,
    trace_note,
)
from layertrace.timeline.event import FunctionRef
from layertrace.timeline.query import answers_to, listed, suggestion

__all__ = ["Targets"]


class Targets:
    """Decide which spans a recorder keeps.

    A layer or model includes everything that happens inside it, a class includes its subclasses; a name or
    path glob is compared at the end only, when layers have their final names.

    Args:
        targets: Layers, layer classes and globs; without any, everything is recorded.

    Raises:
        TargetError: If one of them is something else.
    """

    def __init__(self, targets: Iterable[object]) -> None:
        self._numbers: set[int] = set()  # of layers, which are not kept alive
        self.classes: tuple[type, ...] = ()
        self.globs: tuple[str, ...] = ()
        for target in targets:
            self._add(target)
        self.everything = not (self._numbers or self.classes or self.globs)

    def _add(self, target: object) -> None:
        if isinstance(target, str):
            if not target.strip():
                raise TargetError(
                    "an empty name traces nothing: pass a layer's name or a glob such as 'dense*'"
                )
            self.globs += (target,)
        elif is_layer_class(target):
            self.classes += (target,)
        elif class_facts(type(target)) is not None:
            self._numbers.update(_number(layer) for layer in (target, *layers_inside(target)))
        else:
            raise TargetError(
                f"cannot trace {_kind(target)}: it is not a Keras layer, layer class, model or name. "
                "Pass a layer, a class derived from keras.layers.Layer, or a glob such as 'encoder/*'"
            )

    def covers(self, cls: type) -> bool:
        """Return whether layers of this class have to be hooked."""
        if self.everything or self._numbers or self.globs:
            return True
        return self._is_of_class(cls)

    def may_keep(self, span: Span) -> bool:
        """Return whether an event may be kept, as far as is known while the program runs."""
        layer = span[LAYER]
        if self.everything or self.globs or layer is None:
            return True
        return self.is_wanted(layer) or self._is_inside(span)

    def keeps(self, span: Span) -> bool:
        """Return whether an event is kept at the end."""
        if self.everything:
            return True
        layer = span[LAYER]
        return (layer is not None and self.is_wanted(layer)) or self._is_inside(span)

    def may_choose(self, record: Record) -> bool:
        """Return whether `chosen` may return a record; for traces and runs only all records can decide."""
        span = record[SPAN]
        return self.keeps(span) or span[METHOD].kind in ("trace", "run")

    def chosen(self, records: list[Record]) -> list[Record]:
        """Return the records of what is wanted, and of the traces it happened in."""
        if self.everything:
            return records
        kept = {id(record[SPAN]) for record in records if self.keeps(record[SPAN])}
        _keep_traces(records, kept)
        traced = [
            (note.function, id(record[SPAN]) in kept)
            for record in records
            if (note := trace_note(record[SPAN])) is not None
        ]
        others = {function for function, _ in traced} - {function for function, is_kept in traced if is_kept}
        return [
            record
            for record in records
            if id(record[SPAN]) in kept
            or (record[SPAN][METHOD].kind == "run" and _function(record[SPAN]) not in others)
        ]

    def is_wanted(self, layer: LayerRecord) -> bool:
        """Return whether a layer itself is wanted."""
        if layer.number in self._numbers:
            return True
        cls = layer.type()
        if cls is not None and self._is_of_class(cls):
            return True
        return any(answers_to(layer.ref(), glob) for glob in self.globs)

    def without_match(self, layers: Iterable[LayerRecord]) -> Iterator[str]:
        """Yield a sentence for each glob that matches none of the layers that were seen."""
        refs = [layer.ref() for layer in layers]
        for glob in self.globs:
            if refs and not any(answers_to(ref, glob) for ref in refs):
                names = listed(ref.name for ref in refs)
                yield f"no layer matches {glob!r}{suggestion(glob, refs)}; the layers are {names}"

    def _is_of_class(self, cls: type) -> bool:
        return any(wanted is above for above in safe.mro(cls) for wanted in self.classes)

    def _is_inside(self, span: Span | None) -> bool:
        """Return whether something happened inside a layer that was passed as an object."""
        while self._numbers and span is not None:
            layer = span[LAYER]
            if layer is not None and layer.number in self._numbers:
                return True
            span = span[PARENT]
        return False


def _number(layer: object) -> int:
    record = register_layer(layer)
    return 0 if record is None else record.number


def _kind(target: object) -> str:
    if isinstance(target, type):
        return f"the class {target.__qualname__}"
    return f"a {type(target).__name__}"


def _function(run: Span) -> FunctionRef:
    return cast(RunNote, run[DETAIL]).function


def _keep_traces(records: list[Record], kept: set[int]) -> None:
    """Add the traces around what is kept."""
    for record in records:
        span = parent_of(record[SPAN]) if id(record[SPAN]) in kept else None
        while span is not None:
            if span[METHOD].kind == "trace":
                kept.add(id(span))
            span = parent_of(span)
