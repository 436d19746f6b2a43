"""Show the variables that were made, one line for each."""

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
    """Show which variables were made: what they are, whose, in which event, from which line.

    Example:
        >>> from rich import print
        >>> print(variable_table(timeline))  # doctest: +SKIP
    """
    events = list(timeline.variables)
    places = Places([one.location for one in events if one.location is not None], here())
    made = [one.variable for one in events if one.variable is not None and one.error is None]
    parameters = counted(sum(one.parameters for one in made), "parameter")
    title = f"{counted(len(made), 'variable')}, {parameters}"
    if outside := sum(one.layer is None and one.error is None for one in events):
        title += f"; {outside:,} of them made by no layer"
    table = Table(box=None, pad_edge=False, title=title, title_justify="left", title_style=TITLE)
    for number, name in enumerate(("event", "variable", "", "initializer", "of", "made in", "", "")):
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
