"""The weights have one order."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.excerpts import telling
from layertrace.testing.contract.frameworks import layers_inside
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.set_orders import SetOrders, SetPlace, watched
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.weight_names import names_of_weights, routes_of_weights

_NUMBERS = (8, 9)
"""What generated names begin with: as texts, `dense_10` comes before `dense_8` and `dense_9`."""
_MOST_PLACES = 8
"""Each costs an instance, and few layers have more than one."""


@check("persistence", "weight-order", after=["modes-agree", "instances-share-nothing"])
def weight_order(subject: Subject) -> None:
    """Instances that are created alike have their weights in the same order.

    ## Why
    `get_weights`, `set_weights` and files of weights go by this order. If a set or a generated name decides
    it, the weights are loaded into one another. A set of strings has another order in each process, and a set
    of layers in each instance.

    ## Known limits
    Three instances are compared in one process, by the names and shapes of their weights.
    Where a method of the layer, or a function of its module, goes through a set of strings, layers or
    other objects, two more are created with that set in opposite orders, and compared by the attributes
    that hold the weights, too. A set that other code goes through, or from which `pop` takes, is seen only
    if the three instances differ.
    """
    layer = subject.built()
    expected, others = names_of_weights(layer), []
    with watched(layers_inside(layer)) as orders:
        for number in _NUMBERS:
            with subject.framework.names_numbered_from(number) as is_numbered:
                others.append(subject.built())
        _compare_set_orders(subject, orders, layer, others[0])
    for other in others:
        if names_of_weights(other) != expected:
            raise Broken(
                f"the weights of {subject.class_name} are {_listed(expected)}, and in another instance "
                f"{_listed(names_of_weights(other))}",
                method_line(layer, "build"),
                "create weights and layers in a fixed order, not in that of a set or of generated names",
            )
    if not is_numbered:
        raise NotApplicable("layertrace does not know how this Keras numbers the names of layers")


def _compare_set_orders(subject: Subject, orders: SetOrders, layer: Any, other: Any) -> None:
    """Raise `Broken` if the order of a set decides that of the weights."""
    # Routes are not compared if they differ in any case, as those with random keys do.
    are_routes_alike = sorted(routes_of_weights(layer)) == sorted(routes_of_weights(other))
    weights_of = routes_of_weights if are_routes_alike else names_of_weights
    for place in list(orders.places.values())[:_MOST_PLACES]:
        first, reverse = (_in_order(subject, orders, place, is_reversed=each) for each in (False, True))
        ours, theirs = weights_of(first), weights_of(reverse)
        if ours != theirs:
            message = (
                f"a set of {place.holds} decides the order of the weights of {subject.class_name}: "
                f"{_listed(ours)}, or {_listed(theirs)}"
            )
            raise _broken(subject, place, message)


def _in_order(subject: Subject, orders: SetOrders, place: SetPlace, *, is_reversed: bool) -> Any:
    """Return a new layer, built while the sets of a line have an order."""
    recording = subject.watch() if place.holds == "layers" else nullcontext()
    with orders.ordered(place, is_reversed=is_reversed), recording:
        try:
            return subject.built()
        except Broken as broken:
            message = f"{broken.message}, with a set of {place.holds} in another order"
            raise Broken(message, place.line) from broken


def _broken(subject: Subject, place: SetPlace, message: str) -> Broken:
    """Return the failure, with a recording of a layer that is created and called."""
    with subject.watch() as timeline:
        subject.built()
    fix = "sorted(…)" if place.holds == "texts" else "a list or a tuple, not a set"
    there = (event for event in timeline if event.location is not None)
    events = [event for event in there if str(event.location) == str(place.line)][-2:]
    events = events or telling(timeline, subject.class_name, None)
    return Broken(message, place.line, fix, timeline=timeline, events=events)


def _listed(weights: list[str]) -> str:
    more = f" and {len(weights) - 4} more" if len(weights) > 4 else ""
    return ", ".join(weights[:4]) + more
