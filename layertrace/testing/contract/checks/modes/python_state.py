"""A call changes no Python state."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from layertrace.diagnosis.user_source import assignments_in_class
from layertrace.testing.contract.check import check
from layertrace.testing.contract.frameworks import layers_inside
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.timeline.ownership import is_framework_name

_DEPTH = 3
"""Of containers inside containers."""
_MOST_ITEMS = 1000


@check(
    "modes",
    "python-state",
    unless=[
        "one-trace",
        "another-batch",
        "fit",
        "no-tensor-kept",
        "deterministic-inference",
        "losses-once",
        "random-draws",
    ],
)
def python_state(subject: Subject) -> None:
    """Calls with the same inputs leave the Python attributes of a layer as they are.

    ## Why
    `fit` runs a graph, and Python only runs when that is traced. A counter in Python then stands still, a
    list that grows takes memory, and neither is saved with the weights.

    ## Use instead
    A weight that is not trainable, and `self.count.assign_add(1)` if `training`.

    ## Known limits
    Numbers, strings, NumPy arrays and containers of these are compared. An attribute that the first calls
    set, as a cache does, may change then.
    """
    layer = subject.built()
    states = []
    for _ in range(3):
        for training in (False, True):
            with subject.doing("calling it"):
                subject.call(layer, training=training)
        states.append(dict(_attributes(subject, layer)))
    first, second, third = states
    holders = {id(inside): inside for inside in layers_inside(layer)}
    for key, value in second.items():
        if key not in first or key not in third or first[key] == value or third[key] == value:
            continue
        holder, name = holders[key[0]], key[1]
        call = method_line(holder, "call")
        raise Broken(
            f"each call of {type(holder).__name__} changes its attribute {name}, "
            f"{subject.backend.python_runs}",
            next(assignments_in_class(call, name), call),
            f"self.{name} = self.add_weight(trainable=False, ...) in build, and "
            f"if training: self.{name}.assign(...) in call",
            sides=[("before", _shown(value)), ("after", _shown(third[key]))],
        )


def _attributes(subject: Subject, layer: Any) -> Iterator[tuple[tuple[int, str], Any]]:
    """Yield the Python values that the program keeps in a layer and in those inside."""
    of_every_layer = vars(subject.framework.base())
    for holder in layers_inside(layer):
        if is_framework_name(type(holder).__module__):
            continue
        for name, value in vars(holder).items():
            if name not in of_every_layer:
                yield (id(holder), name), _plain(value, _DEPTH)


def _plain(value: Any, depth: int) -> Any:
    """Return a copy of a Python value that can be compared; of other objects only the class."""
    import numpy as np

    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return repr(value)
    if isinstance(value, np.ndarray | np.generic):
        return (str(value.dtype), value.shape, value.tobytes())
    if isinstance(value, list | tuple | set | frozenset | dict | deque):
        items = list(value.items() if isinstance(value, dict) else value)[:_MOST_ITEMS]
        inside = tuple(_plain(item, depth - 1) for item in items) if depth else ()
        return (type(value).__name__, len(value), inside)
    return type(value).__name__


def _shown(plain: Any) -> str:
    """Return a value, or the size of a container."""
    if isinstance(plain, str):
        return plain
    kind, size, _ = plain
    return f"{kind} of {size}" if isinstance(size, int) else f"{kind} array {list(size)}"
