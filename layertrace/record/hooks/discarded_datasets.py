"""Notice that the dataset that a method returned was thrown away, and that the first one is used."""

from __future__ import annotations

import weakref
from typing import NamedTuple

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.dataset_sources import sources_of
from layertrace.record.hooks.observer import AnyObserver, Call, Observer, ignore
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import CodePosition
from layertrace.timeline.registry import Register

__all__ = ["RETURNING_A_DATASET", "TRANSFORMATIONS", "look_at_results", "note_result"]

TRANSFORMATIONS = (
    "apply", "batch", "cache", "concatenate", "enumerate", "filter", "flat_map", "interleave", "map",
    "padded_batch", "prefetch", "repeat", "shard", "skip", "take", "unbatch", "window",
)  # fmt: skip
"""Methods that return another dataset; `shuffle` is one, too, and has an observer of its own."""

_MOST = 64  # results of one dataset that are remembered


class _Result(NamedTuple):
    """What a method of a dataset returned to the program.

    Attributes:
        method: Its name.
        place: The line that called it.
        dataset: The dataset, which is not kept alive.
    """

    method: str
    place: CodePosition
    dataset: weakref.ref[object]


_results: Register[list[_Result]] = Register()
"""What was made of each dataset, until it is used after that."""


def note_result(call: Call, result: object) -> None:
    """Remember what a method of a dataset returned to the program."""
    caller = call.caller
    if result is None or caller is None or source_lines.is_internal(caller.f_code.co_filename):
        return
    place = source_lines.caller(call.method, caller)
    results = _results.get(call.subject)
    if results is None:
        results = _results.add(call.subject, [])
    if place is not None and call.method.code is not None and len(results) < _MOST:
        results.append(_Result(call.method.code.co_name, place, weakref.ref(result)))


def look_at_results(data: object, place: CodePosition | None) -> None:
    """Record what was made of a dataset and is gone as the dataset is used.

    Args:
        data: What the program iterates, or trains with.
        place: The line of the program.
    """
    if Loaded.tf is None or not safe.is_a(data, Loaded.tf.data.Dataset):
        return
    sources = list(sources_of(data))
    made = [each for each in map(_results.get, sources) if each]
    # If the data that is used comes from another call of the method, the first one only has no effect.
    used = {id(each) for each in (data, *sources)}
    kept = {each.method for results in made for each in results if id(each.dataset()) in used}
    for results in made:
        for result in results:
            if result.dataset() is None and result.method not in kept:
                seen = PendingObservation("result discarded", (result.place, place), name=result.method)
                seen.place, seen.defined = result.place, place
                add_observation(seen)
        results[:] = [each for each in results if each.dataset() is not None]


def _end(call: Call, result: object, _: object) -> None:
    if hub.observers:
        with guarded("record what a method of a dataset returned"):
            note_result(call, result)


RETURNING_A_DATASET: AnyObserver = Observer(begin=lambda call: call, end=_end, fail=ignore)
"""Observes the methods in `TRANSFORMATIONS`."""
