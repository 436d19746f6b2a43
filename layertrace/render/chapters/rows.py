"""Write the rows of an overview: one for each statement, and one for each pass through the layers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rich.text import Text

from layertrace.diagnosis import Finding
from layertrace.render.chapters import sentences
from layertrace.render.chapters.contents import Contents, Pass
from layertrace.render.wording import event_phrases, formatting
from layertrace.render.wording.file_names import tails
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.plumbing_phrases import plumbing_phrase
from layertrace.render.wording.styles import ERROR, FOLD, KINDS, MODES, NAME, NOTE, QUIET, SEVERITIES, inked
from layertrace.timeline.chapters import Chapter
from layertrace.timeline.context import BACKENDS

__all__ = ["OverviewRow", "RowWriter", "is_about", "shortened"]

SMALL_PART = 10
LEAST_BETWEEN = 0.2
LEAST_BETWEEN_OF_ALL = 0.03


def is_about(finding: Finding, chapter: Chapter, contents: Contents) -> bool:
    """Return whether a finding names an event or a line of a chapter."""
    line = finding.location
    return not contents.seqs.isdisjoint(finding.events) or any(
        line is not None and line.file == statement.file and statement.first <= line.line <= statement.last
        for statement in chapter.statements
    )


@dataclass(slots=True)
class OverviewRow:
    """One row; the layout gives each cell its column.

    Attributes:
        lines: The lines of the statement, with the file where there are several; empty for a pass.
        name: The source of the statement, or the name of the pass.
        tail: The end of the name, which is never cut: `trace 1, 2`.
        words: What happened, as facts that may be spread over several lines.
        time: How long it took; empty if nothing was timed.
        duration_ns: The same as a number; 0 if nothing was timed.
        is_longest: Whether no other statement took as long.
        way: The pass whose calls it counts.
        left_out: The number of rows that it stands for, if it is a note.
    """

    lines: str = ""
    name: Text = field(default_factory=Text)
    tail: Text = field(default_factory=Text)
    words: list[Text] = field(default_factory=list)
    time: str = ""
    duration_ns: int = 0
    is_longest: bool = False
    way: Pass | None = None
    left_out: int = 0


class RowWriter:
    """Writes the rows of chapters.

    Args:
        chapters: All chapters of the overview.
        findings: The findings to mark.
        glyphs: The symbols that can be shown.
        is_selection: Whether events are missing, so that the time between those shown means nothing.
    """

    def __init__(
        self,
        chapters: Sequence[Chapter],
        findings: Sequence[Finding],
        glyphs: Glyphs,
        *,
        is_selection: bool = False,
    ) -> None:
        files = {statement.file for chapter in chapters for statement in chapter.statements} - {""}
        self._files = tails(files)
        self._names_files = len(files) > 1 or any(
            statement.function.rpartition(".")[2].startswith("test")
            for chapter in chapters
            for statement in chapter.statements
        )
        self._findings = findings
        self._glyphs = glyphs
        whole = sum(chapter.duration_ns or 0 for chapter in chapters)
        self._least_between_ns = math.inf if is_selection else LEAST_BETWEEN_OF_ALL * whole
        self._has_explained_runs = False  # one explanation is enough for a screen

    def chapter(self, chapter: Chapter, contents: Contents) -> tuple[OverviewRow, list[OverviewRow]]:
        """Return the row of a chapter, and those of its passes."""
        glyphs = self._glyphs
        facts = [Text(fact) for fact in sentences.created(contents)]
        plumbed = [event for event in contents.plumbing if event.layer is None or event.variable is None]
        if plumbed:
            facts.append(inked(plumbing_phrase(plumbed), QUIET))
        between = chapter.between_ns
        if between and between >= max(LEAST_BETWEEN * (chapter.duration_ns or 0), self._least_between_ns):
            facts.append(inked(f"{formatting.duration(between, glyphs)} outside of events", QUIET))
        passes = [row for way in contents.passes for row in self._pass(way)]
        is_alone = len(contents.passes) == 1 and not (contents.created or contents.built or contents.outside)
        if (
            is_alone
            and not contents.passes[0].traces
            and not (contents.calls and contents.passes[0].function)
        ):
            facts, passes = [*self._in_one_row(contents.passes[0]), *facts], []
        row = OverviewRow(self._lines(chapter), self._source(chapter), words=facts)
        if len(chapter.statements) > 1:
            row.tail = inked(f"  {self._glyphs.dots} {len(chapter.statements) - 1:,} more", QUIET)
        if chapter.duration_ns is not None:
            row.time = formatting.duration(chapter.duration_ns, glyphs)
        row.words += self._troubles(chapter, contents)
        return row, passes

    # The statement

    def _lines(self, chapter: Chapter) -> str:
        file = self._files.get(chapter.statements[0].file, "")
        if not chapter.lines:
            return self._glyphs.dash
        return self._glyphs.user(f"{file}:{chapter.lines}") if self._names_files else chapter.lines

    def _source(self, chapter: Chapter) -> Text:
        glyphs = self._glyphs
        text = Text()
        if chapter.times > 1:
            text.append_text(inked(f"{glyphs.times}{chapter.times:,} ", FOLD))
        source = chapter.source or ("" if chapter.lines else "outside of your lines of code")
        text.append(glyphs.user(source), NAME if chapter.source else QUIET)
        function = chapter.statements[0].function
        if function:
            text.append(f"{'  ' if source else ''}in {glyphs.user(function)}", QUIET)
        if chapter.thread != "MainThread":
            text.append(f"  in thread {glyphs.user(chapter.thread)}", QUIET)
        return text

    def _troubles(self, chapter: Chapter, contents: Contents) -> Iterator[Text]:
        seen = {f.code: f for f in reversed(self._findings) if is_about(f, chapter, contents)}
        codes = [(code, SEVERITIES[finding.severity]) for code, finding in sorted(seen.items())]
        if codes:
            mark = inked(f"{self._glyphs.mark} ", codes[0][1])
            yield mark + Text(" ").join(inked(code, style) for code, style in codes)
        for event in contents.errors[:1]:
            yield event_phrases.trouble(event, self._glyphs)
        if len(contents.errors) > 1:
            yield inked(formatting.counted(len(contents.errors) - 1, "further error"), ERROR)

    # The passes

    def _pass(self, way: Pass) -> Iterator[OverviewRow]:
        """Yield a row for the calls or traces of a pass, and one for its executions.

        Before it stands what happened while it was traced, in the order and the words of the life chart; its
        time is in parentheses, since it is a part of the time below it.
        """
        if way.function is None:
            yield self._row(self._name(way), "", list(self._calls(way)), way.duration_ns, way)
            return
        for inner in way.inside:
            words = list(self._calls(inner, sentences.pass_name(way)))
            row = self._row(self._name(inner), "", words, inner.duration_ns, inner)
            row.time = row.time and f"({row.time})"
            yield row
        if way.traces or way.calls:  # of a selection without the traces, only calls are known
            shares, why = list(self._shares(way)), [*self._reasons(way), *self._breaks(way)]
            # The last words are the first to be dropped; what `torch.compile` took for a graph is the least.
            words = [*self._calls(way), *(why + shares if self._is_on_torch(way) else shares + why)]
            words += self._unseen_runs(way)
            yield self._row(self._name(way), sentences.numbers(way) or "traced", words, way.traced_ns, way)
        if way.runs:
            yield self._row(self._name(way), sentences.runs(way), list(self._no_python(way)), way.run_ns)

    def _row(
        self, name: Text, rest: str, words: list[Text], duration_ns: int | None, way: Pass | None = None
    ) -> OverviewRow:
        time = "" if duration_ns is None else formatting.duration(duration_ns, self._glyphs)
        tail = Text(self._glyphed(f"  {rest}" if rest else ""))
        return OverviewRow("", name, tail, words, time, duration_ns or 0, way=way)

    def _in_one_row(self, way: Pass) -> Iterator[Text]:
        """Yield what a pass without a trace did, for the row of a chapter that did nothing else."""
        if way.function is None:
            yield from self._calls(way)
            return
        runs = self._glyphed(f"  {sentences.runs(way)}, no new trace")
        yield self._name(way, indent="").append(runs)
        yield from self._no_python(way)

    def _name(self, way: Pass, *, indent: str = "  ") -> Text:
        name = self._glyphs.user(sentences.pass_name(way))
        style = KINDS["trace"] if way.function is not None else MODES[way.kind]
        return Text(indent).append(name, style)

    def _calls(self, way: Pass, traced: str = "") -> Iterator[Text]:
        """Yield the calls of a pass, and what for; `traced` is the function that was traced meanwhile."""
        words = self._glyphed(sentences.calls(way))
        where = f"in {self._glyphs.user(traced)}" if traced else ""
        if words:
            yield Text(words)
        if way.kind == "symbolic":
            yield inked(f"Keras infers shapes {where}".rstrip(), QUIET)
        elif where:
            yield inked(where, QUIET)

    def _shares(self, way: Pass) -> Iterator[Text]:
        """Yield how much of the traces was spent in layers and in XLA, unless layers took nearly all."""
        rest, whole, compiled = way.rest_ns, way.traced_ns, way.compile_ns
        if rest is not None and whole and way.calls_ns and (rest + compiled) * SMALL_PART >= whole:
            parts = [("layers", way.calls_ns), *((inner.kind, inner.duration_ns) for inner in way.inside)]
            parts.append(("backend" if self._is_on_torch(way) else "XLA", compiled))
            shown = [f"{name} {formatting.duration(part, self._glyphs)}" for name, part in parts if part]
            others = formatting.duration(rest, self._glyphs)
            yield Text(f"{', '.join(shown)}, the rest {others}{sentences.rest(way)}")
        elif compiled:
            yield inked(event_phrases.compiled(compiled, self._glyphs), QUIET)

    def _reasons(self, way: Pass) -> Iterator[Text]:
        style = QUIET if all(cause.is_expected for cause in way.causes) else NOTE
        for reason in sentences.reasons(way):
            yield inked(self._glyphs.user(reason), style)

    def _breaks(self, way: Pass) -> Iterator[Text]:
        """Yield where `torch.compile` ended the graphs."""
        breaks = (found for trace in way.traces for found in trace.graph_breaks)
        for text in event_phrases.graph_breaks(breaks, self._glyphs):
            yield inked(text, NOTE)

    @staticmethod
    def _is_on_torch(way: Pass) -> bool:
        return way.backend == BACKENDS["torch"]

    def _unseen_runs(self, way: Pass) -> Iterator[Text]:
        """Yield that runs are not counted; on torch, where that is so for all functions, only once."""
        is_for_all = self._is_on_torch(way)
        if not way.counts_runs and not (is_for_all and self._has_explained_runs):
            self._has_explained_runs |= is_for_all
            yield inked(event_phrases.RUNS_UNSEEN, QUIET)

    def _no_python(self, way: Pass) -> Iterator[Text]:
        if way.traced_before:
            yield inked("traced before this recording; its layers record no events", NOTE)
        elif way.runs:
            if not self._has_explained_runs:
                yield inked(event_phrases.AS_GRAPH, QUIET)
            self._has_explained_runs = True
            first = sentences.first_runs(way)
            if first:
                yield inked(first, NOTE)
                return
            start = event_phrases.slow_start(way.runs, way.first_run_ns, way.run_ns, self._glyphs)
            if start:
                yield Text(start)

    def _glyphed(self, text: str) -> str:
        return sentences.glyphed(text, self._glyphs)


def shortened(
    rows: list[OverviewRow], most: int, glyphs: Glyphs, *, is_brief: bool = False
) -> list[OverviewRow]:
    """Return at most so many rows of passes, those that took longest; the last one counts the others.

    Args:
        rows: The rows of a statement.
        most: How many to return.
        glyphs: The symbols that can be shown.
        is_brief: Whether to keep only the first fact of each row.
    """
    for row in rows if is_brief else ():
        del row.words[1:]
    if len(rows) <= most:
        return rows
    by_time = sorted(range(len(rows)), key=lambda place: (rows[place].left_out, -rows[place].duration_ns))
    kept = sorted(by_time[: most - 1])
    left_out = sum(rows[place].left_out or 1 for place in by_time[most - 1 :])
    note = OverviewRow(name=inked(f"  {glyphs.dots} {left_out:,} more rows of functions and calls", QUIET))
    note.left_out = left_out
    return [*(rows[place] for place in kept), note]
