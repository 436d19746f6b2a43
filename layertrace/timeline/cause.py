"""Why a function was traced again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["TRACED_TWICE", "Cause", "Change", "Difference", "Reason"]

Difference = Literal["shape", "rank", "dtype", "encoding", "value", "structure", "object", "added", "removed"]
Reason = Literal["signature", "second pass", "new function", "new instance", "new model", "new variables",
                 "context", "failed before", "run eagerly", "unknown"]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The difference in one argument of a function from an earlier trace.

    `argument` is its name, with the path to the nested value: `data[0]`, `config['alpha']`. `before` and
    `now` describe the two values; None for an argument that did not exist. `axes` are the dimensions that
    differ, if the shape does.
    """

    argument: str
    what: Difference
    before: str | None
    now: str | None
    axes: tuple[int, ...] = ()

    def __str__(self) -> str:
        if self.what == "added":
            return f"{self.argument} is new: {self.now}"
        if self.what == "removed":
            return f"{self.argument} is gone, was {self.before}"
        before, now = _rounded(self.before), _rounded(self.now)
        if before == now:
            before, now = self.before, self.now
        equals = "=" if self.what == "value" else ": "
        which = ", ".join(map(str, self.axes))
        dimensions = f" (dimension{'s' * (len(self.axes) > 1)} {which})" if which else ""
        return f"{self.argument}{equals}{now}, was {before}{dimensions}"


def _rounded(value: str | None) -> str | None:
    """Return a value as Python writes it, with four significant digits in each float."""
    return value and _LONG_FLOAT.sub(lambda match: repr(float(f"{float(match[0]):.4g}")), value)


_LONG_FLOAT = re.compile(r"(?<![\w.])\d{1,3}\.\d{5,}(e[+-]?\d+)?")

_EXPECTED: set[Reason] = {"second pass", "new model", "new instance", "new variables"}

TRACED_TWICE = "traced twice: the first pass created the variables"
"""Why TensorFlow traces a function a second time, right after the first, if that created variables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a function was traced although it, or another one of the same code, had been traced before.

    `changes` are the differences from the most similar earlier trace, whose number is `compared_with`.
    `detail` describes a cause that no argument shows, or a last batch with fewer rows.
    """

    reason: Reason
    changes: tuple[Change, ...] = ()
    compared_with: int | None = None
    detail: str = ""

    @property
    def is_expected(self) -> bool:
        """Whether it is normal, so that there is nothing to change in the program.

        The function of another model, of another instance or for other variables is a function of its own.
        Where too many of them are created, LT203 and LT204 report that.
        """
        return self.reason in _EXPECTED or (self.reason == "signature" and bool(self.detail))

    def __str__(self) -> str:
        if self.reason == "second pass":
            return TRACED_TWICE  # an older recording has other words
        # A Python value first: a list of shapes may be cut before it.
        ordered = sorted(self.changes, key=lambda change: change.what not in ("value", "object"))
        changes = "; ".join(map(str, ordered[:3]))
        more = f"; {len(self.changes) - 3} more" if len(self.changes) > 3 else ""
        return self.detail or changes + more
