"""Write anything that rich can print as plain text, or as a fragment of HTML."""

from __future__ import annotations

import io
import re
import shutil
import sys
from typing import Literal

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.terminal_theme import TerminalTheme

__all__ = [
    "WIDTH_OF_A_NOTEBOOK",
    "Displayable",
    "Printable",
    "html",
    "lines_taken",
    "recording_console",
    "terminal_width",
    "written",
]

WIDTH_WITHOUT_TERMINAL = 100
WIDTH_OF_A_NOTEBOOK = 100

GREY = (0x76, 0x76, 0x76)
# Black, red, green, yellow, blue, magenta, cyan, white: of the one lightness that has a contrast
# of more than 4 both on white and on a dark page (#111). Plain text keeps the page's own colour,
# and `dim` is half way between "foreground" and "background", hence grey twice.
PALETTE = [
    GREY,
    (0xE0, 0x31, 0x3D),
    (0x2A, 0x8A, 0x3E),
    (0xA0, 0x6F, 0x00),
    (0x2F, 0x77, 0xD8),
    (0xB0, 0x4F, 0xC4),
    (0x0B, 0x84, 0x90),
    GREY,
]
THEME = TerminalTheme(GREY, GREY, PALETTE, PALETTE)

# No colour has a contrast of 4.5 on both, so each is mixed with that of the plain text, which is dark on a
# light page and light on a dark one. That works in any theme, without a script. Where a notebook is not
# trusted, its style sheets are removed, and the colours in the text are left.
ADAPTED = ".layertrace [style*='{colour}']{{color:color-mix(in srgb,currentColor 30%,{colour})!important}}"

PIECE = (
    '<pre class="layertrace" style="white-space:pre;overflow-x:auto;font-size:13px;line-height:1.35;margin:0;'
    "background:none;font-family:Menlo,'DejaVu Sans Mono',consolas,'Courier New',monospace\">{code}</pre>"
)


class _Memory(io.StringIO):
    """A file in memory that reports a given encoding."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has it as a plain attribute
        return self._encoding


def written(
    renderable: RenderableType,
    *,
    width: int | None = None,
    encoding: str | None = None,
    colour: bool = False,
) -> str:
    """Return what rich would print, as plain text or with terminal colours."""
    page = _Memory(encoding or getattr(sys.stdout, "encoding", None) or "utf-8")
    console = Console(
        file=page,
        width=width or terminal_width(),
        color_system="standard" if colour else None,
        force_terminal=colour,
        force_jupyter=False,
        legacy_windows=False,
    )
    console.print(renderable, crop=False)
    return "\n".join(line.rstrip() for line in page.getvalue().rstrip("\n").split("\n"))


class Printable:
    """What `rich` can print, and `print`, too."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        raise NotImplementedError

    def __str__(self) -> str:
        return written(self)

    __repr__ = __str__


class Displayable(Printable):
    """What a notebook can show as well."""

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Return the forms that a notebook chooses from."""
        return {"text/plain": written(self, width=WIDTH_OF_A_NOTEBOOK), "text/html": html(self)}


def terminal_width() -> int:
    """Return the width of the terminal, or a width that reads well without one."""
    return shutil.get_terminal_size((WIDTH_WITHOUT_TERMINAL, 24)).columns


def lines_taken(console: Console, *parts: RenderableType) -> int:
    """Return the number of lines that parts of a report take, each with an empty line after it."""
    return sum(len(console.render_lines(part, pad=False)) + 1 for part in parts)


def recording_console(width: int, colours: Literal["standard", "truecolor"] = "truecolor") -> Console:
    """Return a console that keeps what it prints for an export, in colour in any environment."""
    return Console(
        file=io.StringIO(),
        width=width,
        record=True,
        color_system=colours,
        force_terminal=True,
        force_jupyter=False,
        legacy_windows=False,
        no_color=False,
    )


def html(renderable: RenderableType, *, width: int = WIDTH_OF_A_NOTEBOOK) -> str:
    """Return what rich would print, as a fragment of HTML with all text escaped."""
    console = recording_console(width, "standard")
    console.print(renderable, crop=False)
    page = console.export_html(theme=THEME, code_format=PIECE, inline_styles=True)
    # rich writes each colour twice (`rich/style.py` of rich 13 to 15); without it, a page is a third smaller.
    page = re.sub(r";? ?text-decoration-color: #[0-9a-f]{6}", "", page)
    # The background that is the terminal's own is that of the notebook.
    return _adapting(re.sub(r";? ?background-color: #767676", "", page))


def _adapting(page: str) -> str:
    """Return a fragment, followed by a style sheet that adapts its colours to light and dark pages."""
    colours = sorted(set(re.findall(r'<span style="color: (#[0-9a-f]{6})', page)))
    rules = "".join(ADAPTED.format(colour=colour) for colour in colours)
    return f"{page}<style>{rules}</style>" if rules else page
