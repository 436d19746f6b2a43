"""Decide which events are plumbing: what frameworks do for themselves, and hardly any user looks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from itertools import chain
from typing import TypeVar

from layertrace.timeline.event import Event, VariableRole, VariableSpec
from layertrace.timeline.ownership import is_keras_file, is_tensorflow_file

__all__ = ["Plumbing", "origin_of", "plumbing"]

_Element = TypeVar("_Element")

ORIGINS: dict[VariableRole, str] = {
    "optimizer": "optimizers",
    "metric": "metrics",
    "seed": "random seeds",
    "counter": "counters",
}
"""Where the variables of each role come from, in words."""


class Plumbing(Set[int]):
    """The events of a timeline that no user wrote and hardly any user looks for.

    These are the state of optimizers, metrics and random generators, the functions that TensorFlow and Keras
    trace for themselves, such as those of `tf.data`, and the layers that Keras creates as a reference while
    it saves or loads. A variable that the program creates outside of layers is not plumbing, nor is an event
    with an error, nor a function with a layer or with code of the program inside.

    Attributes:
        functions: The numbers of the functions (`FunctionRef.id`).
        layers: The numbers of the layers (`LayerRef.id`).

    Example:
        >>> from layertrace.timeline import FunctionRef
        >>> trace = Event(seq=0, kind="trace", function=FunctionRef(1, "Dataset_map_grab_batch"))
        >>> trace in plumbing([trace])
        True
    """

    def __init__(self, seqs: Set[int], functions: Set[int], layers: Set[int]) -> None:
        self._seqs = seqs
        self.functions = functions
        self.layers = layers

    @classmethod
    def _from_iterable(cls, it: Iterable[_Element]) -> frozenset[_Element]:
        """Return what `plumbing - others` is: numbers of events, without their functions and layers."""
        return frozenset(it)

    def __contains__(self, event: object) -> bool:
        """Return whether an event, or the event with a number, is plumbing."""
        return (event.seq if isinstance(event, Event) else event) in self._seqs

    def __iter__(self) -> Iterator[int]:
        return iter(self._seqs)

    def __len__(self) -> int:
        return len(self._seqs)


def plumbing(events: Iterable[Event]) -> Plumbing:
    """Return which of some events are plumbing, in time proportional to their number."""
    ordered = tuple(events)
    variables = [event for event in ordered if event.kind == "variable"]
    of_functions = [event for event in ordered if event.kind == "trace" or event.kind == "run"]
    layers, seqs = _references(ordered)
    guesses = not any(map(_is_explained, chain(variables, of_functions)))
    seqs.update([event.seq for event in variables if _is_state(event, guesses)])
    functions = _frameworks_functions(of_functions)
    if functions:
        functions -= _with_use_inside(ordered, seqs, functions)
    seqs.update(
        [event.seq for event in of_functions if _function_of(event) in functions and event.error is None]
    )
    return Plumbing(frozenset(seqs), frozenset(functions), frozenset(layers))


def origin_of(event: Event) -> str:
    """Return where an event that is plumbing comes from, in words: `metrics`, `tf.data`, `Keras`."""
    if event.variable is not None:
        return ORIGINS[event.variable.role or _guessed(event.variable) or "counter"]
    file = "" if event.defined_at is None else event.defined_at.file
    if event.layer is not None or is_keras_file(file):
        return "tf.data" if event.function is not None and event.function.is_mapped else "Keras"
    if file and not _TF_DATA_FILE.search(file):
        return "tf.distribute" if _DISTRIBUTE_FILE.search(file) else "TensorFlow"
    return "tf.data"


_TF_DATA_FILE = re.compile(r"[/\\]tensorflow[/\\]python[/\\]data[/\\]")
_DISTRIBUTE_FILE = re.compile(r"[/\\]tensorflow[/\\]python[/\\]distribute[/\\]|multi_device_iterator")
_SAVED_MODEL_FILE = re.compile(r"[/\\]tensorflow[/\\]python[/\\]saved_model[/\\]")


# Layers and variables


def _references(events: Iterable[Event]) -> tuple[set[int], set[int]]:
    """Return the layers that Keras creates as a reference, and the numbers of all events of these."""
    inits = [event for event in events if event.flags and "reference" in event.flags]
    layers = {event.layer.id for event in inits if event.layer is not None}
    if not layers:
        return layers, set()
    seqs: set[int] = set()
    for event in events:
        if event.parent in seqs and event.kind == "init" and event.layer is not None:
            layers.add(event.layer.id)
        if event.layer is not None and event.layer.id in layers and event.error is None:
            seqs.add(event.seq)
    return layers, seqs


def _is_state(event: Event, guesses: bool) -> bool:
    variable = event.variable
    if variable is None or event.error is not None:
        return False
    return variable.role is not None or (guesses and _guessed(variable) is not None)


def _is_explained(event: Event) -> bool:
    """Return whether an event shows that roles were recorded; old files do not have them."""
    has_role = event.variable is not None and event.variable.role is not None
    return has_role or (event.function is not None and event.function.role is not None)


_SLOT = re.compile(
    r"(adam|adamw|adamax|nadam|sgd|rmsprop|adagrad|adadelta|ftrl|lion|lamb)(_\d+)?/"
    r"(iteration|learning_rate|\w+_(momentum|velocity|accumulator|norm|infinity|linear))"
)
_SEED = re.compile(r"(.*/)?seed_generator(_\d+)?/seed_generator_state")


def _guessed(variable: VariableSpec) -> VariableRole | None:
    """Return the role that the path of a variable shows beyond doubt: the paths that Keras 3 chooses."""
    if variable.source != "keras" or variable.trainable:
        return None
    if _SLOT.fullmatch(variable.path):
        return "optimizer"
    return "seed" if _SEED.fullmatch(variable.path) else None


# Functions


def _function_of(event: Event) -> int | None:
    """Return the number of the function that an event traces or runs."""
    is_of_function = event.kind in ("trace", "run") and event.function is not None
    return event.function.id if is_of_function and event.function is not None else None


def _frameworks_functions(events: Iterable[Event]) -> set[int]:
    """Return the functions whose code is TensorFlow's or Keras's, and that no user calls.

    The functions by which Keras trains, tests and predicts are a user's `fit`; what was loaded from a
    SavedModel is a user's, too. A function that `tf.data` maps has a place only if it is the user's, or since
    the places of such functions are recorded.
    """
    theirs: set[int] = set()
    users: set[int] = set()
    for event in events:
        function = event.function
        if function is None or event.kind not in ("trace", "run"):
            continue
        file = None if event.defined_at is None else event.defined_at.file
        if function.role is not None or (event.kind == "run" and function.is_mapped):
            users.add(function.id)
        elif file is None:
            (theirs if function.is_mapped else users).add(function.id)
        elif _SAVED_MODEL_FILE.search(file) or not (is_keras_file(file) or is_tensorflow_file(file)):
            users.add(function.id)
        else:
            theirs.add(function.id)
    return theirs - users


def _with_use_inside(events: Iterable[Event], plumbed: Set[int], functions: Set[int]) -> set[int]:
    """Return the functions in whose traces something happened that is not plumbing.

    Args:
        events: The events, in order: what is inside an event follows it.
        plumbed: The numbers of those that are plumbing.
        functions: The functions in question; an event of these alone decides nothing.
    """
    used: set[int] = set()
    around: dict[int | None, tuple[int, ...]] = {}  # the functions in question around and at an event
    for event in events:
        outer = around.get(event.parent, ())
        function = _function_of(event)
        is_in_question = function is not None and function in functions
        if outer and (event.error is not None or not (is_in_question or event.seq in plumbed)):
            used.update(outer)
        if is_in_question and function is not None:
            around[event.seq] = (*outer, function)
        elif outer:
            around[event.seq] = outer
    return used
