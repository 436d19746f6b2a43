"""Run the rules over a timeline, and put what they find in the order in which to read it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import SEVERITIES, Finding, Violation
from layertrace.diagnosis.registry import Rule
from layertrace.diagnosis.selection import chosen, settings
from layertrace.errors import LayertraceWarning
from layertrace.timeline import Timeline

__all__ = ["diagnose", "named", "run"]


def diagnose(
    timeline: Timeline, *, select: Sequence[str] | None = None, ignore: Sequence[str] | None = None
) -> list[Finding]:
    """Return what is wrong in a timeline: the culprit, the line, the evidence and the fix, the gravest first.

    Args:
        timeline: What was recorded; a recording may still be under way, or have been cut off.
        select: Codes of the rules to run, or beginnings of codes; without it, those of `[tool.layertrace]` in
            the nearest `pyproject.toml`, else all.
        ignore: Codes of rules not to run; likewise.

    Raises:
        RuleError: If one of the codes fits no rule.

    Example:
        for finding in layertrace.diagnose(timeline, ignore=["LT2"]):
            print(finding, finding.fix)
    """
    if select is None or ignore is None:
        project = settings()
        select = project.select if select is None else select
        ignore = project.ignore if ignore is None else ignore
    select = [select] if isinstance(select, str) else select
    ignore = [ignore] if isinstance(ignore, str) else ignore
    context = DiagnosisContext(timeline)
    found = [finding for rule in chosen(select, ignore) for finding in run(rule, context)]
    return sorted(_folded(found), key=lambda one: (SEVERITIES.index(one.severity), *_order(context, one)))


def _order(context: DiagnosisContext, finding: Finding) -> tuple[bool, int, str]:
    """Put first what explains the exception that ended the recording, then what came first."""
    failed = context.failure is None or not _explains(context, finding)
    return failed, min(finding.events, default=len(context.timeline)), finding.code


def _explains(context: DiagnosisContext, finding: Finding) -> bool:
    failure = context.failure
    if failure is None:
        return False
    if finding.location is not None and finding.location in (failure.error.location, *failure.lines):
        return True
    events = map(context.event, finding.events)
    return any(event is not None and event.error is not None for event in events)


def run(rule: Rule, context: DiagnosisContext) -> Iterator[Finding]:
    """Yield what one rule finds; one that fails is told by a warning."""
    try:
        for found in rule.check(context):
            if not _is_accepted(rule, context, found):
                yield _finding(rule, found)
    except Exception as error:  # one rule at fault, perhaps a stranger's: the others still run
        warnings.warn(
            f"the rule {rule.code} {rule.name} failed ({type(error).__name__}: {error}); the others ran. "
            f"Leave it out with ignore=[{rule.code!r}], and please report it.",
            LayertraceWarning,
            stacklevel=4,
        )


def _is_accepted(rule: Rule, context: DiagnosisContext, found: Violation) -> bool:
    state = context.state(found.layer)
    return state is not None and any(rule.code.startswith(code.upper()) for code in state.accepted)


def _finding(rule: Rule, found: Violation) -> Finding:
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=found.severity or rule.severity,
        message=found.message,
        layers=() if found.layer is None else (found.layer,),
        location=found.location,
        evidence=found.evidence,
        fix=found.fix,
        link=rule.link,
    )


def _folded(findings: list[Finding]) -> list[Finding]:
    """Tell equal findings of several layers as one."""
    by_likeness: dict[object, Finding] = {}
    for one in findings:
        cls = one.layer.class_name if one.layer is not None else None
        key = (one.code, one.severity, one.message, one.location, one.fix, cls)
        known = by_likeness.get(key)
        if known is None:
            by_likeness[key] = one
        else:
            new = tuple(layer for layer in one.layers if layer not in known.layers)
            by_likeness[key] = replace(known, layers=(*known.layers, *new))
    return [named(one) for one in by_likeness.values()]


def named(finding: Finding) -> Finding:
    """Put the names of the layers into the sentence."""
    names = [layer.name for layer in finding.layers]
    begins = finding.message.startswith("{layer}")
    first = str(finding.layer) if names else "A layer" if begins else "a layer"
    if len(names) > 1:
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        first = f"{shown} ({len(names)} of {finding.layers[0].class_name})"
    return replace(finding, message=finding.message.replace("{layer}", first))
