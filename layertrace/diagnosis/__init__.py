"""From a timeline to what is wrong: the culprit, the line and the fix."""

from layertrace.diagnosis.accepting import accept
from layertrace.diagnosis.case import Case
from layertrace.diagnosis.diagnose import diagnose
from layertrace.diagnosis.fail_fast import OnTheSpot, spot_of
from layertrace.diagnosis.finding import Evidence, Finding, Found, Severity
from layertrace.diagnosis.registry import Rule, all_rules, rule

__all__ = [
    "Case",
    "Evidence",
    "Finding",
    "Found",
    "OnTheSpot",
    "Rule",
    "Severity",
    "accept",
    "all_rules",
    "diagnose",
    "rule",
    "spot_of",
]
