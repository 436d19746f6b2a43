"""Define a rule: a function with a code, a name and a page."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Severity, Violation
from layertrace.errors import RuleError
from layertrace.timeline.context import BACKENDS
from layertrace.timeline.event import Kind

__all__ = ["ANY_BACKEND", "TENSORFLOW_AND_JAX", "WITH_TRAINING", "Rule", "rule"]

Check = Callable[[DiagnosisContext], Iterable[Violation]]
TENSORFLOW = ("tensorflow",)
TENSORFLOW_AND_JAX = ("tensorflow", "jax")
WITH_TRAINING = ("tensorflow", "jax", "torch")
ANY_BACKEND = tuple(BACKENDS)
Trigger = tuple[Kind, Kind | None]

_CODE = re.compile(r"[A-Z]+\d+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of mistake.

    Attributes:
        code: `LT101`; the first digit is the theme. Rules of other packages use other letters.
        name: `variable-created-in-call`.
        severity: The severity of the findings, unless a violation overrides it.
        check: The function that finds the mistake. Its docstring is the page printed by `layertrace explain`.
        link: A page of the TensorFlow or Keras guides.
        triggers: The kinds of events that may break the rule as they begin, each with the kind of the
            enclosing event (None for any). Empty if the rule needs the whole recording.
        backends: The backends of Keras whose programs it knows; in recordings of others it finds nothing.
    """

    code: str
    name: str
    severity: Severity
    check: Check
    link: str = ""
    triggers: tuple[Trigger, ...] = ()
    backends: tuple[str, ...] = TENSORFLOW

    @property
    def page(self) -> str:
        """The description of the mistake in Markdown: why it is bad, an example, a fix and known limits."""
        return inspect.getdoc(self.check) or ""

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0]


def rule(
    code: str,
    name: str,
    severity: Severity,
    link: str = "",
    triggers: Iterable[Trigger] = (),
    *,
    backends: tuple[str, ...] = TENSORFLOW,
) -> Callable[[Check], Rule]:
    """Turn a function into a rule.

    Rules are found in the folder `rules` and through the entry points of other packages.

    Raises:
        RuleError: If the code does not consist of letters and a number.
    """
    if not _CODE.fullmatch(code):
        raise RuleError(
            f"the code of rule {name!r} must be letters and a number, such as 'LT101', got {code!r}"
        )

    def make(check: Check) -> Rule:
        return Rule(code, name, severity, check, link, tuple(triggers), backends)

    return make
