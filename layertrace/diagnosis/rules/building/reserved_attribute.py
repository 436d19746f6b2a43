"""LT310: An attribute of a layer has a name that Keras uses itself."""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_edits import attribute_renamed
from layertrace.diagnosis.user_source import dotted, nodes_of
from layertrace.timeline.event import Location


@rule("LT310", "reserved-attribute", "error", links.BASE_LAYER, backends=ANY_BACKEND)
def reserved_attribute(context: DiagnosisContext) -> Iterator[Violation]:
    """An attribute of a layer has a name that Keras uses itself.

    ## Why is this bad?

    `output`, `input`, `losses`, `metrics`, `weights`, `variables`, `dtype` and others are properties of every
    Keras layer, and `layers` is one of every model. They cannot be assigned, so the program stops with an
    `AttributeError`.

    ## Example

    ```python
    def __init__(self):
        super().__init__()
        self.output = keras.layers.Dense(1)
    ```

    ## Use instead

    ```python
    def __init__(self):
        super().__init__()
        self.output_layer = keras.layers.Dense(1)
    ```

    ## Known limits

    - Found by the exception, so only the first such attribute of a program is reported.
    - The fix renames the attribute where it is assigned, and where `call` reads it. Rename it elsewhere, too.
    """
    for place, error in context.errors_from(*_SETTERS):
        name = next((match[1] for text in _MESSAGES if (match := re.search(text, error.message))), None)
        layer = context.subject(place)
        if name is None or layer is None:
            continue
        location = context.line(place)
        new = f"{name}_layer" if name in ("output", "input") else f"own_{name}"
        fix = attribute_renamed(location, name, new)
        yield Violation(
            message=f"{{layer}} assigns self.{name}, but {name} is a property of every Keras "
            f"{'model' if name == 'layers' else 'layer'} that cannot be assigned.",
            layer=layer,
            location=location,
            evidence=(Evidence(f"{error.type}: {error.message.splitlines()[0]}", (), location),),
            fix=fix or f"self.{new} = ...  # and everywhere else in the class",
            fix_place="in place" if fix else None,
            edits=tuple(_where_read(context.call_defined_at(layer), name, new)) if fix else (),
        )


def _where_read(method: Location | None, name: str, new: str) -> Iterator[Edit]:
    """Yield the lines of a method that read the attribute, with its new name."""
    lines = {
        node.lineno
        for node in nodes_of(method)
        if isinstance(node, ast.Attribute) and node.attr == name and dotted(node) == f"self.{name}"
    }
    for line in sorted(lines):
        if method is None:
            return
        place = Location(method.file, line, method.function)
        source = linecache.getline(place.file, line).rstrip("\n")
        renamed = re.sub(rf"(?<=self\.){name}\b", new, source.strip())
        yield Edit(place, source, renamed)


_SETTERS = (":__setattr__", ":layers", "keras.src.models.functional:layers")
"""Functions of Keras 3, tf_keras and TensorFlow that set an attribute of a layer."""

_MESSAGES = (
    r"property '(\w+)' of '\w+' object has no setter",  # Python 3.11 and later
    r"can't set attribute '(\w+)'",  # Python 3.10
    r"Can't set the attribute \"(\w+)\"",  # tf_keras 2.16 to 2.21
    r"Model\.(layers)` attribute is reserved",
)
