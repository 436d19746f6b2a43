"""Assert how often a layer is built and called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layertrace.errors import ExpectationError
from layertrace.render.wording.formatting import counted
from layertrace.testing.failure_message import Row, event_row, failure
from layertrace.testing.subjects import events_of, named
from layertrace.timeline import Event, Timeline
from layertrace.timeline.event import LayerRef, Mode
from layertrace.timeline.query import check_value

__all__ = ["assert_built_once", "assert_calls", "check_count"]


def assert_built_once(subject: object) -> None:
    """Assert that a layer was built exactly once; for a timeline, that each layer it uses was.

    A layer is used if it was built or called. A build that raised an exception does not count.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.

    Raises:
        AssertionError: If a layer was built twice or called without a build, or if no layer was built.
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        >>> from layertrace import Event, Timeline
        >>> from layertrace.timeline import LayerRef
        >>> dense = LayerRef(id=1, class_name="Dense", name="dense", path="dense")
        >>> assert_built_once(Timeline([Event(seq=0, kind="build", layer=dense)]))
    """
    __tracebackhide__ = True
    timeline = events_of(subject)
    layers = [layer for layer in timeline.layers if _is_used(timeline, layer)] or list(timeline.layers)
    if not layers:
        raise failure("no layer was built", [Row("1 build", "no layer", differs=True)], timeline)
    for layer in layers:
        events = [event for event in timeline if event.layer == layer and event.kind in ("build", "call")]
        builds = [event for event in events if event.kind == "build" and event.error is None]
        if len(builds) != 1:
            happened = f"was built {counted(len(builds), 'time')}" if builds else "was never built"
            shown = [event for event in events if event.kind == "build"] or events[:1]
            rows = list(_build_rows(builds, shown))
            raise failure(f"{layer} {happened}, expected once", rows, timeline)


def _is_used(timeline: Timeline, layer: LayerRef) -> bool:
    return any(event.layer == layer and event.kind in ("build", "call") for event in timeline)


def _build_rows(builds: Sequence[Event], shown: Sequence[Event]) -> Iterator[Row]:
    """Yield the first build next to the expected one, and the other events next to nothing."""
    if not builds:
        yield Row("build", "nothing", differs=True)
    for event in shown:
        is_first = bool(builds) and event.seq == builds[0].seq
        yield event_row("build" if is_first else "", event, differs=event in builds[1:])


def assert_calls(subject: object, times: int, *, mode: Mode | None = None) -> None:
    """Assert how often Python ran `call`.

    After a `tf.function` is traced, its later runs do not enter `call`. Calls that raised an exception count.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        times: The expected number of calls.
        mode: Count only calls in this mode: `eager`, `symbolic` (Keras infers shapes) or `graph`.

    Raises:
        AssertionError: If the number of calls differs.
        ExpectationError: If `times` is not a non-negative integer.
        QueryError: If the mode is unknown.
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        >>> from layertrace import Event, Timeline
        >>> assert_calls(Timeline([Event(seq=0, kind="call", mode="graph")]), times=1, mode="graph")
    """
    __tracebackhide__ = True
    check_count("times", times)
    if mode is not None:
        check_value("mode", mode)
    timeline = events_of(subject)
    calls = list(timeline.where(kind="call") if mode is None else timeline.where(kind="call", mode=mode))
    if len(calls) == times:
        return
    happened = f"was called {counted(len(calls), 'time')}"
    if mode is not None:
        other_modes = [call.mode for call in timeline.where(kind="call") if call.mode != mode]
        others = ", ".join(f"{other_modes.count(other)} {other}" for other in dict.fromkeys(other_modes))
        happened += f" in mode {mode}" + (f" (and {others})" if others else "")
    sentence = f"{named(timeline)} {happened}, expected {times}"
    raise failure(sentence, list(_call_rows(calls, times, mode or "")), timeline)


def _call_rows(calls: Sequence[Event], times: int, mode: str) -> Iterator[Row]:
    """Yield the calls next to the expected ones, then those that are missing."""
    expected = f"call  {mode}".strip()
    for number, event in enumerate(calls):
        yield event_row(expected if number < times else "", event, differs=number >= times)
    for number in range(len(calls), times):
        yield event_row(expected, None, differs=True) if number == len(calls) else Row(expected)


def check_count(name: str, value: object) -> None:
    """Check an argument that counts something.

    Raises:
        ExpectationError: If it is not a non-negative integer.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ExpectationError(f"{name} must be a non-negative integer, got {value!r}")
