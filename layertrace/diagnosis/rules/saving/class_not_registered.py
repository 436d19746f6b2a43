"""LT607: A file is loaded that names a class of the program which Keras does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_classes import class_named
from layertrace.timeline.event import Location


@rule("LT607", "class-not-registered", "error", links.SAVING, backends=ANY_BACKEND)
def class_not_registered(context: DiagnosisContext) -> Iterator[Violation]:
    """A file is loaded that names a class or function of the program which Keras does not know.

    ## Why is this bad?

    A saved model and a config name each class. Keras finds its own classes by name, but not those of a
    program, so `load_model`, `model_from_json` or `clone_model` fails.

    ## Example

    ```python
    class Scale(keras.layers.Layer): ...

    keras.models.load_model("model.keras")
    ```

    ## Use instead

    ```python
    @keras.saving.register_keras_serializable()
    class Scale(keras.layers.Layer): ...

    keras.models.load_model("model.keras")
    ```

    A file that was saved before the class was registered is loaded with
    `load_model(path, custom_objects={"Scale": Scale})`.

    ## Known limits

    Found by the exception that ended the recording, so the first unknown class is named, not the others.
    """
    failure = context.failure
    if failure is None:
        return
    name = next((match[1] for text in _MESSAGES if (match := re.search(text, failure.error.message))), None)
    if name is None:
        return
    load = failure.error.location
    layers = [layer for layer in context.layers if layer.class_name == name]
    place = class_named(load, name) or _class_of(context, name)
    yield Violation(
        message=f"Keras cannot load {'{layer}, whose class' if layers else f'{name}, which'} is not "
        "registered: a file holds only the name.",
        layer=layers[-1] if layers else None,
        location=place or load,
        evidence=(Evidence(f"the load that failed: {failure.error.type}", (), load),),
        fix="@keras.saving.register_keras_serializable()"
        if place is not None
        else f'custom_objects={{"{name}": {name}}}  # an argument of the call that loads',
        fix_place="before" if place is not None else "elsewhere",
    )


def _class_of(context: DiagnosisContext, name: str) -> Location | None:
    """Return where a class or function is defined that is in another file than the load."""
    methods = (
        method
        for state in context.states.values()
        if state.layer.class_name == name
        for method in state.methods.values()
    )
    files = (Location(file, 1) for file in sorted(context.files))
    places = (class_named(each, name) for each in (*methods, *files))
    return next((place for place in places if place is not None), None)


_MESSAGES = (
    r"Could not locate \w+ '(?:[\w ./-]+>)?(\w+)'\. Make sure custom",  # .keras, in Keras 3 and tf_keras
    r"Unknown [\w ]+: '?(?:[\w ./-]+>)?(\w+)'?\. Please ensure ",  # .h5 and JSON, in both
)
