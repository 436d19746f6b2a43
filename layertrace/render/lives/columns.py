"""Choose the columns of a life chart, and name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby

from layertrace.diagnosis import Finding
from layertrace.timeline.chapters import Chapter
from layertrace.timeline.event import FunctionRef, Mode
from layertrace.timeline.lives import Life, Lives, Pass

__all__ = ["ChapterHead", "Column", "Group", "columns", "cut_to", "heads", "without_layers"]

FEWEST_CREATING = 4
"""From how many statements on that only create layers they share a column."""

MOST_TRACES = 8
"""The maximum number of traces of one function with a column each."""

SMALL_PART = 50
"""Which part of the time a statement in which no layer took part needs to be named."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of cells.

    Attributes:
        passes: The indexes of the passes it shows; none for a function that ran without being traced.
        mode: The mode of the passes.
        label: The numbers of the traces: `1`, `3-40`; empty without a function.
    """

    passes: tuple[int, ...]
    mode: Mode
    label: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of one function in a chapter, or the column of a mode.

    Attributes:
        columns: The columns.
        label: The mode, or the name of the function; empty without a call, and for eager calls alone.
        runs: How often the function ran.
        findings: The findings about the function.
    """

    columns: tuple[Column, ...]
    label: str
    runs: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ChapterHead:
    """The columns of one chapter.

    Attributes:
        chapters: The indexes of the chapters; several if each only created layers.
        groups: The columns by function or mode.
        lines: The lines of the statements: `55`, `5-8`.
        file: The file of the statements.
        source: The text of the statement that took the longest; empty if it cannot be read.
        statements: The number of chapters that share the columns.
        thread: Name of the thread; empty for the main thread.
        duration_ns: How long the statements ran; None if no event was timed.
    """

    chapters: tuple[int, ...]
    groups: tuple[Group, ...]
    lines: str
    file: str
    source: str
    statements: int = 1
    thread: str = ""
    duration_ns: int | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of all groups."""
        return tuple(column for group in self.groups for column in group.columns)


def columns(chart: Sequence[ChapterHead]) -> list[Column]:
    """Return the columns of all chapters, from left to right."""
    return [column for head in chart for column in head.columns]


def heads(
    lives: Lives,
    findings: Sequence[Finding] = (),
    *,
    fewest_creating: int = FEWEST_CREATING,
    most_traces: int = MOST_TRACES,
) -> list[ChapterHead]:
    """Return the heads of a chart: every chapter in which a layer did something, or a function ran.

    Args:
        lives: The lives of the layers.
        findings: Findings to mark at the functions concerned.
        fewest_creating: From how many neighbouring statements on that only create layers they share a column.
        most_traces: The maximum number of traces of one function with a column each; further ones share one.
    """
    seen, called, failed = _used(lives.lives)
    busy = called | failed
    passes = [(index, key) for index, key in enumerate(lives.passes) if index in seen]
    in_chapter = {at: list(group) for at, group in groupby(passes, key=lambda numbered: numbered[1].chapter)}
    about = _by_function(findings, lives)
    ran_in = {chapter for chapter, _ in lives.runs}
    found = []
    for at in range(len(lives.chapters)):
        if at not in in_chapter and at not in ran_in:
            continue
        own = in_chapter.get(at, [])
        groups = tuple(_groups(at, own, lives, about, most_traces, called))
        found.append((_head((at,), groups, lives.chapters), bool(own) and not busy & {i for i, _ in own}))
    return list(_joined(found, lives, fewest_creating))


def without_layers(lives: Lives, chart: Sequence[ChapterHead]) -> list[Chapter]:
    """Return the chapters without a column that took some of the time, which `model.compile(…)` does not."""
    shown = {number for head in chart for number in head.chapters}
    whole = sum(chapter.duration_ns or 0 for chapter in lives.chapters)
    return [
        chapter
        for number, chapter in enumerate(lives.chapters)
        if number not in shown and (chapter.duration_ns or 0) * SMALL_PART >= max(whole, 1)
    ]


def cut_to(chart: Sequence[ChapterHead], most: int) -> tuple[list[ChapterHead], list[ChapterHead]]:
    """Return the first chapters with at most so many columns, and those that are cut."""
    number = 0
    for at, head in enumerate(chart):
        if at and number + len(head.columns) > most:
            return list(chart[:at]), list(chart[at:])
        number += len(head.columns)
    return list(chart), []


def _used(lives: Sequence[Life]) -> tuple[set[int], set[int], set[int]]:
    """Return the passes in which a layer did something, those with a call, and those with an error."""
    seen, called, failed = set[int](), set[int](), set[int]()
    for life in lives:
        seen.update(life.cells)
        called.update(at for at, cell in life.cells.items() if "call" in cell.firsts)
        failed.update(at for at, cell in life.cells.items() if cell.errors)
    return seen, called, failed


def _by_function(findings: Sequence[Finding], lives: Lives) -> dict[tuple[int, int], tuple[Finding, ...]]:
    """Return the findings about functions, and about layers that show in a run, by chapter and function."""
    about: dict[tuple[int, int], dict[str, Finding]] = {}
    for finding in findings:
        for seq in finding.events:
            place = lives.ran_at.get(seq) if finding.layers else lives.traces.get(seq)
            if place is not None:
                about.setdefault(place, {}).setdefault(finding.code, finding)
    return {key: tuple(by_code.values()) for key, by_code in about.items()}


def _groups(
    at: int,
    own: Sequence[tuple[int, Pass]],
    lives: Lives,
    about: Mapping[tuple[int, int], tuple[Finding, ...]],
    most: int,
    called: Set[int],
) -> Iterator[Group]:
    """Yield the groups of a chapter: its passes, then functions that ran without being traced."""
    runs = {function: times for (chapter, function), times in lives.runs.items() if chapter == at}
    by_function = [
        (mode_and_function, list(group))
        for mode_and_function, group in groupby(own, key=lambda numbered: _function_of(numbered[1]))
    ]
    for (mode, function), group in by_function:
        if function is not None:
            times, noticed = runs.pop(function.id, 0), about.get((at, function.id), ())
            yield Group(tuple(_traces(group, most)), _label(function, lives), times, noticed)
        else:
            is_plain = (len(by_function) == 1 and not runs) or not any(index in called for index, _ in group)
            label = "" if mode == "eager" and is_plain else mode
            yield Group((Column(tuple(index for index, _ in group), mode),), label)
    for number, times in runs.items():
        noticed = about.get((at, number), ())
        yield Group((Column((), "graph"),), _label(lives.ran[number], lives), times, noticed)


def _function_of(key: Pass) -> tuple[Mode, FunctionRef | None]:
    return key.mode, key.function


def _label(function: FunctionRef, lives: Lives) -> str:
    """Return the name of a function: `train`, with the model if functions of several ran."""
    models = {each.model for each in (*lives.ran.values(), function) if each.model is not None}
    return function.role if function.role is not None and len(models) < 2 else function.label


def _traces(group: Sequence[tuple[int, Pass]], most: int) -> Iterator[Column]:
    """Yield a column for each trace; if there are too many, one for all that come after the first ones."""
    alone = group if len(group) <= most else group[: most - 1]
    for index, key in alone:
        yield Column((index,), key.mode, "" if key.trace is None else str(key.trace))
    rest = group[len(alone) :]
    if rest:
        label = f"{rest[0][1].trace}-{rest[-1][1].trace}"
        yield Column(tuple(index for index, _ in rest), rest[0][1].mode, label)


def _head(numbers: tuple[int, ...], groups: tuple[Group, ...], chapters: Sequence[Chapter]) -> ChapterHead:
    own = [chapters[number] for number in numbers]
    statements = [statement for chapter in own for statement in chapter.statements]
    first = own[0]
    lines = first.lines
    if len(own) > 1 and lines:
        lines = f"{min(s.first for s in statements)}-{max(s.first for s in statements)}"
    longest = max(reversed(own), key=lambda chapter: chapter.duration_ns or 0)
    timed = [chapter.duration_ns for chapter in own if chapter.duration_ns is not None]
    return ChapterHead(
        chapters=numbers,
        groups=groups,
        lines=lines,
        file=first.statements[0].file,
        source=longest.source,
        statements=len(own),
        thread="" if first.thread == "MainThread" else first.thread,
        duration_ns=sum(timed) if timed else None,
    )


def _joined(found: Sequence[tuple[ChapterHead, bool]], lives: Lives, fewest: int) -> Iterator[ChapterHead]:
    """Yield the heads, with one for neighbours that only create layers."""
    for (creating, _, _), group in groupby(found, key=lambda pair: (pair[1], pair[0].file, pair[0].thread)):
        own = [head for head, _ in group]
        if not creating or len(own) < fewest:
            yield from own
            continue
        passes = tuple(index for head in own for column in head.columns for index in column.passes)
        numbers = tuple(number for head in own for number in head.chapters)
        column = Column(passes, lives.passes[passes[0]].mode)
        yield _head(numbers, (Group((column,), ""),), lives.chapters)
