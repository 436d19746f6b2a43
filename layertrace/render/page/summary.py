"""Describe a recording in a few words: its program, its date, and the verdict."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import Any

from layertrace.diagnosis import Finding
from layertrace.render.chapters.headline import recorded_time
from layertrace.render.tables.verdict import verdict
from layertrace.render.wording.formatting import counted
from layertrace.render.wording.glyphs import UNICODE, printable
from layertrace.render.wording.styles import CLEAN, ERROR, NOTE
from layertrace.timeline import Timeline

__all__ = ["command", "summary"]


def summary(timeline: Timeline, findings: Sequence[Finding] | None) -> dict[str, Any]:
    """Return the duration, the start, the versions of the frameworks, and the verdict with its severity."""
    context = timeline.surroundings
    started = context.started_ns
    return {
        "took": recorded_time(timeline, UNICODE),
        "started": None if started is None else started // 1_000_000,
        "versions": [f"{printable(name)} {printable(text)}" for name, text in context.versions.items()],
        "verdict": _verdict(timeline, findings),
    }


def command(timeline: Timeline) -> str:
    """Return how the program was started: `train.py --epochs 3`; empty if that is unknown."""
    program, *arguments = timeline.surroundings.command or ("",)
    name = re.split(r"[\\/]", program)[-1]
    return printable(shlex.join([name, *arguments])) if name else ""


def _verdict(timeline: Timeline, findings: Sequence[Finding] | None) -> list[str]:
    """Return the severity of the verdict, and its sentence."""
    judged = verdict(timeline, findings)
    raised = sum(event.error is not None and event.error.origin for event in timeline)
    if judged.style == CLEAN and not findings and raised:
        was = "was" if raised == 1 else "were"
        return ["warning", f"{counted(raised, 'error')} {was} raised, which no rule explains"]
    severities = {ERROR: "error", NOTE: "warning", CLEAN: "good"}
    return [severities.get(judged.style, "note"), printable(judged.sentence)]
