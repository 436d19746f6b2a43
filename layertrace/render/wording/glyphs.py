"""The symbols that draw a timeline, and their replacements where they cannot be shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

from layertrace.render.wording.wrapping import wrapped

__all__ = ["ASCII", "UNICODE", "Adaptive", "Glyphs", "glyphs_for", "glyphs_of", "printable"]


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The symbols that one output can show.

    `pipe`, `branch` and `last` are guides one column wide; the layout decides how far they extend.
    """

    encoding: str
    arrow: str
    times: str
    cross: str
    dots: str
    dot: str
    micro: str
    pipe: str
    branch: str
    last: str
    dash: str
    begin: str
    end: str
    point: str
    mark: str
    inside: str

    def user(self, text: str) -> str:
        """Return text of the traced program without control characters, in a form that can be encoded."""
        text = printable(text)
        if self.encoding.startswith("utf") or text.isascii():
            return text
        return text.encode(self.encoding, "backslashreplace").decode(self.encoding)

    def user_lines(self, text: str) -> str:
        """Return the same for each line: line breaks and indentation are kept."""
        return "\n".join(map(self.user, text.split("\n")))


UNICODE = Glyphs("utf-8", "→", "×", "✗", "…", "·", "µ", "│", "├", "└", "─", "┌", "└", "•", "◄", "›")
ASCII = Glyphs("ascii", "->", "x", "x", "...", "-", "u", "|", "|", "`", "-", ">", "<", "*", "<-", ">")

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")


def printable(text: str) -> str:
    """Return a text without colour codes, and with control characters and text direction marks escaped."""
    if text.isprintable():
        return text
    return "".join(_spelled(sign) for sign in _ANSI.sub("", text))


def _spelled(sign: str) -> str:
    return sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii")


def glyphs_for(encoding: str, *, legacy_windows: bool = False) -> Glyphs:
    """Return the symbols for an encoding; consoles of old Windows also lack the fonts."""
    encoding = encoding.lower()
    if encoding.startswith("utf"):
        return ASCII if legacy_windows else UNICODE
    try:
        "".encode(encoding)
    except LookupError:
        encoding = "ascii"
    return Glyphs(encoding, *(getattr(ASCII, name) for name in Glyphs.__slots__ if name != "encoding"))


def glyphs_of(options: ConsoleOptions) -> Glyphs:
    """Return the symbols for the console that rich is printing to."""
    return glyphs_for(options.encoding, legacy_windows=options.legacy_windows)


class Adaptive:
    """A text that is written once the console is known."""

    def __init__(self, write: Callable[[Glyphs], Text]) -> None:
        self._write = write

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from wrapped(self._write(glyphs_of(options)), console, options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._write(glyphs_of(options)))
