"""Which rules run: by code or its beginning, in the call and in `pyproject.toml`, as ruff does it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layertrace.diagnosis.registry import Rule, all_rules
from layertrace.errors import RuleError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Settings", "chosen", "settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """`[tool.layertrace]` of a project."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()


def settings(start: Path | None = None) -> Settings:
    """Read the settings from the nearest `pyproject.toml` with a `[tool.layertrace]`, from a folder upwards.

    Raises:
        RuleError: If the file does not parse, or a setting is not a list of codes.
    """
    try:
        folder = (start or Path.cwd()).resolve()
    except OSError:  # the program has removed the folder that it was started in
        return Settings()
    for place in (folder, *folder.parents):
        file = place / "pyproject.toml"
        if file.is_file():
            table = _table(file)
            if table is not None:
                return _read(file, table)
    return Settings()


def _table(file: Path) -> Any:
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise RuleError(f"{file} cannot be read: {error}") from error
    return found.get("tool", {}).get("layertrace")


def _read(file: Path, table: Any) -> Settings:
    known = {"select", "ignore"}
    if not isinstance(table, dict) or not set(table) <= known:
        raise RuleError(f"[tool.layertrace] of {file} takes {' and '.join(sorted(known))}, lists of codes")
    for name, codes in table.items():
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise RuleError(f"{name} in [tool.layertrace] of {file} is no list of codes: {codes!r}")
    select = table.get("select")
    return Settings(None if select is None else tuple(select), tuple(table.get("ignore", ())))


def chosen(select: Sequence[str] | None, ignore: Sequence[str]) -> tuple[Rule, ...]:
    """Return the rules whose code begins like one in `select` (None: all) and like none in `ignore`.

    A name goes as well as a code.

    Raises:
        RuleError: If one of them fits no rule.
    """
    rules = all_rules()
    for wanted in (*(select or ()), *ignore):
        if not isinstance(wanted, str) or not any(_fits(rule, wanted) for rule in rules):
            known = ", ".join(rule.code for rule in rules)
            raise RuleError(f"no rule has a code that begins with {wanted!r}; there are {known}")
    return tuple(
        rule
        for rule in rules
        if (select is None or any(_fits(rule, one) for one in select))
        and not any(_fits(rule, one) for one in ignore)
    )


def _fits(rule: Rule, wanted: str) -> bool:
    return bool(wanted) and (wanted == rule.name or rule.code.startswith(wanted.upper()))
