"""LT307: The `__init__` of a layer does not call `super().__init__()`."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.method_edits import calling_super, only
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.rules.building._shared import calls_method
from layertrace.diagnosis.user_source import method_of
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Location


@rule("LT307", "super-init-forgotten", "error", links.SUBCLASSING, backends=ANY_BACKEND)
def super_init_forgotten(context: DiagnosisContext) -> Iterator[Violation]:
    """The `__init__` of a layer does not call `super().__init__()`.

    ## Why is this bad?

    Without the `__init__` of Keras a layer cannot be called. Keras raises an error at the first call,
    which may be far from the `__init__` that lacks the line.

    ## Example

    ```python
    def __init__(self, units):
        self.units = units
    ```

    ## Use instead

    ```python
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
    ```

    ## Known limits

    - Seen only if the `__init__` of the user's class ran to its end while recording.
    - Among several classes, the culprit is found by the source, in the file of the layer's `__init__`.
    """
    for state in context.states.values():
        init = next((init for init in context.of(state.layer, "init") if init.error is None), None)
        if state.initialized is False and init is not None:
            cls, defined_at = _culprit(state)
            edits = only(calling_super(defined_at or init.defined_at))
            yield Violation(
                message=f"{cls}.__init__ does not call super().__init__(), so Keras never "
                f"initialized {{layer}}.",
                layer=state.layer,
                location=defined_at or init.defined_at,
                evidence=(Evidence("created here", (init.seq,), init.location),),
                fix="" if edits else "super().__init__(**kwargs)  # first line of __init__",
                edits=edits,
            )


def _culprit(state: LayerState) -> tuple[str, Location | None]:
    """Return the first class, in Python's order, whose `__init__` calls no other, and where it is."""
    init = state.methods.get("__init__")
    for base in state.layer.bases:
        cls = base.rpartition(".")[2]
        method = method_of(init, cls, "__init__")
        if method is not None and not calls_method(method, "__init__"):
            return cls, method
    return state.layer.class_name, init
