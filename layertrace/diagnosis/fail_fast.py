"""Decide on the spot, while a program runs, whether a rule is broken just now."""

from __future__ import annotations

from collections.abc import Sequence

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.diagnose import named, run
from layertrace.diagnosis.registry import Rule, all_rules
from layertrace.diagnosis.selection import chosen
from layertrace.errors import CulpritError, RuleError
from layertrace.timeline import Timeline

__all__ = ["FailFast", "fail_fast_on"]


class FailFast:
    """Some rules, asked again as events begin.

    Args:
        rules: Rules that have `triggers`.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self.triggers = frozenset(spot for rule in rules for spot in rule.triggers)

    def may_trigger(self, kind: str, around: str | None) -> bool:
        """Tell whether the beginning of such an event can break one of the rules."""
        return (kind, around) in self.triggers or (kind, None) in self.triggers

    def check(self, timeline: Timeline) -> None:
        """Raise where a rule is broken.

        Args:
            timeline: What was recorded, up to the event that begins.

        Raises:
            CulpritError: With the finding.
        """
        context = DiagnosisContext(timeline)
        for rule in self._rules:
            for finding in run(rule, context):
                told = named(finding)
                raise CulpritError(f"{told}\n{told.fix}".rstrip(), told)


def fail_fast_on(codes: Sequence[str]) -> FailFast:
    """Return what decides rules on the spot, by codes, beginnings of codes, or names.

    Raises:
        RuleError: If there is no such rule, or it takes the whole recording to tell.
    """
    rules = chosen(list(codes), ())
    late = [rule for rule in rules if not rule.triggers]
    if late or not rules:
        told = ", ".join(f"{rule.code} {rule.name}" for rule in late) or "no rule"
        able = ", ".join(f"{rule.code} {rule.name}" for rule in all_rules() if rule.triggers)
        raise RuleError(f"{told} cannot be decided on the spot; fail_on takes {able}")
    return FailFast(rules)
