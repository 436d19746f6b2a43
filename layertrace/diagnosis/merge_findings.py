"""Merge findings that have one cause: the same mistake in the same line, of one class."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import SEVERITIES, Evidence, Finding

__all__ = ["merged", "named"]

_COUNTER = re.compile(r"_\d+\b")
_NUMBERS = re.compile(r"(\d+(\.\d+)?|None)([,x×] ?(\d+(\.\d+)?|None))*")

_MOST_EVIDENCE = 2


def merged(findings: Sequence[Finding], context: DiagnosisContext) -> list[Finding]:
    """Return the findings, with those of one cause merged into one that has the events of all.

    Findings have one cause if they are of one rule, one class and one line, and their messages differ only
    in numbers: instances of several shapes, or functions of one class. A layer that was created from the
    config of another, as loading and cloning do, has the cause of the other, wherever it was created.
    """
    by_cause: dict[object, list[Finding]] = {}
    for finding in findings:
        by_cause.setdefault((_mistake(finding), _line(finding)), []).append(finding)
    groups = list(by_cause.values())
    causes = [group for group in groups if not _are_copies(group, context)]
    for group in groups:
        if not any(group is cause for cause in causes):
            mistake = _mistake(group[0])
            original = next((cause for cause in causes if _mistake(cause[0]) == mistake), None)
            if original is None:
                causes.append(group)
            else:
                original.extend(group)
    return [named(_one(group)) for group in causes]


def named(finding: Finding) -> Finding:
    """Return a finding whose message has the names of its layers instead of `{layer}`."""
    names = [layer.name for layer in finding.layers]
    is_first_word = finding.message.startswith("{layer}")
    subject = str(finding.layer) if names else "A layer" if is_first_word else "a layer"
    if len(names) > 1:
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        subject = f"{shown} ({len(names)} of {finding.layers[0].class_name})"
    return replace(finding, message=finding.message.replace("{layer}", subject))


def _mistake(finding: Finding) -> tuple[object, ...]:
    """Return what findings of one mistake have in common, wherever they are."""
    cls = None if finding.layer is None else finding.layer.class_name
    return finding.code, cls, _without_numbers(finding.message), _without_numbers(finding.fix)


def _line(finding: Finding) -> tuple[str, int] | None:
    return None if finding.location is None else (finding.location.file, finding.location.line)


def _without_numbers(text: str) -> str:
    """Return a text without numbers, shapes, and the numbers at the end of names.

    Example:
        >>> _without_numbers("dense_1 received (4, None) 3 times")
        'dense received (#) # times'
    """
    return _NUMBERS.sub("#", _COUNTER.sub("", text))


def _are_copies(findings: Iterable[Finding], context: DiagnosisContext) -> bool:
    """Return whether all layers of some findings were created from the config of another."""
    layers = [layer for finding in findings for layer in finding.layers]
    inits = [context.init_of(layer) for layer in layers]
    return bool(inits) and all(init is not None and "from config" in init.flags for init in inits)


def _one(findings: Sequence[Finding]) -> Finding:
    """Return one finding for all."""
    first, *others = findings
    if not others:
        return first
    layers = {layer.id: layer for finding in findings for layer in finding.layers}
    message = first.message
    if not layers:
        message += f" {len(others)} more on this line {'is' if len(others) == 1 else 'are'} alike."
    elif any(other.message != first.message for other in others) and first.layer is not None:
        message += f" The numbers are those of {first.layer.name}."
    return replace(
        first,
        severity=min((finding.severity for finding in findings), key=SEVERITIES.index),
        message=message,
        layers=tuple(layers.values()),
        evidence=_joined([evidence for finding in findings for evidence in finding.evidence]),
    )


def _joined(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return one line of evidence for those that differ only in numbers, with the events of all."""
    by_look: dict[object, list[Evidence]] = {}
    for line in evidence:
        place = None if line.location is None else (line.location.file, line.location.line)
        by_look.setdefault((_without_numbers(line.text), place), []).append(line)
    joined = [
        replace(lines[0], events=tuple(sorted({seq for line in lines for seq in line.events})))
        for lines in by_look.values()
    ]
    if len(joined) <= _MOST_EVIDENCE:
        return tuple(joined)
    events = tuple(sorted({seq for line in joined[1:] for seq in line.events}))
    return joined[0], Evidence(f"{len(joined) - 1} more of these", events)
