"""Find the models with weights that became NaN or infinite, and what is known of the fit that did it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import LayerRef

__all__ = ["GivenArray", "LostWeights", "lost_weights"]


@dataclass(frozen=True)
class GivenArray:
    """An array that a fit was given.

    Attributes:
        name: The argument: `x`, or `x[0]` of a list.
        bad_rows: How many rows are not finite.
        rows: Of how many.
        first: The first of these.
        least: The least finite value; None without any.
        greatest: The greatest.
    """

    name: str
    bad_rows: int
    rows: int
    first: int | None
    least: float | None
    greatest: float | None


@dataclass(frozen=True)
class LostWeights:
    """A model with weights that are not finite.

    Attributes:
        model: The outermost layer that holds them, or the one that was compiled.
        parts: The numbers of the model and of the layers inside it.
        weights: Their paths, each with `NaN` or `infinite`.
        trained: How many weights the optimizer updated together with them.
        fit: The last fit of the model, or of a part of it, whose last loss, or data, is not finite.
    """

    model: LayerRef
    parts: frozenset[int]
    weights: dict[str, str]
    trained: int
    fit: Observation | None

    def __str__(self) -> str:
        return self.counted()

    def counted(self, *, of_model: bool = False) -> str:
        """Return how many weights are not finite: `all 4 weights of net are NaN`."""
        count, of = len(self.weights), f" of {self.model.name}" if of_model else ""
        what = "infinite" if {*self.weights.values()} == {"infinite"} else "NaN"
        if count == self.trained:
            return f"the only weight{of} is {what}" if count == 1 else f"all {count} weights{of} are {what}"
        return f"{count} of the {self.trained} weights{of} {'is' if count == 1 else 'are'} {what}"

    @property
    def losses(self) -> list[float]:
        """The losses of the epochs before the first that is not finite."""
        losses = self.fit.now if self.fit is not None and isinstance(self.fit.now, tuple) else ()
        return [loss for loss in losses if isinstance(loss, float)]

    @property
    def arrays(self) -> list[GivenArray]:
        """The arrays that the fit was given."""
        facts = self.fit.before if self.fit is not None and isinstance(self.fit.before, tuple) else ()
        rows = (fact for fact in facts if isinstance(fact, tuple))
        return [GivenArray(*fact) for fact in rows]  # type: ignore[arg-type]  # as `ranges_of` wrote them


def lost_weights(context: DiagnosisContext) -> Iterator[LostWeights]:
    """Yield the models with weights that an optimizer updated and that are not finite, each once.

    They are those at the end of the recording; of a model that is gone by then, those at the end of its fit.
    """
    updated = {path for update in context.observations("update") for path in update.paths}
    fits = [
        (context.states[layer.id], fit)
        for layer, fit in context.layer_observations("not finite")
        if layer.id in context.states
    ]
    models: dict[int, dict[str, str]] = {}
    for state in context.states.values():
        weights = {path: what for path, what in state.not_finite.items() if path in updated}
        if weights:
            models.setdefault(_outermost(context, state), {}).update(weights)
    for state, fit in fits:
        gone = {path: fit.name or "NaN" for path in fit.paths if path in updated and not state.alive}
        if gone:
            models.setdefault(state.layer.id, gone)
    for number, weights in models.items():
        state = context.states[number]
        parts = frozenset({number, *state.children})
        fit_of = next((fit for fitted, fit in reversed(fits) if fitted.layer.id in parts), None)
        yield LostWeights(state.layer, parts, weights, _trained(context, weights), fit_of)


def _trained(context: DiagnosisContext, weights: dict[str, str]) -> int:
    """Return how many weights an optimizer updated together with some of these."""
    updates = [{*update.paths} for update in context.observations("update")]
    return max((len(paths) for paths in updates if paths & {*weights}), default=len(weights))


def _outermost(context: DiagnosisContext, state: LayerState) -> int:
    """Return the number of the layer that holds another and most others, preferably one that was compiled."""
    holders = [each for each in context.states.values() if state.layer.id in each.children]
    compiled = {layer.id for layer, _ in context.layer_observations("compiled")}
    return max((state, *holders), key=lambda each: (each.layer.id in compiled, len(each.children))).layer.id
