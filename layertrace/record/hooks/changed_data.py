"""Notice arrays that a dataset or generator of the program changes while a fit reads from it."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Iterator, Mapping
from types import CodeType, GeneratorType
from typing import Any, NamedTuple, cast

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import is_array
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition, code_behind

__all__ = ["Content", "content_of", "look_at_content"]

_ROWS = 64  # of an array that are compared
_NUMBERS = 1_000_000  # in these rows
_MOST = 256  # attributes, or arrays in one list, that are looked at
_DATASETS = ("PyDataset", "Sequence")


class _Array(NamedTuple):
    """An array as it was.

    Attributes:
        name: The attribute or variable that holds it, also in a list.
        reference: The array.
        digest: Of some of its rows.
        largest: The largest number in these rows.
    """

    name: str
    reference: weakref.ref[Any]
    digest: bytes
    largest: float


class Content(NamedTuple):
    """The arrays that the program reads its batches from.

    Attributes:
        reader: The class of the dataset, or the generator.
        code: What reads a batch: `__getitem__`, or the generator.
        arrays: The arrays.
    """

    reader: str
    code: CodeType
    arrays: list[_Array]


def content_of(data: object) -> Content | None:
    """Return what a dataset class or generator of the program has in arrays; None for other data."""
    if type(data) is GeneratorType:
        frame = data.gi_frame
        if frame is None:
            return None
        # Its own variables, and the globals that it names.
        read = {name: frame.f_globals.get(name) for name in data.gi_code.co_names}
        return Content(data.__name__, data.gi_code, list(_arrays({**read, **frame.f_locals})))
    cls: type = type(data)
    bases = [safe.name_of(base) for base in safe.mro(cls) if safe.is_framework_class(base)]
    if safe.is_framework_class(cls) or not any(name in _DATASETS for name in bases):
        return None
    code = code_behind(safe.class_attribute(cls, "__getitem__"))
    if code is None:
        return None
    return Content(safe.name_of(cls), code, list(_arrays(safe.instance_dict(data))))


def look_at_content(model: object, before: Content | None, place: CodePosition | None) -> None:
    """Record the arrays that have other values after a fit than before it.

    Args:
        model: The model that was fitted.
        before: What its data had in arrays.
        place: The line of the fit.
    """
    for array in [] if before is None else before.arrays:
        now = array.reference()
        if before is None or now is None or _digest(_rows(now)) == array.digest:
            continue
        seen = PendingObservation("data changed", (id(before.code), array.name), place=place)
        seen.layer, seen.name, seen.reader = register_layer(model), array.name, before.reader
        seen.before, seen.now = array.largest, float(_rows(now).max())
        seen.defined = before.code, -1
        add_observation(seen)


def _arrays(held: Mapping[str, object]) -> Iterator[_Array]:
    for name, value in list(held.items())[:_MOST]:
        inner = safe.unwrapped(value)
        items = [value] if inner is None else [item for _, item in safe.first_items(inner, _MOST)]
        for item in items:
            if type(name) is str and is_array(item):
                rows = _rows(item)
                if rows.size:
                    yield _Array(name, weakref.ref(cast(Any, item)), _digest(rows), float(rows.max()))


def _rows(array: Any) -> Any:
    """Return some rows of an array of numbers, evenly spread; none of a large row."""
    if array.dtype.kind not in "fiu" or not array.ndim or not array.size:
        return array.reshape(-1)[:0]
    count = min(len(array), _ROWS, _NUMBERS // (array.size // len(array)))
    return array[:: max(1, len(array) // count)][:count] if count else array[:0]


def _digest(rows: Any) -> bytes:
    return hashlib.blake2s(rows.tobytes(), digest_size=16).digest()
