"""Describe plumbing in a few words: `200 variables of adam`, `3 functions of tf.data`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from layertrace.render.wording.formatting import counted
from layertrace.timeline.event import Event, VariableSpec
from layertrace.timeline.plumbing import ORIGINS, origin_of

__all__ = ["plumbing_details", "plumbing_phrase"]

MOST_PARTS = 3


def plumbing_phrase(events: Iterable[Event]) -> str:
    """Return what a stretch of plumbing is: `2 variables of adam, 4 of metrics`, `6 random seeds`.

    Example:
        >>> from layertrace.timeline import FunctionRef
        >>> plumbing_phrase([Event(seq=0, kind="trace", function=FunctionRef(1, "Dataset_map_grab_batch"))])
        '1 function of tf.data'
    """
    found = Counter(map(_noun_and_origin, events)).most_common()
    nouns = list(dict.fromkeys(noun for (noun, _), _ in found))
    counts = sorted(found, key=lambda entry: nouns.index(entry[0][0]))
    parts, before = [], ""
    for (noun, origin), number in counts:
        if not origin:
            parts.append(counted(number, noun))
        else:
            parts.append(
                f"{number:,} of {origin}" if noun == before else f"{counted(number, noun)} of {origin}"
            )
        before = noun
    if len(parts) > MOST_PARTS:
        parts[MOST_PARTS - 1 :] = [f"{sum(number for _, number in counts[MOST_PARTS - 1 :]):,} more"]
    return ", ".join(parts)


def plumbing_details(events: Sequence[Event]) -> str:
    """Return what an optimizer keeps for each weight: `momentum and velocity of 100 weights`."""
    variables = [event.variable for event in events if event.variable is not None]
    slots = Counter(filter(None, map(_slot, variables)))
    if not slots or len(set(slots.values())) > 1:
        return ""
    return f"{' and '.join(slots)} of {counted(next(iter(slots.values())), 'weight')}"


def _noun_and_origin(event: Event) -> tuple[str, str]:
    """Return what an event is about, and where it comes from: an optimizer by its name, others in general."""
    origin = origin_of(event)
    if event.variable is None:
        if event.kind in ("trace", "run"):
            return "function", origin
        if event.kind == "init":
            return "reference layer", origin
        return "event", f"reference layers of {origin}"
    if origin == ORIGINS["seed"]:
        return "random seed", ""
    if origin == ORIGINS["optimizer"]:
        return "variable", event.variable.holder or event.variable.path.partition("/")[0] or origin
    return "variable", origin


def _slot(variable: VariableSpec) -> str:
    """Return what a variable of an optimizer is for each weight; nothing if there is only one of it."""
    return next((slot for slot in _SLOTS if variable.name.endswith(f"_{slot}")), "")


_SLOTS = ("momentum", "velocity", "accumulator", "norm", "infinity", "linear")
"""The names that the optimizers of Keras give their variables, as far as there is one for each weight."""
