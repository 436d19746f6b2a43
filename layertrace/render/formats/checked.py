"""What a check found, and why it cannot vouch for the whole program if it cannot."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from layertrace.diagnosis import Finding, Rule
from layertrace.diagnosis.finding import Findings
from layertrace.render.console import written
from layertrace.render.tables.verdict import Verdict
from layertrace.render.trees.nothing_seen import NothingSeen
from layertrace.render.wording.crash import crash_of
from layertrace.render.wording.glyphs import UNICODE
from layertrace.timeline import Timeline
from layertrace.timeline.event import Location

__all__ = ["Checked", "Problem", "ProblemName", "checked", "unchecked"]

WIDTH = 100
ProblemName = Literal["exception", "incomplete", "not-checked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a check cannot vouch for the whole program, which every format shows as an error.

    Attributes:
        name: `exception` if one ended the program, `not-checked` if no rule judged anything, or `incomplete`.
        message: The verdict.
        detail: More lines: the message of the exception, what the recording lacks, or what to try.
        location: The line that raised the exception.
    """

    name: ProblemName
    message: str
    detail: str = ""
    location: Location | None = None

    @property
    def text(self) -> str:
        """The message, and the detail after an empty line."""
        return "\n\n".join(filter(None, (self.message, self.detail)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found.

    Attributes:
        target: The program or the recording, as the user named it.
        folder: The folder that paths are relative to.
        verdict: The verdict.
        findings: The findings, the most severe first; notes, too.
        rules: The rules that ran.
        failed_rules: The codes of those that failed.
        problem: Why the check cannot vouch for the whole program; None if it can.
    """

    target: str
    folder: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    rules: tuple[Rule, ...] = ()
    failed_rules: tuple[str, ...] = ()
    problem: Problem | None = None


def checked(
    timeline: Timeline,
    findings: Sequence[Finding],
    verdict: Verdict,
    rules: Sequence[Rule],
    *,
    target: str,
    folder: str,
    program: Sequence[str] | None = None,
) -> Checked:
    """Return what a check of a recording found.

    Args:
        timeline: The recording.
        findings: What the rules found.
        verdict: The verdict on both.
        rules: The rules that ran.
        target: The program or the recording, as the user named it.
        folder: The folder that paths are relative to.
        program: The program that was recorded just now, with its arguments; None for a file.
    """
    return Checked(
        target=target,
        folder=folder,
        verdict=verdict,
        findings=tuple(findings),
        rules=tuple(rules),
        failed_rules=findings.failed_rules if isinstance(findings, Findings) else (),
        problem=_problem(timeline, verdict, program),
    )


def unchecked(reason: str, *, target: str, folder: str) -> Checked:
    """Return that nothing was checked, and why."""
    sentence = f"nothing was checked: {UNICODE.user(reason)}"
    return Checked(
        target=target,
        folder=folder,
        verdict=Verdict(sentence, "nothing was checked", is_checked=False, is_complete=False),
        problem=Problem(name="not-checked", message=sentence),
    )


def _problem(timeline: Timeline, verdict: Verdict, program: Sequence[str] | None) -> Problem | None:
    if verdict.is_checked and verdict.is_complete:
        return None
    message, crash = UNICODE.user(verdict.sentence), crash_of(timeline)
    if crash is not None:
        detail = f"{crash.error.type}: {UNICODE.user_lines(crash.message)}"
        return Problem(name="exception", message=message, detail=detail, location=crash.raised_at)
    name: ProblemName = "incomplete" if verdict.is_checked else "not-checked"
    return Problem(name=name, message=message, detail=_more(timeline, program))


def _more(timeline: Timeline, program: Sequence[str] | None) -> str:
    """Return the notes, if there are more than the verdict has, or what to try if no layer was seen."""
    if timeline.notes:
        return UNICODE.user_lines("\n".join(timeline.notes)) if len(timeline.notes) > 1 else ""
    if timeline:
        return ""
    lines = written(NothingSeen(timeline, program), width=WIDTH, encoding="utf-8").split("\n")
    return textwrap.dedent("\n".join(lines[1:]))  # without the title, which is the verdict
