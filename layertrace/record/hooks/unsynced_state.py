"""Notice values that a program assigns during a fit on JAX, and that the fit replaces by its own."""

from __future__ import annotations

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.frameworks import jax_private
from layertrace.record.hooks.observer import AnyObserver, Call, watching
from layertrace.record.hooks.variables import number_of
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded

__all__ = ["ASSIGNED"]


def _assigned(call: Call) -> None:
    """Record that a variable is assigned whose value a fit has taken away.

    From the first step of an epoch to its end, or until `jax_state_sync`, a fit on JAX holds the values
    itself, and the variables have none.
    """
    if not hub.observers:
        return
    attributes = safe.instance_dict(call.subject)
    if attributes.get("_value", call) is not None or attributes.get("_initializer") is not None:
        return
    with guarded("record a value that a fit replaces"):
        is_stateless = jax_private.find("in_stateless_scope")
        is_synced = call.caller is not None and call.caller.f_code.co_name == "jax_state_sync"
        if is_synced or is_stateless is None or is_stateless():
            return
        place = source_lines.caller(call.method, call.caller)
        number = number_of(call.subject)
        if place is not None:
            seen = PendingObservation("not synced", (place, number), place=place)
            seen.name = str(attributes.get("_path") or attributes.get("_name") or "")
            seen.variables = () if number is None else (number,)
            add_observation(seen)


ASSIGNED: AnyObserver = watching(_assigned)
"""Observes `assign` of the variables of Keras on JAX."""
