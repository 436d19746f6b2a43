"""Show the variables that were created, one line each, and how much memory they take together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rich.cells import cell_len
from rich.text import Text

from layertrace.render.tables.grid import Cell, Column, Grid, Line, Sheet
from layertrace.render.tables.parameters import Parameters, Size, memory
from layertrace.render.wording import event_phrases
from layertrace.render.wording.file_names import Places, here, without_start
from layertrace.render.wording.formatting import counted, shortened
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import ERROR, KINDS, NAME, QUIET, TITLE, inked
from layertrace.timeline import Event, Timeline
from layertrace.timeline.event import VariableRole, VariableSpec

__all__ = ["variable_table"]

COLUMNS = (
    Column("event", rank=2),
    Column("variable", KINDS["variable"], fair=30, least=16),
    Column("shape", fair=28, least=12),
    Column("initializer", rank=5, fair=16),
    Column("created in", rank=4),
    Column("", rank=3),
    Column("place", fair=28, least=14),
)
ROLES: dict[VariableRole, str] = {
    "optimizer": "optimizer",
    "metric": "metric",
    "seed": "random seed",
    "counter": "counter",
}


def variable_table(timeline: Timeline) -> Grid:
    """Return a table of the variables: their path, shape, initializer, event and place.

    The states of an optimizer, a metric or random generators have one line together.

    Example:
        >>> print(variable_table(timeline))  # doctest: +SKIP
    """
    return Grid(partial(_sheet, timeline[:]))


def _sheet(timeline: Timeline, glyphs: Glyphs) -> Sheet:
    events = [event for event in timeline.variables if event.variable is not None]
    places = Places([event.location for event in events if event.location is not None], here())
    rows: list[tuple[Cell, ...] | Line] = []
    held: dict[tuple[VariableRole, str], list[Event]] = {}
    root = _root(events)
    for event in events:
        key = _holder(event)
        if key is None:
            rows.append(tuple(_cells(event, timeline.parent(event), places, glyphs, root)))
            continue
        if key not in held:
            held[key] = []
            rows.append(Line(Text()))  # which is filled when all are known
        held[key].append(event)
    lines = iter([_held(key, group, places, glyphs) for key, group in held.items()])
    return Sheet(
        title=inked(_title(events, timeline), TITLE),
        columns=COLUMNS,
        rows=[next(lines) if isinstance(row, Line) else row for row in rows],
        footer=[Text(line) for line in Parameters(timeline).lines()],
    )


def _title(events: list[Event], timeline: Timeline) -> str:
    of_layers = Size()
    for part in Parameters(timeline).all_layers():
        of_layers.merge(part)
    parts = [counted(of_layers.variables, "variable") + f", {counted(of_layers.parameters, 'parameter')}"]
    if outside := sum(e.layer is None and _holder(e) is None and e.error is None for e in events):
        parts.append(f"{outside:,} outside of layers")
    if states := sum(_holder(event) is not None for event in events):
        parts.append(f"{states:,} states of optimizers, metrics and random generators")
    return "; ".join(parts)


def _holder(event: Event) -> tuple[VariableRole, str] | None:
    """Return what holds a variable that no user wrote; the generators of all layers are one holder."""
    variable = event.variable
    if variable is None or variable.role is None or event.error is not None:
        return None
    return variable.role, "" if variable.role == "seed" else variable.holder or ""


def _held(key: tuple[VariableRole, str], events: list[Event], places: Places, glyphs: Glyphs) -> Line:
    """Return the line of all variables of one holder, with the place of the first."""
    role, holder = key
    text = inked(f"{events[0].seq}", QUIET)
    if len(events) > 1:
        text.append(f"{glyphs.dots}{events[-1].seq}", QUIET)
    if role == "seed":
        holders = list(dict.fromkeys(e.variable.holder for e in events if e.variable and e.variable.holder))
        what = counted(len(events), "random seed")
        what += f" of {glyphs.user(holders[0])}" if len(holders) == 1 else ""
        what += f" of {counted(len(holders), 'layer')}" if len(holders) > 1 else ""
    else:
        of = f" of {glyphs.user(holder)}" if holder else ""
        what = f"{counted(len(events), 'variable')}{of} ({ROLES[role]})"
    size = Size()
    for event in events:
        if event.variable is not None:
            size.add(event.variable)
    text.append(f"  {what}, {memory(size.bytes)}", QUIET)
    place = "" if events[0].location is None else places.short(events[0].location)
    return Line(text, inked(without_start(glyphs.user(place), 28, glyphs.dots), QUIET))


def _cells(
    event: Event, around: Event | None, places: Places, glyphs: Glyphs, root: str | None
) -> Iterator[Cell]:
    variable = event.variable
    if variable is None:
        return
    place = "" if event.location is None else glyphs.user(places.short(event.location))
    traits = [] if variable.trainable is not False else [inked("not trainable", QUIET)]
    traits += [inked("tf.Variable", QUIET)] * (variable.source == "tf")
    if event.layer is None:
        traits.append(inked("in no layer", QUIET))
    if event.error is not None:
        traits.append(inked(f"refused: {glyphs.user(event.error.type)}", ERROR))
    path = _path(event, variable)
    path = path[1:] if root is not None and path[0] == root and len(path) > 2 else path
    path = tuple(map(glyphs.user, path))
    yield Cell(inked(str(event.seq), QUIET))
    yield Cell(_path_text(path), partial(_path_within, path, glyphs))
    shape = str(event_phrases.tensor(variable))
    yield Cell(Text(shape), lambda width: Text(event_phrases.cut(shape, width, glyphs)))
    yield Cell(Text(glyphs.user(event_phrases.initializer(variable))))
    yield Cell(inked("" if around is None else around.kind, "" if around is None else KINDS[around.kind]))
    yield Cell(Text(", ").join(traits))
    yield Cell(inked(place, QUIET), lambda width: inked(without_start(place, width, glyphs.dots), QUIET))


def _root(events: list[Event]) -> str | None:
    """Return the model that all variables of layers lie in, whose name need not be repeated."""
    paths = [_path(e, e.variable) for e in events if e.layer and e.variable and _holder(e) is None]
    roots = {path[0] for path in paths if len(path) > 2}
    return roots.pop() if len(roots) == 1 and len(paths) > 1 else None


def _path(event: Event, variable: VariableSpec) -> tuple[str, ...]:
    """Return the path of a variable, with its layer next to last."""
    if event.layer is None:
        return (variable.path or variable.name,)
    own = tuple(variable.path.split("/"))
    if own[-2:-1] == (event.layer.name,):
        return own
    layer = tuple(event.layer.path.split("/"))
    return (*(layer if layer[-1:] == (event.layer.name,) else (event.layer.name,)), variable.name)


def _path_text(parts: tuple[str, ...]) -> Text:
    *around, name = parts
    text = Text("".join(f"{part}/" for part in around))
    return text.append(name, NAME)


def _path_within(parts: tuple[str, ...], glyphs: Glyphs, width: int) -> Text:
    """Return a path in a width: the layers in its middle go first, then all but the last one is shortened."""
    for left_out in range(1, len(parts) - 2):
        kept = (parts[0], glyphs.dots, *parts[1 + left_out :])
        text = _path_text(kept)
        if text.cell_len <= width:
            return text
    short = parts if len(parts) <= 2 else (glyphs.dots, *parts[-2:])
    if _path_text(short).cell_len > width:
        short = parts[-2:]
    room = width - (len(short) - 1)
    name = shortened(short[-1], max(room // 2, room - sum(map(cell_len, short[:-1]))), glyphs)
    owner = [shortened(part, max(room - cell_len(name), 1), glyphs) for part in short[:-1]]
    return _path_text((*owner, name))
