"""Select the rules to run by code: in a call, in `pyproject.toml`, or on a class of layers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from layertrace.diagnosis.registry import all_rules
from layertrace.diagnosis.rule import Rule
from layertrace.errors import RuleError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Settings", "accept", "chosen", "settings"]

C = TypeVar("C", bound=type)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a project in `[tool.layertrace]`."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()


def settings(start: Path | None = None) -> Settings:
    """Return the settings in the nearest `pyproject.toml` with a `[tool.layertrace]`, from a folder upwards.

    Raises:
        RuleError: If the file cannot be parsed, or a setting is not a list of codes.
    """
    try:
        folder = (start or Path.cwd()).resolve()
    except OSError:  # the program has removed its working directory
        return Settings()
    for place in (folder, *folder.parents):
        file = place / "pyproject.toml"
        if file.is_file():
            table = _table(file)
            if table is not None:
                return _read(file, table)
    return Settings()


def _table(file: Path) -> Any:
    """Return the `[tool.layertrace]` of a file; None if it has none."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise RuleError(f"{file} cannot be read: {error}") from error
    return content.get("tool", {}).get("layertrace")


def _read(file: Path, table: Any) -> Settings:
    """Return the settings that a table holds."""
    if not isinstance(table, dict) or not set(table) <= {"select", "ignore"}:
        raise RuleError(f"[tool.layertrace] in {file} takes ignore and select, each a list of codes")
    for name, codes in table.items():
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise RuleError(f"{name} in [tool.layertrace] of {file} must be a list of codes, got {codes!r}")
    select = table.get("select")
    return Settings(None if select is None else tuple(select), tuple(table.get("ignore", ())))


def chosen(select: Sequence[str] | None, ignore: Sequence[str]) -> tuple[Rule, ...]:
    """Return the selected rules that are not ignored.

    Args:
        select: Codes of rules, prefixes of codes, or names; None selects all rules.
        ignore: Codes of rules, prefixes of codes, or names; `ignore` wins over `select`.

    Raises:
        RuleError: If one of them matches no rule.
    """
    rules = all_rules()
    for code in (*(select or ()), *ignore):
        if not isinstance(code, str) or not any(_matches(rule, code) for rule in rules):
            codes = ", ".join(rule.code for rule in rules)
            raise RuleError(f"no rule has a code that begins with {code!r}; there are {codes}")
    return tuple(
        rule
        for rule in rules
        if (select is None or any(_matches(rule, code) for code in select))
        and not any(_matches(rule, code) for code in ignore)
    )


def _matches(rule: Rule, code: str) -> bool:
    """Return whether a code, a prefix of a code or a name matches a rule."""
    return bool(code) and (code == rule.name or rule.code.startswith(code.upper()))


def accept(*codes: str) -> Callable[[C], C]:
    """Accept findings for the layers of one class and its subclasses.

    Args:
        *codes: Codes of rules, or prefixes of codes: `"LT101"`, `"LT2"`.

    Raises:
        RuleError: If no code is given, or one of them cannot be the prefix of a code.

    Example:
        @layertrace.accept("LT105")  # the step counter is not meant to be saved
        class Schedule(keras.layers.Layer): ...
    """
    if not codes or not all(isinstance(code, str) and code[:1].isalpha() for code in codes):
        raise RuleError(f"accept() takes codes of findings, such as 'LT105', got {codes!r}")

    def mark(cls: C) -> C:
        accepted = (*getattr(cls, "_layertrace_accepted", ()), *codes)
        cls._layertrace_accepted = accepted  # type: ignore[attr-defined]  # any class may be marked
        return cls

    return mark
