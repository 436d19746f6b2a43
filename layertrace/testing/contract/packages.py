"""Check all layers of a module: those with examples, and those that need no arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import ModuleType

from layertrace.errors import ExpectationError
from layertrace.testing.contract.api import check_layer
from layertrace.testing.contract.examples import Example, registered
from layertrace.testing.contract.frameworks import base_of
from layertrace.testing.contract.inputs import inputs_of
from layertrace.testing.contract.layer_classes import is_within, layer_classes
from layertrace.testing.contract.outcome import Result
from layertrace.testing.contract.package_report import PackageReport, Row
from layertrace.testing.contract.running import quiet
from layertrace.testing.contract.subject import Subject, brief

__all__ = ["Candidate", "candidates", "check_candidate", "check_package"]

GUESSES = ("float32[2, 5]", "float32[2, 6, 4]", "float32[2, 8, 8, 3]", "int32[2, 5]", "string[2]")
"""What a layer without an example is called with: the first that it accepts."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A layer to check, or the reason why it cannot be.

    Attributes:
        name: The name of its class.
        example: How it is created and called; None if that is not known. Without inputs they are guessed.
        source: The name of the function that creates it; empty for the class itself.
        reason: Why it is not tried; empty if it can be.
        is_mistake: Whether the reason is a mistake, as that an example raises an exception.
        is_example: Whether the example was registered, so that it must be right.
        is_base: Whether it is a base class, which is not called.
    """

    name: str
    example: Example | None = None
    source: str = ""
    reason: str = ""
    is_mistake: bool = False
    is_example: bool = False
    is_base: bool = False


def check_package(
    module: ModuleType,
    *inputs: object,
    examples: Iterable[ModuleType] = (),
    call: Mapping[str, object] | None = None,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
) -> PackageReport:
    """Check every layer class that a module defines or exports, and every registered example of it.

    Args:
        module: The module, or a package.
        *inputs: What layers without an example are called with; guessed by default.
        examples: Other modules that register examples.
        call: The other arguments of the call of layers without an example.
        select: Names of checks or groups to run; all by default.
        ignore: Names of checks or groups to leave out.
    """
    chosen = None if select is None else tuple(select)
    rows = [
        check_candidate(candidate, chosen, tuple(ignore))
        for candidate in candidates(module, examples, inputs, call or {})
    ]
    return PackageReport(module.__name__, rows)


def candidates(
    module: ModuleType,
    examples: Iterable[ModuleType] = (),
    inputs: Sequence[object] = (),
    call: Mapping[str, object] | None = None,
) -> list[Candidate]:
    """Return the layers of a module, each class with its examples; then the examples of other layers."""
    classes = layer_classes(module)
    found = list(_of_examples(module, classes, {each.__name__ for each in examples}))
    result = []
    for cls in classes:
        of_class = [candidate for created, candidate in found if created is cls]
        result += of_class or [_of_class(cls, tuple(inputs), call or {})]
    return result + [candidate for created, candidate in found if created not in classes]


def check_candidate(
    candidate: Candidate,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    seconds: float = 60.0,
    progress: Callable[[Result], None] | None = None,
) -> Row:
    """Check a layer, with the inputs of its example or with the first guess that it accepts."""
    name, source, example = candidate.name, candidate.source, candidate.example
    if example is None:
        lacks = not (candidate.is_mistake or candidate.is_base)
        return Row(
            name, source, reason=candidate.reason, is_mistake=candidate.is_mistake, lacks_example=lacks
        )
    inputs = example.inputs or _accepted(example)
    if not inputs:
        return Row(name, source, reason="it refuses all inputs that were guessed", lacks_example=True)
    try:
        report = check_layer(
            example.create,
            *inputs,
            call=example.call,
            select=select,
            ignore=[*ignore, *example.ignore],
            expected_failures=example.expected_failures,
            seconds=seconds,
            progress=progress,
        )
    except ExpectationError as error:
        is_mistake = candidate.is_example
        return Row(name, source, reason=str(error), is_mistake=is_mistake, lacks_example=not is_mistake)
    return Row(name, source, report, is_guessed=not example.inputs)


def _accepted(example: Example) -> tuple[object, ...]:
    """Return the first guess of inputs that a layer accepts; none if it accepts none."""
    for text in GUESSES:
        with suppress(ExpectationError), quiet():
            Subject(example.create, inputs_of((text,)), example.call)
            return (text,)
    return ()


def _of_class(cls: type, inputs: tuple[object, ...], call: Mapping[str, object]) -> Candidate:
    """Return a class without an example as a candidate, if it can be created from no arguments."""
    base = base_of(cls)
    if getattr(cls, "call", None) is getattr(base, "call", None):
        return Candidate(cls.__name__, reason="it is a base class: it has no call of its own", is_base=True)
    try:
        with quiet():
            cls()
    except Exception as error:
        needed = ", ".join(_required(cls))
        reason = f"it needs {needed}" if needed else f"it cannot be created: {brief(error)}"
        return Candidate(cls.__name__, reason=reason)
    return Candidate(cls.__name__, Example(cls, inputs, call))


def _of_examples(
    module: ModuleType, classes: Sequence[type], others: set[str]
) -> Iterator[tuple[type | None, Candidate]]:
    """Yield the examples of a module, of the modules named, and those elsewhere of its classes."""
    for example in registered():
        is_own = is_within(example.module, module.__name__) or example.module in others
        if not is_own and example.module.partition(".")[0] != module.__name__.partition(".")[0]:
            continue
        try:
            with quiet():
                cls = type(example.create())
        except Exception as error:
            if is_own:
                reason = f"its example raises {brief(error)}"
                yield None, Candidate(example.name, None, example.name, reason, is_mistake=True)
            continue
        if is_own or cls in classes:
            source = "" if example.create is cls else example.name
            if not example.inputs:
                reason = 'its example has no inputs; write @example("float32[2, 5]")'
                yield cls, Candidate(cls.__name__, None, source, reason, is_mistake=True)
            else:
                yield cls, Candidate(cls.__name__, example, source, is_example=True)


def _required(cls: type) -> Iterator[str]:
    """Yield the names of the arguments without which a class cannot be created."""
    try:
        parameters = list(inspect.signature(cls).parameters.values())
    except (TypeError, ValueError):  # it is written in C, or has a signature of its own
        return
    for parameter in parameters:
        is_variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if parameter.default is parameter.empty and not is_variadic:
            yield parameter.name
