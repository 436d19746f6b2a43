"""Join neighbouring chapters where a program has more statements than a screen has room for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from layertrace.render.chapters.contents import Contents
from layertrace.timeline.chapters import Chapter

__all__ = ["joined"]

Entry = tuple[Chapter, Contents]


def joined(entries: Sequence[Entry], most: int, contents: Callable[[Chapter], Contents]) -> list[Entry]:
    """Return at most so many chapters, in order.

    Statements of one function that only create and build layers are joined first, the longest series before
    shorter ones; then all but those with an error or a finding, and those that took longest.

    Args:
        entries: The chapters and their contents.
        most: The number of chapters.
        contents: Returns the contents of a joined chapter.
    """
    series = [list(group) for _, group in groupby(entries, key=_kind)]
    excess = len(entries) - most
    for longest in sorted((group for group in series if _is_quiet(group[0])), key=len, reverse=True):
        if excess <= 0 or len(longest) == 1:
            break
        excess -= len(longest) - 1
        longest[:] = [_join(longest, contents)]
    rest = [entry for group in series for entry in group]
    apart = _apart(rest, most)
    runs = [list(run) for _, run in groupby(range(len(rest)), key=lambda at: at if at in apart else None)]
    return [rest[run[0]] if len(run) == 1 else _join([rest[at] for at in run], contents) for run in runs]


def _apart(entries: Sequence[Entry], most: int) -> set[int]:
    """Return which chapters keep their own row if there is room for so many rows."""
    if len(entries) <= most:
        return set(range(len(entries)))
    last = len(entries) - 1
    by_weight = sorted(
        range(len(entries)), key=lambda at: (*_weight(entries[at]), -min(at, last - at)), reverse=True
    )
    for number in range(most, 0, -1):
        kept = sorted(by_weight[:number])
        ends = zip([-1, *kept], [*kept, len(entries)], strict=True)
        if number + sum(after - before > 1 for before, after in ends) <= most:
            return set(kept)
    return set(range(most - 1))


def _weight(entry: Entry) -> tuple[bool, int]:
    """Return how much a chapter is worth a row: one with trouble before all others, then a long one."""
    chapter, contents = entry
    return bool(contents.errors or contents.seqs), chapter.duration_ns or 0


def _kind(entry: Entry) -> object:
    """Return what is equal for chapters that can be joined; each other one is on its own."""
    chapter = entry[0]
    place = chapter.statements[0].file, chapter.statements[0].function, chapter.thread
    return place if _is_quiet(entry) else id(chapter)


def _is_quiet(entry: Entry) -> bool:
    """Return whether a chapter has no calls, functions, errors or findings."""
    contents = entry[1]
    return not (contents.passes or contents.errors or contents.seqs)


def _join(entries: Iterable[Entry], contents: Callable[[Chapter], Contents]) -> Entry:
    chapters = [chapter for chapter, _ in entries]
    longest = max(chapters, key=lambda chapter: chapter.duration_ns or 0)  # its source heads the row
    statements = dict.fromkeys(
        statement for chapter in (longest, *chapters) for statement in chapter.statements
    )
    visits = tuple(visit for chapter in chapters for visit in chapter.visits)
    chapter = Chapter(tuple(statements), visits, chapters[0].thread)
    return chapter, contents(chapter)
