"""What a check found: the layer keeps the clause, breaks it, or the clause does not apply to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from layertrace.diagnosis import Finding
from layertrace.testing.contract.excerpts import Excerpt
from layertrace.timeline import Event, Timeline
from layertrace.timeline.event import Location

if TYPE_CHECKING:
    from layertrace.testing.contract.check import Check

__all__ = ["Broken", "NotApplicable", "Outcome", "Result"]

Outcome = Literal["passed", "failed", "not applicable", "fault"]
"""`fault` means that layertrace could not try the clause, by a mistake of its own."""


class Broken(Exception):  # noqa: N818  # it is a result, not an error of the program
    """The layer breaks the clause.

    Attributes:
        message: One sentence that names the layer.
        location: The line to change.
        fix: What to write instead.
        sides: What differs, each side with what it is: `("eagerly", "float32[2, 3]  0.1, 0.2")`.
        timeline: The recording that shows it; None to record the check again.
        events: The events that show it.
    """

    def __init__(
        self,
        message: str,
        location: Location | None = None,
        fix: str = "",
        *,
        sides: Sequence[tuple[str, str]] = (),
        timeline: Timeline | None = None,
        events: Sequence[Event] = (),
    ) -> None:
        super().__init__(message)
        self.sides = tuple(sides)
        self.timeline = timeline
        self.events = tuple(events)
        self.message = message
        self.location = location
        self.fix = fix


class NotApplicable(Exception):  # noqa: N818  # it is a result, not an error of the program
    """The clause does not apply to the layer; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one check.

    Attributes:
        check: The check.
        outcome: `passed`, `failed`, `not applicable`, or `fault` if layertrace failed.
        reason: Why it does not apply, or what failed in layertrace.
        finding: What is wrong with the layer, if the check failed.
        seconds: The time it took.
        expected: Why it was expected to fail; empty if it was not.
        excerpt: The part of the timeline that shows what is wrong.
    """

    check: Check
    outcome: Outcome
    reason: str = ""
    finding: Finding | None = None
    seconds: float = 0.0
    expected: str = ""
    excerpt: Excerpt | None = None

    @property
    def is_as_expected(self) -> bool:
        """Whether it passed or does not apply, or failed as expected."""
        if self.outcome == "failed":
            return bool(self.expected)
        return self.outcome == "not applicable" or (self.outcome == "passed" and not self.expected)

    def as_json(self) -> dict[str, Any]:
        """Return the result as data for `json.dumps`."""
        data: dict[str, Any] = {
            "name": self.check.name,
            "group": self.check.group,
            "outcome": self.outcome,
            "seconds": round(self.seconds, 3),
        }
        if self.reason:
            data["reason"] = self.reason
        if self.expected:
            data["expected"] = self.expected
        if self.finding is not None:
            place = self.finding.location
            data["message"] = self.finding.message
            data["location"] = None if place is None else {"file": place.file, "line": place.line}
            data["source"] = self.finding.source.strip()
            data["fix"] = self.finding.fix
            data["sides"] = [evidence.text for evidence in self.finding.evidence]
        if self.excerpt is not None:
            data["timeline"] = str(self.excerpt).split("\n")
        return data
