"""Separate what was changed between two recordings from what follows from it."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from layertrace.compare.contrast import Contrast
from layertrace.compare.diff import Difference, LayerDifference
from layertrace.compare.function_diff import FunctionDifference
from layertrace.compare.holders import HolderDifference

__all__ = ["Change", "changes"]

Pair = tuple[str, str]
"""A word that was replaced by another one, such as the size of a dimension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change, with everything that follows from it.

    Attributes:
        layers: The layers that were changed alike; empty for the change of a function.
        causes: The respects in which they were changed; empty for layers that appeared or disappeared.
        effects: The respects of the same layers that follow from it, such as the shapes of their variables.
        followers: The other layers that differ only because of it.
        outside: Variables of the program outside of layers: those that differ only because of it; without a
            layer and a function, those that were changed.
        holders: The names of optimizers, metrics and generators whose variables differ only because of it.
        function: The function that was changed.
        holder: The optimizer, metric or generator that appeared, disappeared or was changed.
    """

    layers: tuple[LayerDifference, ...] = ()
    causes: tuple[Contrast, ...] = ()
    effects: tuple[Contrast, ...] = ()
    followers: tuple[LayerDifference, ...] = ()
    outside: tuple[Contrast, ...] = ()
    holders: tuple[str, ...] = ()
    function: FunctionDifference | None = None
    holder: HolderDifference | None = None


def changes(difference: Difference) -> list[Change]:
    """Return the changes: those of layers in the order of the second recording, then those of functions.

    A layer whose shapes differ in the sizes that another change introduced follows from that change, and so
    does a layer that differs exactly as the layer around it does. What nothing explains is a change itself.
    """
    return _Separation(difference).changes()


@dataclass
class _Source:
    """A change whose effects are still being collected."""

    layers: list[LayerDifference]
    causes: tuple[Contrast, ...] = ()
    effects: tuple[Contrast, ...] = ()
    followers: list[LayerDifference] = field(default_factory=list)
    outside: list[Contrast] = field(default_factory=list)
    holders: list[str] = field(default_factory=list)
    function: FunctionDifference | None = None
    pairs: set[Pair] = field(default_factory=set)

    def finished(self) -> Change:
        return Change(
            layers=tuple(self.layers),
            causes=self.causes,
            effects=self.effects,
            followers=tuple(self.followers),
            outside=tuple(self.outside),
            holders=tuple(dict.fromkeys(self.holders)),
            function=self.function,
        )


class _Separation:
    """Assigns every difference to the change that it follows from.

    Args:
        difference: What differs between two recordings.
    """

    def __init__(self, difference: Difference) -> None:
        self._difference = difference
        self._functions = [
            _Source([], function=function) for function in _functions_of_users(difference.functions)
        ]
        self._traced_otherwise = next(
            (source for source in self._functions if _is_traced_more_or_less(source.function)), None
        )
        self._sources: list[_Source] = []
        self._source_of: dict[tuple[str, int], _Source] = {}
        self._by_number = {_number(layer): layer for layer in difference.layers}

    def changes(self) -> list[Change]:
        """Return the changes with what follows from each."""
        outermost_first = sorted(self._difference.layers, key=lambda layer: layer.layer.path.count("/"))
        remaining = [(layer, self._unexplained(layer)) for layer in outermost_first]
        for layer, contrasts in remaining:
            if _is_new_or_gone(layer):
                self._add(layer)
            elif any(map(_is_own, contrasts)):
                self._add(layer, contrasts)
        for layer, contrasts in remaining:
            if _number(layer) not in self._source_of and not self._follows(layer, contrasts):
                self._add(layer, contrasts)
        unexplained = self._unexplained_outside()
        order = {_number(layer): place for place, layer in enumerate(self._difference.layers)}
        self._sources.sort(key=lambda source: order[_number(source.layers[0])])
        sources = [source.finished() for source in (*_merged(self._sources), *self._functions)]
        return [*sources, *unexplained]

    def _unexplained(self, layer: LayerDifference) -> list[Contrast]:
        """Return in what a layer differs other than the layer around it does."""
        around = self._around(layer)
        inherited = () if around is None else around.contrasts
        contrasts = [contrast for contrast in layer.contrasts if contrast not in inherited]
        contrasts = [contrast for contrast in contrasts if not self._lists_layers(contrast)]
        if self._traced_otherwise is not None and layer.eager_calls[0] == layer.eager_calls[1]:
            contrasts = [contrast for contrast in contrasts if not _comes_with_calls(contrast)]
        return contrasts

    def _around(self, layer: LayerDifference) -> LayerDifference | None:
        if layer.around is None:
            return None
        return self._by_number.get(("before" if layer.now is None else "now", layer.around.id))

    def _lists_layers(self, contrast: Contrast) -> bool:
        """Return whether an argument differs because it lists a layer that appeared or disappeared."""
        names = {layer.layer.class_name for layer in self._difference.layers if _is_new_or_gone(layer)}
        listed = re.findall(r"<(\w+)", " ".join((*contrast.before, *contrast.now)))
        return contrast.what.startswith("init ") and not names.isdisjoint(listed)

    def _add(self, layer: LayerDifference, contrasts: Sequence[Contrast] = ()) -> None:
        own = tuple(contrast for contrast in contrasts if _is_own(contrast)) or tuple(contrasts)
        effects = tuple(contrast for contrast in contrasts if contrast not in own)
        source = _Source([layer], own, effects)
        for contrast in contrasts:
            source.pairs |= _replaced_words(contrast)
        self._sources.append(source)
        self._source_of[_number(layer)] = source

    def _follows(self, layer: LayerDifference, contrasts: Sequence[Contrast]) -> bool:
        """Return whether an earlier change explains a layer, and assign the layer to that change."""
        source = self._explanation(layer, contrasts)
        if source is None:
            return False
        source.followers.append(layer)
        self._source_of[_number(layer)] = source
        for contrast in contrasts:
            source.pairs |= _replaced_words(contrast)
        return True

    def _explanation(self, layer: LayerDifference, contrasts: Sequence[Contrast]) -> _Source | None:
        if not contrasts:
            around = self._around(layer)
            return (self._source_of.get(_number(around)) if around is not None else None) or (
                self._traced_otherwise or (self._sources[0] if self._sources else None)
            )
        pairs = {pair for contrast in contrasts for pair in _replaced_words(contrast)}
        explaining = (source for source in self._sources if not pairs.isdisjoint(source.pairs))
        neighbours = (source for source in self._sources if layer.now in source.layers[0].between)
        return next(explaining, None) or (next(neighbours, None) if layer.now is not None else None)

    def _unexplained_outside(self) -> list[Change]:
        """Assign variables outside of layers to the changes that explain them, and return the others."""
        others = []
        for contrast in self._difference.outside:
            source = self._explaining(contrast)
            if source is not None:
                source.outside.append(contrast)
            elif contrast.what != "ended by":
                others.append(contrast)
        changed = [Change(outside=tuple(others))] if others else []
        for holder in self._difference.holders:
            explaining = [self._explaining(contrast) for contrast in holder.contrasts]
            if 0 in holder.variables or None in explaining:
                changed.append(Change(holder=holder))
                continue
            for source in filter(None, explaining):
                source.holders.append(holder.name)
        return changed

    def _explaining(self, contrast: Contrast) -> _Source | None:
        """Return the first change that replaced the same sizes, or that adds or removes variables, too."""
        if not contrast.before or not contrast.now:
            return next((source for source in self._sources if _adds_or_removes(source)), None)
        pairs = _replaced_words(contrast)
        return next((source for source in self._sources if not pairs.isdisjoint(source.pairs)), None)


def _functions_of_users(functions: Sequence[FunctionDifference]) -> list[FunctionDifference]:
    """Return the functions that a program calls; the inner one of a model's `fit` follows from the outer."""
    outer = {function.role for function in functions if function.role[0] and not function.is_step}
    return [
        function
        for function in functions
        if not function.is_plumbing and not (function.is_step and function.role in outer)
    ]


