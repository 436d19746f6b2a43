"""LT310: An attribute of a layer has a name that Keras uses itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.rules.building._renamed import renamed
from layertrace.diagnosis.rules.building._replaced_attributes import replaced_attributes


@rule("LT310", "reserved-attribute", "error", links.BASE_LAYER, backends=ANY_BACKEND)
def reserved_attribute(context: DiagnosisContext) -> Iterator[Violation]:
    """An attribute of a layer has a name that Keras uses itself.

    ## Why is this bad?

    `output`, `input`, `losses`, `metrics`, `weights`, `variables`, `dtype` and others are properties of every
    Keras layer, and `layers` is one of every model. They cannot be assigned, so the program stops with an
    `AttributeError`.

    Keras 3 keeps what a layer holds in `_layers`, `_metrics`, `_trainable_variables` and others, which can be
    assigned. What the new list lacks is lost without an error: layers that are neither trained nor saved.
    If it lacks nothing, its layers do train, but `save` passes over `_layers`: their weights are in no file.
    With a lock in `_lock`, every call fails as if `super().__init__()` had been forgotten.

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

    - A property is found by the exception, so only the first such attribute of a program is reported.
    - `_lock`, `_losses` and `_tracker` are reported if Keras fails, a list only if it lacks something.
    - A `_layers` that lacks nothing is reported if the program saves the layer as `.keras` or `.weights.h5`,
      not for a file that it only loads.
    - The fix renames the attribute where it is assigned, and where methods of its classes read it, or of a
      property only `call`. Rename it elsewhere, too.
    """
    for place, error in context.errors_from(*_SETTERS):
        name = next((match[1] for text in _MESSAGES if (match := re.search(text, error.message))), None)
        layer = context.subject(place)
        if name is None or layer is None:
            continue
        location = context.line(place)
        new = f"{name}_layer" if name in ("output", "input") else f"own_{name}"
        fix, edits = renamed(location, name, new, [(context.call_defined_at(layer), "self")])
        yield Violation(
            message=f"{{layer}} assigns self.{name}, but {name} is a property of every Keras "
            f"{'model' if name == 'layers' else 'layer'} that cannot be assigned.",
            layer=layer,
            location=location,
            evidence=(Evidence(f"{error.type}: {error.message.splitlines()[0]}", (), location),),
            fix=fix or f"self.{new} = ...  # and everywhere else in the class",
            fix_place="in place" if fix else None,
            edits=edits,
        )
    yield from replaced_attributes(context)


_SETTERS = (":__setattr__", ":layers", "keras.src.models.functional:layers")
"""Functions of Keras 3, tf_keras and TensorFlow that set an attribute of a layer."""

_MESSAGES = (
    r"property '(\w+)' of '[^']+' object has no setter",  # Python 3.11 and later
    r"can't set attribute '(\w+)'",  # Python 3.10
    r"Can't set the attribute \"(\w+)\"",  # tf_keras 2.16 to 2.21
    r"Model\.(layers)` attribute is reserved",
)
