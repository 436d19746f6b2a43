"""The result of a rule: the culprit, the line, the evidence and the fix."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from layertrace.timeline.event import LayerRef, Location

__all__ = [
    "SEVERITIES",
    "Edit",
    "Evidence",
    "Finding",
    "Findings",
    "FixPlace",
    "Severity",
    "Violation",
    "serious",
]

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Most severe first: a wrong result or an exception; a trap that may be intended; useful information."""

FixPlace = Literal["before", "in place", "elsewhere"]
"""Where the lines of a fix go: before the line of the mistake, in its place, or to other code."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of evidence.

    Attributes:
        text: A short description of the events, with shapes where they help.
        events: The `seq` of the events that show the mistake.
        location: The line of the user's code.
        source: The text of that line, if a reader needs it to understand the fix.
    """

    text: str
    events: tuple[int, ...] = ()
    location: Location | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A line of the program to replace, elsewhere than at the mistake.

    Attributes:
        location: Its place.
        source: The line as it is in the file.
        code: The lines to write instead, and comments; empty to remove the line.
    """

    location: Location
    source: str
    code: str

    def __str__(self) -> str:
        return f"{self.location}: {self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One breach of a rule, from which `diagnose` makes a `Finding`.

    Attributes:
        message: One sentence that a newcomer understands. It names the layer as `{layer}`, so that equal
            findings of many layers can be merged.
        layer: The layer at fault; None if it is not a layer's fault.
        location: The line to change, or else the line that shows the mistake.
        evidence: At most two lines.
        fix: Code that can be pasted to fix the mistake.
        fix_place: Where the code goes; None where the code itself shows it.
        edits: Other lines to replace.
        severity: A severity that overrides the severity of the rule.
    """

    message: str
    layer: LayerRef | None = None
    location: Location | None = None
    evidence: tuple[Evidence, ...] = ()
    fix: str = ""
    fix_place: FixPlace | None = None
    edits: tuple[Edit, ...] = ()
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One diagnosis.

    Attributes:
        code: `LT101`. It never changes its meaning.
        name: `variable-created-in-call`.
        severity: `error`, `warning` or `note`.
        message: One sentence.
        layers: The layers at fault; several if they have the same mistake.
        location: The line of the user's code.
        evidence: The events that show the mistake, for the first of `layers`.
        fix: Code that can be pasted to fix the mistake.
        link: A page of the TensorFlow or Keras guides.
        source: The text of that line, as it is in the file; empty if it is unknown.
        fix_place: Where the code goes; None where the code itself shows it.
        edits: Other lines to replace.
    """

    code: str
    name: str
    severity: Severity
    message: str
    layers: tuple[LayerRef, ...] = ()
    location: Location | None = None
    evidence: tuple[Evidence, ...] = ()
    fix: str = ""
    link: str = ""
    source: str = ""
    fix_place: FixPlace | None = None
    edits: tuple[Edit, ...] = ()

    @property
    def layer(self) -> LayerRef | None:
        """The layer at fault, or the first of several."""
        return self.layers[0] if self.layers else None

    @property
    def events(self) -> tuple[int, ...]:
        """The `seq` of all events of the evidence, in order."""
        return tuple(sorted({seq for evidence in self.evidence for seq in evidence.events}))

    def __str__(self) -> str:
        place = "" if self.location is None else f"  {self.location}"
        return f"{self.code} {self.name}: {self.message}{place}"


class Findings(list[Finding]):
    """A list of findings that an interactive session shows as a table, one line each.

    Attributes:
        failed_rules: The codes of the rules that failed, so that their mistakes were not looked for.
        rule_count: How many rules were run; None if that is unknown.
    """

    def __init__(
        self,
        findings: Iterable[Finding] = (),
        failed_rules: Iterable[str] = (),
        rule_count: int | None = None,
    ) -> None:
        super().__init__(findings)
        self.failed_rules = tuple(failed_rules)
        self.rule_count = rule_count

    def only(self, findings: Iterable[Finding]) -> Findings:
        """Return some of these findings, of the same rules."""
        return Findings(findings, self.failed_rules, self.rule_count)

    def __repr__(self) -> str:
        return str(self._renderer().finding_table(self)) if self else "[]"

    def _repr_html_(self) -> str:
        """Return the findings as a notebook shows them, each with its line and fix."""
        return str(self._renderer().findings_html(self))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002  # IPython's signature
        """Show in IPython what `repr` returns, instead of one finding after the other."""
        printer.text(repr(self))

    @staticmethod
    def _renderer() -> Any:
        # Rich is loaded only here, and the renderer is above this package.
        return importlib.import_module("layertrace.render.tables.finding_texts")


def serious(findings: Iterable[Finding]) -> Findings:
    """Return the errors and warnings, without the notes."""
    all_of_them = findings if isinstance(findings, Findings) else Findings(findings)
    return all_of_them.only(finding for finding in all_of_them if finding.severity != "note")
