"""Find attributes in which Keras 3 keeps something, and that a layer of the program has replaced."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis.assigned_attributes import assigned_in, users_of
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rules.building._renamed import renamed
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import ErrorRef

__all__ = ["replaced_attributes"]

_LOST = {
    "_layers": "neither trains nor saves",
    "_metrics": "neither resets nor lists",
    "_trainable_variables": "neither trains nor saves",
    "_non_trainable_variables": "does not save",
    "_seed_generators": "does not save the state of",
}
"""What Keras does not do with what it no longer finds in an attribute (Keras 3.15)."""
_FAILING = {
    "_lock": (
        ":_check_super_called",
        "takes anything true there as a sign that super().__init__() was not called",
    ),
    "_losses": (":_get_own_losses", "reads a list of the losses that a call has added"),
    "_metrics": (":reset_metrics", "reads a list of metrics, and resets each"),
}
"""What fails with something else in an attribute, and what Keras has it for."""
_NO_TRACKER = "has no attribute 'track'"


def replaced_attributes(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the attributes of Keras that a layer has something else in, if something is lost or fails."""
    for state in context.states.values():
        for name, lost in state.replaced.items():
            function, purpose = _FAILING.get(name, ("", ""))
            failed = context.errors_from(function)[:1] if function else []
            if failed:
                yield from _violation(state, name, f"Keras {purpose}", failed[0][1])
            elif lost:
                # With nothing lost: tests/cases/clean/attributes_named_as_those_of_keras.py
                names = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
                their = "it" if len(lost) == 1 else "them"
                yield from _violation(
                    state, name, f"Keras no longer finds {names}, and {_LOST[name]} {their}"
                )
    yield from _not_saved(context)
    for place, error in context.errors_from("keras.src.layers.layer:__setattr__"):
        broken = context.state(context.subject(place))
        if broken is not None and error.message.endswith(_NO_TRACKER):
            yield from _violation(
                broken, "_tracker", "Keras tracks layers and weights by what is in it", error
            )


def _not_saved(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the layers whose own `_layers` Keras passed over when it saved them."""
    for layer, seen in context.layer_observations("not saved"):
        state = context.state(layer)
        numbers = seen.now if isinstance(seen.now, tuple) else ()
        unsaved = [
            name
            for name, number in zip(seen.paths, numbers, strict=False)
            if not _is_held_elsewhere(context, number)
        ]
        if state is None or not unsaved or seen.name in state.replaced:
            continue
        names = ", ".join(unsaved[:3]) + (f" and {len(unsaved) - 3} more" if len(unsaved) > 3 else "")
        place = f" in line {seen.location.line}" if seen.location is not None else ""
        yield from _violation(
            state,
            seen.name,
            f"Keras trains the layers there, but the file that was saved{place} has no weights of {names}",
        )


def _is_held_elsewhere(context: DiagnosisContext, number: object) -> bool:
    """Return whether another attribute of a layer holds a layer, by which Keras saves it."""
    # tests/cases/clean/layers_saved_by_another_attribute.py
    return any(
        other == number and not name.startswith("_layers")
        for state in context.states.values()
        for other, name in state.held.items()
    )


def _violation(state: LayerState, name: str, why: str, error: ErrorRef | None = None) -> Iterator[Violation]:
    place = assigned_in(state, name)
    if place is None:
        return
    new = f"own{name}"
    fix, edits = renamed(place, name, new, users_of(state, place))
    cause = [] if error is None else [f"{error.type}: {error.message.splitlines()[0]}"]
    yield Violation(
        message=f"{{layer}} assigns self.{name}, an attribute of Keras: {why}.",
        layer=state.layer,
        location=place,
        evidence=tuple(
            Evidence(text, (), error.location if error else place) for text in cause or ["assigned here"]
        ),
        fix=fix or f"self.{new} = ...  # and everywhere else in the class",
        fix_place="in place" if fix else None,
        edits=edits,
    )
