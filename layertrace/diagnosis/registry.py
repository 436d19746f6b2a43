"""Find all rules: those of this package, and those of other installed packages."""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from collections.abc import Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from layertrace.diagnosis.rule import Rule
from layertrace.errors import LayertraceWarning

__all__ = ["all_rules"]


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return layertrace's rules and those of installed packages (entry point `layertrace.rules`)."""
    from layertrace.diagnosis import rules

    candidates: list[Rule] = []
    for module in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}."):
        candidates += _rules_in(importlib.import_module(module.name))
    for entry in entry_points(group="layertrace.rules"):
        candidates += _loaded(entry)
    by_code: dict[str, Rule] = {}
    for candidate in candidates:
        by_code.setdefault(candidate.code, candidate)
    return tuple(sorted(by_code.values(), key=lambda rule: rule.code))


def _loaded(entry: EntryPoint) -> list[Rule]:
    """Return the rules of an entry point, or warn if it cannot be loaded."""
    try:
        return _rules_in(entry.load())
    except Exception as error:  # a bug in another package: our rules still run
        warnings.warn(
            f"the rules of {entry.value} cannot be loaded ({type(error).__name__}: {error}). All other rules "
            "run. Update or uninstall that package.",
            LayertraceWarning,
            stacklevel=4,
        )
        return []


def _rules_in(place: object) -> list[Rule]:
    """Return the rules in a module, an iterable, or a single rule."""
    if isinstance(place, Rule):
        return [place]
    if isinstance(place, Iterable):
        return [item for item in place if isinstance(item, Rule)]
    return [value for value in vars(place).values() if isinstance(value, Rule)]
