"""Register functions that create a layer, with what to call it with, for `layertrace check-layer`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from layertrace.timeline.event import EMPTY_MAPPING

__all__ = ["Example", "example", "registered"]

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Example:
    """A function that creates a layer, and the arguments of `check_layer` to check it with.

    Attributes:
        create: The function, or a class that needs no arguments.
        inputs: What to call the layer with.
        call: The other arguments of its call.
        ignore: Names of checks or groups to leave out.
        expected_failures: Why checks are expected to fail, by their names.
    """

    create: Callable[[], Any]
    inputs: tuple[object, ...]
    call: Mapping[str, object] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    expected_failures: Mapping[str, str] = field(default_factory=dict)

    @property
    def module(self) -> str:
        """The module that registered it."""
        return self.create.__module__

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.create.__name__


_examples: dict[tuple[str, str], Example] = {}
"""By module and name, so that a module that is imported again replaces its own."""


def example(
    *inputs: object,
    call: Mapping[str, object] = EMPTY_MAPPING,
    ignore: Iterable[str] = (),
    expected_failures: Mapping[str, str] = EMPTY_MAPPING,
) -> Callable[[F], F]:
    """Register a function that creates a layer, so that `layertrace check-layer package` checks the layer.

    The function is returned as it is. Examples may stand next to the layers, or in a module of the tests,
    which `--examples` names. A layer may have several.

    Args:
        *inputs: What to call the layer with, as for `check_layer`: `"float32[2, 5]"`.
        call: The other arguments of its call, by name.
        ignore: Names of checks or groups to leave out.
        expected_failures: Why checks are expected to fail, by their names. They must fail.

    Example:
        >>> from layertrace.testing import example
        >>> @example("float32[2, 5]")
        ... def head():
        ...     return Head(4)
    """

    def register(function: F) -> F:
        _examples[function.__module__, function.__qualname__] = Example(
            function, inputs, call, tuple(ignore), expected_failures
        )
        return function

    return register


def registered() -> tuple[Example, ...]:
    """Return all examples, in the order in which they were registered."""
    return tuple(_examples.values())
