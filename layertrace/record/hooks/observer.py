"""What an engine observes, and what it reports: a function begins, then it returns or raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any, NamedTuple, Protocol

from layertrace.record.process import safe
from layertrace.record.spans import HookedMethod

__all__ = ["Call", "Engine", "HookPoint", "Observer", "Undo", "attributes_of", "ignore", "watching"]

Undo = Callable[[], None]
"""Stop observing. It may be called once, in any order with others."""


class Call(NamedTuple):
    """One call of an observed function, as it begins.

    Attributes:
        method: The function.
        subject: Its first argument: a method's `self`.
        values: Those of its other named parameters, at their defaults where nothing was passed.
        extra: What came in through `*args`.
        keywords: What came in through `**kwargs`; None where it takes none.
        caller: The frame that called it.
    """

    method: HookedMethod
    subject: Any
    values: tuple[Any, ...]
    extra: tuple[Any, ...]
    keywords: Any
    caller: FrameType | None


@dataclass(frozen=True, slots=True, eq=False)
class Observer:
    """What to do when an observed function begins, returns or raises.

    An observer never raises, except where `trace(fail_on=…)` asked to stop the program.

    Attributes:
        begin: Returns a token, or None where the call is not to be observed any further.
        end: Called with the token, the result and the first argument.
        fail: Called with the token and the exception, which passes on unchanged.
    """

    begin: Callable[[Call], Any]
    end: Callable[[Any, Any, Any], None]
    fail: Callable[[Any, BaseException], None]


def watching(begin: Callable[[Call], None]) -> Observer:
    """Return an observer that only wants to know when a function begins."""
    return Observer(begin, ignore, ignore)


def ignore(*_: Any) -> None:
    """Do nothing where an observer does not want to know how a call ends."""


@dataclass(frozen=True, slots=True, eq=False)
class HookPoint:
    """A function to observe, by the class or module that holds it.

    Attributes:
        owner: The class or module.
        name: The attribute.
        observer: What to do.
        make_method: Creates what all events of the function have in common.
        takes_anything: Whether a call that Python refuses for its arguments is reported, too.
        below_decorators: Whether the function that lies below decorators will do: its own code runs
            nothing else, whereas the code of a decorator's wrapper is shared.
        lasts: Whether the owner lives as long as the process, so that what is known of it may, too.
    """

    owner: Any
    name: str
    observer: Observer
    make_method: Callable[[], HookedMethod]
    takes_anything: bool = False
    below_decorators: bool = False
    lasts: bool = False

    def get(self) -> Any:
        """Return what lies here itself: no inherited attribute, no bound method."""
        return attributes_of(self.owner).get(self.name)

    @property
    def label(self) -> str:
        """The name of the function, for people."""
        return (
            f"{getattr(self.owner, '__module__', '')}.{getattr(self.owner, '__qualname__', '')}.{self.name}"
        )


def attributes_of(owner: Any) -> Mapping[str, Any]:
    """Return what a class or module itself defines, whatever a metaclass says."""
    return safe.namespace(owner) if issubclass(type(owner), type) else vars(owner)


class Engine(Protocol):
    """A way to observe functions."""

    name: str

    def start(self) -> None:
        """Get ready to observe, before the first of several recordings.

        Raises:
            EngineError: If that is not possible in this process.
        """

    def stop(self) -> None:
        """Let go of everything, after the last of them."""

    def observe(self, point: HookPoint) -> Undo | None:
        """Observe a function; return the undo, or None where there is nothing to observe."""

    def observe_existing_layers(self) -> Undo | None:
        """Observe the `build` of Keras 3 layers that exist already; return the undo if there is one."""

    def problems(self) -> list[str]:
        """Return a sentence for each thing that kept events from being recorded since the start."""
