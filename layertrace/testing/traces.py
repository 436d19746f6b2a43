"""Assert how often functions are traced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import overload

import layertrace
from layertrace.errors import QueryError
from layertrace.render.wording.formatting import counted
from layertrace.testing.counts import check_count
from layertrace.testing.failure_message import Row, failure
from layertrace.timeline import Event, FunctionRef, Timeline
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

    Several `tf.function` objects from the same code count together, as in TensorFlow's own warning of
    retracing: a model that a loop creates in every iteration is traced in each. The second pass, which
    TensorFlow needs if the first created variables, counts as in `experimental_get_tracing_count()`.

    Args:
        limit: The highest allowed number of traces of one function.
        timeline: A recording to check. Without it, return a context manager that records its block and
            yields the timeline.
        function: The name of the function to check, such as `step` or `train of net`; by default, all
            functions are checked.
        info: Text to add to the message of a failure.

    Raises:
        AssertionError: If a function was traced more often; the message shows each trace, and which argument
            changed.
        ExpectationError: If `limit` is not a non-negative integer.
        QueryError: If the given timeline does not have the function.

    Example:
        >>> with assert_max_traces(1):
        ...     model.predict(x)  # doctest: +SKIP
    """
    __tracebackhide__ = True
    check_count("limit", limit)
    if timeline is None:
        return _Recorded(limit, function, info)
    names = {name for life in timeline.functions for name in (life.name, life.label)}
    if function is not None and function not in names:
        existing = listed(sorted(names)) or "no functions"
        raise QueryError(f"no function {function!r} in this timeline; it has {existing}")
    _check(limit, timeline[:], function, info)
    return None


class _Recorded(AbstractContextManager[Timeline]):
    """Records its block, and then checks the recording."""

    def __init__(self, limit: int, function: str | None, info: str) -> None:
        self._limit, self._function, self._info = limit, function, info
        self._tracer = layertrace.trace(report=False)

    def __enter__(self) -> Timeline:
        self._timeline = self._tracer.__enter__()
        return self._timeline

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        __tracebackhide__ = True
        self._tracer.__exit__(kind, error, trace)
        if kind is None:
            _check(self._limit, self._timeline, self._function, self._info)


def _check(limit: int, timeline: Timeline, function: str | None, info: str) -> None:
    __tracebackhide__ = True
    by_code: dict[object, list[Event]] = {}
    for event in timeline.where(kind="trace"):
        if event.function is not None and function in (None, event.function.name, event.function.label):
            by_code.setdefault(_code(event, event.function), []).append(event)
    too_many = [traces for traces in by_code.values() if len(traces) > limit]
    if too_many:
        sentences = "; ".join(_sentence(traces, limit) for traces in too_many)
        rows = [row for traces in too_many for row in _rows(traces, limit)]
        raise failure(f"{sentences}{f' ({info})' if info else ''}", rows, timeline)


def _code(trace: Event, function: FunctionRef) -> object:
    """Return a key that is equal for functions whose traces count together.

    Keras creates the functions of all models, for training and testing, from the same code, and numbers the
    models that a loop creates. `tf.data` traces a function for each dataset that maps it.
    """
    if function.is_mapped or trace.defined_at is None:
        return function.id
    name = function.name if function.role is None else re.sub(r"_\d+$", "", function.label)
    return name, trace.defined_at


def _sentence(traces: list[Event], limit: int) -> str:
    """Return a sentence that states how often a function was traced."""
    objects = len({event.function for event in traces})
    note = f" ({objects} tf.functions from the same code)" if objects > 1 else ""
    times = counted(len(traces), "time")
    return f"{traces[0].function} was traced {times}{note}, expected at most {limit}"


def _rows(traces: list[Event], limit: int) -> Iterator[Row]:
    """Yield each trace with its cause, next to those that are allowed."""
    for number, event in enumerate(traces):
        expected = f"trace {number + 1}" if number < limit else ""
        found = f"{event.seq} trace {event.trace} of {event.function}  {event.cause or _arguments(event)}"
        yield Row(expected, found, number >= limit, event)


def _arguments(event: Event) -> str:
    inputs = event.inputs if isinstance(event.inputs, dict) else {}
    return ", ".join(f"{name}: {words(value)}" for name, value in inputs.items()) or "no arguments"
