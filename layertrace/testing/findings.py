"""Assert that nothing is found to be wrong."""

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
    """Assert that the doctor finds nothing wrong; notes are fine, unless they are selected.

    Args:
        subject: A timeline, a layer, a layer class, or a name or path glob.
        select: Codes of the findings that count, or beginnings of codes: `["LT1", "LT201"]`; without it, as
            for `layertrace.diagnose`.
        ignore: Codes of those that do not.

    Raises:
        AssertionError: If there is one; it shows each with its line, its evidence and the fix.
        RuleError: If one of the codes fits no rule.
        UnknownLayerError: If nothing was recorded of the layer.

    Example:
        >>> from layertrace import Timeline
        >>> assert_no_findings(Timeline(), select=["LT1"])
    """
    __tracebackhide__ = True
    timeline = events_of(subject)
    whole = subject if isinstance(subject, Timeline) else None
    found = [
        finding
        for finding in diagnose(timeline if whole is None else whole, select=select, ignore=ignore)
        if select is not None or finding.severity != "note"
    ]
    if not found:
        return
    more = f" and {counted(len(found) - 1, 'other')}" if len(found) > 1 else ""
    sentence = f"{found[0].code} {found[0].name}{more} found, where nothing was expected"
    raise failure(sentence, [_row(finding, timeline) for finding in found], timeline, found)


def _row(finding: Finding, timeline: Timeline) -> Row:
    numbers = set(finding.events)
    event = next((event for event in timeline if event.seq in numbers), None)
    names = ", ".join(layer.name for layer in finding.layers)
    return Row("nothing", f"{finding.code} {finding.name}  {names}".rstrip(), differs=True, event=event)
