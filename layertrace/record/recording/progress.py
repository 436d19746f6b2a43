"""Count what a running recording has seen, reading only what is new since the last look."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import cast

from layertrace.record.hooks.runs import RunNote
from layertrace.record.recording.materialize import EventBuilder
from layertrace.record.recording.recorder import Recorder
from layertrace.record.spans import DETAIL, LAYER, METHOD, SPAN
from layertrace.timeline import Event, Timeline

__all__ = ["Progress", "Seen"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a recording has seen up to a moment.

    Attributes:
        seconds: Since the first look.
        kinds: How many events of each kind have ended.
        layers: How many layers they happened to.
        runs: How often traced functions ran.
        calls_per_second: Since the previous look.
        last: The event that ended last.
    """

    seconds: float
    kinds: Counter[str]
    layers: int
    runs: int
    calls_per_second: float
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
        self._began = self._looked = time.monotonic()
        self._taken = 0
        self._kinds: Counter[str] = Counter()
        self._layers: set[int] = set()
        self._runs: list[RunNote] = []

    def look(self) -> Seen:
        """Return what the recording has seen by now."""
        records = self._recorder.records[self._taken :]
        self._taken += len(records)
        before = self._kinds["call"]
        for record in records:
            span = record[SPAN]
            layer, kind = span[LAYER], span[METHOD].kind
            self._kinds[kind] += 1
            if layer is not None:
                self._layers.add(layer.number)
            if kind == "run":
                self._runs.append(cast(RunNote, span[DETAIL]))
        now, looked = time.monotonic(), self._looked
        self._looked = now
        return Seen(
            seconds=now - self._began,
            kinds=self._kinds,
            layers=len(self._layers),
            runs=sum(note.times for note in self._runs),
            calls_per_second=(self._kinds["call"] - before) / max(now - looked, 1e-9),
            last=None if not records else EventBuilder(0).single(records[-1], 0, 0, None),
        )
