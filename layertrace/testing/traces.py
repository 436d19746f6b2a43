"""Assert how often functions are traced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import overload

import layertrace
from layertrace.render.words import counted
from layertrace.timeline import Event, Timeline
from layertrace.timeline.words import words

__all__ = ["assert_max_traces"]

_SHOWN = 6  # traces told of one function


@overload
def assert_max_traces(limit: int, timeline: Timeline, *, function: str | None = None) -> None: ...
@overload
def assert_max_traces(
    limit: int, timeline: None = None, *, function: str | None = None
) -> AbstractContextManager[Timeline]: ...
def assert_max_traces(
    limit: int, timeline: Timeline | None = None, *, function: str | None = None
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

    Raises:
        AssertionError: If a function was traced more often; it tells each trace, and which argument had
            which value before.

    Example:
        >>> with assert_max_traces(1):
        ...     model.predict(x)  # doctest: +SKIP
    """
    if timeline is None:
        return _recorded(limit, function)
    _check(limit, timeline, function)
    return None


@contextmanager
def _recorded(limit: int, function: str | None) -> Iterator[Timeline]:
    with layertrace.trace() as timeline:
        yield timeline
    _check(limit, timeline, function)


def _check(limit: int, timeline: Timeline, function: str | None) -> None:
    __tracebackhide__ = True
    by_code: dict[object, list[Event]] = {}
    for event in timeline.where(kind="trace"):
        if event.function is not None and function in (None, event.function.name):
            code = event.defined_at or event.function.id
            by_code.setdefault((event.function.name, code), []).append(event)
    told = [_told(traces, limit) for traces in by_code.values() if len(traces) > limit]
    if told:
        raise AssertionError("\n\n".join(told))


def _told(traces: list[Event], limit: int) -> str:
    """Say of one function how often it was traced, and why each time."""
    first = traces[0]
    objects = len({event.function for event in traces})
    made = f" ({objects} tf.functions of the same code)" if objects > 1 else ""
    said = [f"{first.function} was traced {counted(len(traces), 'time')}{made}, at most {limit} expected"]
    for event in traces[:_SHOWN]:
        place = "" if event.location is None else f"   {event.location}"
        said.append(f"  trace {event.trace}: {event.cause or _arguments(event)}{place}")
    if len(traces) > _SHOWN:
        said.append(f"  and {len(traces) - _SHOWN} more")
    return "\n".join(said)


def _arguments(event: Event) -> str:
    inputs = event.inputs if isinstance(event.inputs, dict) else {}
    return ", ".join(f"{name}: {words(value)}" for name, value in inputs.items()) or "the first"
