"""Explain a recording without events: the usual reasons, and the command to try."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from layertrace.render.wording.glyphs import Glyphs, glyphs_of
from layertrace.render.wording.styles import NOTE, TITLE, inked
from layertrace.render.wording.wrapping import wrapped
from layertrace.timeline import Timeline
from layertrace.timeline.ownership import KERAS

__all__ = ["NOTHING_SEEN", "NothingSeen"]

NOTHING_SEEN = "nothing was recorded: no layer was created, built or called"
COMMAND = " " * 6
NOTHING_SELECTED = "none of the recorded events was selected"


@dataclass(frozen=True)
class NothingSeen:
    """What to print in place of a tree that has no events.

    Attributes:
        timeline: The recording.
        arguments: For a program that was recorded from its beginning, the arguments of `layertrace run`.
    """

    timeline: Timeline
    arguments: Sequence[str] | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.wrapped(console, glyphs_of(options), options.max_width):
            line.no_wrap, line.overflow = True, "ignore"
            yield line

    def wrapped(self, console: Console, glyphs: Glyphs, width: int) -> list[Text]:
        """Return the lines that are printed in a given width."""
        lines = []
        for margin, text in self._lines(glyphs):
            # A command stays in one line, so that it can be pasted.
            parts = [text] if margin == COMMAND else wrapped(text, console, width - len(margin))
            margins = [margin, *[" " * len(margin)] * len(parts)]
            lines += [Text(begin).append_text(part) for begin, part in zip(margins, parts, strict=False)]
        return lines

    def _lines(self, glyphs: Glyphs) -> Iterator[tuple[str, Text]]:
        """Yield the lines, each as its margin and its text."""
        if self.timeline.recorded:
            yield "", inked(NOTHING_SELECTED, TITLE)
            return
        yield "", inked(NOTHING_SEEN if not self.timeline.notes else "nothing was recorded", TITLE)
        for note in self.timeline.notes:
            yield "  ", inked(f"note: {glyphs.user(note)}", NOTE)
        if not self.timeline.notes and self.timeline.failure is None:
            yield from self._reasons(glyphs)

    def _reasons(self, glyphs: Glyphs) -> Iterator[tuple[str, Text]]:
        arguments = self.timeline.surroundings.command if self.arguments is None else self.arguments
        program = glyphs.user(shlex.join(arguments)) or "PROGRAM"
        in_processes = f"layertrace run --children --save run.layertrace {program}"
        is_loaded = any(name in KERAS for name in self.timeline.surroundings.versions)
        bullet = f"  {glyphs.point} "
        if self.arguments is not None and not is_loaded:
            yield "  ", Text("The program did not import Keras or tf_keras. Perhaps")
            yield bullet, Text("it started another Python process that did. To record that process, too:")
            yield COMMAND, Text(in_processes)
            yield bullet, Text("it uses another framework: layertrace records Keras on TensorFlow.")
        elif self.arguments is not None:
            yield "  ", Text("Keras was imported, but no layer was used in this process. Perhaps")
            yield bullet, Text("the layers ran in another Python process. To record that process, too:")
            yield COMMAND, Text(in_processes)
            yield bullet, Text("the program calls only functions, or layers of another Keras.")
        elif not arguments:  # a notebook or an interactive session, which no command records
            yield "  ", Text("The most common reasons:")
            yield bullet, Text("The layers were created and called before recording began.")
            yield bullet, Text("The code called only functions, or its layers ran in another Python process.")
        else:
            yield "  ", Text("The most common reasons:")
            yield (
                bullet,
                Text("The layers were created and called before recording began. To record all of them:"),
            )
            yield COMMAND, Text(f"layertrace run {program}")
            yield (
                bullet,
                Text("The program called only functions, or its layers ran in another Python process:"),
            )
            yield COMMAND, Text(in_processes)
