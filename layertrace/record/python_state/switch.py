"""Switch the watching of Python state off, and warn of a Python whose bytecode is not known."""

from __future__ import annotations

import os
import sys

from layertrace.record.process.guard import warn_once

__all__ = ["NEWEST_PYTHON", "RULES", "SETTING", "read_setting", "switch"]

SETTING = "LAYERTRACE_PYTHON_STATE"
"""The environment variable; `off` does without Python state."""

RULES = ("LT205", "LT206", "LT207", "LT208", "LT214", "LT215", "LT216", "LT217", "LT402")
"""The rules that use what is seen of Python state."""

NEWEST_PYTHON = (3, 13)
"""The newest Python whose bytecode the tests of this folder were run with."""


class _Switch:
    """Whether Python state is watched now, in all recordings."""

    is_on = True


switch = _Switch()


def read_setting(*, is_first: bool) -> str | None:
    """Read the setting for a recording that starts.

    Args:
        is_first: Whether no other recording runs. Those that overlap share what the first one has read.

    Returns:
        The note for a recording in which some rules are not decided; None for any other.
    """
    if is_first:
        switch.is_on = _is_wanted()
    if switch.is_on:
        _check_python()
        return None
    return f"{SETTING}=off, so the rules {_listed(RULES)} were not checked"


def _is_wanted() -> bool:
    value = os.environ.get(SETTING, "")
    if value not in ("", "on", "off"):
        warn_once(
            f"{SETTING} must be 'on' or 'off', got {value!r}; layertrace uses 'on'.",
            key=f"{SETTING}={value}",
        )
    return value != "off"


def _check_python() -> None:
    """Warn once if this Python is newer than those whose bytecode is known."""
    running = sys.version_info[:2]
    if running > NEWEST_PYTHON:
        warn_once(
            f"The rules {_listed(RULES)} may miss problems in this program: it runs Python "
            f"{_dotted(running)}, and layertrace understands bytecode up to Python {_dotted(NEWEST_PYTHON)}. "
            f"Upgrade layertrace, or set {SETTING}=off to turn these rules off.",
            key="bytecode",
        )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _listed(codes: tuple[str, ...]) -> str:
    return f"{', '.join(codes[:-1])} and {codes[-1]}"
