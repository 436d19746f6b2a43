"""Judge a recording in one sentence: what is wrong, or what was not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from layertrace.diagnosis import Finding, serious
from layertrace.diagnosis.finding import Findings
from layertrace.render.tables.finding_rows import one_line_each, places_of
from layertrace.render.wording.crash import Crash, crash_of, is_explained
from layertrace.render.wording.file_names import Places, here
from layertrace.render.wording.formatting import counted
from layertrace.render.wording.glyphs import Glyphs, glyphs_of
from layertrace.render.wording.links import can_link
from layertrace.render.wording.styles import CLEAN, ERROR, NOTE, QUIET, SEVERITIES, inked
from layertrace.render.wording.wrapping import wrapped
from layertrace.timeline import Timeline
from layertrace.timeline.context import BACKENDS

__all__ = ["NOTHING_SEEN", "Verdict", "tally", "verdict"]

NOTHING_SEEN = "nothing was checked: no layer was created, built or called"
CLEAN_WORDS = "nothing wrong found"
NO_RULES = "nothing was checked: the rules did not run"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a recording, which `rich` prints as the last block of a report.

    Each finding has one line; the last line is `sentence`.

    Attributes:
        sentence: The whole verdict: `nothing wrong found in 1,119 events of 84 layers`.
        brief: A few words for a headline: `nothing wrong found`.
        findings: What is wrong, the most severe first, without notes.
        is_checked: Whether the rules ran, and had something to check.
        is_complete: Whether the recording has everything that happened, until the program ended normally.
        is_failed: Whether an exception ended it.
        notes: What the last line adds about notes: `1 note: LT308`; empty without notes.
    """

    sentence: str
    brief: str
    findings: tuple[Finding, ...] = ()
    is_checked: bool = True
    is_complete: bool = True
    is_failed: bool = False
    notes: str = ""

    @property
    def style(self) -> str:
        """The colour of the verdict; only a complete recording without findings is green."""
        if not self.is_checked:
            return NOTE
        if self.is_failed:
            return ERROR
        if self.findings:
            return SEVERITIES[self.findings[0].severity]
        return CLEAN if self.is_complete else NOTE

    def headline(self, glyphs: Glyphs) -> Text:
        """Return a few words that a headline can end with."""
        return inked(glyphs.user(self.brief), self.style)

    def last_line(self, glyphs: Glyphs) -> Text:
        """Return the whole verdict on one line."""
        return inked(glyphs.user(self.sentence), self.style)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        glyphs, width = glyphs_of(options), options.max_width
        places = places_of(self.findings, links=can_link(console))
        yield from one_line_each(self.findings, places, glyphs, width, lines=2)
        line = self.last_line(glyphs)
        if self.notes:
            line.append(f" {glyphs.dot} {self.notes}", f"not bold {QUIET}")
        yield from wrapped(line, console, width)


def verdict(timeline: Timeline, findings: Sequence[Finding] | None, rules: str = "") -> Verdict:
    """Return the verdict on a recording, whose sentence does not count notes: these are not about mistakes.

    Args:
        timeline: What was recorded.
        findings: What the rules found; None if they did not run.
        rules: Which rules ran, if a user chose some: `by LT1`, `without LT3`.

    Example:
        >>> verdict(Timeline(), []).sentence
        'nothing was checked: no layer was created, built or called'
    """
    judged = _judged(timeline, findings, rules)
    return replace(judged, notes=_notes(findings or ())) if judged.is_checked else judged


def _notes(findings: Sequence[Finding]) -> str:
    """Return the number of notes, and their codes."""
    codes = [finding.code for finding in findings if finding.severity == "note"]
    return f"{counted(len(codes), 'note')}: {', '.join(dict.fromkeys(codes))}" if codes else ""


def _judged(timeline: Timeline, findings: Sequence[Finding] | None, rules: str) -> Verdict:
    crash = crash_of(timeline)
    notes = timeline.notes
    findings = None if findings is None else serious(findings)
    if crash is not None:
        return _of_crash(timeline, findings, crash)
    unchecked = _unchecked(timeline, findings, rules)
    if unchecked or findings is None:
        return Verdict(unchecked, "nothing was checked", is_checked=False, is_complete=False)
    doubts = [*_left(timeline), *_failed(findings), *notes, *_unseen(timeline)]
    judgement = tally(findings) if findings else "no finding" if doubts else CLEAN_WORDS
    chosen = _by(timeline, findings, rules)
    sentence, brief = f"{judgement}{chosen} in {_size(timeline)}", judgement
    if doubts:
        more = f", and {counted(len(doubts) - 1, 'more note')}" if len(doubts) > 1 else ""
        sentence, brief = f"incomplete ({doubts[0]}{more}); {sentence}", f"incomplete, {judgement}"
    return Verdict(sentence, brief, tuple(findings), is_complete=not doubts)


