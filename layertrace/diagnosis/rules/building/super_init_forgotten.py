"""LT307: A layer's `__init__` does not call that of Keras."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.building._shared import calls_on
from layertrace.diagnosis.user_source import method_of
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Location


@rule("LT307", "super-init-forgotten", "error", links.SUBCLASSING)
def super_init_forgotten(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer's `__init__` does not call that of Keras.

    Keras says so when the layer is first called, which may be far from the line that lacks it.

    Bad:

    ```python
    def __init__(self, units):
        self.units = units
    ```

    Good:

    ```python
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
    ```
    """
    for state in context.states.values():
        init = next((one for one in context.of(state.layer, "init") if one.error is None), None)
        if state.initialized is False and init is not None:
            yield Violation(
                message=f"{{layer}} never ran the __init__ of Keras: {_whose(state)} does not call "
                "super().__init__().",
                layer=state.layer,
                location=_culprit(state)[1] or init.defined_at,
                evidence=(Evidence("made here", (init.seq,), init.location),),
                fix="super().__init__(**kwargs)  # first line of __init__",
            )


def _whose(state: LayerState) -> str:
    cls = _culprit(state)[0]
    return "its own" if cls == state.layer.class_name else f"that of {cls}"


def _culprit(state: LayerState) -> tuple[str, Location | None]:
    """Return the class, of one and those above it in Python's order, whose `__init__` calls no other."""
    init = state.methods.get("__init__")
    for base in state.layer.bases:
        cls = base.rpartition(".")[2]
        above = method_of(init, cls, "__init__")
        if above is not None and not calls_on(above, "__init__"):
            return cls, above
    return state.layer.class_name, init
