"""Show the variables that were created, one line each, and how much memory they take together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rich.cells import cell_len
from rich.text import Text

from layertrace.render.tables.fitted_table import Cell, Column, FittedTable, Line, Sheet
from layertrace.render.tables.parameters import Parameters, Size, memory
from layertrace.render.wording import event_phrases
from layertrace.render.wording.file_names import Places, here, without_start
from layertrace.render.wording.formatting import counted, shortened
from layertrace.render.wording.glyphs import Glyphs
from layertrace.render.wording.styles import ERROR, KINDS, NAME, QUIET, TITLE, inked
from layertrace.timeline import Event, Timeline
from layertrace.timeline.event import VariableSpec
from layertrace.timeline.plumbing import ORIGINS, Plumbing, origin_of

__all__ = ["variable_table"]

WIDEST_PLACE = 28
SEEDS = ORIGINS["seed"]
COLUMNS = (
    Column("event", rank=2),
    Column("variable", KINDS["variable"], fair=30, least=16),
    Column("shape", fair=28, least=12),
    Column("initializer", rank=5, fair=16),
    Column("created in", rank=4),
    Column("", rank=3),
    Column("place", fair=WIDEST_PLACE, least=14),
)


def variable_table(timeline: Timeline) -> FittedTable:
    """Return a table of the variables: their path, shape, initializer, event and place.

    The states of an optimizer, a metric or random generators have one line together.

    Example:
        >>> print(variable_table(timeline))  # doctest: +SKIP
    """
    return FittedTable(partial(_sheet, timeline[:]))


def _sheet(timeline: Timeline, glyphs: Glyphs) -> Sheet:
    events = [event for event in timeline if event.variable is not None]
    places = Places([event.location for event in events if event.location is not None], here())
    hidden = timeline.plumbing
    parameters = Parameters(timeline, hidden)
    holders = [_holder(event, hidden) for event in events]
    root = _root([event for event, holder in zip(events, holders, strict=True) if holder is None])
    rows: list[tuple[Cell, ...] | None] = []
    held: dict[tuple[str, str], list[Event]] = {}
    for event, holder in zip(events, holders, strict=True):
        if holder is None:
            rows.append(tuple(_cells(event, timeline.parent(event), places, glyphs, root)))
            continue
        if holder not in held:
            held[holder] = []
            rows.append(None)  # where the line of the holder comes, once all its variables are known
        held[holder].append(event)
    lines = iter([_held(holder, group, places, glyphs) for holder, group in held.items()])
    outside = sum(e.layer is None and h is None for e, h in zip(events, holders, strict=True) if not e.error)
    return Sheet(
        title=inked(_title(parameters, outside, sum(map(len, held.values()))), TITLE),
        columns=COLUMNS,
        rows=[next(lines) if row is None else row for row in rows],
        footer=[Text(line) for line in parameters.lines()],
    )


def _title(parameters: Parameters, outside: int, states: int) -> str:
    of_layers = Size()
    for part in (*parameters.all_layers(), parameters.untracked):
        of_layers.merge(part)
    parts = [f"{counted(of_layers.variables, 'variable')} of layers"]
    parts += [f"{counted(outside, 'variable')} in no layer"] * bool(outside)
    parts += [f"{states:,} of optimizers, metrics and random generators"] * bool(states)
    return ", ".join(parts)


def _holder(event: Event, hidden: Plumbing) -> tuple[str, str] | None:
    """Return what holds a variable that no user wrote, and its name; all random seeds have one holder."""
    variable = event.variable
    if variable is None or event.seq not in hidden:
        return None
    origin = origin_of(event)
    if origin == SEEDS:
        return origin, ""
    return origin, variable.holder or variable.path.partition("/")[0]


def _held(key: tuple[str, str], events: list[Event], places: Places, glyphs: Glyphs) -> Line:
    """Return the line of all variables of one holder, with the place of the first."""
    origin, holder = key
    number = f"{events[0].seq}" if len(events) == 1 else f"{events[0].seq}{glyphs.dots}{events[-1].seq}"
    if origin == SEEDS:
        layers = list({event.layer.id: event.layer for event in events if event.layer is not None}.values())
        what = counted(len(events), "random seed")
        what += f" of {glyphs.user(layers[0].name)}" if len(layers) == 1 else ""
        what += f" of {counted(len(layers), 'layer')}" if len(layers) > 1 else ""
    else:
        of = f" of {glyphs.user(holder)}" if holder else ""
        what = f"{counted(len(events), 'variable')}{of} ({origin.removesuffix('s')})"
    size = Size()
    for event in events:
        if event.variable is not None:
            size.add(event.variable)
    text = inked(f"{what}, {memory(size.bytes)}", QUIET)
    place = "" if events[0].location is None else places.short(events[0].location)
    return Line(
        inked(number, QUIET), text, inked(without_start(glyphs.user(place), WIDEST_PLACE, glyphs.dots), QUIET)
    )


def _cells(
    event: Event, around: Event | None, places: Places, glyphs: Glyphs, root: str | None
) -> Iterator[Cell]:
    variable = event.variable
    if variable is None:
        return
    place = "" if event.location is None else glyphs.user(places.short(event.location))
    traits = [] if variable.trainable is not False else [inked("not trainable", QUIET)]
    traits += [inked("tf.Variable", QUIET)] * (variable.source == "tf")
    traits += [Text(f"on {glyphs.user(variable.device or '')}")] * (variable.device is not None)
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
    paths = [_path(event, event.variable) for event in events if event.layer and event.variable]
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
