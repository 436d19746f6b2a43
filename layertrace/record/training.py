"""See what training does beside calling layers: gradients given to an optimizer, losses added by a layer."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from layertrace.record import places
from layertrace.record.attributes import trains
from layertrace.record.autograph import as_called
from layertrace.record.faults import step_aside
from layertrace.record.hook_file import hidden
from layertrace.record.hub import Method, hub
from layertrace.record.observe import hide, now
from layertrace.record.sightings import Sighting, see
from layertrace.record.signatures import described
from layertrace.record.variables import number_of
from layertrace.timeline.query import layer_numbers

__all__ = ["keras_pairs", "loss_hook", "tf_keras_pairs", "update_hook"]


def update_hook(pairs: Callable[..., Iterable[tuple[Any, Any]]]) -> Callable[[Any], Any]:
    """Return what makes a hook for the method that gives gradients to an optimizer.

    Args:
        pairs: Reads gradients with their variables off the arguments, optimizer first.
    """

    def replace(original: Callable[..., Any]) -> Callable[..., Any]:
        method = Method("call")

        @functools.wraps(original)
        @hidden
        def update(self: Any, *args: Any, **kwargs: Any) -> Any:
            if hub.sights:
                started = now()
                try:
                    place = places.caller(method, 2)
                    args, found = _kept(pairs, self, args, kwargs)
                    trains()
                    _updated(self, found, place, started)
                except Exception:  # promise 1: the traced program never sees a fault of ours
                    step_aside("record an update")
            run = as_called(original)
            try:
                return run(self, *args, **kwargs)
            except BaseException as error:
                hide(error)
                raise

        return update

    return replace


def _kept(
    pairs: Callable[..., Iterable[tuple[Any, Any]]], optimizer: Any, args: tuple[Any, ...], kwargs: Any
) -> tuple[tuple[Any, ...], list[tuple[Any, Any]]]:
    """Read gradients and variables, of which the first argument may be an iterator that can be read once."""
    if args:
        args = (args[0] if isinstance(args[0], (list, tuple)) else list(args[0]), *args[1:])
    return args, list(pairs(optimizer, *args, **kwargs))


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


def loss_hook(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return what stands for `Layer.add_loss`."""
    method = Method("call")

    @functools.wraps(original)
    @hidden
    def add_loss(self: Any, *args: Any, **kwargs: Any) -> Any:
        if hub.sights:
            try:
                place = places.caller(method, 2)
                see(Sighting("loss", (id(self), place), layer=layer_numbers.get(self), place=place))
            except Exception:  # promise 1, as above
                step_aside("record a loss")
        run = as_called(original)
        try:
            return run(self, *args, **kwargs)
        except BaseException as error:
            hide(error)
            raise

    return add_loss