def _unchecked(timeline: Timeline, findings: Findings | None, rules: str) -> str:
    """Return why no rule has judged anything; an empty string if one has."""
    notes = timeline.notes
    if not len(timeline):
        return f"nothing was checked: {notes[0]}" if notes else NOTHING_SEEN
    if findings is None:
        return f"{NO_RULES} ({notes[0]})" if notes else NO_RULES
    if findings.rule_count == 0:
        words = filter(None, ("nothing was checked: no rule", rules, "is for Keras on", _backend(timeline)))
        return " ".join(words)
    return ""


def _by(timeline: Timeline, findings: Findings, rules: str) -> str:
    """Return which rules have judged a recording, if these are not all."""
    count = findings.rule_count
    if count is None or timeline.surroundings.backend == "tensorflow":
        return f" {rules}" if rules else ""
    known = f"{counted(count, 'rule')} for Keras on {_backend(timeline)}"
    return f" {rules} ({known})" if rules else f" by the {known},"


def _backend(timeline: Timeline) -> str:
    return BACKENDS[timeline.surroundings.backend]


def tally(findings: Sequence[Finding]) -> str:
    """Return the number of findings of each severity: `2 errors, 1 note`."""
    kinds = [finding.severity for finding in findings]
    counts = [counted(kinds.count(kind), kind) for kind in dict.fromkeys(kinds)]
    return ", ".join(counts) or "no findings"


def _of_crash(timeline: Timeline, findings: Findings | None, crash: Crash) -> Verdict:
    """Return the verdict on a recording that an exception ended, which is never a clean one."""
    stopped = f"{crash.error.type} ended the recording"
    if crash.event is not None and crash.layer is not None:
        stopped += f" in {crash.event.kind} of {crash.layer}"
    elif crash.layer is not None:
        stopped += f" in {crash.layer}"
    if crash.raised_at is not None:
        place = Places([crash.raised_at], here()).short(crash.raised_at)
        stopped += f" at {place}" if crash.layer is None else f", {place}"
    if findings is None:
        rest = "the rules did not run"
    elif not len(timeline):
        rest = timeline.notes[0] if timeline.notes else "no layer was seen before it"
    else:
        has_errors = any(finding.severity == "error" for finding in findings)
        unexplained = "" if has_errors or is_explained(timeline, findings) else "no rule explains it"
        counts = f"{tally(findings)} in {_size(timeline)}" if findings else ""
        rest = "; ".join(filter(None, (*_failed(findings), unexplained, counts)))
    brief = f"{tally(findings)}, " if findings else ""
    return Verdict(
        f"{stopped}; {rest}",
        f"{brief}{crash.error.type}",
        tuple(findings or ()),
        is_checked=findings is not None and len(timeline) > 0,
        is_complete=False,
        is_failed=True,
    )


def _failed(findings: Findings) -> Iterator[str]:
    """Yield which rules failed, so that their mistakes were not looked for."""
    failed = findings.failed_rules
    if failed:
        yield f"the rule{'s' * (len(failed) > 1)} {', '.join(failed)} failed, which a warning explains"


def _size(timeline: Timeline) -> str:
    """Return how much was checked, with as many layers as the headline counts."""
    references = timeline.plumbing.layers
    layers = sum(layer.id not in references for layer in timeline.layers)
    return f"{counted(len(timeline), 'event')} of {counted(layers, 'layer')}"


def _left(timeline: Timeline) -> Iterator[str]:
    """Yield how the program left the recording on purpose, before its end."""
    if timeline.failure is not None:
        yield f"{timeline.failure.error.type} ended it"


def _unseen(timeline: Timeline) -> Iterator[str]:
    """Yield what happened without an event."""
    before = [life for life in timeline.functions if life.traced_before and not life.traces]
    if before:
        names = ", ".join(dict.fromkeys(life.label for life in before[:3]))
        yield f"{names} was traced before the recording began, so the layers inside were not seen"
    elif not timeline.layers:
        yield "no layer was created, built or called"
