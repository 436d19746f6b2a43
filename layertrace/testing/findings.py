"""Assert that no rule reports a finding."""

from __future__ import annotations

from collections.abc import Sequence

from layertrace.diagnosis import Finding, diagnose
from layertrace.render.wording.formatting import counted
from layertrace.testing.failure_message import Row, failure
from layertrace.testing.subjects import events_of
from layertrace.timeline import Timeline

__all__ = ["assert_no_findings"]


def assert_no_findings(
    subject: object, *, select: Sequence[str] | None = None, ignore: Sequence[str] | None = None
) -> None:
    """Assert that `layertrace.diagnose` reports no errors or warnings; notes count only if selected.

    A timeline without any event fails, because no rule looked at anything.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        select: Codes, or prefixes of codes, of the findings that count: `["LT1", "LT201"]`. The default is
            that of `layertrace.diagnose`.
        ignore: Codes, or prefixes of codes, of the findings that do not count.

    Raises:
        AssertionError: If there is a finding; the message shows each with its line, evidence and fix. Also if
            nothing was recorded.
        RuleError: If a code matches no rule.
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        >>> from layertrace import Event, Timeline
        >>> assert_no_findings(Timeline([Event(seq=0, kind="init")]), select=["LT1"])
    """
    __tracebackhide__ = True
    timeline = events_of(subject)
    whole = subject if isinstance(subject, Timeline) else None
    findings = [
        finding
        for finding in diagnose(timeline if whole is None else whole, select=select, ignore=ignore)
        if select is not None or finding.severity != "note"
    ]
    if not findings and len(timeline):
        return
    if not findings:
        row = Row("an event", "no event", differs=True)
        raise failure("no rule could find anything, because nothing was recorded", [row], timeline)
    more = f" and {counted(len(findings) - 1, 'other')}" if len(findings) > 1 else ""
    sentence = f"expected no findings, got {findings[0].code} {findings[0].name}{more}"
    raise failure(sentence, [_row(finding, timeline) for finding in findings], timeline, findings)


def _row(finding: Finding, timeline: Timeline) -> Row:
    numbers = set(finding.events)
    event = next((event for event in timeline if event.seq in numbers), None)
    names = ", ".join(layer.name for layer in finding.layers)
    return Row("nothing", f"{finding.code} {finding.name}  {names}".rstrip(), differs=True, event=event)
