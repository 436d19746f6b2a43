"""Merge findings that have one cause: the same mistake in the same line, of one class."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import SEVERITIES, Evidence, Finding

__all__ = ["merged", "named"]

_COUNTER = re.compile(r"_\d+\b")
_NUMBER = r"(\d+(\.\d+)?|None)"
_NUMBERS = re.compile(rf"(?<![A-Za-z_]\[){_NUMBER}([,x×] ?{_NUMBER})*")  # not the index in hidden[0]

_MOST_EVIDENCE = 2


def merged(findings: Sequence[Finding], context: DiagnosisContext) -> list[Finding]:
    """Return the findings, with those of one cause merged into one that has the events of all.

    Findings have one cause if they are of one rule, one class and one line, and are about the same layer or
    differ only in numbers: attributes of one layer, instances of several shapes, functions of one class.
    Those of several classes have one cause if the same fix cures all of them. A layer that was created from
    the config of another, as loading and cloning do, has the cause of the other, wherever it was created.
    """
    causes: list[list[Finding]] = []
    of_line: dict[object, list[list[Finding]]] = {}
    for finding in findings:
        on_line = of_line.setdefault((finding.code, _line(finding)), [])
        cause = next((cause for cause in on_line if _is_one_cause(cause, finding)), None)
        if cause is None:
            on_line.append([finding])
            causes.append(on_line[-1])
        else:
            cause.append(finding)
    originals = [cause for cause in causes if not _are_copies(cause, context)]
    for cause in causes:
        if not any(cause is original for original in originals):
            original = next((original for original in originals if _is_copied(original, cause)), None)
            if original is None:
                originals.append(cause)
            else:
                original.extend(cause)
    return [named(_one(cause)) for cause in originals]


def named(finding: Finding) -> Finding:
    """Return a finding whose message has the names of its layers instead of `{layer}`."""
    names = list(dict.fromkeys(layer.name for layer in finding.layers))  # a copy has the name of its original
    is_first_word = finding.message.startswith("{layer}")
    subject = str(finding.layer) if names else "A layer" if is_first_word else "a layer"
    if len(finding.layers) > 1:
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        each = "" if len(names) == 1 else "Each of " if is_first_word else "each of "
        classes = Counter(layer.class_name for layer in finding.layers)
        counted = ", ".join(f"{number} of {name}" for name, number in classes.items())
        subject = f"{each}{shown} ({counted})"
    return replace(finding, message=finding.message.replace("{layer}", subject))


def _rule_and_class(finding: Finding) -> tuple[str, str | None]:
    return finding.code, None if finding.layer is None else finding.layer.class_name


def _is_one_cause(cause: Sequence[Finding], finding: Finding) -> bool:
    """Return whether a finding of the same rule and line has the cause of others."""
    if _rule_and_class(finding) != _rule_and_class(cause[0]):
        return _is_cured_alike(cause[0], finding)
    layers = {layer.id for other in cause for layer in other.layers}
    if any(layer.id in layers for layer in finding.layers):
        return True
    look = _without_numbers(finding.message), _without_numbers(finding.fix)
    return any((_without_numbers(other.message), _without_numbers(other.fix)) == look for other in cause)


def _is_cured_alike(one: Finding, other: Finding) -> bool:
    """Return whether two layers of different classes have the same mistake, and one change cures both."""
    cure = one.message, one.fix, one.edits
    return bool(one.layers and other.layers and (one.fix or one.edits)) and cure == (
        other.message, other.fix, other.edits
    )  # fmt: skip


def _is_copied(original: Sequence[Finding], copies: Sequence[Finding]) -> bool:
    """Return whether findings about copies have the cause of those about an original, judged by their fix."""
    fixes = {_without_numbers(finding.fix) for finding in original}
    is_of_class = _rule_and_class(original[0]) == _rule_and_class(copies[0])
    return is_of_class and all(_without_numbers(finding.fix) in fixes for finding in copies)


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
    of_first = [finding for finding in findings if finding.layer == first.layer]
    looks = {_without_numbers(finding.message) for finding in of_first}
    fixes = {_without_numbers(finding.fix): finding.fix for finding in reversed(findings)}
    message = first.message
    more = len(looks) - 1 if layers else len(others)
    if len(looks) > 1 or not layers:
        message += f" {more} more on this line {'is' if more == 1 else 'are'} alike."
    elif first.layer is not None and any(other.message != first.message for other in others):
        message += f" The numbers are those of {first.layer.name}."
    return replace(
        first,
        severity=min((finding.severity for finding in findings), key=SEVERITIES.index),
        message=message,
        layers=tuple(layers.values()),
        evidence=_joined([evidence for finding in findings for evidence in finding.evidence]),
        fix="\n".join(reversed(fixes.values())),
        edits=tuple(dict.fromkeys(edit for finding in findings for edit in finding.edits)),
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
