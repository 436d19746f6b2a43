"""Decide on the spot, while a program runs, whether a rule is broken just now."""

from __future__ import annotations

from collections.abc import Sequence

from layertrace.diagnosis.case import Case
from layertrace.diagnosis.diagnose import named, run
from layertrace.diagnosis.registry import Rule, all_rules
from layertrace.diagnosis.selection import chosen
from layertrace.errors import CulpritError, RuleError
from layertrace.timeline import Timeline

__all__ = ["OnTheSpot", "spot_of"]


class OnTheSpot:
    """Some rules, asked again as events begin.

    Args:
        rules: Rules that have `spots`.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self.spots = frozenset(spot for rule in rules for spot in rule.spots)

    def may_tell(self, kind: str, around: str | None) -> bool:
        """Tell whether the beginning of such an event can break one of the rules."""
        return (kind, around) in self.spots or (kind, None) in self.spots

    def check(self, timeline: Timeline) -> None:
        """Raise where a rule is broken.

        Args:
            timeline: What was recorded, up to the event that begins.

        Raises:
            CulpritError: With the finding.
        """
        case = Case(timeline)
        for rule in self._rules:
            for finding in run(rule, case):
                told = named(finding)
                raise CulpritError(f"{told}\n{told.fix}".rstrip(), told)


def spot_of(codes: Sequence[str]) -> OnTheSpot:
    """Return what decides rules on the spot, by codes, beginnings of codes, or names.

    Raises:
        RuleError: If there is no such rule, or it takes the whole recording to tell.
    """
    rules = chosen(list(codes), ())
    late = [rule for rule in rules if not rule.spots]
    if late or not rules:
        told = ", ".join(f"{rule.code} {rule.name}" for rule in late) or "no rule"
        able = ", ".join(f"{rule.code} {rule.name}" for rule in all_rules() if rule.spots)
        raise RuleError(f"{told} cannot be decided on the spot; fail_on takes {able}")
    return OnTheSpot(rules)
