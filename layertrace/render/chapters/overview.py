"""Show a recording on one screen: a row for each statement, and as much of the tree as there is room for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from layertrace.diagnosis import Finding
from layertrace.render.chapters.between import row_between
from layertrace.render.chapters.columns import Columns
from layertrace.render.chapters.contents import Contents, contents_of
from layertrace.render.chapters.headline import Headline
from layertrace.render.chapters.joining import joined
from layertrace.render.chapters.large import folds_of_large
from layertrace.render.chapters.places import LinePlaces, leave_out
from layertrace.render.chapters.rows import OverviewRow, RowWriter, shortened
from layertrace.render.chapters.section import Section, shortenings
from layertrace.render.tables.counts import Totals
from layertrace.render.tables.verdict import Verdict
from layertrace.render.trees.layout import Layout
from layertrace.render.trees.lines import Writer
from layertrace.render.trees.outline import MOST_LINES, Outline
from layertrace.render.trees.rows import Row, rows
from layertrace.render.trees.tree import TimelineTree, locations_of, tree
from layertrace.render.wording.file_names import Places, here
from layertrace.render.wording.glyphs import glyphs_of
from layertrace.render.wording.layer_names import Names
from layertrace.render.wording.styles import QUIET, inked
from layertrace.render.wording.wrapping import flowing
from layertrace.timeline import Timeline
from layertrace.timeline.building_calls import building_calls
from layertrace.timeline.chapters import Chapter, chapters
from layertrace.timeline.tree_options import TreeOptions, list_tree_options

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["LINES_WHEN_NARROW", "LINES_WHEN_WIDE", "Overview", "overview"]

LINES_WHEN_WIDE, LINES_WHEN_NARROW = 40, 60
FEWEST_LINES = 9
LINES_WITH_DEPTH = 90
LONGEST_TREE = 16
MOST_EVENTS = 20_000  # of which it is tried whether the tree is short: to fold a million takes seconds
WIDE_FROM = 100
FEWEST_TREE_LINES = 3
MORE_BETWEEN = " · "
MOST_ATTEMPTS = 4
SMALL_PART = 50
PASS_INDENT = 2


_Candidate = tuple[int, int, Section, Outline]
"""The lines that a tree needs in addition, the place of its section, the section, and the tree."""


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A recording on one screen, for `rich` to print.

    Each statement of the program has a row, followed by the passes through the layers, and the statements
    share the remaining lines for the trees of what they caused. A short recording, or one of a program whose
    source is unknown, is shown as a tree alone if that fits.

    Attributes:
        timeline: The events.
        findings: The findings to mark.
        verdict: The verdict, for the end of the headline; None if the rules did not run.
        more: What to show below, such as further commands.
        taken: The number of lines of the screen that other parts of the report take.
        depth: The number of levels in each chapter; None for as many as there is room for.
        max_lines: The number of lines; None for 40, or 60 in a narrow terminal; 90 with `depth`, and 400
            without `fold`.
        fold: Whether to show repeated events once.
        times: Whether to show durations.
        places: Whether to show lines of code inside chapters.
        marks: Words to mark events with, by their `seq`.
    """

    timeline: Timeline
    findings: tuple[Finding, ...] = ()
    verdict: Verdict | None = None
    more: str = ""
    taken: int = 0
    depth: int | None = None
    max_lines: int | None = None
    fold: bool = True
    times: bool = True
    places: bool = True
    marks: Mapping[int, str] | None = None

    @cached_property
    def _events(self) -> Timeline:
        # A running recording would grow between two uses; a slice does not change.
        return self.timeline[:]

    @property
    def _totals(self) -> Totals:
        return self._tree.totals

    @cached_property
    def _chapters(self) -> list[tuple[Chapter, Contents]]:
        return [(chapter, self._contents(chapter)) for chapter in chapters(self._events)]

    @cached_property
    def _marked(self) -> frozenset[int]:
        return frozenset(seq for finding in self.findings for seq in finding.events)

    @cached_property
    def _plumbed(self) -> frozenset[int]:
        return frozenset(self._events.plumbing) - self._marked

    def _contents(self, chapter: Chapter) -> Contents:
        return contents_of(chapter, self._events, self._marked, self._plumbed)

    @cached_property
    def _tree(self) -> TimelineTree:
        return tree(
            self._events,
            depth=self.depth,
            fold=self.fold,
            times=self.times,
            places=self.places,
            max_lines=self.max_lines,
            findings=self.findings,
            marks=self.marks,
        )

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._lines(console, options):
            line.no_wrap, line.overflow = True, "ignore"
            yield line

    def _lines(self, console: Console, options: ConsoleOptions) -> list[Text]:
        limit = self._limit(options)
        if not self._has_lines:
            return self._tree.lines(console, options)
        is_known = any(chapter.source for chapter, _ in self._chapters)
        most = min(limit, LONGEST_TREE) if is_known else limit
        whole = self._tree.whole_within(console, options, most) if len(self._events) <= MOST_EVENTS else None
        return _Page(self, console, options, limit).lines() if whole is None else whole

    @property
    def _has_lines(self) -> bool:
        return any(chapter.lines for chapter, _ in self._chapters)

    def _limit(self, options: ConsoleOptions) -> int:
        """Return the number of lines."""
        if self.max_lines is not None:
            return max(self.max_lines, 1)
        if not self.fold:
            return MOST_LINES
        if self.depth is not None:
            return LINES_WITH_DEPTH - self.taken
        screen = LINES_WHEN_WIDE if options.max_width >= WIDE_FROM else LINES_WHEN_NARROW
        return max(screen - self.taken, FEWEST_LINES)


