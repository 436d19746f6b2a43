"""A call leaves its inputs as they are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import is_of_program, method_line
from layertrace.testing.contract.subject import Subject
from layertrace.timeline.event import Location
from layertrace.timeline.ownership import is_framework_name


@check("modes", "input-unchanged", unless=["modes-agree"])
def input_unchanged(subject: Subject) -> None:
    """`call` leaves the lists and mappings that it takes as they are, with the same items.

    ## Why
    They belong to the caller. Keras 3 copies them when the layer itself is called, tf_keras only the first
    argument (tf_keras 2.21), and `super().call(inputs)` none. A `tf.function` of `call` refuses the change.

    ## Use instead
    `inputs = dict(inputs)` or `inputs = list(inputs)` in the first line of `call`.

    ## Known limits
    One call in each mode is looked at, eagerly. A `call` that Keras itself defines is not tried: the image
    preprocessing layers of Keras 3.15 change their copy on purpose.
    """
    layer = subject.built()
    owner = next(cls for cls in type(layer).__mro__ if "call" in vars(cls))
    if is_framework_name(owner.__module__):
        raise NotApplicable("Keras defines its call")
    arguments = (*subject.tensors(), *subject.arguments.values())
    if not any(isinstance(each, list | dict) for each in _containers(arguments)):
        raise NotApplicable("it takes no list and no mapping")
    for training in (False, True) if subject.takes_training else (False,):
        with _watching(layer) as changes, subject.doing("calling it"):
            subject.call_with(layer, subject.tensors(), training)
        for what, line in changes:
            raise Broken(
                f"call of {subject.class_name} changes {what}",
                line or method_line(layer, "call"),
                "copy it first: inputs = dict(inputs), or list(inputs)",
            )


@contextmanager
def _watching(layer: Any) -> Iterator[list[tuple[str, Location | None]]]:
    """Collect what `call` changes in its arguments in a block, with the line that does."""
    original: Callable[..., Any] = layer.call
    changes: list[tuple[str, Location | None]] = []

    def call(*args: Any, **kwargs: Any) -> Any:
        before = [_copied(each) for each in (*args, *kwargs.values())]
        found: list[Location] = []
        with _each_line(lambda: bool(_changed(before)), found):
            outputs = original(*args, **kwargs)
        what = _changed(before)
        if what:
            changes.append((what, next(iter(found), None)))
        return outputs

    of_instance = vars(layer).get("call")  # such as tf.function(self.call)
    object.__setattr__(layer, "call", call)  # Keras tracks other attributes
    try:
        yield changes
    finally:
        object.__delattr__(layer, "call")
        if of_instance is not None:
            object.__setattr__(layer, "call", of_instance)


@contextmanager
def _each_line(is_changed: Callable[[], bool], found: list[Location]) -> Iterator[None]:
    """Add to a list the line of the program after which something is changed for the first time."""
    last: list[Location] = []

    def trace(frame: FrameType, event: str, arg: object) -> Any:  # noqa: ARG001  # Python's signature
        if not is_of_program(frame.f_code.co_filename):
            return None
        if event in ("line", "return") and last and not found and is_changed():
            found.append(last[-1])
        if event == "line":
            last[:] = [Location(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)]
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def _containers(value: Any) -> Iterator[Any]:
    """Yield a container and those inside."""
    if isinstance(value, list | tuple | dict):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _containers(item)


def _copied(value: Any) -> Any:
    """Return a container with its items, and copies of those inside; other values as they are."""
    if isinstance(value, dict):
        return value, {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return value, dict(enumerate(map(_copied, value)))
    return value, None


def _changed(copies: Iterable[Any]) -> str:
    """Return in a few words what is different from its copy now; empty if nothing is."""
    return next(filter(None, map(_changed_in, copies)), "")


def _changed_in(copied: Any) -> str:
    container, items = copied
    if items is None:
        return ""
    now = container if isinstance(container, dict) else dict(enumerate(container))
    kind = f"the {type(container).__name__} that it takes"
    for key, inside in items.items():
        if key not in now:
            return f"{kind}: {key!r} is gone"
        if now[key] is not inside[0]:
            return f"{kind}: {key!r} is another object"
    added = [key for key in now if key not in items]
    if added:
        return f"{kind}: {added[0]!r} is new"
    return _changed(items.values())
