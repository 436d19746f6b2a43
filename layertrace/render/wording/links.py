"""Link places in the terminal to their files."""

from __future__ import annotations

import os
from functools import lru_cache
from urllib.parse import quote

from rich.console import Console

from layertrace.timeline.event import Location

__all__ = ["can_link", "link_to"]


def can_link(console: Console) -> bool:
    """Return whether a console shows links: a terminal with colours, and not a pipe or a file."""
    if not console.is_terminal or console.no_color or console.color_system is None:
        return False
    try:
        return bool(console.file.isatty())
    except (AttributeError, ValueError):  # an object of the program, or closed
        return False


def link_to(location: Location) -> str | None:
    """Return the address of a line in a file; None if this machine does not have the file."""
    return f"{address}#{location.line}" if (address := _address(location.file)) else None


@lru_cache(maxsize=1024)
def _address(file: str) -> str | None:
    path = os.path.abspath(file)
    return f"file://{quote(path)}" if os.path.isabs(file) and os.path.isfile(path) else None
