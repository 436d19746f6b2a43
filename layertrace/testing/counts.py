"""Assert how often a layer is built and called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from layertrace.errors import ExpectationError
from layertrace.render.wording.formatting import counted
from layertrace.testing.failure_message import Row, event_row, failure
from layertrace.testing.subjects import events_of, named
from layertrace.timeline import Event, Timeline
from layertrace.timeline.call_counts import modes_in_words
from layertrace.timeline.event import MODES, LayerRef, Mode
from layertrace.timeline.query import check_value

__all__ = ["assert_built_once", "assert_calls", "check_count", "leaving_out"]


def assert_built_once(subject: object) -> None:
    """Assert that a layer was built exactly once; for a timeline, that each layer it uses was.

    A layer is used if it was built or called. A build that raised an exception does not count.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.

    Raises:
        AssertionError: If a layer was built twice, called without a build or before it, or if no layer was
            built.
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
        early = next(
            (event for event in events if event.kind == "call" and _ended_before(event, builds[0])), None
        )
        if early is not None:
            rows = [event_row("build", early, differs=True), event_row("", builds[0])]
            raise failure(f"{layer} was called before it was built", rows, timeline)


def _ended_before(call: Event, build: Event) -> bool:
    """Return whether a call was over when a build began; Keras infers shapes by a call inside the build."""
    return call.start_ns + (call.duration_ns or 0) < build.start_ns and call.mode != "symbolic"


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
    sentence = f"{named(timeline)} was called {_calls_in_words(timeline, mode)}, expected {times}"
    if mode is None:
        sentence += leaving_out(timeline, lambda other: _number(timeline, other) == times)
    raise failure(sentence, list(_call_rows(calls, times, mode or "")), timeline)


def _calls_in_words(timeline: Timeline, mode: Mode | None) -> str:
    """Return how often `call` ran: `2 times (1 eager, 1 symbolic)`, or `once in mode graph (and 1 eager)`."""
    numbers = {each: _number(timeline, each) for each in MODES}
    if mode is not None:
        others = modes_in_words({each: number for each, number in numbers.items() if each != mode})
        return f"{counted(numbers[mode], 'time')} in mode {mode}" + (f" (and {others})" if others else "")
    is_mixed = sum(map(bool, numbers.values())) > 1 or not numbers["eager"]
    modes = f" ({modes_in_words(numbers)})" if is_mixed and any(numbers.values()) else ""
    return f"{counted(sum(numbers.values()), 'time')}{modes}"


def _number(timeline: Timeline, mode: Mode) -> int:
    return sum(event.kind == "call" and event.mode == mode for event in timeline)


def leaving_out(timeline: Timeline, is_met: Callable[[Mode], bool]) -> str:
    """Return the end of a sentence that names the mode in which an expectation is met, if there is one.

    Args:
        timeline: The events.
        is_met: Returns whether the calls in one mode meet the expectation.
    """
    for mode in ("eager", "graph"):
        others = {other: _number(timeline, other) for other in MODES if other != mode}
        if _number(timeline, mode) and any(others.values()) and is_met(mode):
            return f'; mode="{mode}" leaves out the {modes_in_words(others)}'
    return ""


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
