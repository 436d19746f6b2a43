"""Stop a running program at the event that breaks a rule."""

from __future__ import annotations

from collections.abc import Sequence

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.diagnose import run, that_know
from layertrace.diagnosis.merge_findings import named
from layertrace.diagnosis.registry import all_rules
from layertrace.diagnosis.rule import Rule
from layertrace.diagnosis.selection import chosen
from layertrace.errors import CulpritError, RuleError
from layertrace.timeline import Timeline

__all__ = ["FailFast", "fail_fast_on"]


class FailFast:
    """Rules that are checked again whenever an event begins.

    Args:
        rules: Rules that have `triggers`.

    Attributes:
        triggers: The kinds of events that may break one of the rules, as in `Rule.triggers`.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self.triggers = frozenset(trigger for rule in rules for trigger in rule.triggers)

    def may_trigger(self, kind: str, around: str | None) -> bool:
        """Return whether the beginning of such an event may break one of the rules.

        Args:
            kind: The kind of the event.
            around: The kind of the event that directly encloses it.
        """
        return (kind, around) in self.triggers or (kind, None) in self.triggers

    def check(self, timeline: Timeline) -> None:
        """Raise an error if a rule is broken.

        Args:
            timeline: The recorded events, up to the event that begins.

        Raises:
            CulpritError: If a rule is broken; it carries the finding.
        """
        context = DiagnosisContext(timeline)
        for rule in that_know(timeline, self._rules):
            for unnamed in run(rule, context):
                finding = named(unnamed)
                lines = filter(None, (str(finding), finding.fix, *map(str, finding.edits)))
                raise CulpritError("\n".join(lines), finding)


def fail_fast_on(codes: Sequence[str]) -> FailFast:
    """Return a checker for the rules with these codes, prefixes of codes, or names.

    Raises:
        RuleError: If a code matches no rule, or a rule needs the whole recording.
    """
    rules = chosen(list(codes), ())
    late = [rule for rule in rules if not rule.triggers]
    accepted = ", ".join(f"{rule.code} {rule.name}" for rule in all_rules() if rule.triggers)
    if not rules:
        raise RuleError(f"fail_on needs at least one rule; choose from {accepted}")
    if late:
        refused = ", ".join(f"{rule.code} {rule.name}" for rule in late)
        raise RuleError(
            f"fail_on cannot use {refused}, which needs the whole recording; choose from {accepted}"
        )
    return FailFast(rules)
