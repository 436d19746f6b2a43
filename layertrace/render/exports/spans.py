"""Send a timeline to OpenTelemetry, as nested spans."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from layertrace.errors import DependencyError
from layertrace.render.exports.records import Words, encodable, record_of
from layertrace.render.exports.titles import title
from layertrace.render.exports.tracks import end_of
from layertrace.timeline.event import Event
from layertrace.timeline.timeline import Timeline

if TYPE_CHECKING:
    from opentelemetry.trace import Span, SpanContext, Tracer, TracerProvider

__all__ = ["spans"]

FLUSHED_EVERY = 1_000
"""The SDK's `BatchSpanProcessor` holds 2,048 spans and drops further ones; a timeline sends many at once."""

SHOWN_BY_THE_SPAN = frozenset({"parent", "depth", "start_ms", "duration_ms", "message"})

SEMANTIC = {"thread": "thread.name", "error": "error.type"}
"""The columns that OpenTelemetry's conventions name; the others are called `layertrace.…`."""


def spans(timeline: Timeline, tracer_provider: TracerProvider | None = None) -> int:
    """Send a span to OpenTelemetry for each event, nested as the events are.

    One span for the recording encloses them, and is a child of the current span. Exceptions are events of the
    spans they were raised in, and a retrace links to the trace it was compared with. A timeline without a
    start time ends now.

    Args:
        timeline: The events.
        tracer_provider: The provider to send to; None for the global one.

    Returns:
        The number of spans, including that of the recording.

    Raises:
        DependencyError: If OpenTelemetry is not installed, or no provider is set that keeps spans.

    Example:
        >>> spans(timeline, TracerProvider())  # doctest: +SKIP
    """
    events = timeline[:]
    provider = _provider() if tracer_provider is None else tracer_provider
    started = events.surroundings.started_ns
    begin = time.time_ns() - end_of(events) if started is None else started
    return _Sender(events, _tracer(provider), begin, getattr(provider, "force_flush", None)).send()


def _provider() -> TracerProvider:
    trace = _api()
    provider: TracerProvider = trace.get_tracer_provider()
    if isinstance(provider, trace.ProxyTracerProvider):
        raise DependencyError(
            "no OpenTelemetry provider is set, so the spans would be lost; pass tracer_provider=, or call "
            "opentelemetry.trace.set_tracer_provider first"
        )
    return provider


def _tracer(provider: TracerProvider) -> Tracer:
    _api()
    return provider.get_tracer("layertrace")


def _api() -> Any:
    try:
        importlib.import_module("opentelemetry.sdk")  # without it, the API accepts spans and drops them
        return importlib.import_module("opentelemetry.trace")
    except ImportError as error:
        raise DependencyError(
            f"OpenTelemetry cannot be used: {error}; pip install opentelemetry-sdk"
        ) from error


class _Sender:
    """Walks over a timeline and starts and ends its spans; each ends after its children, as is usual."""

    def __init__(self, timeline: Timeline, tracer: Tracer, begin: int, flush: Any) -> None:
        self._timeline = timeline
        self._tracer = tracer
        self._begin = begin
        self._end = begin + end_of(timeline)
        self._flush = flush
        self._texts = Words()
        self._traces: dict[tuple[int, int], SpanContext] = {}
        self._sent = 0

    def send(self) -> int:
        """Send all spans, and return their number."""
        from opentelemetry.trace import set_span_in_context

        whole = self._whole()
        # Layers may be nested more deeply than Python can recurse.
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
        return self._sent

    def _whole(self) -> Span:
        versions = self._timeline.surroundings.versions
        attributes: dict[str, Any] = {f"layertrace.versions.{name}": v for name, v in versions.items()}
        attributes["layertrace.notes"] = tuple(map(encodable, self._timeline.notes))
        return self._tracer.start_span("layertrace", start_time=self._begin, attributes=attributes)

    def _open(self, event: Event, context: Any) -> Span:
        record = record_of(event, self._texts)
        attributes = {
            SEMANTIC.get(name, f"layertrace.{name}"): value
            for name, value in record.items()
            if value is not None and name not in SHOWN_BY_THE_SPAN
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
            context = self._traces.get((event.function.id, earlier))
            if context is not None:
                yield Link(context, {"layertrace.cause": encodable(str(event.cause))})

    def _close(self, event: Event | None, span: Span) -> None:
        end = self._end
        if event is not None and (event.kind == "variable" or event.duration_ns is not None):
            end = self._begin + event.start_ns + (event.duration_ns or 0)
        if event is not None and event.error is not None:
            self._fail(event, span, end)
        span.end(end_time=end)
        self._sent += 1
        if self._flush is not None and self._sent % FLUSHED_EVERY == 0:
            self._flush()

    def _fail(self, event: Event, span: Span, end: int) -> None:
        from opentelemetry.trace import Status, StatusCode

        error = event.error
        assert error is not None  # noqa: S101  # the caller has checked
        span.set_status(Status(StatusCode.ERROR, encodable(str(error))))
        if error.origin:
            attributes = {
                "exception.type": encodable(error.type),
                "exception.message": encodable(error.message),
            }
            span.add_event("exception", attributes, timestamp=end)
