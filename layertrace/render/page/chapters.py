"""List the statements of the program, which group the events of the tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from layertrace.diagnosis import Finding
from layertrace.render.chapters import sentences
from layertrace.render.chapters.contents import Contents, Pass, contents_of
from layertrace.render.chapters.rows import RowWriter, is_about
from layertrace.render.page.columns import MISSING
from layertrace.render.page.tables import Tables
from layertrace.render.wording.glyphs import UNICODE, printable
from layertrace.timeline import Timeline
from layertrace.timeline.chapters import Chapter, chapters
from layertrace.timeline.event import Location

__all__ = ["FEWEST_EVENTS", "chapter_rows", "shown_chapters", "statement_places"]

FEWEST_EVENTS = 25
"""Fewer events fit on one screen, where statements between them would only be in the way."""

MOST_PASSES = 4

_CALLED = re.compile(r"([^\W\d]\w*)\s*\(")
_NAMELESS = frozenset({"for", "if", "in", "not", "or", "and", "print", "range", "enumerate", "while", "with"})


def shown_chapters(timeline: Timeline) -> list[Chapter]:
    """Return the chapters of a timeline; none if it is short, or if no line of the program is known."""
    if len(timeline) < FEWEST_EVENTS:
        return []
    found = chapters(timeline)
    return found if any(chapter.lines for chapter in found) else []


def statement_places(found: Sequence[Chapter]) -> set[Location]:
    """Return the lines of code that chapters name."""
    return {_place(chapter) for chapter in found if chapter.lines}


def chapter_rows(
    timeline: Timeline,
    found: Sequence[Chapter],
    findings: Sequence[Finding],
    index: dict[int, int],
    tables: Tables,
) -> list[list[Any]]:
    """Return for each chapter its first top-level event and their number, its line, and what to show of it.

    Returns:
        Rows of: the index of the first top-level event, the number of these events, the number of the place,
        its lines, its source, the name of what it calls, how often it repeats, its duration, what happened
        in words, and the numbers of the findings about it, without notes.
    """
    marked = frozenset(seq for finding in findings for seq in finding.events)
    quiet = frozenset(timeline.plumbing) - marked
    contents = [contents_of(chapter, timeline, marked, quiet) for chapter in found]
    writer = RowWriter(found, (), UNICODE)
    return [
        [
            index[chapter.roots[0].seq],
            len(chapter.roots),
            tables.place(_place(chapter)) if chapter.lines else MISSING,
            chapter.lines,
            printable(chapter.source),
            printable(_called(chapter.source)),
            chapter.times,
            MISSING if chapter.duration_ns is None else chapter.duration_ns,
            " · ".join(_words(writer, chapter, inside)),
            [
                place
                for place, finding in enumerate(findings)
                if finding.severity != "note" and is_about(finding, chapter, inside)
            ],
        ]
        for chapter, inside in zip(found, contents, strict=True)
    ]


def _words(writer: RowWriter, chapter: Chapter, contents: Contents) -> Iterator[str]:
    """Yield the passes of a chapter, `train trace 1, 2, run ×21`, and what else it did."""
    row, passes = writer.chapter(chapter, contents)
    for way in contents.passes[:MOST_PASSES] if passes else ():
        yield f"{printable(sentences.pass_name(way))} {', '.join(_counts(way))}"
    yield from (" ".join(fact.plain.split()) for fact in row.words)


def _counts(way: Pass) -> Iterator[str]:
    counts = list(filter(None, (sentences.numbers(way), sentences.runs(way))))
    yield from counts or [f"call ×{way.calls:,}" if way.calls > 1 else "call"]


def _place(chapter: Chapter) -> Location:
    statement = chapter.statements[0]
    return Location(statement.file, statement.first, statement.function)


def _called(source: str) -> str:
    """Return the name of the function that a statement calls first: `fit` of `model.fit(x, y)`."""
    names = (name for name in _CALLED.findall(source) if name not in _NAMELESS)
    return next(names, "")
