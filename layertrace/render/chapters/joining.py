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
    shorter ones; then what is in the middle of the program.

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
    if len(rest) > most:
        head, tail = max(most * 2 // 3, 1), max(most - most * 2 // 3 - 1, 0)
        rest[head : len(rest) - tail] = [_join(rest[head : len(rest) - tail], contents)]
    return rest


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
    statements = dict.fromkeys(statement for chapter in chapters for statement in chapter.statements)
    visits = tuple(visit for chapter in chapters for visit in chapter.visits)
    chapter = Chapter(tuple(statements), visits, chapters[0].thread)
    return chapter, contents(chapter)
