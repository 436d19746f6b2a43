"""Write what is printed of a timeline as a picture or as text."""

from __future__ import annotations

import re
from html import escape
from pathlib import PurePath
from typing import IO

from rich.console import Group, RenderableType
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from layertrace.diagnosis import diagnose, serious
from layertrace.render.console import lines_taken, recording_console
from layertrace.render.lives.palette import Theme
from layertrace.render.printing import text
from layertrace.render.screen import report_parts
from layertrace.render.tables.verdict import verdict
from layertrace.render.wording.glyphs import UNICODE, printable
from layertrace.timeline import Timeline

__all__ = ["write_svg", "write_text"]

WIDTH = 160
"""The maximum width of a text, whatever the width of the terminal; the tree may be narrower."""

LINES_OF_A_TEXT = 5_000
"""A file can be searched and scrolled, so it gets more than the lines of a screen."""

WIDTH_OF_A_PICTURE, LINES_OF_A_PICTURE = 120, 60
"""A picture is shown on a page or a slide, where more would be too small to read."""

FEWEST_LINES = 10

DARK = TerminalTheme(
    (22, 24, 29),
    (214, 217, 222),
    [(22, 24, 29), (255, 123, 114), (126, 211, 133), (227, 179, 65),
     (121, 184, 255), (210, 168, 255), (118, 227, 234), (214, 217, 222)],
)  # fmt: skip
LIGHT = TerminalTheme(
    (255, 255, 255),
    (31, 35, 40),
    [(31, 35, 40), (180, 35, 24), (26, 127, 55), (138, 97, 0),
     (10, 88, 202), (139, 63, 176), (11, 114, 133), (90, 96, 104)],
)  # fmt: skip


def write_text(timeline: Timeline, file: IO[bytes]) -> None:
    """Write the tree as UTF-8 text."""
    written = text(timeline, width=WIDTH, encoding="utf-8", max_lines=LINES_OF_A_TEXT)
    file.write(written.encode() + b"\n")


def write_svg(timeline: Timeline, file: IO[bytes], theme: Theme = "dark") -> None:
    """Write the report on one screen as a picture of a terminal, which loads nothing from the network."""
    colours = LIGHT if theme == "light" else DARK
    findings = serious(diagnose(timeline))
    console = recording_console(WIDTH_OF_A_PICTURE)
    parts = report_parts(console, timeline, findings)
    if lines_taken(console, *parts) > LINES_OF_A_PICTURE:
        parts = report_parts(console, timeline, findings, in_full=False)
    spare = LINES_OF_A_PICTURE - lines_taken(console, *parts)
    if spare < 0:
        most = max(lines_taken(console, parts[-2]) + spare, FEWEST_LINES)
        parts = report_parts(console, timeline, findings, in_full=False, max_lines=most)
    separated = [part for number, part in enumerate(parts) for part in ([Text()] * bool(number) + [part])]
    shown = Group(*separated)
    console = recording_console(_widest(shown))
    console.print(shown, crop=False)
    title = _title(timeline)
    picture = console.export_svg(title=title, theme=colours)
    # rich makes a picture load its font from a server (`rich/_export_format.py` of rich 13 to 15). Opening a
    # file must not contact a server, and any monospaced font will do.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, count=2, flags=re.DOTALL)
    if colours is LIGHT:  # rich draws the edge of the window for a dark one
        picture = picture.replace("rgba(255,255,255,0.35)", "rgba(0,0,0,0.2)", 1)
    sentence = printable(verdict(timeline, findings).sentence)
    described = f"<title>{escape(f'{title}: {sentence}')}</title>"
    file.write(re.sub(r"(<svg[^>]*>)", lambda match: match[1] + described, picture, count=1).encode())


def _title(timeline: Timeline) -> str:
    """Return the title of the window: the program, if it is known."""
    program = PurePath(timeline.surroundings.command[0]).name if timeline.surroundings.command else ""
    return printable(f"layertrace {UNICODE.dot} {program}" if program else "layertrace")


def _widest(shown: RenderableType) -> int:
    """Return the width of the longest line, which may be a command that is not wrapped."""
    lines = recording_console(WIDTH_OF_A_PICTURE).render_lines(shown, pad=False)
    return max((sum(len(segment.text) for segment in line) for line in lines), default=1)