class _Page:
    """The overview in one width, encoding and number of lines."""

    def __init__(self, shown: Overview, console: Console, options: ConsoleOptions, limit: int) -> None:
        self._shown = shown
        self._console = console
        self._width = options.max_width
        self._limit = limit
        self._glyphs = glyphs_of(options)
        entries = joined(shown._chapters, max(limit * 2 // 5, 1), shown._contents)
        writer = RowWriter(
            [chapter for chapter, _ in entries],
            shown.findings,
            self._glyphs,
            is_selection=len(shown._events) < len(shown._events.recorded),
        )
        self._sections = [
            Section(chapter, contents, *writer.chapter(chapter, contents)) for chapter, contents in entries
        ]
        longest = max(self._sections, key=lambda section: section.chapter.duration_ns or 0)
        longest.row.is_longest = len(self._sections) > 1
        self._between = row_between(shown._events, (chapter for chapter, _ in shown._chapters), self._glyphs)
        every_row = [row for section in self._sections for row in (section.row, *section.passes)]
        every_row += [self._between] if self._between else []
        self._files = {part.file for chapter, _ in shown._chapters for part in chapter.statements}
        self._columns = Columns(every_row, self._width, self._glyphs, console)
        if len(shown._events) <= MOST_EVENTS or shown.depth is not None:
            self._folds = shown._tree.outline.folds
        else:
            marks = shown._tree.all_marks
            self._folds = folds_of_large(shown._events, self._sections, marks, wanted=shown.fold)

    def lines(self) -> list[Text]:
        """Return the finished lines."""
        shown = self._shown
        passes = [way for section in self._sections for way in section.contents.passes]
        headline = Headline(
            shown._events, shown._totals, passes, self._glyphs, self._console, times=shown.times
        )
        judgement = Text() if shown.verdict is None else shown.verdict.headline(self._glyphs)
        head = headline.lines(self._width, judgement)
        if shown.max_lines is not None or self._limit > FEWEST_LINES:  # findings leave room for a gap
            head = [*head, Text()]
        more = flowing(
            [inked(self._glyphs.user(part), QUIET) for part in shown.more.split(MORE_BETWEEN)],
            inked(f" {self._glyphs.dot} ", QUIET),
            self._console,
            self._width,
        )
        foot = [Text(), *more] if shown.more else []
        if self._between:
            foot = [*self._columns.lines_of(self._between, self._columns.width), *foot]
        room = (
            self._limit
            - len(head)
            - len(foot)
            - sum(len(self._columns.lines_of(section.row, self._columns.width)) for section in self._sections)
        )
        body: list[Text] = []
        for sections, most, is_brief in shortenings(self._sections):
            for section in sections:
                section.passes = shortened(section.passes, most, self._glyphs, is_brief=is_brief)
            body = self._fitted(room, self._limit - len(head) - len(foot))
            if len(head) + len(body) + len(foot) <= self._limit:
                break
        return [*head, *body, *foot]

    def _fitted(self, room: int, most: int) -> list[Text]:
        """Return the rows and trees, on `most` lines if possible."""
        body: list[Text] = []
        for _ in range(MOST_ATTEMPTS):
            self._share(room)
            body = self._body()
            if len(body) <= most or room <= 0:
                break
            room -= len(body) - most
        return body

    def _share(self, room: int) -> None:
        """Decide for each section whether it shows its passes, its tree, or both.

        Sections that took time, or have errors or findings, come first; a build of 24 µs gets what is left.
        """
        candidates: list[_Candidate] = []
        for place, section in enumerate(self._sections):
            section.outline, section.is_whole = None, False
            room -= self._height(section.passes)
            if section.has_tree:
                outline = self._outline(section, self._limit)
                replaced = self._height(section.passes) if self._may_replace(outline) else 0
                candidates.append((outline.length - replaced, place, section, outline))
        whole = sum(section.duration_ns for section in self._sections)
        is_small = [
            entry[2].duration_ns * SMALL_PART < whole and not entry[2].is_noticed for entry in candidates
        ]
        for small in (False, True):
            chosen = [entry for entry, is_of in zip(candidates, is_small, strict=True) if is_of == small]
            room = self._share_among(chosen, room)

    def _share_among(self, candidates: Sequence[_Candidate], room: int) -> int:
        """Give trees to some sections, and return how many lines are left.

        A tree that fits replaces the rows of the passes. The other trees share what is left, by the time that
        their statements took.
        """
        rest = []
        for done, (needed, _, section, outline) in enumerate(sorted(candidates, key=lambda entry: entry[:2])):
            is_whole = outline.is_complete or self._shown.depth is not None
            if is_whole and needed <= max(room, 0) // (len(candidates) - done):
                section.outline, section.is_whole = outline, self._may_replace(outline)
                room -= needed
            else:
                rest.append(section)
        rest.sort(key=lambda section: -section.duration_ns)
        whole = sum(section.duration_ns for section in rest)
        even = max(room, 0) // max(len(rest), 1)
        by_time = [max(room, 0) * section.duration_ns // whole if whole else even for section in rest]
        shares = [
            max(share, even) if section.is_noticed else share
            for section, share in zip(rest, by_time, strict=True)
        ]
        room = self._grow(rest, shares, room)
        return self._grow(rest, [room] * len(rest), room)

    def _grow(self, sections: Sequence[Section], shares: Sequence[int], room: int) -> int:
        """Give each section up to so many more lines, and return how many are left."""
        for section, lines in zip(sections, shares, strict=True):
            before = 0 if section.outline is None else section.outline.length
            if min(lines, room) + before < FEWEST_TREE_LINES:
                continue
            outline = self._outline(section, before + min(lines, room), partly=not self._shown.depth)
            if before < outline.length <= before + room:
                section.outline = outline
                room -= outline.length - before
        return room

    def _height(self, rows: Sequence[OverviewRow]) -> int:
        return sum(len(self._columns.lines_of(row, self._columns.width)) for row in rows)

    def _outline(self, section: Section, lines: int, *, partly: bool = False) -> Outline:
        """Return the tree of a section; `partly` leaves out what the rows of its passes show already."""
        shown = self._shown
        section.is_partly = partly
        plumbing = frozenset(shown._events.plumbing)
        roots = section.opening(plumbing).roots if partly else section.chapter.roots
        return Outline(
            shown._events,
            shown.depth,
            lines,
            folded=shown.fold,
            roots=roots,
            folds=self._folds,
        )

    def _body(self) -> list[Text]:
        layout = self._layout()
        indent = self._indent
        width = self._columns.width if layout is None else indent + layout.times_end
        lines = []
        for section in self._sections:
            for row in section.rows:
                lines += self._columns.lines_of(row, width)
                if layout is not None and row is section.row_of_tree:
                    for line in layout.lines_of(section.tree, self._console):
                        lines.append(Text(" " * indent).append_text(line))
        return lines

    @property
    def _indent(self) -> int:
        """How far trees are indented: as far as the names of passes, which they stand beneath."""
        return self._columns.indent + PASS_INDENT

    def _may_replace(self, outline: Outline) -> bool:
        """Return whether a tree shows everything, so that the rows of the passes are not needed."""
        return outline.is_complete and self._shown.depth is None

    def _layout(self) -> Layout | None:
        """Return the layout of all trees together, so that they share their columns."""
        shown, glyphs = self._shown, self._glyphs
        nodes = [node for section in self._sections if section.outline for node in section.outline.nodes]
        if not nodes:
            return None
        names = Names((counts.layer for counts in shown._totals.layers.values()), glyphs)
        locations = locations_of(nodes)
        places = Places(locations, here())
        writer = Writer(
            names,
            places,
            glyphs,
            subject=True,
            marks=shown._tree.all_marks,
            mark_styles=shown._tree.mark_styles,
            building=building_calls(shown._events),
            left_out_around=shown._events.left_out_around,
        )
        written: list[Row] = []
        room = self._width - self._indent
        for section in self._sections:
            writer.numbers_calls = not section.is_partly  # of some of the calls, the numbers say little
            section.tree = rows(section.outline.nodes, writer, room) if section.outline else []
            leave_out(section.chapter, section.tree)
            written += section.tree
        return Layout(
            written,
            room,
            glyphs,
            places=LinePlaces(locations, self._files) if shown.places else None,
            times=shown.times,
            widest_left=self._columns.width - self._indent,
        )


@list_tree_options
def overview(
    timeline: Timeline,
    *,
    findings: Iterable[Finding] = (),
    verdict: Verdict | None = None,
    more: str = "",
    taken: int = 0,
    **options: Unpack[TreeOptions],
) -> Overview:
    """Return a recording on one screen, for `rich` to print.

    Args:
        timeline: The events.
        findings: Findings to mark at their events.
        verdict: The verdict, for the end of the headline.
        more: What to show below, such as further commands.
        taken: The number of lines of the screen that other parts of the report take.
        options: What the tree shows, as `TreeOptions` lists it.
    """
    return Overview(
        timeline=timeline, findings=tuple(findings), verdict=verdict, more=more, taken=taken, **options
    )
