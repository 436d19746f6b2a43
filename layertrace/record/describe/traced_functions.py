"""Identify each `tf.function` or `jax.jit` function and its traces without keeping it alive."""

from __future__ import annotations

import time
import weakref
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import TYPE_CHECKING

from layertrace.record.describe.keras_functions import keras_function
from layertrace.record.describe.observations import PendingObservation, PendingObservations
from layertrace.record.hub import threads
from layertrace.record.layers import layer_name
from layertrace.record.process.guard import guarded
from layertrace.timeline.event import FunctionRef, Structure
from layertrace.timeline.registry import Register, live_layers

if TYPE_CHECKING:
    from layertrace.record.python_state.readers import Reader

__all__ = ["COMPARED", "FunctionRecord", "known", "note_end", "record_of"]

COMPARED = 64
"""How many earlier traces are compared with: a retrace takes milliseconds, a comparison microseconds."""

_functions: Register[FunctionRecord] = Register()
known = _functions.by_id  # hooks read it directly: one lookup, no call


class FunctionRecord:
    """One `tf.function` object, or one function that JAX traces: its number, and its traces so far.

    `ref` names it, and `model` is the number of the model that Keras created it for; both are set when it is
    first traced or run.
    `kept` are the numbers of the recorded traces that TensorFlow or JAX has kept, and `traced` the times when
    they began. `signatures` are the number and the types of the last traces by JAX, which lists none;
    `earlier` is how many there were before the first that was recorded.
    `attributes` are those of the layers inside, as they were when it was last traced; `looks` counts how
    often they were compared since. `readers` are what else reads Python state inside, with that state.
    """

    __slots__ = (
        "attributes", "earlier", "failed", "kept", "looks", "model", "number", "passes", "readers", "ref",
        "signatures", "traced",
    )  # fmt: skip

    def __init__(self) -> None:
        self.number = _functions.next_number()
        self.ref: FunctionRef | None = None
        self.model: int | None = None
        self.earlier = 0
        self.failed = 0
        self.passes: set[str] = set()
        self.kept: list[int] = []
        self.traced: list[int] = []
        self.signatures: list[tuple[int, Mapping[str, Structure]]] = []
        self.attributes: dict[int, tuple[weakref.ref[object], dict[str, object]]] = {}
        self.readers: dict[tuple[str, int], tuple[Reader, dict[str, object]]] = {}
        self.looks = 0

    def identify(self, name: str, function: object) -> FunctionRef:
        """Return the reference to this `tf.function`, which names its role if Keras created it.

        Args:
            name: The name that TensorFlow gave it, or that of the Python function.
            function: The Python function that it traces.
        """
        if self.ref is None:
            created = keras_function(function)
            if created is None:
                self.ref = FunctionRef(self.number, name)
            else:
                model = created.model
                record = live_layers.get(model)
                self.model = None if record is None else record.number
                self.ref = FunctionRef(self.number, name, created.role, layer_name(model), created.step)
        return self.ref

    def keep_signature(self, number: int, signature: Mapping[str, Structure]) -> None:
        """Keep what a trace was specialized on, for later ones to compare with the last of them."""
        self.signatures.append((number, signature))
        del self.signatures[:-COMPARED]

    def number_of(self, position: int, cached: int) -> int:
        """Return which trace is at a position in TensorFlow's cache of `cached` traces.

        Failed traces have numbers, but no position in the cache; earlier traces were not recorded.
        """
        seen = position - (cached - len(self.kept))
        return self.kept[seen] if seen >= 0 else position + 1

    def traced_between(self, start: int, end: int) -> int:
        """Return how many traces began between two times."""
        return bisect_right(self.traced, end) - bisect_left(self.traced, start)


def record_of(captures: object) -> FunctionRecord:
    """Return the record of a `tf.function`, identified by the captures that it shares with its traces.

    Two functions may share a name, but not their captures. Their caches do not allow weak references. A
    function that JAX traces identifies itself: JAX's cache refers weakly to it.
    """
    return _functions.get(captures) or _functions.add(captures, FunctionRecord())


_FEW = 3  # traces of one function that no rule asks about


def note_end(observations: PendingObservations) -> None:
    """Note when a recording ends if JAX has traced a program's own function again: its runs are not seen."""
    with guarded("record when a recording ended"):
        own = [record for record in list(known.values()) if len(record.signatures) > _FEW]
        if any(record.ref is not None and record.ref.role is None for record in own):
            ended = time.perf_counter_ns()
            observations.add(PendingObservation("ended", (), start=ended, thread=threads.state.name))
