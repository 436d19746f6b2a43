"""Show the nested layers, with the counts of their events and their parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import partial

from rich.text import Text

from layertrace.render.tables.counts import LayerCounts, count
from layertrace.render.tables.fitted_table import Cell, Column, FittedTable, Sheet
from layertrace.render.tables.parameters import Parameters
from layertrace.render.wording.event_phrases import cut, shape_of
from layertrace.render.wording.formatting import counted, shortened
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import CLASS, ERROR, FOLD, KINDS, MODES, NAME, QUIET, inked
from layertrace.timeline import Timeline
from layertrace.timeline.event import LayerRef, Structure
from layertrace.timeline.lives import Lives, lives
from layertrace.timeline.precision import compute_dtypes
from layertrace.timeline.repetitions import repetitions

__all__ = ["layers_inside", "table"]

MOST_ROWS = 40
FEWEST_ALIKE = 3
LONGEST_PATTERN = 24
INDENT = 2
NOTHING = LayerCounts()
COMPUTES_IN = Column("computes in", rank=6)
COLUMNS = (
    Column("layer", fair=26, least=14),
    Column("class", rank=5, fair=18),
    Column("output", rank=3, fair=22),
    COMPUTES_IN,
    Column("init", KINDS["init"], right=True, rank=4),
    Column("build", KINDS["build"], right=True, rank=4),
    Column("symbolic", MODES["symbolic"], right=True, rank=2),
    Column("traced", MODES["graph"], right=True, rank=2),
    Column("eager", KINDS["call"], right=True, rank=2),
    Column("parameters", KINDS["variable"], right=True),
    Column("errors", ERROR, right=True, rank=1),
)


@dataclass(slots=True)
class _Node:
    """One layer, or a row of alike layers that is shown once.

    Attributes:
        layer: The layer; of several, the first.
        last: Of several, the last one.
        times: How often its pattern repeats.
        period: The number of layers in the pattern.
        members: The numbers of all layers that it stands for, without those inside them.
        outputs: What the calls of each returned.
        children: The layers inside it; of several, an example.
    """

    layer: LayerRef
    last: LayerRef
    times: int = 1
    period: int = 1
    members: tuple[int, ...] = ()
    outputs: tuple[Structure, ...] = ()
    children: list[_Node] = field(default_factory=list)


def table(timeline: Timeline, *, fold: bool = True) -> FittedTable:
    """Return a table with a row for each layer, below the layer that it lies in.

    Calls are counted by where they ran: symbolically (Keras infers shapes), while a function was traced, or
    eagerly. Parameters include those of the layers inside, each layer counted once, as `count_params()` does.
    A column shows in which dtype layers compute if that is not `float32` for all of them.

    Args:
        timeline: The events.
        fold: Whether to show layers that are alike once, from three in a row on, if there are many rows.

    Example:
        >>> print(table(timeline))  # doctest: +SKIP
    """
    return FittedTable(partial(_sheet, timeline[:], fold))


def _sheet(timeline: Timeline, fold: bool, glyphs: Glyphs) -> Sheet:
    hidden = timeline.plumbing
    known = lives(timeline)
    totals = count(timeline)
    roots = _nodes(known, hidden.layers)
    if fold and len(known.lives) > MOST_ROWS:
        roots = _folded(roots)
    writer = _Writer(timeline, known, totals.layers, Parameters(timeline, hidden), glyphs)
    parameters = writer.parameters.all_layers()
    layers = sum(life.layer is not None and life.layer.id not in hidden.layers for life in known.lives)
    columns = COLUMNS if writer.dtypes else [column for column in COLUMNS if column is not COMPUTES_IN]
    last = [Cell(inked(counted(layers, "layer"), QUIET)), *[Cell(Text())] * (3 if writer.dtypes else 2)]
    last += writer.numbers(totals.all_layers(), sum(size.parameters for size in parameters))
    return Sheet(
        title=Text(),
        columns=columns,
        rows=[writer.row(node, depth) for node, depth in _in_order(roots)],
        totals=last if layers > 1 else (),
        footer=[Text(line) for line in writer.parameters.lines()],
    )


class _Writer:
    """Writes the rows.

    Args:
        timeline: The events.
        known: The lives of its layers.
        counts: The counts of each layer.
        parameters: The parameters of each layer.
        glyphs: The symbols that can be shown.
    """

    def __init__(
        self,
        timeline: Timeline,
        known: Lives,
        counts: dict[int, LayerCounts],
        parameters: Parameters,
        glyphs: Glyphs,
    ) -> None:
        self.parameters = parameters
        self._counts = counts
        self._glyphs = glyphs
        self._inside = layers_inside(timeline, known)
        self.dtypes = compute_dtypes(timeline)

    def row(self, node: _Node, depth: int) -> list[Cell]:
        """Return the cells of a layer, or of several that are alike."""
        members = LayerCounts()
        for number in node.members:
            members.merge(self._counts.get(number, NOTHING))
        inside = {number for member in node.members for number in self._inside[member]}
        parameters = sum(size.parameters for size in self.parameters.of(inside))
        name = Text(" " * (INDENT * depth)).append_text(self._name(node))
        outputs = list(dict.fromkeys(shape_of(value, self._glyphs) for value in node.outputs))
        output = outputs[0] if len(outputs) == 1 else self._glyphs.dots if outputs else ""
        return [
            Cell(name, partial(self._name_within, node, depth)),
            Cell(self._class(node)),
            Cell(Text(output), lambda width: Text(cut(output, width, self._glyphs))),
            *([Cell(Text(self._dtype(node)))] if self.dtypes else []),
            *self.numbers(members, parameters),
        ]

    def numbers(self, counts: LayerCounts, parameters: int) -> list[Cell]:
        """Return the cells of the numbers."""
        calls = counts.calls
        numbers = (counts.init, counts.build, calls["symbolic"], calls["graph"], calls["eager"])
        cells = [Cell(Text(f"{number:,}" if number else "")) for number in numbers]
        cells.append(Cell(inked(f"{parameters:,}", "" if parameters else QUIET)))
        return [*cells, Cell(inked(f"{counts.errors:,}" if counts.errors else "", ERROR))]

    def _name(self, node: _Node) -> Text:
        text = inked(self._glyphs.user(node.layer.name), NAME)
        if node.times > 1:
            text.append(f" {self._glyphs.dots} ", QUIET).append(self._glyphs.user(node.last.name), NAME)
            text.append(f" {self._glyphs.times}{node.times:,}", FOLD)
        return text

    def _name_within(self, node: _Node, depth: int, width: int) -> Text:
        """Return the name with less indentation, and then without its middle."""
        name = self._name(node)
        indent = min(INDENT * depth, max(width - name.cell_len, width // 3))
        name.plain = shortened(name.plain, width - indent, self._glyphs)
        return Text(" " * indent).append_text(name)

    def _dtype(self, node: _Node) -> str:
        """Return in which dtype a layer computes, if not in `float32`; of several, dots if they differ."""
        dtypes = {self.dtypes.get(number, "") for number in node.members}
        return dtypes.pop() if len(dtypes) == 1 else self._glyphs.dots

    def _class(self, node: _Node) -> Text:
        if node.period > 1:
            return inked(f"each with {node.period} layers:", QUIET)
        return inked(self._glyphs.user(node.layer.class_name), CLASS)


def layers_inside(timeline: Timeline, known: Lives) -> dict[int, set[int]]:
    """Return for each layer the numbers of all layers inside it and its own, also of those it shares."""
    states = timeline.surroundings.states
    inside: dict[int, set[int]] = {}
    for life in reversed(known.lives):  # a layer comes before those inside it
        if life.layer is None:
            continue
        own = inside.setdefault(life.layer.id, set())
        own.add(life.layer.id)
        if life.layer.id in states:
            own.update(states[life.layer.id].children)
        around = None if life.parent is None else known.lives[life.parent].layer
        if around is not None:
            inside.setdefault(around.id, set()).update(own)
    return inside


def _nodes(known: Lives, hidden: Set[int]) -> list[_Node]:
    """Return the layers as a tree, without the hidden ones."""
    roots: list[_Node] = []
    nodes: list[_Node] = []
    for life in known.lives:
        layer = life.layer
        if layer is None:
            continue
        outputs = () if life.outputs is None else (life.outputs,)
        node = _Node(layer, layer, members=(layer.id,), outputs=outputs)
        nodes.append(node)
        if layer.id not in hidden:
            (roots if life.parent is None else nodes[life.parent].children).append(node)
    return roots


def _folded(roots: list[_Node]) -> list[_Node]:
    """Return the layers with alike siblings folded: those of one class, with alike layers inside."""
    looks: dict[int, int] = {}
    numbers: dict[tuple[object, ...], int] = {}
    for node, _ in reversed(list(_in_order(roots))):
        inside = tuple([looks[id(child)] for child in node.children])
        looks[id(node)] = numbers.setdefault((node.layer.class_name, inside), len(numbers))
    waiting = [roots]
    while waiting:
        siblings = waiting.pop()
        row = [looks[id(node)] for node in siblings]
        siblings[:] = [
            siblings[start] if times == 1 else _repeated(siblings[start : start + period * times], period)
            for start, period, times in repetitions(row, FEWEST_ALIKE, LONGEST_PATTERN)
        ]
        waiting += [node.children for node in siblings if node.children]
    return roots


def _repeated(siblings: Sequence[_Node], period: int) -> _Node:
    first = siblings[0]
    return _Node(
        layer=first.layer,
        last=siblings[-1].layer,
        times=len(siblings) // period,
        period=period,
        members=tuple([number for node in siblings for number in node.members]),
        outputs=tuple([output for node in siblings for output in node.outputs]) if period == 1 else (),
        children=first.children if period == 1 else list(siblings[:period]),
    )


def _in_order(roots: list[_Node]) -> Iterator[tuple[_Node, int]]:
    """Yield each layer with its depth, those inside it after it."""
    waiting = [(node, 0) for node in reversed(roots)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in reversed(node.children)]
