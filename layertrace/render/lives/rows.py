"""Arrange layers as rows that fold: inside their parents, by common names, and if they are alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from layertrace.diagnosis import Finding
from layertrace.render.lives.columns import Column
from layertrace.render.lives.prefixes import NameGroup, grouped
from layertrace.timeline.event import Structure
from layertrace.timeline.lives import Cell, Life, Lives
from layertrace.timeline.repetitions import repetitions

__all__ = ["Row", "rows"]

FEWEST_ALIKE = 3
LONGEST_PATTERN = 24

Sort = Literal["layer", "group", "alike", "outside"]


@dataclass(slots=True, eq=False)
class Row:
    """A row of a life chart.

    Attributes:
        sort: `layer`: one layer. `group`: neighbours whose names begin alike, or one repetition of a pattern.
            `alike`: several that are alike; the first stands for all. `outside`: what happened outside of
            layers.
        names: The name; for rows that stand for several, the first name and the last, or the beginning that
            names share, followed by `*`.
        class_name: The class, if all have the same.
        cells: By the index of the column: what happened in the layer itself; in all layers of a group; in one
            of the rows that are alike.
        inside: The rows inside; for rows that are alike, those inside the first.
        members: The rows that are alike.
        findings: The findings about the layer itself.
        lives: The layers of the row itself.
        parameters: The number of elements of all variables, including those of layers inside.
        layers: The number of layers, including those inside.
        troubles: The findings about the row and about rows inside it.
        errors: The number of exceptions raised in the row or inside it.
        look: Equal for rows that look the same, except for names.
        remark: `never called`, if the program created a layer and called others, but not this one; `copied by
            bidirectional`, if only a copy of it was called.
    """

    sort: Sort
    names: tuple[str, ...]
    class_name: str = ""
    cells: dict[int, Cell] = field(default_factory=dict)
    inside: list[Row] = field(default_factory=list)
    members: list[Row] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()
    lives: tuple[Life, ...] = ()
    parameters: int = 0
    layers: int = 0
    troubles: tuple[Finding, ...] = ()
    errors: int = 0
    look: int = 0
    remark: str = ""

    @property
    def is_group(self) -> bool:
        """Whether it stands for different layers; once open, its cells are those of the rows inside."""
        return (self.members[0] if self.members else self).sort == "group"

    @property
    def times(self) -> int:
        """The number of rows that are alike, or 1."""
        return len(self.members) or 1

    @property
    def life(self) -> Life | None:
        """The layer that it shows: its own, or the first of several that are alike."""
        return self.lives[0] if self.lives and self.sort != "group" else None

    @property
    def outputs(self) -> Structure:
        """The specs of what `call` returned, if all layers of the row agree."""
        if self.life is None or any(life.outputs != self.life.outputs for life in self.lives):
            return None
        return self.life.outputs


def rows(
    lives: Lives, columns: Sequence[Column], findings: Sequence[Finding] = (), *, fold: bool = True
) -> list[Row]:
    """Return the rows at the top of a chart, with the others inside them.

    Args:
        lives: The lives of the layers.
        columns: The columns.
        findings: Findings to mark at the layers concerned.
        fold: Whether rows that are alike, and those whose names begin alike, become one.
    """
    arrangement = _Arrangement(lives, columns, findings, fold=fold)
    top = arrangement.top()
    outside = _merged(lives.outside, arrangement.column_of)
    if outside:
        held = Counter[str]()
        for at in lives.outside.cells:
            if at in arrangement.column_of:
                held.update(lives.holders.get(at, {}))
        row = Row("outside", ("outside of layers",), cells=outside, lives=(lives.outside,))
        row.class_name = _owners(held)
        top.append(row)
    return top


class _Arrangement:
    """The arrangement of rows; looks are numbered, so that equal rows are found in linear time."""

    def __init__(
        self, lives: Lives, columns: Sequence[Column], findings: Sequence[Finding], *, fold: bool
    ) -> None:
        self._lives = lives.lives
        self.column_of = {index: at for at, column in enumerate(columns) for index in column.passes}
        self._findings = _by_layer(findings)
        self._fold = fold
        self._looks: dict[Hashable, int] = {}
        self._is_seeing_calls = any(life.is_called for life in self._lives) and not lives.ran_before

    def top(self) -> list[Row]:
        """Return the rows that lie in no other."""
        inside: list[list[Row]] = [[] for _ in self._lives]
        top: list[Row] = []
        for index in reversed(range(len(self._lives))):  # layers inside come after their parents
            life = self._lives[index]
            if life.is_plumbing:
                continue
            row = self._row(life, self._arranged(inside[index][::-1]))
            (top if life.parent is None else inside[life.parent]).append(row)
        return self._arranged(top[::-1])

    def _row(self, life: Life, inside: list[Row]) -> Row:
        layer = life.layer
        assert layer is not None  # noqa: S101  # only `outside` has none
        cells = _merged(life, self.column_of)
        row = Row("layer", (layer.name,), layer.class_name, cells, inside, lives=(life,))
        row.findings = self._findings.get(layer.id, ())
        row.remark = self._remark(life) if self._is_never_called(life, inside) else ""
        return self._summed(row, own=life.parameters, layers=1)

    def _remark(self, life: Life) -> str:
        if life.copied_by is not None:
            return f"copied by {life.copied_by.name}"
        return "" if life.is_copied or not life.is_own else "never called"

    def _is_never_called(self, life: Life, inside: Sequence[Row]) -> bool:
        """Return whether a layer should have been called: input layers and bare containers are not."""
        if life.is_called or life.is_built or not self._is_seeing_calls or life.layer is None:
            return False  # Keras infers the shapes of some layers without their `call`, but builds them
        parent = None if life.parent is None else self._lives[life.parent]
        if parent is not None and not parent.is_called:
            return False
        seen_built = any("build" in cell.firsts for cell in life.cells.values())
        if life.is_built is None and (parent is None or seen_built):
            return False
        return life.layer.class_name != "InputLayer" and not any(
            each.is_called for row in _all_inside(inside) for each in row.lives
        )

    def _summed(self, row: Row, own: int = 0, layers: int = 0) -> Row:
        """Fill in what a row and those inside it have together."""
        row.parameters = own + sum(child.parameters for child in row.inside)
        row.layers = layers + sum(child.layers for child in row.inside)
        row.errors = sum(child.errors for child in row.inside)
        if row.sort == "layer":
            row.errors += sum(cell.errors for cell in row.cells.values())
        below = [finding for child in row.inside for finding in child.troubles]
        row.troubles = tuple({finding.code: finding for finding in [*below, *row.findings]}.values())
        row.look = self._number(row)
        return row

    def _number(self, row: Row) -> int:
        key: Hashable = (
            row.sort,
            row.class_name,
            tuple([_look(at, cell) for at, cell in row.cells.items()]),
            tuple([child.look for child in row.inside]),
            row.times,
            tuple(finding.code for finding in row.troubles),
        )
        return self._looks.setdefault(object() if row.errors else key, len(self._looks))

    def _arranged(self, siblings: list[Row]) -> list[Row]:
        if not self._fold or len(siblings) < FEWEST_ALIKE:
            return siblings
        return self._folded(self._grouped(grouped(siblings, lambda row: (row.names[0], row.class_name))))

    def _grouped(self, parts: Sequence[Row | NameGroup[Row]]) -> list[Row]:
        return [
            self._group_of((f"{part.prefix}*",), self._folded(self._grouped(part.parts)))
            if isinstance(part, NameGroup)
            else part
            for part in parts
        ]

    def _group_of(self, names: tuple[str, ...], inside: list[Row]) -> Row:
        row = Row("group", names, cells=_total(inside), inside=inside)
        row.lives = tuple(life for child in inside for life in child.lives)
        return self._summed(row)

    def _folded(self, siblings: list[Row]) -> list[Row]:
        looks = [row.look for row in siblings]
        return [
            siblings[start] if times == 1 else self._alike(siblings[start : start + period * times], period)
            for start, period, times in repetitions(looks, FEWEST_ALIKE, LONGEST_PATTERN)
        ]

    def _alike(self, stretch: list[Row], period: int) -> Row:
        """Return one row for rows that are alike, or for a pattern of rows that repeats."""
        members = stretch
        if period > 1:
            parts = [stretch[at : at + period] for at in range(0, len(stretch), period)]
            members = [self._group_of((part[0].names[0], part[-1].names[-1]), part) for part in parts]
        first = members[0]
        row = Row("alike", (first.names[0], members[-1].names[-1]), first.class_name, first.cells)
        row.inside, row.members, row.findings = first.inside, members, first.findings
        row.lives = tuple(life for member in members for life in member.lives)
        row.parameters = sum(member.parameters for member in members)
        row.layers = sum(member.layers for member in members)
        row.remark = first.remark
        row.errors, row.troubles = sum(member.errors for member in members), first.troubles
        row.look = self._number(row)
        return row


def _owners(held: Counter[str]) -> str:
    """Return whose variables those outside of layers are: `adam 320, accuracy 2`."""
    if len(held) < 2:
        return "".join(held)
    return ", ".join(f"{name or 'others'} {number:,}" for name, number in held.most_common())


def _merged(life: Life, column_of: Mapping[int, int]) -> dict[int, Cell]:
    """Return the cells of a life by column; passes without a column have none."""
    cells: dict[int, Cell] = {}
    shared: set[int] = set()
    for index, cell in life.cells.items():
        at = column_of.get(index)
        if at is None:
            continue
        if at not in cells:
            cells[at] = cell  # which several columns may show, so that nothing is added to it
            continue
        if at not in shared:
            cells[at] = _copied(cells[at])
            shared.add(at)
        cells[at].merge(cell)
    return cells


def _copied(cell: Cell) -> Cell:
    copy = Cell()
    copy.merge(cell)
    return copy


def _look(at: int, cell: Cell) -> tuple[int, ...]:
    """Return what must be equal for two cells to look the same."""
    get = cell.counts.get
    return at, get("init", 0), get("build", 0), get("variable", 0), get("call", 0), cell.late


def _total(inside: Sequence[Row]) -> dict[int, Cell]:
    """Return the sum of all that happened in rows of a group, and inside them."""
    cells: dict[int, Cell] = {}
    for child in _all_inside(inside):
        for at, cell in child.cells.items():
            cells.setdefault(at, Cell()).merge(cell)
    return dict(sorted(cells.items()))


def _all_inside(rows_: Sequence[Row]) -> Iterator[Row]:
    """Yield each row with cells of its own, and all inside it; each of those that are alike."""
    waiting = list(rows_)
    while waiting:
        row = waiting.pop()
        if row.sort == "alike":
            waiting += row.members
        elif row.sort == "group":
            waiting += row.inside
        else:
            yield row
            waiting += row.inside


def _by_layer(findings: Sequence[Finding]) -> dict[int, tuple[Finding, ...]]:
    """Return the findings about each layer, each code once."""
    by_layer: dict[int, dict[str, Finding]] = {}
    for finding in findings:
        for layer in finding.layers:
            by_layer.setdefault(layer.id, {}).setdefault(finding.code, finding)
    return {number: tuple(codes.values()) for number, codes in by_layer.items()}
