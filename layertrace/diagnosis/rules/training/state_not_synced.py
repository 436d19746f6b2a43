"""LT588: A callback uses variables while a fit on JAX holds their values."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, FixPlace, Violation
from layertrace.diagnosis.program_lines import receiver_at
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_classes import class_around
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, Location

_RAISED = "'NoneType' object is not callable"


@rule("LT588", "state-not-synced", "error", links.KERAS_ON_JAX, backends=("jax",))
def state_not_synced(context: DiagnosisContext) -> Iterator[Violation]:
    """A callback uses variables while a fit on JAX holds their values.

    ## Why is this bad?

    From the first step of an epoch to its end, `fit` on JAX holds the values of all variables of the model
    and its optimizer, and the variables have none. If a callback assigns one in between, the end of the epoch
    overwrites it without a word; if it reads one, Keras raises "'NoneType' object is not callable".
    `self.model` of a callback brings the values back, and so does `jax_state_sync`. A layer, variable or
    optimizer that the callback holds itself does not.

    ## Example

    ```python
    def on_train_batch_end(self, batch, logs=None):
        self.layer.strength.assign(0.5)
    ```

    ## Use instead

    ```python
    def on_train_batch_end(self, batch, logs=None):
        self.model.jax_state_sync()
        self.layer.strength.assign(0.5)
    ```

    ## Known limits

    - What the callback assigns to a variable again before the next step is not seen, since it has a value
      then.
    - A reading is only found if its error ends the recording, and if what its line calls was imported, is
      built in or is a method of a variable: anything else might be the None that is called.
    """
    created = {event.variable.id: event for event in context.events("variable") if event.variable is not None}
    fits = [fit.location for _, fit in context.layer_observations("fitted")]
    reported = set()
    for seen in context.observations("not synced"):
        if seen.location in reported:
            continue
        reported.add(seen.location)
        yield _assigned(context, seen, next(map(created.get, seen.variables), None), fits)
    failure = context.failure
    if failure is None or failure.error.location is None or failure.error.type != "TypeError":
        return
    # Keras hides the function that raised it, which calls the initializer of a variable without a value.
    is_reading = failure.error.message == _RAISED and _calls_known_functions(failure.error.location)
    is_reading = is_reading and not context.events("call", lambda call: call.error is not None)
    if is_reading and any(receiver_at(line, ("fit",)) for line in failure.lines[:-1]):
        code, where = _synced(failure.error.location, failure.lines)
        yield Violation(
            message="A variable is read that has no value: on JAX, fit holds the values of all variables "
            "until the epoch ends.",
            location=failure.error.location,
            evidence=(Evidence("raised TypeError", (), failure.error.location),),
            fix=code,
            fix_place=where,
        )


def _calls_known_functions(place: Location) -> bool:
    """Return whether a line calls nothing, or only functions that cannot be None."""
    tree = tree_of(place.file)
    imports = [] if tree is None else [node for node in ast.walk(tree) if isinstance(node, _IMPORTS)]
    known = {name.asname or name.name.partition(".")[0] for node in imports for name in node.names}
    called = [node.func for node in nodes_at(place) if isinstance(node, ast.Call)]
    return all(
        dotted(function).partition(".")[0] in known | vars(builtins).keys()
        or (isinstance(function, ast.Attribute) and function.attr in _OF_VARIABLES)
        for function in called
    )


_IMPORTS = (ast.Import, ast.ImportFrom)
_OF_VARIABLES = ("assign", "assign_add", "assign_sub", "numpy", "get_weights")


def _assigned(
    context: DiagnosisContext, seen: Observation, creation: Event | None, fits: Iterable[Location | None]
) -> Violation:
    """Return that a variable of a layer or an optimizer is assigned in vain."""
    layer = None if creation is None else creation.layer
    name = seen.name.rpartition("/")[2]
    variable = name if layer is None else f"{name} of {{layer}}"
    code, where = _synced(seen.location, fits)
    return Violation(
        message=f"What is assigned to {variable} is lost: on JAX, fit "
        "holds the values of all variables until the epoch ends, and writes them back then.",
        layer=layer,
        location=seen.location,
        evidence=(Evidence("assigned here", seqs(context.event(seen.during)), seen.location),),
        fix=code,
        fix_place=where,
    )


def _synced(place: Location | None, fits: Iterable[Location | None]) -> tuple[str, FixPlace]:
    """Return the line that brings the values back, and where it goes.

    Args:
        place: Where a variable is used.
        fits: The lines that may call `fit`.
    """
    cls = class_around(place)
    is_callback = cls is not None and any(dotted(base).endswith("Callback") for base in cls.bases)
    models = filter(None, (receiver_at(line, ("fit",)) for line in fits))
    model = "self.model" if is_callback else next(models, "model")
    is_line = place is not None and function_around(place) is not None
    is_line = is_line and not any(isinstance(node, ast.Lambda) for node in nodes_at(place))
    code = f"{model}.jax_state_sync()"
    return (code, "before") if is_line else (f"{code}  # before the variable is used", "elsewhere")
