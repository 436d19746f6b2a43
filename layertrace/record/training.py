"""See what training does beside calling layers: gradients given to an optimizer, losses added by a layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from layertrace.record import places
from layertrace.record.attributes import trains
from layertrace.record.faults import step_aside
from layertrace.record.hooks.observer import Call, Observer, watching
from layertrace.record.hub import hub
from layertrace.record.observe import now
from layertrace.record.sightings import Sighting, see
from layertrace.record.signatures import described
from layertrace.record.variables import number_of
from layertrace.timeline.query import layer_numbers

__all__ = ["LOSSES", "keras_pairs", "tf_keras_pairs", "update_observer"]


def update_observer(pairs: Callable[..., Iterable[tuple[Any, Any]]]) -> Observer:
    """Return what observes the method that gives gradients to an optimizer.

    Args:
        pairs: Reads gradients with their variables off the arguments, optimizer first.
    """

    def begin(call: Call) -> None:
        if not hub.sights:
            return
        started = now()
        try:
            place = places.caller(call.method, call.caller)
            found = list(pairs(call.subject, *call.values, *call.extra))
            trains()
            _updated(call.subject, found, place, started)
        except Exception:  # promise 1: the traced program never sees a fault of ours
            step_aside("record an update")

    return watching(begin)


def keras_pairs(
    optimizer: Any, grads: Any = (), trainable_variables: Any = None, **_: Any
) -> Iterable[tuple[Any, Any]]:
    """Read those of `apply(grads, trainable_variables)` of Keras 3."""
    variables = getattr(optimizer, "_trainable_variables", ()) if trainable_variables is None else None
    return zip(grads, trainable_variables if variables is None else variables, strict=False)


def tf_keras_pairs(_: Any, grads_and_vars: Any = (), *__: Any, **___: Any) -> Iterable[tuple[Any, Any]]:
    """Read those of `apply_gradients(grads_and_vars)` of tf_keras."""
    return list(grads_and_vars)


def _updated(optimizer: Any, found: list[tuple[Any, Any]], place: Any, started: int) -> None:
    paths = tuple(_path(variable) for _, variable in found)
    without = tuple(path for path, (gradient, _) in zip(paths, found, strict=True) if gradient is None)
    numbers = tuple(number_of(variable) for _, variable in found)
    name = str(described(optimizer))
    see(
        Sighting(
            "update",
            (name, place, numbers, paths, without),
            name=name,
            variables=numbers,
            paths=paths,
            without_gradient=without,
            now=tuple(n for n, (gradient, _) in enumerate(found) if gradient is None),
            place=place,
            start=started,
        )
    )


def _path(variable: Any) -> str:
    return str(getattr(variable, "path", None) or getattr(variable, "name", "?")).removesuffix(":0")


def _loss(call: Call) -> None:
    if not hub.sights:
        return
    try:
        layer, place = call.subject, places.caller(call.method, call.caller)
        see(Sighting("loss", (id(layer), place), layer=layer_numbers.get(layer), place=place))
    except Exception:  # promise 1, as above
        step_aside("record a loss")


LOSSES = watching(_loss)
"""Observes `Layer.add_loss`."""
