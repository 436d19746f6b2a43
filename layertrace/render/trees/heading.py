"""Summarize a timeline above its tree: totals in one line, then a table of layers or their classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from layertrace.render.tables.counts import LayerCounts, Totals
from layertrace.render.tables.members import member_table
from layertrace.render.wording.formatting import counted
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.layer_names import Names
from layertrace.render.wording.styles import CLASS, ERROR, NOTE, QUIET, TITLE, inked
from layertrace.render.wording.wrapping import flowing, wrapped

__all__ = ["Heading"]

ONCE_TRACED = "a traced function runs as a graph, without Python: later steps record no calls"
INDENT = 4


class Heading:
    """The heading of the tree.

    Args:
        totals: The counts.
        notes: Sentences about the recording itself.
        names: The names of layers.
        glyphs: The symbols that can be shown.
        console: The console that it will be printed to.
    """

    def __init__(
        self,
        totals: Totals,
        notes: Sequence[str],
        names: Names,
        glyphs: Glyphs,
        console: Console,
    ) -> None:
        self._totals = totals
        self._notes = notes
        self._names = names
        self._glyphs = glyphs
        self._console = console
        self._dot = inked(f" {glyphs.dot} ", QUIET)

    def lines(self, width: int, limit: int) -> Iterator[Text]:
        """Yield the finished lines.

        Args:
            width: The width of the tree, to align the text at the right.
            limit: The maximum width of lines.
        """
        first, *further = self._title(width, limit)
        yield first
        inner = limit - INDENT
        for text in self._remarks():
            further += wrapped(text, self._console, inner)
        if len(self._totals.layers) > 1:
            further += member_table(self._totals, self._names, self._glyphs, inner)
        for line in further:
            yield inked(self._glyphs.pipe.ljust(INDENT), QUIET).append_text(line)
        if further:
            yield inked(self._glyphs.pipe, QUIET)

    def _remarks(self) -> Iterator[Text]:
        """Yield the notes of the recording, and what its traces do not show."""
        totals = self._totals
        yield from (inked(f"note: {self._glyphs.user(note)}", NOTE) for note in self._notes)
        together = totals.all_layers()
        failed = together.errors + totals.outside.errors
        if totals.traces and together.calls["graph"] and not totals.runs and not failed:
            yield inked(ONCE_TRACED, QUIET)

    def _title(self, width: int, limit: int) -> list[Text]:
        """Return the first line, and continuation lines if it is too long."""
        if len(self._totals.layers) != 1:
            return self._flow(self._whole(), limit - INDENT)
        return self._title_of_one(width, limit)

    def _title_of_one(self, width: int, limit: int) -> list[Text]:
        """Return the heading for a single layer: its name, and its counts at the right."""
        (counts,) = self._totals.layers.values()
        name = self._names.label(counts.layer)
        name.append(f"  {self._glyphs.user(counts.layer.class_name)}", CLASS)
        facts = [Text(counts.life_in_words(self._glyphs)), *self._facts(counts)]
        life = self._dot.join([fact for fact in facts if fact])
        gap = max(width - name.cell_len - life.cell_len, 2)
        if name.cell_len + gap + life.cell_len <= limit:
            return [name.append(" " * gap).append_text(life)]
        return [*wrapped(name, self._console, limit), *self._flow(facts, limit - INDENT)]

    def _whole(self) -> list[Text]:
        """Return the facts about several layers together."""
        together = self._totals.all_layers()
        calls = Text(together.calls_in_words(self._glyphs))
        layers = inked(
            counted(len(self._totals.layers), "layer") if self._totals.layers else "no layers", TITLE
        )
        return [layers, calls, *self._facts(together)]

    def _facts(self, counts: LayerCounts) -> Iterator[Text]:
        """Yield the counts other than layers and calls."""
        totals = self._totals
        outside = totals.outside.variables
        yield self._errors(counts.errors + totals.outside.errors)
        yield Text(totals.traces_in_words())
        if totals.runs:
            yield Text(counted(totals.runs, "run"))
        yield Text(totals.variables_in_words())
        if outside:
            yield Text(f"{counted(outside, 'variable')} outside of layers")
        if len(totals.threads) > 1:
            yield Text(counted(len(totals.threads), "thread"))

    def _errors(self, number: int) -> Text:
        return inked(counted(number, "error") if number else "", ERROR)

    def _flow(self, facts: Sequence[Text], width: int) -> list[Text]:
        return flowing([fact for fact in facts if fact], self._dot, self._console, width)
