"""LT603: Two layers of one class make their weights in different orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef


@rule("LT603", "weight-order", "warning", links.SAVING)
def weight_order(context: DiagnosisContext) -> Iterator[Violation]:
    """Two layers of one class make their weights in different orders.

    `get_weights` and `set_weights` go by position, and so do old weight files: weights of one shape are
    then swapped, and nothing says so.

    Bad:

    ```python
    for name in ("scale", "shift") if self.scale_first else ("shift", "scale"):
        setattr(self, name, self.add_weight(shape=(n,), name=name))
    ```

    Good:

    ```python
    self.scale = self.add_weight(shape=(n,), name="scale")
    self.shift = self.add_weight(shape=(n,), name="shift")
    ```
    """
    orders: dict[str, tuple[LayerRef, list[Event]]] = {}
    told = set()
    for layer in context.layers:
        made = [
            one for one in context.of(layer, "variable") if one.error is None and one.variable is not None
        ]
        if not is_user_defined(layer) or len(made) < 2:
            continue
        cls = layer.bases[0] if layer.bases else layer.class_name
        known, before = orders.setdefault(cls, (layer, made))
        was, is_ = _names(before), _names(made)
        if _is_reordered(was, is_):
            told.add(cls)
            differing = next(event for event, a, b in zip(made, was, is_, strict=True) if a != b)
            found = _reordered((known, before, was), (layer, made, is_), differing)
            yield replace(found, severity="note") if _is_asked_for(context, layer, is_) else found
    yield from _reordered_layers(context, told)


def _is_reordered(was: list[str], is_: list[str]) -> bool:
    return was != is_ and sorted(was) == sorted(is_) and len(set(is_)) == len(is_)


def _is_asked_for(context: DiagnosisContext, layer: LayerRef, order: list[str]) -> bool:
    """Tell an order that an argument of `__init__` gives, name by name."""
    given = [value for init in context.of(layer, "init") for value in init.arguments.values()]
    lists = [value for value in given if isinstance(value, (tuple, Mapping))]
    return any([one for one in value if one in order] == order for value in lists)


Order = tuple[LayerRef, list[Event], list[str]]


def _reordered(first: Order, second: Order, differing: Event) -> Violation:
    (known, before, was), (layer, made, is_) = first, second
    return Violation(
        message=f"{{layer}} makes its weights in the order {', '.join(is_)}, but {known.name} of the "
        f"same class in the order {', '.join(was)}: set_weights goes by position and would swap "
        f"them.",
        layer=layer,
        location=differing.location,
        evidence=(
            Evidence(f"{known.name}: {', '.join(was)}", tuple(one.seq for one in before)),
            Evidence(f"{layer.name}: {', '.join(is_)}", tuple(one.seq for one in made)),
        ),
        fix="\n".join(f'self.{name} = self.add_weight(..., name="{name}")' for name in was),
    )


def _reordered_layers(context: DiagnosisContext, told: set[str]) -> Iterator[Violation]:
    """Find two layers of one class that hold the same layers in different orders."""
    orders: dict[str, tuple[LayerRef, list[Event], list[str]]] = {}
    for state in context.states.values():
        layer = state.layer
        inits = _inner_layers(context, state)
        cls = layer.bases[0] if layer.bases else layer.class_name
        if not is_user_defined(layer) or len(inits) < 2 or cls in told:
            continue
        names = list(inits)
        known, before, was = orders.setdefault(cls, (layer, list(inits.values()), names))
        if not _is_reordered(was, names):
            continue
        told.add(cls)
        made = list(inits.values())
        differing = next(event for event, a, b in zip(made, was, names, strict=True) if a != b)
        yield Violation(
            message=f"{{layer}} holds its layers in the order {', '.join(names)}, but {known.name} of the "
            f"same class in the order {', '.join(was)}: set_weights goes by position and would swap them.",
            layer=layer,
            location=differing.location,
            evidence=(
                Evidence(f"{known.name}: {', '.join(was)}", tuple(one.seq for one in before)),
                Evidence(f"{layer.name}: {', '.join(names)}", tuple(one.seq for one in made)),
            ),
            fix="\n".join(f"self.{name} = ...  # always in this order" for name in was),
            severity="note" if _is_asked_for(context, layer, names) else None,
        )


def _inner_layers(context: DiagnosisContext, state: LayerState) -> dict[str, Event]:
    """Return by attribute how the layers were made that a layer's variables belong to, in their order.

    A weight of its own stands there by its name.
    """
    makings = {one.variable.id: one for one in context.events("variable") if one.variable is not None}
    found: dict[str, Event] = {}
    for number in state.variables:
        making = makings.get(number)
        if making is None or making.variable is None or making.layer is None:
            return {}
        if making.layer.id == state.layer.id:
            found.setdefault(making.variable.name, making)
            continue
        name, init = state.held.get(making.layer.id), next(iter(context.of(making.layer, "init")), None)
        if name is None or init is None:
            return {}  # of a layer deeper inside: not to be told by attributes
        found.setdefault(name, init)
    return found


def _names(made: list[Event]) -> list[str]:
    return [one.variable.name for one in made if one.variable is not None]
