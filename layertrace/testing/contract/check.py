"""Define a check: a function with a name and a group that tries one clause of the contract."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Literal, get_args

from layertrace.errors import ExpectationError
from layertrace.testing.contract.subject import Subject

__all__ = ["GROUPS", "Check", "all_checks", "check", "chosen_checks", "closer_checks", "needed_checks"]

Group = Literal["lifecycle", "modes", "shapes", "masks", "training", "persistence", "dtypes", "distribution"]
GROUPS: tuple[Group, ...] = get_args(Group)
"""In the order in which their checks run."""


@dataclass(frozen=True, slots=True)
class Check:
    """One clause of the contract.

    Attributes:
        name: `config-round-trip`.
        group: The group, by which checks can be selected.
        function: It returns if the layer keeps the clause, and raises `Broken` or `NotApplicable` otherwise.
            Its docstring is the page of the check.
        after: The checks that must pass first: a layer that breaks one of them breaks this one, too.
        unless: The checks that report some of its mistakes themselves. If one fails, this is left to it,
            but not if it was not tried.
        is_slow: Whether pytest marks its tests as `slow`.
        is_opt_in: Whether it runs only if it, or its group, is selected.
    """

    name: str
    group: Group
    function: Callable[[Subject], None]
    after: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    is_slow: bool = False
    is_opt_in: bool = False

    @property
    def page(self) -> str:
        """The description of the clause in Markdown, with its known limits."""
        return inspect.getdoc(self.function) or ""

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0]


def check(
    group: Group,
    name: str,
    after: Iterable[str] = (),
    *,
    unless: Iterable[str] = (),
    is_slow: bool = False,
    is_opt_in: bool = False,
) -> Callable[[Callable[[Subject], None]], Check]:
    """Turn a function into a check. Checks are found in the folder `checks`."""

    def make(function: Callable[[Subject], None]) -> Check:
        return Check(name, group, function, tuple(after), tuple(unless), is_slow, is_opt_in)

    return make


@cache
def all_checks() -> tuple[Check, ...]:
    """Return all checks, in the order in which they run: by group, and those first that others need."""
    from layertrace.testing.contract import checks

    found: dict[str, Check] = {}
    for module in pkgutil.walk_packages(checks.__path__, f"{checks.__name__}."):
        values = vars(importlib.import_module(module.name)).values()
        found |= {value.name: value for value in values if isinstance(value, Check)}

    def needed(item: Check) -> set[str]:
        return {name for needs in (*item.after, *item.unless) for name in (needs, *needed(found[needs]))}

    return tuple(
        sorted(found.values(), key=lambda item: (GROUPS.index(item.group), len(needed(item)), item.name))
    )


@cache
def needed_checks(check: Check) -> tuple[Check, ...]:
    """Return the checks that must pass before a check, and before those."""
    direct = [item for item in all_checks() if item.name in check.after]
    indirect = {item.name for needed in direct for item in needed_checks(needed)}
    return tuple(item for item in all_checks() if item in direct or item.name in indirect)


@cache
def closer_checks(check: Check) -> tuple[Check, ...]:
    """Return the checks that a check is left to if they fail."""
    return tuple(item for item in all_checks() if item.name in check.unless)


def chosen_checks(select: Iterable[str] | None, ignore: Iterable[str] | None) -> tuple[Check, ...]:
    """Return the checks of the given names and groups.

    Args:
        select: Names of checks or groups; None for all but those that are opt-in.
        ignore: Names of checks or groups to leave out.

    Raises:
        ExpectationError: If a name belongs to no check and no group.
    """
    wanted = None if select is None else _known(select)
    unwanted = _known(ignore or ())
    return tuple(
        item
        for item in all_checks()
        if (not item.is_opt_in if wanted is None else {item.name, item.group} & wanted)
        and not {item.name, item.group} & unwanted
    )


def _known(names: Iterable[str]) -> set[str]:
    names = {names} if isinstance(names, str) else set(names)
    valid = [*GROUPS, *(item.name for item in all_checks())]
    for name in names:
        if name not in valid:
            similar = get_close_matches(name, valid, n=1)
            meant = f" (did you mean {similar[0]!r}?)" if similar else ""
            raise ExpectationError(
                f"no check and no group is called {name!r}{meant}; the checks are "
                f"{', '.join(item.name for item in all_checks())}, in the groups {', '.join(GROUPS)}"
            )
    return names
