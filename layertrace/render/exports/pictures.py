"""Write the printed tree as a picture or as text."""

from __future__ import annotations

import io
import re
from typing import IO

from rich.console import Console
from rich.measure import Measurement

from layertrace.render.printing import text
from layertrace.render.trees.tree import tree
from layertrace.timeline import Timeline

__all__ = ["write_svg", "write_text"]

WIDTH = 160
"""The maximum width of a file, whatever the width of the terminal; the tree may be narrower."""

LINES_OF_A_TEXT = 5_000
"""A file can be searched and scrolled, so it gets more than the 400 lines of a terminal."""


def write_text(timeline: Timeline, file: IO[bytes]) -> None:
    """Write the tree as UTF-8 text."""
    written = text(timeline, width=WIDTH, encoding="utf-8", max_lines=LINES_OF_A_TEXT)
    file.write(written.encode() + b"\n")


def write_svg(timeline: Timeline, file: IO[bytes]) -> None:
    """Write the tree as a picture of a terminal, which loads nothing from the network."""
    shown = tree(timeline)
    options = {"file": io.StringIO(), "force_terminal": True, "legacy_windows": False, "no_color": False}
    console = Console(width=WIDTH, force_jupyter=False, **options)  # type: ignore[arg-type]  # options of several types
    width = Measurement.get(console, console.options, shown).maximum
    console = Console(width=width, record=True, color_system="truecolor", **options)  # type: ignore[arg-type]
    console.print(shown, crop=False)
    picture = console.export_svg(title="layertrace")
    # rich makes a picture load its font from a server (`rich/_export_format.py` of rich 13 to 15). Opening a
    # file must not contact a server, and any monospaced font will do.
    file.write(re.sub(r"@font-face \{.*?\}\s*", "", picture, count=2, flags=re.DOTALL).encode())
