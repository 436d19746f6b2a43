"""The registry of rules: each a function from a case to what it found, with a code, a name and a page."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Severity, Violation
from layertrace.errors import LayertraceWarning, RuleError
from layertrace.timeline.event import Kind

__all__ = ["Rule", "all_rules", "rule"]

Check = Callable[[DiagnosisContext], Iterable[Violation]]
Trigger = tuple[Kind, Kind | None]

_CODE = re.compile(r"[A-Z]+\d+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of mistake.

    Attributes:
        code: `LT101`; the first digit is the theme. Rules of others have letters of their own.
        name: `variable-created-in-call`.
        severity: How bad it is, where a finding does not say otherwise.
        check: Finds it in a context. Its docstring is the page that `layertrace explain` prints.
        link: A page of TensorFlow's or Keras's guides.
        triggers: Which beginnings may show it on the spot: kinds of events, each with the kind of the event
            around it (None for any). Empty where it takes the whole recording to tell.
    """

    code: str
    name: str
    severity: Severity
    check: Check
    link: str = ""
    triggers: tuple[Trigger, ...] = ()

    @property
    def page(self) -> str:
        """What the mistake is, why it is one, and a bad and a good example, in Markdown."""
        return inspect.getdoc(self.check) or ""

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0]


def rule(
    code: str, name: str, severity: Severity, link: str = "", triggers: Iterable[Trigger] = ()
) -> Callable[[Check], Rule]:
    """Make a rule of a function; the module that does so is found by its place or its entry point.

    Raises:
        RuleError: If the code is not letters and a number.
    """
    if not _CODE.fullmatch(code):
        raise RuleError(f"the code {code!r} of rule {name!r} is not letters and a number, such as 'LT101'")

    def make(check: Check) -> Rule:
        return Rule(code, name, severity, check, link, tuple(triggers))

    return make


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return layertrace's rules and those of installed packages (entry points `layertrace.rules`)."""
    from layertrace.diagnosis import rules

    found: list[Rule] = []
    for module in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}."):
        found += _rules_in(importlib.import_module(module.name))
    for entry in entry_points(group="layertrace.rules"):
        found += _loaded(entry)
    known: dict[str, Rule] = {}
    for one in found:
        known.setdefault(one.code, one)
    return tuple(sorted(known.values(), key=lambda one: one.code))


def _loaded(entry: EntryPoint) -> list[Rule]:
    try:
        return _rules_in(entry.load())
    except Exception as error:  # a stranger's package: ours still run
        warnings.warn(
            f"the rules of {entry.value} cannot be loaded ({type(error).__name__}: {error}); the others run. "
            "Update or uninstall that package.",
            LayertraceWarning,
            stacklevel=4,
        )
        return []


def _rules_in(place: object) -> list[Rule]:
    """Return the rules of a module, or of whatever an entry point names: a rule, or several."""
    if isinstance(place, Rule):
        return [place]
    if isinstance(place, Iterable):
        return [one for one in place if isinstance(one, Rule)]
    return [one for one in vars(place).values() if isinstance(one, Rule)]
