"""Describe what to compare of a layer: everything except numbers, timings and line numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from layertrace.compare.contrast import Respect
from layertrace.compare.generated_names import unnumbered
from layertrace.compare.layer_histories import LayerHistory
from layertrace.timeline.call_counts import calls_in_words
from layertrace.timeline.event import Event, Kind, Structure, TensorSpec, VariableSpec
from layertrace.timeline.literals import words

__all__ = ["FormatCache", "of_layer", "of_variables", "plain_name"]


class FormatCache:
    """Formats values, and caches the texts: many events share their values."""

    def __init__(self) -> None:
        self._texts: dict[int, tuple[object, str]] = {}

    def __call__(self, value: Structure) -> str:
        """Return a value as text, without generated names of layers in it."""
        if isinstance(value, TensorSpec):
            return str(value)
        cached = self._texts.get(id(value))
        if cached is None or cached[0] is not value:
            cached = self._texts[id(value)] = (value, unnumbered(words(value)))
        return cached[1]


def of_layer(history: LayerHistory, text_of: FormatCache) -> Iterator[Respect]:
    """Yield the description of a layer, respect by respect."""
    yield "class", [history.layer.class_name]
    yield "Keras", [history.layer.framework]
    kinds: tuple[Kind, ...] = ("init", "build")
    for kind in kinds:
        events = history.of_kind(kind)
        yield f"{kind}s", [f"{len(events):,}"] if events else []
        yield from _arguments(kind, history, events, text_of)
    calls = history.of_kind("call")
    yield "calls", [calls_in_words(Counter(event.mode for event in calls))] if calls else []
    yield "inputs", [text_of(event.inputs) for event in calls if event.inputs is not None]
    yield "outputs", [text_of(event.outputs) for event in calls if event.outputs is not None]
    yield "training", [str(event.training) for event in calls if event.training is not None]
    yield from _arguments("call", history, calls, text_of)
    yield "strategy", [event.strategy for event in history.events if event.strategy is not None]
    yield "oddities", _oddities(history.events)
    yield (
        "raises",
        [event.error.type for event in history.events if event.error is not None and event.error.origin],
    )
    yield from of_variables(history.events)


def _arguments(
    kind: Kind, history: LayerHistory, events: Iterable[Event], text_of: FormatCache
) -> Iterator[Respect]:
    """Yield each argument with all its values, except the name of the layer."""
    values: dict[str, list[str]] = {}
    for event in events:
        for name, value in event.arguments.items():
            if name != "name" or value != history.layer.name:
                values.setdefault(name, []).append(text_of(value))
    for name, texts in values.items():
        yield f"{kind} {name}", texts


def _oddities(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        yield from sorted(event.flags)
        if event.mask:
            yield "with mask"


def of_variables(events: Iterable[Event]) -> Iterator[Respect]:
    """Yield each variable by name, numbered if several have the same name."""
    count: dict[str, int] = {}
    for event in events:
        variable = event.variable
        if variable is not None and event.error is None:
            name = plain_name(variable.name)
            count[name] = count.get(name, 0) + 1
            number = f" no. {count[name]}" if count[name] > 1 else ""
            yield f"variable {name}{number}", [_description_of(variable)]


def plain_name(name: str) -> str:
    """Return the name of a variable without the numbers that Keras and TensorFlow add.

    Example:
        >>> plain_name("adam/dense_3_kernel_momentum")
        'dense_kernel_momentum'
    """
    return re.sub(r"_\d+(?=_|:|$)", "", name.rpartition("/")[2])


def _description_of(variable: VariableSpec) -> str:
    spec = str(TensorSpec(variable.dtype, variable.shape))
    traits = (
        variable.initializer if variable.initializer != spec else None,
        None if variable.trainable is not False else "not trainable",
        "tf.Variable" if variable.source == "tf" else None,
    )
    return ", ".join(filter(None, (spec, *traits)))
