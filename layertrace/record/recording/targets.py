"""Choose what to record: everything, or some layers, classes and names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
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
from layertrace.timeline.query import answers_to, is_named, is_of_class, listed, suggestion

__all__ = ["Targets"]


class Choice:
    """Layers, layer classes and globs that the user named.

    Args:
        targets: Layers, layer classes and globs.

    Raises:
        TargetError: If one of them is something else.
    """

    _what = "trace"

    def __init__(self, targets: Iterable[object]) -> None:
        self._numbers: set[int] = set()  # of layers, which are not kept alive
        self.classes: tuple[type, ...] = ()
        self.globs: tuple[str, ...] = ()
        for target in targets:
            self._add(target)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was named."""
        return not (self._numbers or self.classes or self.globs)

    def _add(self, target: object) -> None:
        if isinstance(target, str):
            if not target.strip():
                raise TargetError(
                    "an empty name stands for no layer: pass a layer's name or a glob such as 'dense*'"
                )
            self.globs += (target,)
        elif is_layer_class(target):
            self.classes += (target,)
        elif class_facts(type(target)) is not None:
            self._numbers.update(_number(layer) for layer in (target, *layers_inside(target)))
        else:
            raise TargetError(
                f"cannot {self._what} {_kind(target)}: it is not a Keras layer, layer class, model or name. "
                "Pass a layer, a class derived from keras.layers.Layer, or a glob such as 'encoder/*'"
            )

    def includes(self, layer: LayerRecord) -> bool:
        """Return whether a layer itself was named."""
        if layer.number in self._numbers or self._is_of_class(layer):
            return True
        return any(answers_to(layer.ref(), glob) for glob in self.globs)

    def without_match(self, layers: Iterable[LayerRecord]) -> Iterator[str]:
        """Yield a sentence for each glob that matches none of the layers that were seen."""
        refs = [layer.ref() for layer in layers]
        for glob in self.globs:
            if refs and not any(answers_to(ref, glob) for ref in refs):
                names = listed(ref.name for ref in refs)
                yield f"no layer matches {glob!r}{suggestion(glob, refs)}; the layers are {names}"

    def _is_of_class(self, layer: LayerRecord) -> bool:
        cls = layer.type()
        return cls is not None and self._has_class(cls)

    def _has_class(self, cls: type) -> bool:
        return any(wanted is above for above in safe.mro(cls) for wanted in self.classes)


class Exclusions(Choice):
    """The layers to leave out.

    A layer that is named by itself, by its name or by its path is left out with everything inside it. Of a
    class or a module only the layers themselves are: what a `Sequential` holds is not its own.
    """

    _what = "leave out"

    def surely_has(self, span: Span) -> bool:
        """Return whether objects and classes leave out an event; names may still change."""
        if not (self._numbers or self.classes):
            return False
        return self._has(span, self._is_of_class, lambda layer: layer.number in self._numbers)

    def as_named_now(self) -> Callable[[Span], bool]:
        """Return a function that decides whether to leave out an event, and compares each layer once."""
        if self.is_empty:
            return lambda _: False

        @cache
        def is_left_out_alone(layer: LayerRecord) -> bool:
            ref = layer.ref()
            return self._is_of_class(layer) or any(is_of_class(ref, glob) for glob in self.globs)

        @cache
        def is_left_out_with_inside(layer: LayerRecord) -> bool:
            ref = layer.ref()
            return layer.number in self._numbers or any(is_named(ref, glob) for glob in self.globs)

        return partial(self._has, alone=is_left_out_alone, with_inside=is_left_out_with_inside)

    @staticmethod
    def _has(
        span: Span, alone: Callable[[LayerRecord], bool], with_inside: Callable[[LayerRecord], bool]
    ) -> bool:
        layer = span[LAYER]
        if layer is not None and alone(layer):
            return True
        around: Span | None = span
        while around is not None:
            layer = around[LAYER]
            if layer is not None and with_inside(layer):
                return True
            around = parent_of(around)
        return False


class Targets(Choice):
    """Decide which spans a recorder keeps.

    A layer or model includes everything that happens inside it, a class includes its subclasses; a name or
    path glob is compared at the end only, when layers have their final names.

    Args:
        targets: Layers, layer classes and globs; without any, everything is recorded.
        exclude: Of these, what to leave out, as `Exclusions` describes it.

    Raises:
        TargetError: If one of them is something else.
    """

    def __init__(self, targets: Iterable[object], exclude: Iterable[object] = ()) -> None:
        super().__init__(targets)
        self._excluded = Exclusions(exclude)
        self._includes_all = self.is_empty

    @property
    def everything(self) -> bool:
        """Whether every layer is recorded."""
        return self._includes_all and self._excluded.is_empty

    def include_nothing(self) -> None:
        """Keep nothing until a class is added."""
        self._includes_all = False

    def covers(self, cls: type) -> bool:
        """Return whether layers of this class have to be hooked."""
        return bool(self._includes_all or self._numbers or self.globs) or self._has_class(cls)

    def may_keep(self, span: Span) -> bool:
        """Return whether an event may be kept, as far as is known while the program runs."""
        if self._excluded.surely_has(span):
            return False
        layer = span[LAYER]
        if self._includes_all or self.globs or layer is None:
            return True
        return self.includes(layer) or self._is_inside(span)

    def _includes_event(self, span: Span) -> bool:
        """Return whether the targets include an event, as layers are named now."""
        layer = span[LAYER]
        return self._includes_all or (layer is not None and self.includes(layer)) or self._is_inside(span)

    def without_match(self, layers: Iterable[LayerRecord]) -> Iterator[str]:
        """Yield a sentence for each glob, also of those to leave out, that matches no layer that was seen."""
        layers = tuple(layers)
        yield from super().without_match(layers)
        yield from self._excluded.without_match(layers)

    def _is_inside(self, span: Span | None) -> bool:
        """Return whether something happened inside a layer that was passed as an object."""
        while self._numbers and span is not None:
            layer = span[LAYER]
            if layer is not None and layer.number in self._numbers:
                return True
            span = span[PARENT]
        return False

    def may_choose(self, record: Record) -> bool:
        """Return whether `chosen` may return a record; for traces and runs only all records can decide."""
        span = record[SPAN]
        if self._excluded.surely_has(span):
            return False
        return self._includes_event(span) or span[METHOD].kind in ("trace", "run")

    def chosen(self, records: list[Record]) -> list[Record]:
        """Return the records of what is wanted, and of the traces it happened in."""
        if self.everything:
            return records
        is_excluded = self._excluded.as_named_now()
        spans = (record[SPAN] for record in records)
        kept = {id(span) for span in spans if not is_excluded(span) and self._includes_event(span)}
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
