"""Say in words what is to be compared of a layer's life: all but numbers, times and places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from layertrace.compare.contrast import Told
from layertrace.compare.generated_names import unnumbered
from layertrace.compare.layer_histories import LayerHistory
from layertrace.timeline.call_counts import calls_in_words
from layertrace.timeline.event import Event, Kind, Structure, TensorSpec, VariableSpec
from layertrace.timeline.literals import words

__all__ = ["Said", "of_layer", "of_variables", "plain_name"]


class Said:
    """Remembers how values are written: many events share them."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, str]] = {}

    def __call__(self, value: Structure) -> str:
        """Write a value, without the names that Keras gave to layers in it."""
        if isinstance(value, TensorSpec):
            return str(value)
        known = self._known.get(id(value))
        if known is None or known[0] is not value:
            known = self._known[id(value)] = (value, unnumbered(words(value)))
        return known[1]


def of_layer(life: LayerHistory, said: Said) -> Iterator[Told]:
    """Yield what a layer's life was like, respect by respect."""
    yield "class", [life.layer.class_name]
    yield "Keras", [life.layer.framework]
    kinds: tuple[Kind, ...] = ("init", "build")
    for kind in kinds:
        events = life.of_kind(kind)
        yield f"{kind}s", [f"{len(events):,}"] if events else []
        yield from _arguments(kind, life, events, said)
    calls = life.of_kind("call")
    yield "calls", [calls_in_words(Counter(event.mode for event in calls))] if calls else []
    yield "inputs", [said(event.inputs) for event in calls if event.inputs is not None]
    yield "outputs", [said(event.outputs) for event in calls if event.outputs is not None]
    yield "training", [str(event.training) for event in calls if event.training is not None]
    yield from _arguments("call", life, calls, said)
    yield "strategy", [event.strategy for event in life.events if event.strategy is not None]
    yield "oddities", _oddities(life.events)
    yield "raises", [e.error.type for e in life.events if e.error is not None and e.error.origin]
    yield from of_variables(life.events)


def _arguments(kind: Kind, life: LayerHistory, events: Iterable[Event], said: Said) -> Iterator[Told]:
    """Yield each argument with all values that it had; a name is told elsewhere."""
    values: dict[str, list[str]] = {}
    for event in events:
        for name, value in event.arguments.items():
            if name != "name" or value != life.layer.name:
                values.setdefault(name, []).append(said(value))
    for name, found in values.items():
        yield f"{kind} {name}", found


def _oddities(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        yield from sorted(event.flags)
        if event.mask:
            yield "with mask"


def of_variables(events: Iterable[Event]) -> Iterator[Told]:
    """Yield each variable by name, those of one name by number."""
    count: dict[str, int] = {}
    for event in events:
        made = event.variable
        if made is not None and event.error is None:
            name = plain_name(made.name)
            count[name] = count.get(name, 0) + 1
            number = f" no. {count[name]}" if count[name] > 1 else ""
            yield f"variable {name}{number}", [_variable(made)]


def plain_name(name: str) -> str:
    """Return the name of a variable without what Keras and TensorFlow number through.

    Example:
        >>> plain_name("adam/dense_3_kernel_momentum")
        'dense_kernel_momentum'
    """
    return re.sub(r"_\d+(?=_|:|$)", "", name.rpartition("/")[2])


def _variable(made: VariableSpec) -> str:
    said = str(TensorSpec(made.dtype, made.shape))
    traits = (
        made.initializer if made.initializer != said else None,
        None if made.trainable is not False else "not trainable",
        "tf.Variable" if made.source == "tf" else None,
    )
    return ", ".join(filter(None, (said, *traits)))
