"""What a rule found: whose fault, on which line, with which events as evidence, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from layertrace.timeline.event import LayerRef, Location

__all__ = ["SEVERITIES", "Evidence", "Finding", "Severity", "Violation"]

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""From the gravest on: wrong results or an exception; a trap that may be meant; what is good to know."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of evidence.

    Attributes:
        text: What can be seen there, with shapes before and after where that helps.
        events: The `seq` of the events that show it.
        location: The line of the user's code.
    """

    text: str
    events: tuple[int, ...] = ()
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """What a rule says of one layer or function; the registry makes a `Finding` of it.

    Attributes:
        message: One sentence that a newcomer understands. It names the layer as `{layer}`, so that equal
            findings of many layers can be told as one.
        layer: Whose finding it is; None where no layer is to blame.
        location: The line to change, or the one that shows the mistake.
        evidence: At most two lines.
        fix: Code to write instead, which could be pasted.
        severity: Where it is not that of the rule.
    """

    message: str
    layer: LayerRef | None = None
    location: Location | None = None
    evidence: tuple[Evidence, ...] = ()
    fix: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One diagnosis.

    Attributes:
        code: `LT101`. It never changes its meaning.
        name: `variable-created-in-call`.
        severity: `error`, `warning` or `note`.
        message: One sentence.
        layers: Whose finding it is; several where the same was found of several.
        location: The line of the user's code.
        evidence: What shows it, of the first of `layers`.
        fix: Code to write instead.
        link: A page of TensorFlow's or Keras's guides.
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

    @property
    def layer(self) -> LayerRef | None:
        """The layer, or the first of several."""
        return self.layers[0] if self.layers else None

    @property
    def events(self) -> tuple[int, ...]:
        """The `seq` of all events of the evidence, in order."""
        return tuple(sorted({seq for one in self.evidence for seq in one.events}))

    def __str__(self) -> str:
        place = "" if self.location is None else f"  {self.location}"
        return f"{self.code} {self.name}: {self.message}{place}"
