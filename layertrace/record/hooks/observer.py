"""Define what an engine observes and reports: a function begins, then it returns or raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType, ModuleType
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar, cast

from layertrace.record.process import safe
from layertrace.record.spans import HookedMethod
from layertrace.timeline.query import qualified_name

__all__ = [
    "AnyObserver",
    "Call",
    "Engine",
    "HookPoint",
    "Observer",
    "Undo",
    "attributes_of",
    "ignore",
    "watching",
]

Token = TypeVar("Token")

Undo = Callable[[], None]
"""Stop observing. It may be called once, in any order with others."""


class Call(NamedTuple):
    """One call of an observed function, as it begins.

    Attributes:
        method: The function.
        subject: Its first argument: a method's `self`.
        values: Its other named arguments, at their defaults where nothing was passed.
        extra: What was passed through `*args`.
        keywords: What was passed through `**kwargs`; None if it takes none.
        caller: The frame that called it.
    """

    method: HookedMethod
    subject: Any
    values: tuple[object, ...]
    extra: tuple[object, ...]
    keywords: Mapping[str, object] | None
    caller: FrameType | None

    @property
    def named(self) -> dict[str, object]:
        """All arguments but the first and those of `*args`, by name."""
        positional = dict(zip(self.method.names, (*self.values, *self.extra), strict=False))
        return {**positional, **(self.keywords or {})}


@dataclass(frozen=True, slots=True, eq=False)
class Observer(Generic[Token]):
    """What to do when an observed function begins, returns or raises.

    An observer never raises, except where `trace(fail_on=…)` asks to stop the program.

    Attributes:
        begin: Returns a token, or None if the rest of the call is not to be observed.
        end: Called with the token, the result and the first argument.
        fail: Called with the token and the exception, which passes on unchanged.
    """

    begin: Callable[[Call], Token | None]
    end: Callable[[Token, Any, Any], None]
    fail: Callable[[Token, BaseException], None]


AnyObserver: TypeAlias = Observer[Any]
"""An observer with a token that only it knows."""


def watching(begin: Callable[[Call], None]) -> AnyObserver:
    """Return an observer that only reacts to the beginning of a call."""
    return Observer(begin, ignore, ignore)


def ignore(*_: object) -> None:
    """Do nothing, for an observer that does not react to the end of a call."""


@dataclass(frozen=True, slots=True, eq=False)
class HookPoint:
    """A function to observe, by the class or module that holds it.

    Attributes:
        owner: The class or module.
        name: The attribute.
        observer: What to do.
        make_method: Creates what all events of the function have in common.
        takes_anything: Whether a call that Python refuses for its arguments is reported, too.
        below_decorators: Whether to observe the function below its decorators. Only this function has its
            own code; all functions with the same decorator share the code of the wrapper.
        lasts: Whether the owner lives as long as the process; if so, data about it may be kept as long.
        is_setter: Whether to observe how a property is set, not how it is read.
        while_compiling: Whether `torch.compile` runs the function and does not read it.
    """

    owner: object
    name: str
    observer: AnyObserver
    make_method: Callable[[], HookedMethod]
    takes_anything: bool = False
    below_decorators: bool = False
    lasts: bool = False
    is_setter: bool = False
    while_compiling: bool = False

    def get(self) -> object:
        """Return what the owner itself holds: no inherited attribute, no bound method."""
        return attributes_of(self.owner).get(self.name)

    @property
    def label(self) -> str:
        """The name of the function, for people; a metaclass of the program is not asked for it."""
        return f"{_name_of(self.owner)}.{self.name}"


def _name_of(owner: object) -> str:
    if issubclass(type(owner), type):
        return qualified_name(cast(type, owner))
    return owner.__name__ if type(owner) is ModuleType else safe.class_name(owner)


def attributes_of(owner: object) -> Mapping[str, object]:
    """Return what a class or module itself defines, whatever a metaclass claims."""
    is_class = issubclass(type(owner), type)  # `isinstance` would ask the owner for its `__class__`
    return safe.namespace(cast(type, owner)) if is_class else vars(owner)


class Engine(Protocol):
    """A way to observe functions."""

    name: str

    def start(self) -> None:
        """Prepare to observe, before the first of several recordings.

        Raises:
            EngineError: If that is not possible in this process.
        """

    def stop(self) -> None:
        """Release everything, after the last of them."""

    def observe(self, point: HookPoint) -> Undo | None:
        """Observe a function; return the undo, or None if there is nothing to observe."""

    def observe_existing_layers(self) -> Undo | None:
        """Observe the `build` of Keras 3 layers that exist already; return the undo if there is one."""

    def problems(self) -> list[str]:
        """Return a sentence for each reason why events were not recorded since the start."""
