"""Find mistakes in a timeline: the culprit, the line and the fix."""

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.diagnose import diagnose
from layertrace.diagnosis.fail_fast import FailFast, fail_fast_on
from layertrace.diagnosis.finding import Edit, Evidence, Finding, Severity, Violation, serious
from layertrace.diagnosis.registry import all_rules
from layertrace.diagnosis.rule import Rule, rule
from layertrace.diagnosis.selection import accept

__all__ = [
    "DiagnosisContext",
    "Edit",
    "Evidence",
    "FailFast",
    "Finding",
    "Rule",
    "Severity",
    "Violation",
    "accept",
    "all_rules",
    "diagnose",
    "fail_fast_on",
    "rule",
    "serious",
]
