"""A chapter of the overview: its rows, and the tree inside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field

from layertrace.render.chapters.contents import Contents
from layertrace.render.chapters.rows import OverviewRow
from layertrace.render.trees.outline import Outline
from layertrace.render.trees.rows import Row
from layertrace.timeline.chapters import Chapter
from layertrace.timeline.event import Event, FunctionRef

__all__ = ["Section"]


@dataclass(slots=True)
class Section:
    """A chapter, its rows, and the tree inside it."""

    chapter: Chapter
    contents: Contents
    row: OverviewRow
    passes: list[OverviewRow]
    outline: Outline | None = None
    is_whole: bool = False
    tree: list[Row] = field(default_factory=list)

    @property
    def duration_ns(self) -> int:
        """How long its statements took, as far as that is known."""
        return self.chapter.duration_ns or 0

    @property
    def is_noticed(self) -> bool:
        """Whether it has errors or findings."""
        return bool(self.contents.errors or self.contents.seqs)

    @property
    def has_tree(self) -> bool:
        """Whether a tree would show more than the rows; a single layer that was created is in the row."""
        contents = self.contents
        happened = bool(contents.built or contents.calls or contents.variables)
        return happened or self.is_noticed or len(contents.created) > 1

    def essence(self, plumbing: Set[int]) -> Sequence[Event]:
        """Return the roots of a tree that does not repeat what the rows of the passes show.

        That is what was created, and of the function that took longest, the calls of the slowest trace, or
        those by which Keras inferred shapes if these took longer.
        """
        roots = [event for event in self.chapter.roots if event.kind != "run" and event.seq not in plumbing]
        traced = [way for way in self.contents.passes if way.function is not None and way.outermost]
        if not traced or self.contents.errors:
            return roots or self.chapter.roots
        slowest = max(traced, key=lambda way: way.duration_ns or 0)
        by_trace: dict[tuple[FunctionRef | None, int | None], list[Event]] = {}
        for event in (*slowest.outermost, *(event for way in slowest.inside for event in way.outermost)):
            by_trace.setdefault((event.function, event.trace if event.mode == "graph" else None), []).append(
                event
            )
        created = [event for event in roots if event.kind in ("init", "build", "variable")]
        return created + max(by_trace.values(), key=_duration)


def _duration(events: Iterable[Event]) -> int:
    return sum(event.duration_ns or 0 for event in events)
