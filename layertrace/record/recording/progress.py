"""Show what a running recording has seen, and what is open in it, reading only what is new."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from layertrace.record.backends import loading
from layertrace.record.frameworks.import_hook import importing
from layertrace.record.hooks.runs import RunNote
from layertrace.record.hooks.variables import VariableNote
from layertrace.record.hub import hub
from layertrace.record.recording.materialize import EventBuilder
from layertrace.record.recording.recorder import Recorder
from layertrace.record.spans import DETAIL, LAYER, METHOD, MODE, PARENT, SPAN, START, Record, Span, trace_note
from layertrace.timeline import Event, Timeline
from layertrace.timeline.event import Kind

__all__ = ["OpenSpan", "Progress", "Seen"]


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """Something that has begun and not ended.

    Attributes:
        kind: What it is.
        name: The name of its layer, or of its function if it is a trace or a run.
        is_symbolic: Whether Keras is inferring shapes.
    """

    kind: Kind
    name: str
    is_symbolic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a recording has seen up to a moment.

    Attributes:
        seconds: The time since the first look.
        kinds: How many events of each kind have ended, without functions of `tf.data`.
        layers: How many layers they happened to.
        runs: How often traced functions ran.
        open: What is running in the thread that was active last, outermost first.
        importing: The framework that is being imported, if any.
        is_loaded: Whether a Keras has been imported.
        traced: The function whose trace ended last, if nothing else has ended since.
        running: The function that ran since the previous look, with the number of its runs so far.
        variables: The holders of the variables that were created last inside the innermost open span, outside
            of any layer: an optimizer, or the paths of variables without a holder.
        last: The event that ended last.
    """

    seconds: float
    kinds: Counter[str]
    layers: int
    runs: int
    open: tuple[OpenSpan, ...]
    importing: str | None
    is_loaded: bool
    traced: str | None
    running: tuple[str, int] | None
    variables: tuple[str, ...]
    last: Event | None


class Progress:
    """Looks at a recording again and again.

    Args:
        timeline: Of a running recording.
    """

    def __init__(self, timeline: Timeline) -> None:
        source = timeline.source
        assert isinstance(source, Recorder)  # noqa: S101  # only a recording of this process has progress
        self._recorder = source
        self._began = time.monotonic()
        self._taken = 0
        self._kinds: Counter[str] = Counter()
        self._layers: set[int] = set()
        self._runs: list[RunNote] = []
        self._times: list[int] = []
        self._variables: list[str] = []
        self._around_variables: Span | None = None
        self._last: Event | None = None

    def look(self) -> Seen:
        """Return what the recording has seen by now."""
        records = self._recorder.records[self._taken :]
        self._taken += len(records)
        for record in records:
            self._count(record)
        latest = records[-_MOST_LOOKED_AT:]
        shown = [record for record in latest if not (_is_plumbing(record[SPAN]) or _is_state(record[SPAN]))]
        if shown:
            self._last = EventBuilder(0).single(shown[-1], 0, 0, None)
        spans = _open_spans()
        if spans and spans[-1][METHOD].kind == "variable" and spans[-1][LAYER] is None:
            spans.pop()  # an optimizer creates hundreds, which `variables` counts
        innermost = spans[-1] if spans else None
        return Seen(
            seconds=time.monotonic() - self._began,
            kinds=self._kinds,
            layers=len(self._layers),
            runs=sum(note.times for note in self._runs),
            open=tuple(filter(None, map(_described, spans))),
            traced=self._traced_just_now(),
            importing=importing[-1] if importing else None,
            is_loaded=bool(loading.loaded()),
            running=self._ran_since_last_look(),
            variables=tuple(self._variables) if innermost is self._around_variables else (),
            last=self._last,
        )

    def _count(self, record: Record) -> None:
        span = record[SPAN]
        layer, kind = span[LAYER], span[METHOD].kind
        if _is_plumbing(span):
            return
        self._kinds[kind] += 1
        if layer is not None:
            self._layers.add(layer.number)
        if kind == "run":
            self._runs.append(cast(RunNote, span[DETAIL]))
        if kind == "variable" and layer is None:
            if span[PARENT] is not self._around_variables:
                self._variables, self._around_variables = [], span[PARENT]
            spec = cast(VariableNote, span[DETAIL]).spec
            self._variables.append(spec.holder or spec.path)

    def _traced_just_now(self) -> str | None:
        last = self._last
        if last is None or last.kind != "trace" or last.function is None or last.error is not None:
            return None
        return last.function.label

    def _ran_since_last_look(self) -> tuple[str, int] | None:
        """Return the function that ran last since the previous look, and the number of its runs."""
        before, self._times = self._times, [note.times for note in self._runs]
        before += [0] * (len(self._times) - len(before))
        ran = [number for number, times in enumerate(self._times) if times != before[number]]
        if not ran:
            return None
        function = self._runs[ran[-1]].function
        runs = sum(note.times for note in self._runs if note.function == function)
        return function.label, runs


_MOST_LOOKED_AT = 1000


def _is_plumbing(span: Span) -> bool:
    """Return whether `tf.data` traces a function for itself, which reports count apart."""
    note = trace_note(span)
    return note is not None and note.function.name.startswith("Dataset_")


def _is_state(span: Span) -> bool:
    """Return whether an optimizer, a metric or a random generator creates a variable."""
    return span[METHOD].kind == "variable" and cast(VariableNote, span[DETAIL]).spec.role is not None


def _open_spans() -> list[Span]:
    """Return the open spans of the thread in which one began last, outermost first."""
    innermost = [state.span for state in hub.living_states() if state.span is not None]
    span = max(innermost, key=lambda span: span[START], default=None)
    return list(_outwards(span))[::-1]


def _outwards(span: Span | None) -> Iterator[Span]:
    while span is not None:
        yield span
        span = span[PARENT]


def _described(span: Span) -> OpenSpan | None:
    kind, layer, mode = span[METHOD].kind, span[LAYER], span[MODE]
    if kind == "watch":
        return None
    note = trace_note(span)
    if note is not None:
        return OpenSpan(kind, note.function.label)
    if kind == "run":
        return OpenSpan(kind, cast(RunNote, span[DETAIL]).function.label)
    if kind == "variable":
        return OpenSpan(kind, cast(VariableNote, span[DETAIL]).spec.name)
    name = "" if layer is None else layer.known_name
    return OpenSpan(kind, name, mode is not None and mode.name == "symbolic")
