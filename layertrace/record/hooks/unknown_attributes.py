"""Record attributes that a program sets on an optimizer and that the optimizer never reads."""

from __future__ import annotations

import difflib
from types import FrameType

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.trace_signatures import described
from layertrace.record.describe.values import describe
from layertrace.record.hooks.observer import Call, watching
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import code_behind
from layertrace.timeline.event import Opaque

__all__ = ["OPTIMIZER_ATTRIBUTES"]

_FORMER_NAMES = {"lr": "learning_rate"}
"""Names that optimizers had in Keras 2, whose new names are not alike."""


def _set(call: Call) -> None:
    """Record an attribute that neither the optimizer nor a class of it had before.

    The methods of an optimizer set attributes of their own, which they read again.
    """
    if not hub.observers or len(call.values) != 2:
        return
    with guarded("record an attribute of an optimizer"):
        name, value = call.values
        if type(name) is not str or name.startswith("_") or name in safe.instance_dict(call.subject):
            return
        classes = safe.mro(type(call.subject))
        names = {each for cls in classes for each in safe.namespace(cls)}
        frame = source_lines.outside_setattr(call.caller)
        if name in names or frame is None or _is_method(frame, classes):
            return
        known = sorted(
            each for each in {*names, *safe.instance_dict(call.subject)} if not each.startswith("_")
        )
        add_observation(
            PendingObservation(
                "unknown attribute",
                (id(call.subject), name),
                name=f"{safe.class_name(call.subject)}.{name}",
                before=_meant(name, known),
                now=describe(value),
                paths=(str(described(call.subject)),),
                place=source_lines.caller(call.method, frame),
            )
        )


def _is_method(frame: FrameType, classes: tuple[type, ...]) -> bool:
    """Return whether a frame runs a method of one of these classes, or code of a framework."""
    if source_lines.users(frame.f_code, frame.f_lasti) is None:
        return True
    methods = (value for cls in classes for value in safe.namespace(cls).values())
    return any(code_behind(method) is frame.f_code for method in methods)


def _meant(name: str, known: list[str]) -> Opaque | None:
    """Return the attribute that was probably meant."""
    former = _FORMER_NAMES.get(name)
    alike = [former] if former in known else difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return Opaque(str(alike[0])) if alike else None


OPTIMIZER_ATTRIBUTES = watching(_set)
"""Observes `BaseOptimizer.__setattr__` of Keras 3."""
