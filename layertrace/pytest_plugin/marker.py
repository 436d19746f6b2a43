"""Read and check what `@pytest.mark.layertrace(...)` asserts about a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import cast

import pytest

from layertrace.errors import ExpectationError
from layertrace.testing import assert_lifecycle, assert_max_traces, assert_no_findings
from layertrace.testing.counts import check_count
from layertrace.timeline import Timeline
from layertrace.timeline.lifecycle import expression

__all__ = ["Assertions", "assertions_of"]


@dataclass(frozen=True, slots=True)
class Assertions:
    """The arguments of the marker.

    Attributes:
        max_traces: How often each function may be traced.
        no_findings: Codes of findings that fail the test; empty for all codes, None for no check.
        lifecycle: The lifecycle of the whole timeline, or of layers by name or path glob.
        only: What to record: layer classes, and names or globs of layers.
    """

    max_traces: int | None = None
    no_findings: tuple[str, ...] | None = None
    lifecycle: str | Mapping[str, str] | None = None
    only: tuple[object, ...] = ()

    def check(self, timeline: Timeline) -> None:
        """Check all assertions, one after the other.

        Raises:
            AssertionError: If one of them fails.
            LayertraceError: If one names an unknown layer or rule.
        """
        if self.max_traces is not None:
            assert_max_traces(self.max_traces, timeline)
        if isinstance(self.lifecycle, str):
            assert_lifecycle(timeline, self.lifecycle)
        for name, lifecycle in (self.lifecycle if isinstance(self.lifecycle, Mapping) else {}).items():
            assert_lifecycle(timeline.of(name), lifecycle)
        if self.no_findings is not None:
            assert_no_findings(timeline, select=self.no_findings or None)


def assertions_of(item: pytest.Item) -> Assertions:
    """Return the assertions of the markers of a test; each argument is taken from the nearest marker.

    Raises:
        ExpectationError: If an argument is unknown or has an invalid value.
        ExpressionError: If a lifecycle does not parse.
    """
    arguments: dict[str, object] = {}
    for mark in item.iter_markers("layertrace"):
        names = [field.name for field in fields(Assertions)]
        unknown = [repr(name) for name in mark.kwargs if name not in names]
        unknown += [f"{value!r} by position" for value in mark.args]
        if unknown:
            raise ExpectationError(
                f"@pytest.mark.layertrace does not accept {', '.join(unknown)}; it accepts "
                f"{', '.join(names)}, all by name"
            )
        arguments = {**mark.kwargs, **arguments}
    return Assertions(
        max_traces=_max_traces(arguments.get("max_traces")),
        no_findings=_no_findings(arguments.get("no_findings", False)),
        lifecycle=_lifecycle(arguments.get("lifecycle")),
        only=_only(arguments.get("only", ())),
    )


def _max_traces(value: object) -> int | None:
    if value is None:
        return None
    check_count("max_traces", value)
    return cast(int, value)


def _no_findings(value: object) -> tuple[str, ...] | None:
    if isinstance(value, bool):
        return () if value else None
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (list, tuple)) and all(isinstance(code, str) for code in value):
        return tuple(value)
    raise ExpectationError(
        f"no_findings must be True, False or a list of codes such as ['LT1'], got {value!r}"
    )


def _lifecycle(value: object) -> str | Mapping[str, str] | None:
    if isinstance(value, Mapping):
        return {name: _checked(lifecycle) for name, lifecycle in value.items()}
    return None if value is None else _checked(value)


def _checked(lifecycle: object) -> str:
    text = cast(str, lifecycle)  # the parser refuses other types
    expression.compile(text)
    return text


def _only(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)
