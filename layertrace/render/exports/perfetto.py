"""Write tracks and slices in the JSON of Chrome's tracing, which Perfetto shows: https://ui.perfetto.dev.

Each thread is a track, and each replica of a `tf.distribute` strategy is a process. Spans are slices,
variables are instants, and counters show the number of variables, parameters and calls so far. Arrows lead
from a trace to the retrace that was compared with it, and from an event into the threads that it started.
Failed events are marked with ✗, and those still running at the end of the recording with …. What
`timeline.mark` named has further tracks, one for each thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

import msgspec

from layertrace.render.exports.arrows import Arrow, arrows
from layertrace.render.exports.records import Record, Words, encodable, record_of
from layertrace.render.exports.titles import title
from layertrace.render.exports.tracks import Slice, Track, slices
from layertrace.timeline.event import Event
from layertrace.timeline.marks import Mark
from layertrace.timeline.timeline import Timeline

__all__ = ["trace_events", "write"]

PROGRAM = 1
"""The process number of the traced program; replica 0 is the next."""

SHOWN_BY_THE_SLICE = frozenset({"kind", "layer", "thread", "replica", "depth", "start_ms", "duration_ms"})


def write(timeline: Timeline, file: IO[bytes]) -> None:
    """Write a timeline as one JSON object, with one event per line."""
    encode = msgspec.json.Encoder().encode
    metadata = {"notes": list(map(encodable, timeline.notes)), **timeline.surroundings.versions}
    file.write(b'{"displayTimeUnit":"ms","otherData":' + encode(metadata) + b',"traceEvents":[')
    for number, event in enumerate(trace_events(timeline)):
        file.write((b",\n" if number else b"\n") + encode(event))
    file.write(b"\n]}\n")


def trace_events(timeline: Timeline) -> Iterator[dict[str, Any]]:
    """Yield the events of the format: tracks first, then counters, then slices in order.

    Example:
        >>> build = Event(seq=0, kind="build", start_ns=2_000, duration_ns=1_500)
        >>> [event["ph"] for event in trace_events(Timeline([build]))]
        ['M', 'M', 'M', 'M', 'C', 'C', 'C', 'X']
    """
    laid_out = slices(timeline)
    tracks = _Tracks()
    marks = timeline.marks
    for track in (*(_track_of(mark) for mark in marks), *(laid.track for laid in laid_out)):
        tracks.add(track)
    yield from tracks.metadata()
    end_ns = max((laid.end_ns for laid in laid_out), default=0)
    for mark in marks:
        yield {**_mark(mark, end_ns), **tracks.place(_track_of(mark))}
    yield from _Counters().of(timeline)
    ends = _ends(arrows(laid_out))
    cache = Words()
    for laid in laid_out:
        place = tracks.place(laid.track)
        yield {**_slice(laid, record_of(laid.event, cache)), **place}
        # A viewer binds an arrow to the innermost slice at its time: it must precede the slices inside.
        for end in ends.get(laid.event.seq, ()):
            yield {**end, "ts": _microseconds(laid.start_ns), **place}


def _microseconds(nanoseconds: int) -> float:
    return nanoseconds / 1000


def _slice(laid: Slice, record: Record) -> dict[str, Any]:
    event = laid.event
    entry: dict[str, Any] = {
        "name": _name(event),
        "cat": f"{event.kind},{event.mode}",
        "ts": _microseconds(laid.start_ns),
        "args": {k: v for k, v in record.items() if v is not None and k not in SHOWN_BY_THE_SLICE},
    }
    if event.kind == "variable":
        return {"ph": "i", "s": "t", **entry}
    if event.duration_ns is None:
        entry["args"]["had_ended"] = False
    return {"ph": "X", "dur": _microseconds(laid.end_ns - laid.start_ns), **entry}


def _track_of(mark: Mark) -> Track:
    """Return the track for a mark: those of a thread nest in each other, but not with its events."""
    return Track("marks" if mark.thread == "MainThread" else f"marks of {mark.thread}")


def _mark(mark: Mark, end_ns: int) -> dict[str, Any]:
    entry = {"name": encodable(mark.name), "cat": "mark", "ts": _microseconds(mark.start_ns)}
    if mark.duration_ns == 0:
        return {"ph": "i", "s": "t", **entry}
    if mark.duration_ns is None:
        duration_ns, entry["name"] = max(end_ns - mark.start_ns, 0), f"{entry['name']} …"
    else:
        duration_ns = mark.duration_ns
    return {"ph": "X", "dur": _microseconds(duration_ns), **entry}


def _name(event: Event) -> str:
    failed = " ✗" if event.error is not None else ""
    open_end = " …" if event.duration_ns is None and event.kind != "variable" else ""
    return title(event) + failed + open_end


class _Tracks:
    """The numbers of threads and of replicas; viewers show replicas as processes."""

    def __init__(self) -> None:
        self._numbers: dict[Track, dict[str, int]] = {}

    def add(self, track: Track) -> None:
        if track not in self._numbers:
            process = PROGRAM if track.replica is None else PROGRAM + 1 + track.replica
            self._numbers[track] = {"pid": process, "tid": len(self._numbers) + 1}

    def place(self, track: Track) -> dict[str, int]:
        return self._numbers[track]

    def metadata(self) -> Iterator[dict[str, Any]]:
        """Yield the names of processes and threads, and their order."""
        processes = {place["pid"]: track.replica for track, place in self._numbers.items()}
        for process, replica in sorted(processes.items()):
            name = "layers" if replica is None else f"replica {replica}"
            yield from _name_and_rank("process", {"pid": process, "tid": 0}, name, process)
        for track, place in self._numbers.items():
            yield from _name_and_rank("thread", place, encodable(track.thread), place["tid"])


def _name_and_rank(what: str, place: dict[str, int], name: str, rank: int) -> Iterator[dict[str, Any]]:
    yield {"ph": "M", "name": f"{what}_name", **place, "args": {"name": name}}
    yield {"ph": "M", "name": f"{what}_sort_index", **place, "args": {"sort_index": rank}}


@dataclass(slots=True)
class _Counters:
    """The number of variables, parameters and calls so far, without failed ones and without plumbing."""

    counts: dict[str, int] = field(default_factory=lambda: {"variables": 0, "parameters": 0, "calls": 0})

    def of(self, events: Iterable[Event]) -> Iterator[dict[str, Any]]:
        """Yield each count when it changes, and all at the beginning, so that each has a track."""
        for name in self.counts:
            yield self._at(0, name)
        for event in events:
            for name, more in _counted(event):
                self.counts[name] += more
                yield self._at(event.start_ns, name)

    def _at(self, when: int, name: str) -> dict[str, Any]:
        value = {"made": self.counts[name]}  # viewers show both names: `calls made`
        return {"ph": "C", "name": name, "pid": PROGRAM, "ts": _microseconds(when), "args": value}


def _counted(event: Event) -> Iterator[tuple[str, int]]:
    if event.kind == "call":
        yield "calls", 1
    elif event.variable is not None and event.error is None and event.variable.role is None:
        yield "variables", 1
        yield "parameters", event.variable.parameters


def _ends(drawn: Iterable[Arrow]) -> dict[int, list[dict[str, Any]]]:
    """Return the two ends of each arrow, by the number of the event at that end."""
    ends: dict[int, list[dict[str, Any]]] = {}
    for number, arrow in enumerate(drawn, start=1):
        entry = {"name": arrow.what, "cat": arrow.what, "id": number}
        ends.setdefault(arrow.start, []).append({"ph": "s", **entry})
        ends.setdefault(arrow.end, []).append({"ph": "f", "bp": "e", **entry})
    return ends
