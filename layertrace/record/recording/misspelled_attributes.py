"""Find attributes of layers whose names are slips of names that Keras knows: `layer.trainble = False`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from layertrace.record.describe.attribute_uses import AttributeUses, program_files, uses_of
from layertrace.record.describe.values import describe
from layertrace.record.layers import LayerRecord
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.python_state.bytecode import functions_behind, read_by
from layertrace.record.python_state.framework_attributes import assigned_by_framework, set_by_framework
from layertrace.timeline.context import Observation, RecordingContext
from layertrace.timeline.event import Event, LayerRef, Opaque, Structure
from layertrace.timeline.registry import live_layers

__all__ = ["with_slips"]

_SHORTEST = 6
"""The fewest letters of a name: shorter names are near to each other by chance."""


class _Slip(NamedTuple):
    layer: LayerRef
    name: str
    meant: str
    value: Structure


def with_slips(context: RecordingContext, events: Iterable[Event]) -> RecordingContext:
    """Return a context with an observation for each slip.

    Layers of the context that still exist are examined. Source is read only if there is a name to look for.
    """
    locations = {id(event.location): event.location for event in events}.values()
    files = {location.file for location in locations if location is not None}
    with guarded("look for attributes that nothing reads"):
        slips = tuple(_misspelled(context.states, files))
        return replace(context, observations=(*context.observations, *slips))
    return context


def _misspelled(numbers: Collection[int], files: Iterable[str]) -> Iterator[Observation]:
    slips = [slip for record in _living(numbers) for slip in _slips(record)]
    if not slips:
        return
    program = program_files(files)
    for name in dict.fromkeys(slip.name for slip in slips):
        uses = uses_of(name, program)
        if uses.is_read or (uses.is_complete and not uses.setting):  # a package may read what it has set
            continue
        yield from _observations([slip for slip in slips if slip.name == name], uses)


def _observations(slips: list[_Slip], uses: AttributeUses) -> Iterator[Observation]:
    """Yield what is known of slips of one name: the layers, or the lines if there are several of either."""
    classes = {slip.layer.class_name for slip in slips}
    meant = Opaque(slips[0].meant)
    if not uses.setting or len(uses.setting) == len(classes) == 1:
        for slip in slips:
            yield Observation(
                what="unknown attribute",
                layer=slip.layer,
                name=f"{slip.layer.class_name}.{slip.name}",
                before=meant,
                now=slip.value,
                role="layer",
                location=uses.setting[0] if uses.setting else None,
            )
        return
    cls = classes.pop() if len(classes) == 1 else "Layer"
    is_one_value = all(slip.value == slips[0].value for slip in slips)
    for place in uses.setting:  # it is unknown which layer has which line
        yield Observation(
            what="unknown attribute",
            name=f"{cls}.{slips[0].name}",
            before=meant,
            now=slips[0].value if is_one_value else Opaque("a value"),
            role="layer",
            location=place,
        )


def _living(numbers: Collection[int]) -> Iterator[LayerRecord]:
    records: list[LayerRecord] = list(live_layers.by_id.values())
    yield from sorted((each for each in records if each.number in numbers), key=lambda each: each.number)


def _slips(record: LayerRecord) -> Iterator[_Slip]:
    """Yield the attributes of a layer that nothing in its classes knows, but a name that is near."""
    layer = record.reference()
    attributes = safe.instance_dict(layer)
    cls = type(layer)
    known, settable = assigned_by_framework(cls), _settable_in(cls)
    for name, value in list(attributes.items()):
        if type(name) is not str or name.startswith("_") or name in known or len(name) < _SHORTEST:
            continue
        meant = _meant(name, settable)
        if meant is not None and not _is_known(cls, name):
            yield _Slip(record.ref(), name, meant, describe(value))


@lru_cache(maxsize=4096)
def _meant(name: str, settable: tuple[str, ...]) -> str | None:
    """Return the name that is near to another."""
    return next((each for each in settable if _is_near(name, each)), None)


def _settable_in(cls: type) -> tuple[str, ...]:
    """Return the public attributes of Keras that have an effect when a program sets them on such a layer."""
    home = next((owner for owner in safe.mro(cls) if safe.is_framework_class(owner)), None)
    return () if home is None else _settable(home, home is cls)


@lru_cache(maxsize=256)
def _settable(home: type, is_whole: bool) -> tuple[str, ...]:
    """Return the attributes to set of a class of Keras.

    Args:
        home: The class. Only classes of a framework, since the cache keeps them alive.
        is_whole: Whether the layer is just of this class. A class of the program's may keep a value of its
            own that is named almost as one of a certain layer, such as the `stride` of a convolution: there
            only what all layers and models have counts.
    """
    owners = [owner for owner in safe.mro(home) if safe.is_framework_class(owner)]
    defined = {name: value for owner in owners for name, value in safe.namespace(owner).items()}
    properties = {
        name for name, value in defined.items() if type(value) is property and value.fset is not None
    }
    assigned = assigned_by_framework(home) if is_whole else set_by_framework(home)
    plain = {name for name in assigned if not callable(defined.get(name))}  # `build` is set on each layer
    names = properties | plain
    return tuple(sorted(name for name in names if not name.startswith("_") and len(name) >= _SHORTEST))


def _is_known(cls: type, name: str) -> bool:
    """Return whether a class defines a name, or a method of one that is not Keras's reads it."""
    owners = safe.mro(cls)
    if any(name in safe.namespace(owner) for owner in owners):
        return True
    own = [owner for owner in owners if not safe.is_framework_class(owner) and owner is not object]
    values = [value for owner in own for value in safe.namespace(owner).values()]
    reads = read_by([function for value in values for function in functions_behind(value)])
    # All attributes are read at once: tests/cases/clean/attributes_near_to_those_of_keras.py
    return name in reads.loaded or "__dict__" in reads.loaded or "vars" in reads.names


def _is_near(name: str, meant: str) -> bool:
    """Return whether one edit, or two letters in the other order, lead from one name to the other.

    A name with an ending is another name: `optimizers`, `trainable_`, `input_spec2`.
    """
    if name == meant or name.rstrip("_0123456789s") == meant or abs(len(name) - len(meant)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(name, meant, strict=False)) if a != b), len(name))
    one, other = name[start:], meant[start:]
    is_swapped = one[:2] == other[1::-1] and one[2:] == other[2:]
    return is_swapped or one[1:] == other[1:] or one[1:] == other or one == other[1:]
