"""Let the author of a layer say that a finding is meant to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from layertrace.errors import RuleError

__all__ = ["accept"]

C = TypeVar("C", bound=type)


def accept(*codes: str) -> Callable[[C], C]:
    """Accept findings for the layers of one class and its subclasses.

    Args:
        *codes: Their codes, or the beginnings of codes: `"LT101"`, `"LT2"`.

    Raises:
        RuleError: If no code is given, or one is no beginning of a code.

    Example:
        @layertrace.accept("LT105")  # the step counter shall not be saved
        class Schedule(keras.layers.Layer): ...
    """
    if not codes or not all(isinstance(code, str) and code[:1].isalpha() for code in codes):
        raise RuleError(f"accept() takes codes of findings, such as 'LT105', not {codes!r}")

    def mark(cls: C) -> C:
        accepted = (*getattr(cls, "_layertrace_accepted", ()), *codes)
        cls._layertrace_accepted = accepted  # type: ignore[attr-defined]  # any class may be marked
        return cls

    return mark
