"""Assert how often a layer is built and called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layertrace.errors import ExpectationError
from layertrace.render.wording.formatting import counted
from layertrace.testing.failure_message import Row, beside, failure
from layertrace.testing.subjects import events_of, named
from layertrace.timeline import Event, Timeline
from layertrace.timeline.event import LayerRef, Mode
from layertrace.timeline.query import check_value

__all__ = ["assert_built_once", "assert_calls", "checked_count"]


def assert_built_once(subject: object) -> None:
    """Assert that a layer was built, and not built again; of a timeline, each layer that was built or called.

    A build that an exception ended does not count.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.

    Raises:
        AssertionError: If one was built twice, or called without having been built, or if there is no layer.
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
            what = f"was built {counted(len(builds), 'time')}" if builds else "was never built"
            shown = [event for event in events if event.kind == "build"] or events[:1]
            rows = list(_once(builds, shown))
            raise failure(f"{layer} {what}, expected once", rows, timeline)


def _is_used(timeline: Timeline, layer: LayerRef) -> bool:
    return any(event.layer == layer and event.kind in ("build", "call") for event in timeline)


def _once(builds: Sequence[Event], shown: Sequence[Event]) -> Iterator[Row]:
    """Put the first build beside the expected one, and all others beside nothing."""
    if not builds:
        yield Row("build", "nothing", differs=True)
    for event in shown:
        is_first = bool(builds) and event.seq == builds[0].seq
        yield beside("build" if is_first else "", event, differs=event in builds[1:])


def assert_calls(subject: object, times: int, *, mode: Mode | None = None) -> None:
    """Assert how often `call` ran, as Python.

    Once a `tf.function` is traced, its later runs enter no `call`. Calls that an exception ended count.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        times: How often.
        mode: In which mode: `eager`, `symbolic` (Keras infers shapes) or `graph`; None counts all.

    Raises:
        AssertionError: If it ran more or less often.
        ExpectationError: If `times` is no count.
        QueryError: If there is no such mode.
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        >>> from layertrace import Event, Timeline
        >>> assert_calls(Timeline([Event(seq=0, kind="call", mode="graph")]), times=1, mode="graph")
    """
    __tracebackhide__ = True
    checked_count("times", times)
    if mode is not None:
        check_value("mode", mode)
    timeline = events_of(subject)
    calls = list(timeline.where(kind="call") if mode is None else timeline.where(kind="call", mode=mode))
    if len(calls) == times:
        return
    others = [] if mode is None else [one.mode for one in timeline.where(kind="call") if one.mode != mode]
    in_mode = "" if mode is None else f" in mode {mode}"
    besides = ", ".join(f"{others.count(other)} {other}" for other in dict.fromkeys(others))
    sentence = (
        f"{named(timeline)} was called {counted(len(calls), 'time')}{in_mode}"
        f"{f' (and {besides})' if besides else ''}, expected {times}"
    )
    raise failure(sentence, list(_calls(calls, times, mode or "")), timeline)


def _calls(calls: Sequence[Event], times: int, mode: str) -> Iterator[Row]:
    expected = f"call  {mode}".strip()
    for number, event in enumerate(calls):
        yield beside(expected if number < times else "", event, differs=number >= times)
    for number in range(len(calls), times):
        yield beside(expected, None, differs=True) if number == len(calls) else Row(expected)


def checked_count(name: str, value: object) -> None:
    """Refuse what is no count.

    Raises:
        ExpectationError: If it is no whole number from 0 on.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ExpectationError(f"{name}={value!r} is no count; give a whole number from 0 on")