def _adds_or_removes(source: _Source) -> bool:
    """Return whether a change adds or removes a layer, or a variable of a layer."""
    contrasts = (*source.causes, *source.effects)
    return any(map(_is_new_or_gone, source.layers)) or any(
        contrast.what.startswith("variable ") and not (contrast.before and contrast.now)
        for contrast in contrasts
    )


def _number(layer: LayerDifference) -> tuple[str, int]:
    return ("before" if layer.now is None else "now", layer.layer.id)


def _is_new_or_gone(layer: LayerDifference) -> bool:
    return layer.before is None or layer.now is None


def _is_traced_more_or_less(function: FunctionDifference | None) -> bool:
    return function is not None and function.traces[0] != function.traces[1]


_DERIVED = ("inputs", "outputs", "build ", "variable ")


def _is_own(contrast: Contrast) -> bool:
    """Return whether a respect does not follow from the sizes of other layers."""
    return not contrast.what.startswith(_DERIVED)


def _comes_with_calls(contrast: Contrast) -> bool:
    """Return whether more or fewer calls explain a respect: each value on one side is one of the other's."""
    if contrast.what == "calls":
        return True
    one_more = set(contrast.before) <= set(contrast.now) or set(contrast.now) <= set(contrast.before)
    return one_more and contrast.what in ("inputs", "outputs", "training", "oddities")


def _replaced_words(contrast: Contrast) -> frozenset[Pair]:
    """Return the words that differ between two lists of values.

    Example:
        >>> _replaced_words(Contrast(what="inputs", before=("float32[8, 4]",), now=("float32[8, 6]",)))
        frozenset({('4', '6')})
    """
    pairs: set[Pair] = set()
    for before, now in zip(_changing(contrast.before, contrast.now), _changing(contrast.now, contrast.before),
                           strict=False):  # fmt: skip
        old, new = (re.findall(r"[\w.]+|[^\w\s.]", text) for text in (before, now))
        if len(old) == len(new):
            pairs.update((was, word) for was, word in zip(old, new, strict=True) if was != word)
        else:
            pairs.add((before, now))
    return frozenset(pairs)


def _changing(values: Iterable[str], others: Sequence[str]) -> Iterator[str]:
    return (value for value in values if value not in others)


def _merged(sources: Iterable[_Source]) -> Iterator[_Source]:
    """Yield the changes; layers of one class that were changed alike are one."""
    alike: dict[Hashable, _Source] = {}
    for source in sources:
        layer = source.layers[0]
        life = (layer.before is None, layer.now is None, layer.calls, layer.inside)
        key = (layer.layer.class_name, source.causes, source.effects, *(life if not source.causes else ()))
        first = alike.setdefault(key, source)
        if first is not source:
            first.layers += source.layers
            first.followers += source.followers
            first.outside += source.outside
            first.holders += source.holders
    yield from alike.values()
