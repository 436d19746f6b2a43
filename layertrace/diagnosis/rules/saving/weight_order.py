"""LT603: Two layers of one class create their weights in different orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef


@rule("LT603", "weight-order", "warning", links.SAVING, backends=WITH_TRAINING)
def weight_order(context: DiagnosisContext) -> Iterator[Violation]:
    """Two layers of one class create their weights in different orders.

    ## Why is this bad?

    `get_weights`, `set_weights` and old weight files match weights by position. Weights of the same shape
    are then silently swapped.

    ## Example

    ```python
    for name in ("scale", "shift") if self.scale_first else ("shift", "scale"):
        setattr(self, name, self.add_weight(shape=(n,), name=name))
    ```

    ## Use instead

    ```python
    self.scale = self.add_weight(shape=(n,), name="scale")
    self.shift = self.add_weight(shape=(n,), name="shift")
    ```

    ## Known limits

    The rule compares each layer with the first layer of its class, and only if both have the same weights by
    name, each once. Children are compared by attribute, one level deep. If an argument of `__init__` lists
    the names in this order, the program probably chose it, and the finding is only a note.
    """
    first_of_class: dict[str, _Order] = {}
    reported = set()
    for layer in context.layers:
        events = [
            event
            for event in context.of(layer, "variable")
            if event.error is None and event.variable is not None
        ]
        if not is_user_defined(layer) or len(events) < 2:
            continue
        order = _Order(layer, events, [event.variable.name for event in events if event.variable is not None])
        cls = layer.bases[0] if layer.bases else layer.class_name
        first = first_of_class.setdefault(cls, order)
        if _is_reordered(first, order):
            reported.add(cls)
            violation = _violation(first, order, "creates its weights")
            fix = "\n".join(f'self.{name} = self.add_weight(..., name="{name}")' for name in first.names)
            yield replace(violation, fix=fix, severity="note" if _is_requested(context, order) else None)
    yield from _reordered_children(context, reported)


class _Order(NamedTuple):
    """The order in which a layer creates its weights, or holds its children."""

    layer: LayerRef
    events: list[Event]
    names: list[str]


def _is_reordered(first: _Order, second: _Order) -> bool:
    """Return whether two layers have the same names, each once, in different orders."""
    return (
        first.names != second.names
        and sorted(first.names) == sorted(second.names)
        and len(set(second.names)) == len(second.names)
    )


def _is_requested(context: DiagnosisContext, order: _Order) -> bool:
    """Return whether an argument of `__init__` lists the names in this order."""
    # tests/cases/clean/arguments_by_another_name.py
    inits = context.of(order.layer, "init")
    arguments = [value for init in inits for value in init.arguments.values()]
    lists = [value for value in arguments if isinstance(value, (tuple, Mapping))]
    return any([name for name in value if name in order.names] == order.names for value in lists)


def _violation(first: _Order, second: _Order, what: str) -> Violation:
    pairs = zip(second.events, first.names, second.names, strict=True)
    differing = next(event for event, was, name in pairs if was != name)
    first_names, second_names = ", ".join(first.names), ", ".join(second.names)
    return Violation(
        message=f"{{layer}} {what} in the order {second_names}; {first.layer.name}, of the same class, uses "
        f"the order {first_names}. set_weights matches weights by position, so it would swap them.",
        layer=second.layer,
        location=differing.location,
        evidence=(
            Evidence(f"{first.layer.name}: {first_names}", tuple(event.seq for event in first.events)),
            Evidence(f"{second.layer.name}: {second_names}", tuple(event.seq for event in second.events)),
        ),
    )


def _reordered_children(context: DiagnosisContext, reported: set[str]) -> Iterator[Violation]:
    """Yield the layers that hold the same children as another of their class, in a different order."""
    first_of_class: dict[str, _Order] = {}
    for state in context.states.values():
        layer = state.layer
        children = _children(context, state)
        cls = layer.bases[0] if layer.bases else layer.class_name
        if not is_user_defined(layer) or len(children) < 2 or cls in reported:
            continue
        order = _Order(layer, list(children.values()), list(children))
        first = first_of_class.setdefault(cls, order)
        if not _is_reordered(first, order):
            continue
        reported.add(cls)
        fix = "\n".join(f"self.{name} = ...  # always in this order" for name in first.names)
        violation = _violation(first, order, "holds its layers")
        yield replace(violation, fix=fix, severity="note" if _is_requested(context, order) else None)


def _children(context: DiagnosisContext, state: LayerState) -> dict[str, Event]:
    """Return the `init` of each child that has variables, by attribute and in the order of the variables.

    A weight of the layer's own is included under its name. Nothing is returned if a child is unknown.
    """
    creations = {
        event.variable.id: event for event in context.events("variable") if event.variable is not None
    }
    children: dict[str, Event] = {}
    for number in state.variables:
        creation = creations.get(number)
        if creation is None or creation.variable is None or creation.layer is None:
            return {}
        if creation.layer.id == state.layer.id:
            children.setdefault(creation.variable.name, creation)
            continue
        name, init = state.held.get(creation.layer.id), next(iter(context.of(creation.layer, "init")), None)
        if name is None or init is None:
            return {}  # the variable belongs to a deeper layer, which has no attribute here
        children.setdefault(name, init)
    return children
