"""Show the variables that were created, one line each."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from layertrace.render.wording import event_phrases
from layertrace.render.wording.file_names import Places, here
from layertrace.render.wording.formatting import counted
from layertrace.render.wording.glyphs import printable
from layertrace.render.wording.styles import ERROR, NAME, QUIET, TITLE
from layertrace.timeline import Event, Timeline

__all__ = ["variable_table"]


def variable_table(timeline: Timeline) -> Table:
    """Return a table of the variables: what they are, their layer, event and location.

    Example:
        >>> from rich import print
        >>> print(variable_table(timeline))  # doctest: +SKIP
    """
    events = list(timeline.variables)
    places = Places([event.location for event in events if event.location is not None], here())
    created = [event.variable for event in events if event.variable is not None and event.error is None]
    parameters = counted(sum(variable.parameters for variable in created), "parameter")
    title = f"{counted(len(created), 'variable')}, {parameters}"
    if outside := sum(event.layer is None and event.error is None for event in events):
        title += f"; {outside:,} of them outside of layers"
    table = Table(box=None, pad_edge=False, title=title, title_justify="left", title_style=TITLE)
    for number, name in enumerate(("event", "variable", "", "initializer", "layer", "created in", "", "")):
        table.add_column(name, header_style=QUIET, overflow="fold", no_wrap=number < 4)
    for event in events:
        around = timeline.parent(event)
        table.add_row(*_cells(event, "" if around is None else around.kind, places))
    return table


def _cells(event: Event, kind: str, places: Places) -> tuple[Text, ...]:
    variable, owner = event.variable, event.layer
    if variable is None:
        return ()
    traits = list(event_phrases.odd_traits(variable))
    if event.error is not None:
        traits.append(Text(f"refused: {printable(event.error.type)}", ERROR))
    return (
        Text(str(event.seq), QUIET),
        Text(printable(variable.name), NAME),
        Text(str(event_phrases.tensor(variable))),
        Text(printable(variable.initializer or "")),
        Text("" if owner is None else printable(str(owner))),
        Text(kind),
        Text(", ").join(traits),
        Text("" if event.location is None else places.short(event.location), QUIET),
    )
