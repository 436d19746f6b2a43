"""Notice gradients that an optimizer is given for other variables than they were taken of."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from typing import Any

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.variable_values import raw_variable, values_of
from layertrace.record.describe.weight_values import variable_path
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.variables import number_of
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition
from layertrace.timeline.registry import Register

__all__ = ["note_gradients", "observe_misdirected", "taken_at"]

_MOST = 32  # tensors that are followed from a gradient that was clipped or scaled
_NUMBERS = 100_000  # in two variables that are compared

Source = tuple["weakref.ref[Any]", CodePosition]
"""The variable that a gradient was taken of, and the line."""

_sources: Register[list[Source]] = Register()
"""What gradients were taken of: a tape may return one tensor for several variables."""
_taken_of: Register[bool] = Register()
"""The variables that gradients were taken of."""
_copies: set[frozenset[int]] = set()
"""The numbers of variables that were once copies of each other."""


def note_gradients(sources: Sequence[Any], gradients: Sequence[Any], place: CodePosition) -> None:
    """Remember which variable each gradient was taken of.

    Args:
        sources: What a tape was asked for.
        gradients: What it returned.
        place: The line of the program.
    """
    for source, gradient in zip(sources, gradients, strict=False):
        if gradient is not None and number_of(source):
            _sources.add(gradient, []).append((weakref.ref(source), place))
            _taken_of.add(source, True)


def taken_at(gradients: object) -> CodePosition | None:
    """Return the line that took the first of some gradients in a list or tuple; None if it is unknown."""
    items = [item for _, item in safe.first_items(gradients, 1)] if type(gradients) in (list, tuple) else []
    known = [place for gradient in items if gradient is not None for _, place in _sources_of(gradient)]
    return known[0] if known else None


def observe_misdirected(
    optimizer: str, updates: Sequence[tuple[Any, Any]], place: CodePosition | None
) -> None:
    """Record the variables of an update that get the gradient of another variable.

    Args:
        optimizer: The optimizer, for people.
        updates: Each gradient with the variable that it is applied to.
        place: The line of the program.
    """
    if Loaded.tf is None or not _sources.by_id:
        return
    pairs = list(_misdirected(updates))
    if not pairs:
        return
    numbers = {number_of(variable) for _, variable in updates}
    of = [number_of(source) for source, _, _ in pairs]
    if not numbers.isdisjoint(of):
        role = "same update"
    elif all(map(_taken_of.get, (variable for _, _, variable in pairs))) and not _is_copy(pairs):
        role = "both taken"
    else:
        role = ""
    seen = PendingObservation("misdirected", (place, optimizer, tuple(of)), name=optimizer, place=place)
    seen.before, seen.role, seen.defined = tuple(of), role, pairs[0][1]
    seen.variables = tuple(number_of(variable) for _, _, variable in pairs)
    seen.paths = tuple(variable_path(variable) for _, _, variable in pairs)
    seen.without_gradient = tuple(variable_path(source) for source, _, _ in pairs)
    seen.now = len(updates)
    add_observation(seen)


def _misdirected(updates: Sequence[tuple[Any, Any]]) -> Iterator[tuple[Any, CodePosition, Any]]:
    """Yield each source of a gradient, the line that took it, and the other variable that gets it."""
    for gradient, variable in updates:
        if gradient is None or not number_of(variable):
            continue
        known = [(source(), place) for source, place in _sources_of(gradient)]
        # A tensor of several variables is the gradient of each of them.
        if not known or any(source is None or _are_one(source, variable) for source, _ in known):
            continue
        yield *known[0], variable


def _sources_of(gradient: Any) -> Sequence[Source]:
    """Return what a gradient was taken of; in a graph also one that was clipped or scaled since."""
    known = _sources.get(gradient)
    if known is not None or not safe.is_a(gradient, Loaded.tf.Tensor) or Loaded.tf.executing_eagerly():
        return known or ()
    todo, seen, found = [gradient], set[int](), dict[int, Sequence[Source]]()
    while todo and len(seen) < _MOST:
        tensor = todo.pop(0)
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        known = _sources.get(tensor)
        if known is not None:
            found[id(tensor)] = known
        elif tensor.op.type == "IdentityN":  # an optimizer of tf_keras sums over devices
            todo.append(tensor.op.inputs[tensor.value_index])
        else:
            todo += [each for each in tensor.op.inputs if each.shape == gradient.shape]
    return next(iter(found.values())) if len(found) == 1 else ()


def _are_one(source: Any, variable: Any) -> bool:
    inner = raw_variable(source)
    return source is variable or (inner is not None and inner is raw_variable(variable))


def _is_copy(pairs: Sequence[tuple[Any, CodePosition, Any]]) -> bool:
    """Return whether each variable has the values of the one whose gradient it gets, or may have them."""
    if Loaded.tf.distribute.has_strategy():
        return True
    key = frozenset(number_of(each) for source, _, variable in pairs for each in (source, variable))
    if key in _copies:
        return True
    with Loaded.tf.init_scope():
        for source, _, variable in pairs:
            before, after = (values_of(each, _NUMBERS) for each in (source, variable))
            # Biases are all zeros at first, also of layers that have nothing to do with each other.
            if before is not None and after is not None and before.any() and (before != after).any():
                return False
    if len(_copies) < _MOST:
        _copies.add(key)
    return True
