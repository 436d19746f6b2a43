"""Assert how often functions are traced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, overload

import layertrace
from layertrace.errors import QueryError
from layertrace.render.wording.formatting import counted
from layertrace.testing.counts import checked_count
from layertrace.testing.failure_message import Row, failure
from layertrace.timeline import Event, Timeline
from layertrace.timeline.literals import words
from layertrace.timeline.query import listed

__all__ = ["assert_max_traces"]


@overload
def assert_max_traces(
    limit: int, timeline: Timeline, *, function: str | None = None, info: str = ""
) -> None: ...
@overload
def assert_max_traces(
    limit: int, timeline: None = None, *, function: str | None = None, info: str = ""
) -> AbstractContextManager[Timeline]: ...
def assert_max_traces(
    limit: int, timeline: Timeline | None = None, *, function: str | None = None, info: str = ""
) -> AbstractContextManager[Timeline] | None:
    """Assert that no function is traced more than `limit` times.

    `tf.function` objects that are made anew from the same code count together, as in TensorFlow's own
    warning of retracing: a model made in each turn of a loop is traced in each. TensorFlow's second pass,
    after the first made variables, counts as a trace, as in `experimental_get_tracing_count()`.

    Args:
        limit: How many traces of one function are fine.
        timeline: What was recorded; without it, a context manager that records its block and gives the
            timeline.
        function: The name of the function to look at; without it, all.
        info: What to add to the sentence of a failure.

    Raises:
        AssertionError: If a function was traced more often; it tells each trace, and which argument had
            which value before.
        ExpectationError: If `limit` is no count.
        QueryError: If a timeline is given that has no such function.

    Example:
        >>> with assert_max_traces(1):
        ...     model.predict(x)  # doctest: +SKIP
    """
    __tracebackhide__ = True
    checked_count("limit", limit)
    if timeline is None:
        return _Recorded(limit, function, info)
    names = {life.name for life in timeline.functions}
    if function is not None and function not in names:
        known = listed(sorted(names)) or "no function at all"
        raise QueryError(f"no function {function!r} in this timeline; it has {known}")
    _check(limit, timeline[:], function, info)
    return None


class _Recorded(AbstractContextManager[Timeline]):
    """Records its block, and then checks."""

    def __init__(self, limit: int, function: str | None, info: str) -> None:
        self._wanted = (function, info)
        self._limit = limit
        self._tracer = layertrace.trace(report=False)

    def __enter__(self) -> Timeline:
        self._timeline = self._tracer.__enter__()
        return self._timeline

    def __exit__(self, *raised: Any) -> None:
        __tracebackhide__ = True
        self._tracer.__exit__(*raised)
        if raised[0] is None:
            _check(self._limit, self._timeline, *self._wanted)


def _check(limit: int, timeline: Timeline, function: str | None, info: str) -> None:
    __tracebackhide__ = True
    by_code: dict[object, list[Event]] = {}
    for event in timeline.where(kind="trace"):
        if event.function is not None and function in (None, event.function.name):
            code = event.defined_at or event.function.id
            by_code.setdefault((event.function.name, code), []).append(event)
    too_many = [traces for traces in by_code.values() if len(traces) > limit]
    if too_many:
        sentences = "; ".join(_told(traces, limit) for traces in too_many)
        rows = [row for traces in too_many for row in _rows(traces, limit)]
        raise failure(f"{sentences}{f' ({info})' if info else ''}", rows, timeline)


def _told(traces: list[Event], limit: int) -> str:
    """Say of one function how often it was traced."""
    objects = len({event.function for event in traces})
    made = f" ({objects} tf.functions of the same code)" if objects > 1 else ""
    return f"{traces[0].function} was traced {counted(len(traces), 'time')}{made}, at most {limit} expected"


def _rows(traces: list[Event], limit: int) -> Iterator[Row]:
    """Put each trace, with why it was made, beside those that are fine."""
    for number, event in enumerate(traces):
        expected = f"trace {number + 1}" if number < limit else ""
        found = f"{event.seq} trace {event.trace} of {event.function}  {event.cause or _arguments(event)}"
        yield Row(expected, found, number >= limit, event)


def _arguments(event: Event) -> str:
    inputs = event.inputs if isinstance(event.inputs, dict) else {}
    return ", ".join(f"{name}: {words(value)}" for name, value in inputs.items()) or "the first"
