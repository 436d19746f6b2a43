"""Store once what many events share: a layer, a line of code, a shape, a sentence."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from layertrace.render.page.columns import MISSING
from layertrace.render.wording import event_phrases, formatting
from layertrace.render.wording.file_names import Places
from layertrace.render.wording.glyphs import UNICODE, printable
from layertrace.render.wording.layer_names import Names
from layertrace.render.wording.messages import sentence
from layertrace.timeline.cause import Cause, Change
from layertrace.timeline.event import ErrorRef, FunctionRef, LayerRef, Location, Structure, VariableSpec
from layertrace.timeline.literals import words as literals

__all__ = ["Table", "Tables", "whole"]

LONGEST = 4000
"""The maximum number of characters of one value or message."""


class Table:
    """Numbers things from 0, equal things alike, and keeps a row for each."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self._numbers: dict[Hashable, int] = {}

    def number(self, key: Hashable, row: Callable[[], Any]) -> int:
        """Return the number of a thing; its row is created the first time."""
        number = self._numbers.get(key)
        if number is None:
            new_row = row()  # which may add rows to this table
            number = self._numbers[key] = len(self.rows)
            self.rows.append(new_row)
        return number


class Tables:
    """All tables that the columns of a page refer to by number.

    Args:
        names: The names of layers.
        places: The names of lines of code.
    """

    def __init__(self, names: Names, places: Places) -> None:
        self._names = names
        self.places = places
        self._layers = Table()
        self._functions = Table()
        self._lines = Table()
        self._errors = Table()
        self._causes = Table()
        self._values = Table()
        self._texts = Table()
        self._variables: list[list[Any]] = []
        self._seen: dict[tuple[Hashable, ...], int] = {}

    def rows(self) -> dict[str, list[Any]]:
        """Return all rows, by the name of their table."""
        return {
            "layers": self._layers.rows,
            "functions": self._functions.rows,
            "places": self._lines.rows,
            "errors": self._errors.rows,
            "causes": self._causes.rows,
            "values": self._values.rows,
            "variables": self._variables,
            "texts": self._texts.rows,
        }

    def layer(self, layer: LayerRef | None) -> int:
        """Return the number of a layer, as it was last seen."""
        if layer is None:
            return MISSING
        return self._layers.number(layer.id, lambda: self._layer(layer))

    def _layer(self, layer: LayerRef) -> list[Any]:
        texts = (self._names.label(layer).plain, layer.class_name, layer.name, layer.path, layer.framework)
        return [*map(printable, texts), layer.id]

    def function(self, function: FunctionRef | None) -> int:
        """Return the number of a function."""
        if function is None:
            return MISSING
        return self._functions.number(function.id, lambda: printable(function.label))

    def place(self, place: Location | None) -> int:
        """Return the number of a line of code."""
        if place is None:
            return MISSING
        return self._lines.number(place, lambda: self._place(place))

    def _place(self, place: Location) -> list[Any]:
        return [printable(self.places.short(place)), printable(str(place)), printable(place.function)]

    def text(self, text: object) -> int:
        """Return the number of a text, or of a list of texts."""
        return MISSING if not text else self._texts.number(text, lambda: text)

    def error(self, error: ErrorRef | None) -> int:
        """Return the number of an exception."""
        return MISSING if error is None else self._errors.number(error, lambda: self._error(error))

    def _error(self, error: ErrorRef) -> list[Any]:
        return [
            printable(error.type),
            UNICODE.user_lines(formatting.shortened(error.message.strip(), LONGEST)),
            formatting.shortened(sentence(error.message), LONGEST),
            self.place(error.location),
            int(error.origin),
            [printable(name) for name in error.raised_in],
            self.layer(error.subject),
        ]

    def cause(self, cause: Cause | None) -> int:
        """Return the number of the cause of a trace."""
        return MISSING if cause is None else self._causes.number(cause, lambda: self._cause(cause))

    def _cause(self, cause: Cause) -> list[Any]:
        changes = [_change(change) for change in cause.changes]
        return [
            printable(str(cause)),
            cause.reason,
            changes,
            cause.compared_with or MISSING,
            int(cause.is_expected),
        ]

    def variable(self, variable: VariableSpec | None) -> int:
        """Return the number of a variable, which is new, since each variable has one event."""
        if variable is None:
            return MISSING
        texts = (
            variable.name,
            variable.path,
            str(event_phrases.tensor(variable)),
            variable.initializer or "",
            variable.source,
        )
        trainable = MISSING if variable.trainable is None else int(variable.trainable)
        self._variables.append(
            [*map(printable, texts), variable.parameters, trainable, int(variable.deferred)]
        )
        return len(self._variables) - 1

    def came_in(self, value: Structure) -> int:
        """Return the number of the inputs of an event; missing if there are not any."""
        return MISSING if value in ({}, ()) else self._value("in", value, formatting.tensors)

    def came_out(self, value: Structure) -> int:
        """Return the number of the outputs of a call."""
        return self._value("out", value, formatting.structure)

    def arguments(self, values: Mapping[str, Structure], layer: LayerRef | None) -> int:
        """Return the number of some arguments, without `name` if the layer has that name."""
        if not values:
            return MISSING
        name = None if layer is None or values.get("name") != layer.name else layer.name
        key = ("arguments", id(values), name)
        if key not in self._seen:
            shown = {key: value for key, value in values.items() if key != "name" or name is None}
            short, parts = formatting.arguments(shown), _parts(values)
            self._seen[key] = self._values.number((short, *parts), lambda: [short, parts])
        return self._seen[key]

    def _value(self, role: str, value: Structure, describe: Callable[[Structure], str]) -> int:
        """Return the number of a value; each object is described once, and lives as long as its event."""
        if value is None:
            return MISSING
        key = (role, id(value))
        if key not in self._seen:
            short, parts = describe(value), _parts(value)
            self._seen[key] = self._values.number((short, *parts), lambda: [short, parts])
        return self._seen[key]


def _parts(value: Structure) -> tuple[tuple[str, str], ...]:
    """Return a value in full, part by part with their names."""
    if isinstance(value, Mapping):
        return tuple((printable(str(name)), whole(part)) for name, part in value.items())
    return (("", whole(value)),)


def _change(change: Change) -> list[str]:
    before, now = ("" if text is None else printable(text) for text in (change.before, change.now))
    axes = ", ".join(map(str, change.axes))
    return [printable(change.argument), change.what, before, now, axes]


def whole(value: Structure) -> str:
    """Return a value in full, shortened only if it is longer than a page.

    Example:
        >>> whole({"padding": "same"})
        "{'padding': 'same'}"
    """
    return formatting.shortened(printable(literals(value)), LONGEST)
