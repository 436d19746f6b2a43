"""Tell a timeline to OpenTelemetry, as spans in spans."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from layertrace.errors import HostError
from layertrace.render.exports.records import Words, encodable, record_of
from layertrace.render.exports.titles import title
from layertrace.render.exports.tracks import end_of
from layertrace.timeline.event import Event
from layertrace.timeline.timeline import Timeline

if TYPE_CHECKING:
    from opentelemetry.trace import Span, SpanContext, Tracer, TracerProvider

__all__ = ["spans"]

FLUSHED_EVERY = 1_000
"""The SDK's `BatchSpanProcessor` holds 2,048 spans and drops what comes faster; a timeline comes at once."""

TOLD_BY_THE_SPAN = frozenset({"parent", "depth", "start_ms", "duration_ms", "message"})

SEMANTIC = {"thread": "thread.name", "error": "error.type"}
"""The names that OpenTelemetry's conventions have for columns of a record; others are `layertrace.…`."""


def spans(timeline: Timeline, tracer_provider: TracerProvider | None = None) -> int:
    """Tell OpenTelemetry what happened: a span for each event, nested as the events are.

    All lie in one span for the recording, which is inside whatever span is current. Exceptions are events of
    the spans they were raised in, and a trace that was made again links to the one it differs from. Where
    the timeline does not know when it began, it ends now.

    Args:
        timeline: The events.
        tracer_provider: Where the spans go; None for the one that was set for the process.

    Returns:
        How many spans it told of, that of the recording included.

    Raises:
        HostError: If OpenTelemetry is not installed, or no provider is set that would keep the spans.

    Example:
        >>> spans(timeline, TracerProvider())  # doctest: +SKIP
    """
    events = timeline[:]
    provider = _provider() if tracer_provider is None else tracer_provider
    started = events.surroundings.started_ns
    begin = time.time_ns() - end_of(events) if started is None else started
    return _Telling(events, _tracer(provider), begin, getattr(provider, "force_flush", None)).tell()


def _provider() -> TracerProvider:
    trace = _api()
    provider: TracerProvider = trace.get_tracer_provider()
    if isinstance(provider, trace.ProxyTracerProvider):
        raise HostError(
            "no OpenTelemetry provider is set, so the spans would be lost; pass tracer_provider=, or call "
            "opentelemetry.trace.set_tracer_provider first"
        )
    return provider


def _tracer(provider: TracerProvider) -> Tracer:
    _api()
    return provider.get_tracer("layertrace")


def _api() -> Any:
    try:
        importlib.import_module("opentelemetry.sdk")  # without it, the interface takes spans and drops them
        return importlib.import_module("opentelemetry.trace")
    except ImportError as error:
        raise HostError(f"OpenTelemetry cannot be used: {error}; pip install opentelemetry-sdk") from error


class _Telling:
    """Walks over a timeline; spans end after those inside, as who listens to them expects."""

    def __init__(self, timeline: Timeline, tracer: Tracer, begin: int, flush: Any) -> None:
        self._timeline = timeline
        self._tracer = tracer
        self._begin = begin
        self._end = begin + end_of(timeline)
        self._flush = flush
        self._said = Words()
        self._traces: dict[tuple[int, int], SpanContext] = {}
        self._told = 0

    def tell(self) -> int:
        """Tell everything, and return how many spans that took."""
        from opentelemetry.trace import set_span_in_context

        whole = self._whole()
        # Layers may lie in each other deeper than Python recurses.
        waiting: list[tuple[Event | None, Span, Iterator[Event]]] = [
            (None, whole, iter(self._timeline.roots))
        ]
        while waiting:
            around, span, inside = waiting[-1]
            event = next(inside, None)
            if event is None:
                waiting.pop()
                self._close(around, span)
            else:
                new = self._open(event, set_span_in_context(span))
                waiting.append((event, new, iter(self._timeline.children(event))))
        return self._told

    def _whole(self) -> Span:
        versions = self._timeline.surroundings.versions
        attributes: dict[str, Any] = {f"layertrace.versions.{name}": v for name, v in versions.items()}
        attributes["layertrace.notes"] = tuple(map(encodable, self._timeline.notes))
        return self._tracer.start_span("layertrace", start_time=self._begin, attributes=attributes)

    def _open(self, event: Event, context: Any) -> Span:
        record = record_of(event, self._said)
        attributes = {
            SEMANTIC.get(name, f"layertrace.{name}"): value
            for name, value in record.items()
            if value is not None and name not in TOLD_BY_THE_SPAN
        }
        if event.location is not None:
            attributes["code.file.path"] = encodable(event.location.file)
            attributes["code.line.number"] = event.location.line
        span = self._tracer.start_span(
            title(event),
            context=context,
            attributes=attributes,
            links=list(self._links(event)),
            start_time=self._begin + event.start_ns,
        )
        if event.kind == "trace" and event.function is not None and event.trace is not None:
            self._traces[event.function.id, event.trace] = span.get_span_context()
        return span

    def _links(self, event: Event) -> Iterator[Any]:
        from opentelemetry.trace import Link

        if event.cause is not None and event.function is not None and event.trace is not None:
            earlier = event.cause.compared_with or event.trace - 1
            known = self._traces.get((event.function.id, earlier))
            if known is not None:
                yield Link(known, {"layertrace.cause": encodable(str(event.cause))})

    def _close(self, event: Event | None, span: Span) -> None:
        end = self._end
        if event is not None and (event.kind == "variable" or event.duration_ns is not None):
            end = self._begin + event.start_ns + (event.duration_ns or 0)
        if event is not None and event.error is not None:
            self._fail(event, span, end)
        span.end(end_time=end)
        self._told += 1
        if self._flush is not None and self._told % FLUSHED_EVERY == 0:
            self._flush()

    def _fail(self, event: Event, span: Span, end: int) -> None:
        from opentelemetry.trace import Status, StatusCode

        error = event.error
        assert error is not None  # noqa: S101  # whoever calls this has looked
        span.set_status(Status(StatusCode.ERROR, encodable(str(error))))
        if error.origin:
            told = {"exception.type": encodable(error.type), "exception.message": encodable(error.message)}
            span.add_event("exception", told, timestamp=end)
