"""Record losses of a wrong shape: one number although there are weights, or several without a mean."""

from __future__ import annotations

from layertrace.record.describe import source_lines
from layertrace.record.describe.exceptions import first_argument
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import spec
from layertrace.record.hooks.blocked_gradients import observe_blocked
from layertrace.record.hooks.graph_facts import user_line
from layertrace.record.hooks.observer import Call, Observer, watching
from layertrace.record.hooks.tape_facts import observe_request, observe_second_request
from layertrace.record.hooks.unguarded_ops import observe_unguarded
from layertrace.record.hooks.variables import number_of
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded

__all__ = ["GRADIENTS", "WEIGHTED_LOSSES"]

_MOST = 10_000  # sources of a gradient that are looked at


def _gradient(call: Call) -> None:
    """Record that `tape.gradient` was given a tensor of several numbers, and variables."""
    if not hub.observers or len(call.values) < 2:
        return
    with guarded("record a gradient"):
        target = spec(call.values[0])
        if target is None or not target.shape or all(size == 1 for size in target.shape):
            return
        sources = safe.unwrapped(call.values[1])
        items = (
            [call.values[1]] if sources is None else [item for _, item in safe.first_items(sources, _MOST)]
        )
        variables = tuple(filter(None, map(number_of, items)))
        place = source_lines.caller(call.method, call.caller)
        if variables and place is not None:
            add_observation(
                PendingObservation("vector gradient", (place,), now=target, variables=variables, place=place)
            )


def _gradient_begins(call: Call) -> Call:
    _gradient(call)
    return call


def _gradient_ends(call: Call, result: object, _: object) -> None:
    """Record what the tape returned None for, and the op that keeps gradients from variables."""
    if not hub.observers or len(call.values) < 2:
        return
    with guarded("find what has no gradient"):
        sources, gradients = safe.unwrapped(call.values[1]), safe.unwrapped(result)
        if sources is None:
            observe_request(call, [call.values[1]], [result])
        elif gradients is not None:
            pairs = [[item for _, item in safe.first_items(each, _MOST)] for each in (sources, gradients)]
            observe_request(call, *pairs)
            if any(gradient is None for gradient in pairs[1]):
                observe_blocked(call.values[0], *pairs)
    with guarded("find what may be infinite"):
        observe_unguarded(call.values[0])


def _gradient_fails(call: Call, error: BaseException) -> None:
    if hub.observers:
        with guarded("record a tape that was used before"):
            observe_second_request(call, error)


def _weighted(call: Call) -> None:
    """Record that a loss with sample weights returned one number, in a graph."""
    if not hub.observers or not call.values or call.values[0] is None:
        return
    with guarded("record a weighted loss"):
        values = spec(call.subject)
        if values is None or values.shape != ():
            return
        op = getattr(call.subject, "op", None) if safe.is_library_class(type(call.subject)) else None
        place = None if op is None else user_line(op.traceback)
        if place is not None and call.caller is not None:
            loss = first_argument(call.caller)
            function = safe.instance_dict(loss).get("fn")
            name = safe.code_name(function) or safe.class_name(loss)
            add_observation(PendingObservation("scalar loss", (place,), name=name, place=place))


GRADIENTS = Observer(begin=_gradient_begins, end=_gradient_ends, fail=_gradient_fails)
"""Observes `gradient` of a tape."""

WEIGHTED_LOSSES = watching(_weighted)
"""Observes Keras's function that weights the values of a loss and reduces them to one number."""
