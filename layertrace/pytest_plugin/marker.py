"""What `@pytest.mark.layertrace(...)` asserts of a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import pytest

from layertrace.errors import ExpectationError
from layertrace.testing import assert_lifecycle, assert_max_traces, assert_no_findings
from layertrace.testing.counts import checked_count
from layertrace.timeline import Timeline
from layertrace.timeline.lifecycle import expression

__all__ = ["Wanted", "wanted_of"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The arguments of the marker.

    Attributes:
        max_traces: How often each function may be traced.
        no_findings: The codes of the findings that there must not be; empty for all; None asks for none.
        lifecycle: The lifecycle of the whole timeline, or of layers by name or path glob.
        only: What to record: names or globs of layers, layer classes.
    """

    max_traces: int | None = None
    no_findings: tuple[str, ...] | None = None
    lifecycle: str | Mapping[str, str] | None = None
    only: tuple[Any, ...] = ()

    def check(self, timeline: Timeline) -> None:
        """Assert all that is asserted, one after the other.

        Raises:
            AssertionError: If one of them is not so.
            LayertraceError: If one cannot be checked, since there is no such layer or rule.
        """
        if self.max_traces is not None:
            assert_max_traces(self.max_traces, timeline)
        if isinstance(self.lifecycle, str):
            assert_lifecycle(timeline, self.lifecycle)
        for name, lifecycle in (self.lifecycle if isinstance(self.lifecycle, Mapping) else {}).items():
            assert_lifecycle(timeline.of(name), lifecycle)
        if self.no_findings is not None:
            assert_no_findings(timeline, select=self.no_findings or None)


def wanted_of(item: pytest.Item) -> Wanted:
    """Read the markers of a test; what the nearest one says holds.

    Raises:
        ExpectationError: If an argument is unknown, or has a value that it cannot have.
        ExpressionError: If a lifecycle does not parse.
    """
    given: dict[str, Any] = {}
    for mark in item.iter_markers("layertrace"):
        known = [field.name for field in fields(Wanted)]
        unknown = [repr(name) for name in mark.kwargs if name not in known]
        unknown += [f"{value!r} by position" for value in mark.args]
        if unknown:
            raise ExpectationError(
                f"@pytest.mark.layertrace does not take {', '.join(unknown)}; it takes {', '.join(known)}, "
                "all by name"
            )
        given = {**mark.kwargs, **given}
    return Wanted(**{name: _READ[name](value) for name, value in given.items()})


def _max_traces(value: Any) -> int | None:
    if value is not None:
        checked_count("max_traces", value)
    found: int | None = value
    return found


def _no_findings(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, bool):
        return () if value else None
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (list, tuple)) and all(isinstance(code, str) for code in value):
        return tuple(value)
    raise ExpectationError(f"no_findings={value!r} is neither True or False nor codes such as ['LT1']")


def _lifecycle(value: Any) -> str | Mapping[str, str] | None:
    if isinstance(value, Mapping):
        for one in value.values():
            expression.compile(one)
        return dict(value)
    if value is not None:
        expression.compile(value)
    found: str | None = value
    return found


def _only(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


_READ: dict[str, Callable[[Any], Any]] = {
    "max_traces": _max_traces,
    "no_findings": _no_findings,
    "lifecycle": _lifecycle,
    "only": _only,
}
