"""Choose what to show of a timeline: depth, number of lines, and always the errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from layertrace.render.trees.event_signatures import Signatures
from layertrace.render.trees.folding import Folds, Item, ItemRow
from layertrace.timeline import Timeline
from layertrace.timeline.event import EMPTY_MAPPING, Event

__all__ = ["MOST_LINES", "Node", "Outline"]

MOST_LINES = 400
MOST_LEVELS = 20
MOST_ERRORS = 3
MOST_LARGE = 2
LARGE_PART = 8


@dataclass(slots=True)
class Node:
    """One line of the tree: an item, a thread, or a note about omitted events.

    Attributes:
        item: The item it shows; None for a thread or a note.
        thread: The thread whose events follow.
        skipped: The number of siblings that are omitted here.
        within: The number of events between the lines above and below that are omitted here.
        around: The nearest ancestor that is shown.
        hidden: The number of its descendants that are not shown.
        level: The number of its ancestors.
    """

    item: Item | None = None
    thread: str | None = None
    skipped: int = 0
    within: int = 0
    around: Event | None = None
    hidden: int = 0
    level: int = 0
    children: list[Node] = field(default_factory=list)


class Outline:
    """The lines of a tree, without their texts.

    Levels are filled from the outermost inwards while lines are left; the last level, which does not fit,
    shows the first and last of each row of siblings. Omitted events are counted in their place, and an
    event that raised an exception is always shown.

    Args:
        timeline: The events.
        depth: The number of levels; None for as many as are readable.
        max_lines: The approximate number of lines.
        folded: Whether repeated events are shown once.
        roots: The top-level events to show; None for all.
        folds: The folded events of this timeline, if they are known already.
        marks: Words at events, which are then not folded with events that have none.
    """

    def __init__(
        self,
        timeline: Timeline,
        depth: int | None,
        max_lines: int | None,
        *,
        folded: bool,
        roots: Sequence[Event] | None = None,
        folds: Folds | None = None,
        marks: Mapping[int, str] = EMPTY_MAPPING,
    ) -> None:
        self._timeline = timeline
        self._roots = timeline.roots if roots is None else roots
        self._levels = MOST_LEVELS if depth is None else max(depth, 1)
        self._left = max(MOST_LINES if max_lines is None else max_lines, 1)
        self.folds = _folds(timeline, marks, folded=folded) if folds is None else folds
        self.nodes = self._plan()

    def _plan(self) -> list[Node]:
        top = Node()
        level = [top]
        roots = self._roots
        threads = dict.fromkeys(map(attrgetter("thread"), roots))
        if len(threads) > 1:
            level = top.children = [Node(thread=thread) for thread in threads]
            by_thread: dict[str, list[Event]] = {thread: [] for thread in threads}
            for event in roots:
                by_thread[event.thread].append(event)
            rows = [self._fold(events) for events in by_thread.values()]
        else:
            rows = [self._fold(roots)]
        while level:
            self._fill(level, rows)
            below = [child for node in level for child in node.children]
            level, rows = [], []
            for node in below:
                if node.item is not None and self._may_open(node, node.item):
                    level.append(node)
                    rows.append(self._inside(node.item))
        return top.children

    @property
    def is_complete(self) -> bool:
        """Whether every event is shown, or folded with others like it."""
        waiting = list(self.nodes)
        while waiting:
            node = waiting.pop()
            if node.hidden or node.skipped or node.within:
                return False
            waiting += node.children
        return True

    @property
    def length(self) -> int:
        """The number of its lines."""
        number, waiting = 0, list(self.nodes)
        while waiting:
            node = waiting.pop()
            number += 1
            waiting += node.children
        return number

    def _may_open(self, node: Node, item: Item) -> bool:
        """Return whether the children of a node can be shown; otherwise count them as hidden."""
        if item.plumbing or (not item.pattern and not self._timeline.children(item.first)):
            return False
        too_deep = not item.pattern and node.level + 1 >= self._levels
        if self._left > 0 and not too_deep:
            return True
        self._hide(node, item)
        return False

    def _inside(self, item: Item) -> ItemRow:
        return ItemRow(item.pattern) or self._fold(self._timeline.children(item.first))

    def _fold(self, events: Sequence[Event]) -> ItemRow:
        return self.folds.of(events)

    def _fill(self, level: list[Node], rows: list[ItemRow]) -> None:
        """Give each node of a level its children, dividing the remaining lines fairly."""
        for node, row, room in zip(level, rows, _shares(rows, self._left), strict=True):
            if room < min(len(row), 2) and node.item is not None:
                self._hide(node, node.item)
                continue
            node.children = [self._below(node, part) for part in _trimmed(row, max(room, 2))]
            self._left -= len(node.children)

    def _below(self, parent: Node, part: Item | int) -> Node:
        if isinstance(part, int):
            return Node(skipped=part)
        if parent.item is None or parent.item.pattern:  # which are not events themselves
            return Node(item=part, around=parent.around, level=parent.level)
        return Node(item=part, around=parent.item.first, level=parent.level + 1)

    def _hide(self, node: Node, item: Item) -> None:
        """Count the descendants as hidden, but show those that raised exceptions."""
        node.hidden = item.size // item.times - (0 if item.pattern else 1)
        origins = list(self._origins(item)) if item.failing else []
        if origins:
            node.children = [self._lifted(event, item.first, node.level) for event in origins]
            shown = sum(child.hidden + 1 for child in node.children)
            if node.hidden > shown:
                node.children.insert(0, Node(within=node.hidden - shown))
            node.hidden = 0

    def _lifted(self, event: Event, around: Event, level: int) -> Node:
        (item,) = self._fold([event])
        return Node(item=item, around=around, level=level + 1, hidden=item.size - 1)

    def _origins(self, item: Item) -> Iterator[Event]:
        """Yield the first few descendants that raised exceptions."""
        unseen = [*reversed(list(_events(item)))]
        if not item.pattern:
            unseen = list(reversed(self._timeline.children(item.first)))
        number = 0
        while unseen and number < MOST_ERRORS:
            event = unseen.pop()
            if event.error is not None and event.error.origin:
                number += 1
                yield event
            elif self.folds.signatures.failing(event):
                unseen.extend(reversed(self._timeline.children(event)))


def _folds(timeline: Timeline, marks: Mapping[int, str], *, folded: bool) -> Folds:
    return Folds(Signatures(timeline, marks), timeline.plumbing, wanted=folded)


def _events(item: Item) -> Iterator[Event]:
    """Yield the siblings that an item repeats."""
    for part in item.pattern:
        yield from _events(part)
    if not item.pattern:
        yield item.first


def _shares(rows: list[ItemRow], lines: int) -> list[int]:
    """Return the number of lines for each row: short rows get all they need, long rows share the rest."""
    shares = [0] * len(rows)
    shortest_first = sorted(range(len(rows)), key=lambda index: len(rows[index]))
    for done, index in enumerate(shortest_first):
        shares[index] = min(len(rows[index]), lines // (len(rows) - done))
        lines -= shares[index]
    return shares


def _trimmed(row: ItemRow, room: int) -> Iterator[Item | int]:
    """Yield the first and last items of a row, what failed or is largest between, and numbers of others."""
    if len(row) <= room:
        yield from row
        return
    tail = room // 3
    head = max(room - tail - 1, 1)
    end = len(row) - tail
    kept = [index for index in row.failing if head <= index < end][:MOST_ERRORS]
    if not kept:
        # Rows of blocks rather than what comes before them; each takes a line, and a note after it another.
        kept = _largest(row, head, end)[: (head - 1) // 2]
        head -= 2 * len(kept)
    reached = 0
    for index in [*range(head), *sorted(kept), *range(end, len(row)), len(row)]:
        if missing := row.siblings_before[index] - row.siblings_before[reached]:
            yield missing
        yield from row[index : index + 1]
        reached = index + 1


def _largest(row: ItemRow, head: int, end: int) -> list[int]:
    """Return up to two items that are large parts of what lies between, such as rows of blocks."""
    whole = row.events_before[end] - row.events_before[head]
    parts = [index for index in row.nested if head <= index < end and LARGE_PART * row[index].size >= whole]
    return sorted(parts, key=lambda index: -row[index].size)[:MOST_LARGE]
