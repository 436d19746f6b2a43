"""Notice which traced calls are given the same tensor, and remember what they return until the trace ends.

What is remembered hangs on the span of the enclosing call or trace, refers to tensors weakly, and is dropped
when that span ends. Outside of traces and symbolic calls nothing is remembered, unless variables began equal.
"""

from __future__ import annotations

import contextlib
import weakref
from typing import TYPE_CHECKING, cast

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import spec
from layertrace.record.hooks.graph_facts import tensors_in
from layertrace.record.hooks.initial_values import any_repeated
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.spans import DETAIL, DTYPE, LAYER, METHOD, MODE, PARENT, Span, trace_note

if TYPE_CHECKING:
    from layertrace.record.hooks.layer_calls import Arguments

__all__ = ["Given", "forget_inputs", "note_input", "note_inputs", "note_output"]

Given = dict[int, tuple["weakref.ref[object]", list[Span]]]
"""For each tensor, by identity, the calls inside one call that it was given to."""


def note_input(span: Span, tensor: object) -> None:
    """Remember which tensor a call is given, until the call around it ends.

    Eager calls matter only where variables began equal already: Keras calls symbolically what is not built.

    Args:
        span: A call that begins.
        tensor: Its first argument.
    """
    if not hub.observers or (span[MODE] is None and not any_repeated()):
        return
    around = _arguments(span[PARENT])
    if around is None or spec(tensor) is None:
        return
    if around.given is None:
        around.given = {}
    reference, calls = around.given.get(id(tensor), (None, []))
    if reference is not None and reference() is tensor:
        calls.append(span)
        return
    with contextlib.suppress(TypeError):  # not every class can be referred to weakly
        around.given[id(tensor)] = (weakref.ref(tensor), [span])


def note_inputs(span: Span) -> None:
    """Record the calls inside a call that were given the same tensor, if any variables began equal."""
    around = _arguments(span)
    if around is None or around.given is None:
        return
    given, around.given = around.given, None
    if not any_repeated():
        return
    for group, (_, calls) in enumerate(given.values()):
        for call in calls if len(calls) > 1 else ():
            observation = PendingObservation("same input", (group,), layer=call[LAYER], now=group)
            observation.span = call
            add_observation(observation)


def forget_inputs(span: Span) -> None:
    """Drop what was remembered for a call that has failed."""
    around = _arguments(span)
    if around is not None:
        around.given = None


def _arguments(span: Span | None) -> Arguments | None:
    """Return the arguments of a call; None for other spans, and for a call that was recorded in a hurry."""
    if span is None or span[METHOD].kind != "call" or span[DTYPE] is not None:
        return None
    return cast("Arguments", span[DETAIL])


def note_output(span: Span, result: object) -> None:
    """Remember the tensors that a call returned until the graph that it was traced into is complete."""
    mode = span[MODE]
    if mode is not None and mode.name == "graph" and mode.span is not None and hub.observers:
        note = trace_note(mode.span)
        if note is not None and safe.is_plain(result) is False:
            note.returned.append((span, [weakref.ref(tensor) for tensor in tensors_in(result)]))
