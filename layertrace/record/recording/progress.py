"""Count what a recording under way has seen, at the cost of what is new since the last look."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from layertrace.record.recording.materialize import EventBuilder
from layertrace.record.recording.recorder import Recorder
from layertrace.record.spans import DETAIL, LAYER, METHOD
from layertrace.timeline import Event, Timeline

__all__ = ["Progress", "Seen"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What there was up to a moment.

    Attributes:
        seconds: Since the first look.
        kinds: How many events of each kind have ended.
        layers: How many layers they are about.
        runs: How often traced functions ran.
        calls_per_second: Since the look before.
        last: What ended last.
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
        timeline: Of a recording under way.
    """

    def __init__(self, timeline: Timeline) -> None:
        source = timeline.source
        assert isinstance(source, Recorder)  # noqa: S101  # whoever shows progress has started a recording
        self._recorder = source
        self._began = self._looked = time.monotonic()
        self._taken = 0
        self._kinds: Counter[str] = Counter()
        self._layers: set[int] = set()
        self._runs: list[Any] = []

    def look(self) -> Seen:
        """Return what there is by now."""
        records = self._recorder.records[self._taken :]
        self._taken += len(records)
        before = self._kinds["call"]
        for span, *_ in records:
            self._kinds[span[METHOD].kind] += 1
            if span[LAYER] is not None:
                self._layers.add(span[LAYER].number)
            if span[METHOD].kind == "run":
                self._runs.append(span[DETAIL])
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
