"""Notice that a trace by JAX draws from a key that is the same in each run: a constant, or an argument."""

from __future__ import annotations

from collections.abc import Sequence
from types import CodeType
from typing import Any

from layertrace.record.describe.jaxpr_draws import Path, draws_of
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.tracers import frames_of
from layertrace.record.frameworks import jax_private
from layertrace.record.hooks.variables import variables_by_value
from layertrace.record.hub import hub
from layertrace.record.layers import LayerRecord
from layertrace.record.spans import LAYER, METHOD, CodePosition, Span, trace_note

__all__ = ["observe_constant_keys"]


def observe_constant_keys(trace: Span, closed: Any, names: Sequence[str] | None) -> None:
    """Record where a trace draws from a constant key, and where from an argument that is a key.

    Args:
        trace: The trace that has ended.
        closed: What JAX has traced, with its constants.
        names: The paths of the arguments, such as `state[0]`.
    """
    note = trace_note(trace)
    if note is None or not hub.observers or jax_private.find("traceback_frames") is None:
        return
    jaxpr = closed.jaxpr
    # A weight, or the state of a seed generator, is not meant as a constant: LT407 finds what is wrong then.
    variables = variables_by_value() if closed.consts else {}
    constants = {
        id(name)
        for name, value in zip(jaxpr.constvars, closed.consts, strict=True)
        if id(value) not in variables
    }
    layers = {span[METHOD].code: span[LAYER] for span, _ in reversed(note.called)}
    drawn = _draws(jaxpr, constants)
    for path in drawn:
        _add("constant key", path, trace, layers, ())
    keys = [value for value in jaxpr.invars if _is_key(value.aval)]
    if note.function.role is not None or not keys or names is None or len(names) != len(jaxpr.invars):
        return
    seen = {path[-1] for path in drawn}
    for value in keys:
        name = str(names[[each is value for each in jaxpr.invars].index(True)])
        for path in _draws(jaxpr, constants | {id(value)}):
            if path[-1] not in seen:
                _add("key as argument", path, trace, layers, (name,))


def _draws(jaxpr: Any, constants: set[int]) -> list[Path]:
    """Return the draws that are mixed with data, except in a function that draws a fixed projection, too."""
    # tests/backends/cases/lt208_frozen_randomness/clean_fixed_projections.py
    mixed, projecting = draws_of(jaxpr, constants)
    fixed = {code for path in projecting for code, _ in _lines(path)[:1]}
    return [path for path in mixed if fixed.isdisjoint(code for code, _ in _lines(path)[:1])]


def _is_key(kind: Any) -> bool:
    """Return whether an argument of this type may be a key: `key<fry>[]` or `uint32[2]`."""
    dtype = str(getattr(kind, "dtype", ""))
    return dtype.startswith("key<") or (dtype == "uint32" and getattr(kind, "shape", None) == (2,))


def _add(
    what: Any,
    path: Path,
    trace: Span,
    layers: dict[CodeType | None, LayerRecord | None],
    paths: tuple[str, ...],
) -> None:
    frames = _lines(path)
    layer = next((layers[code] for code, _ in frames if code in layers), None)
    place = frames[0] if frames else None
    observation = PendingObservation(what, (place, paths), layer=layer, paths=paths, place=place)
    observation.span = trace
    add_observation(observation)


def _lines(path: Path) -> list[CodePosition]:
    """Return the lines of the program that led to the innermost operation that has any, innermost first."""
    return next((found for each in reversed(path) if (found := frames_of(each))), [])
