"""Run the rules over a timeline and sort their findings by importance."""

from __future__ import annotations

import linecache
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import SEVERITIES, Finding, Findings, Violation
from layertrace.diagnosis.merge_findings import merged
from layertrace.diagnosis.rule import Rule
from layertrace.diagnosis.selection import chosen, settings
from layertrace.errors import LayertraceWarning, TargetError
from layertrace.timeline import Timeline
from layertrace.timeline.chapters import statements_of
from layertrace.timeline.event import Location

__all__ = ["diagnose", "rules_for", "run", "that_know"]


def diagnose(
    timeline: Timeline, *, select: Sequence[str] | None = None, ignore: Sequence[str] | None = None
) -> list[Finding]:
    """Return the mistakes in a timeline, each with culprit, line, evidence and fix, the most severe first.

    Args:
        timeline: The recorded events. The recording may be still running, or truncated.
        select: Codes of the rules to run, or prefixes of codes. The default is `[tool.layertrace]` in the
            nearest `pyproject.toml`, or else all rules.
        ignore: Codes of the rules to skip, or prefixes of codes, with the same default.

    Raises:
        RuleError: If a code matches no rule.
        TargetError: If it is given a layer or anything else that is not a timeline.

    Example:
        for finding in layertrace.diagnose(timeline, ignore=["LT2"]):
            print(finding, finding.fix)
    """
    if not isinstance(timeline, Timeline):
        raise TargetError(
            f"diagnose() reads a timeline, got a {type(timeline).__name__}; record one with "
            "`with layertrace.trace() as timeline:`"
        )
    rules = rules_for(timeline, select=select, ignore=ignore)
    context = DiagnosisContext(timeline)
    failed: list[str] = []
    findings = [finding for rule in rules for finding in run(rule, context, failed)]
    by_importance = sorted(merged(findings, context), key=lambda finding: _sort_key(context, finding))
    return Findings(_with_source(by_importance, timeline), failed, len(rules))


def rules_for(
    timeline: Timeline, *, select: Sequence[str] | None = None, ignore: Sequence[str] | None = None
) -> list[Rule]:
    """Return the rules that `diagnose` runs on a timeline: those that are chosen and know its backend.

    Args:
        timeline: The recorded events.
        select: As for `diagnose`.
        ignore: As for `diagnose`.

    Raises:
        RuleError: If a code matches no rule.
    """
    if select is None or ignore is None:
        project = settings()
        select = project.select if select is None else select
        ignore = project.ignore if ignore is None else ignore
    select = [select] if isinstance(select, str) else select
    ignore = [ignore] if isinstance(ignore, str) else ignore
    return that_know(timeline, chosen(select, ignore))


def _with_source(findings: list[Finding], timeline: Timeline) -> list[Finding]:
    """Return the findings with the text of their lines, where it is known."""
    if not findings:
        return findings
    statements, started_ns = statements_of(timeline), timeline.surroundings.started_ns
    return [
        finding
        if (place := finding.location) is None
        else replace(finding, source=statements.at(place).line(place.line) or _line(place, started_ns))
        for finding in findings
    ]


def _line(location: Location, started_ns: int | None) -> str:
    """Return a line that no event came from, if its file has not changed since the recording began."""
    with suppress(OSError):
        if started_ns is not None and os.stat(location.file).st_mtime_ns <= started_ns:
            return linecache.getline(location.file, location.line).rstrip()
    return ""


def _sort_key(context: DiagnosisContext, finding: Finding) -> tuple[int, bool, int, str]:
    """Return a key that sorts by severity, then by relation to the final exception, then by time."""
    is_unrelated = not _explains_failure(context, finding)
    first_event = min(finding.events, default=len(context.timeline))
    return SEVERITIES.index(finding.severity), is_unrelated, first_event, finding.code


def _explains_failure(context: DiagnosisContext, finding: Finding) -> bool:
    """Return whether a finding explains the exception that ended the recording."""
    failure = context.failure
    if failure is None:
        return False
    if finding.location is not None and finding.location in (failure.error.location, *failure.lines):
        return True
    events = map(context.event, finding.events)
    return any(event is not None and event.error is not None for event in events)


def that_know(timeline: Timeline, rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules that know the backend that was recorded."""
    backend = timeline.surroundings.backend
    return [rule for rule in rules if backend in rule.backends]


def run(rule: Rule, context: DiagnosisContext, failed: list[str] | None = None) -> Iterator[Finding]:
    """Yield the findings of one rule, or warn if the rule fails.

    Args:
        rule: The rule.
        context: What to examine.
        failed: A list to which the code of a rule that fails is added.
    """
    try:
        for violation in rule.check(context):
            if not _is_accepted(rule, context, violation):
                yield _finding(rule, violation)
    except Exception as error:  # a bug in one rule, perhaps of another package: the others still run
        if failed is not None:
            failed.append(rule.code)
        warnings.warn(
            f"the rule {rule.code} {rule.name} failed ({type(error).__name__}: {error}). All others ran. "
            f"Skip it with ignore=[{rule.code!r}], and please report this.",
            LayertraceWarning,
            stacklevel=4,
        )


def _is_accepted(rule: Rule, context: DiagnosisContext, violation: Violation) -> bool:
    """Return whether the author of the layer has marked its class with `accept`."""
    state = context.state(violation.layer)
    return state is not None and any(rule.code.startswith(code.upper()) for code in state.accepted)


def _finding(rule: Rule, violation: Violation) -> Finding:
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=violation.severity or rule.severity,
        message=violation.message,
        layers=() if violation.layer is None else (violation.layer,),
        location=violation.location,
        evidence=violation.evidence,
        fix=violation.fix,
        link=rule.link,
        fix_place=violation.fix_place,
        edits=violation.edits,
    )
