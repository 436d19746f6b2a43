"""Fold the events of a large recording: those of the statements that have a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layertrace.render.chapters.section import Section
from layertrace.render.trees.event_signatures import Signatures
from layertrace.render.trees.folding import Folds, fold
from layertrace.timeline import Timeline
from layertrace.timeline.event import Event

__all__ = ["folds_of_large"]

_MOST_VARIED = 100_000
"""Top-level events of a statement that are folded even if they hardly repeat: a million take a minute."""
_SAMPLE = 1_000


def folds_of_large(
    timeline: Timeline, sections: Sequence[Section], marks: Mapping[int, str], *, wanted: bool
) -> Folds:
    """Return the folded events of the sections that have a tree.

    One with very many events that hardly repeat gets none: a few of them on the screen would show no more
    than its row does. A million calls of layers that repeat fold into a few lines.

    Args:
        timeline: The events.
        sections: The chapters. Those with too many different events are marked.
        marks: Words at events, which are then not folded with events that have none.
        wanted: Whether to fold.
    """
    for section in sections:
        roots = section.chapter.roots
        section.is_too_varied = (
            wanted and len(roots) > _MOST_VARIED and not section.is_noticed and not _repeats(timeline, roots)
        )
    chosen = None
    if any(section.is_too_varied for section in sections):
        chosen = [root for section in sections if section.has_tree for root in section.chapter.roots]
    return Folds(Signatures(timeline, marks, chosen), timeline.plumbing, wanted=wanted)


def _repeats(timeline: Timeline, roots: Sequence[Event]) -> bool:
    """Return whether at least half of the events in the beginning, the middle or the end can be folded."""
    for start in (0, len(roots) // 2, len(roots) - _SAMPLE):
        sample = roots[start : start + _SAMPLE]
        items = fold(sample, Signatures(timeline, roots=sample), timeline.plumbing)
        if len(items) <= _SAMPLE // 2:
            return True
    return False
