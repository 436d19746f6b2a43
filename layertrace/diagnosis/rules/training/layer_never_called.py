"""LT504: A layer has weights that training never reaches."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef


@rule("LT504", "layer-never-called", "warning", links.SUBCLASSING)
def layer_never_called(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer has weights that training never reaches.

    It was built, but no `call` uses it; or what it computes is cut off from the loss, by `tf.argmax`,
    `tf.stop_gradient` or `.numpy()`. Its gradients are None, and its weights stay what they were.

    Bad:

    ```python
    def call(self, x):
        return self.first(self.first(x))  # self.second was meant
    ```

    Good:

    ```python
    def call(self, x):
        return self.second(self.first(x))
    ```
    """
    missing: dict[int, tuple[Observation, str]] = {}
    reached: set[int] = set()
    for update in context.observations("update"):
        without = set(update.now) if isinstance(update.now, tuple) else set()
        for at, (number, path) in enumerate(zip(update.variables, update.paths, strict=True)):
            if at not in without:
                reached.add(number)
            elif number:
                missing.setdefault(number, (update, path))
    ids = {number: path for number, (_, path) in missing.items() if number not in reached}
    for state in context.states.values():
        own = [number for number in state.variables if number in ids]
        inside = {n for child in state.children if (s := context.states.get(child)) for n in s.variables}
        own = [number for number in own if number not in inside]
        if not own or not state.alive:
            continue
        update = missing[own[0]][0]
        called = context.of(state.layer, "call")
        names = ", ".join(ids[number].rpartition("/")[2] for number in own[:3])
        init = next(iter(context.of(state.layer, "init")), None)
        location = init.location if init is not None else update.location
        what = (
            "was called, but nothing leads from the loss back to it"
            if called
            else "was built and never called"
        )
        yield Violation(
            message=f"{{layer}} {what}: its weights ({names}) get no gradient and stay what they are.",
            layer=state.layer,
            location=called[0].location if called else location,
            evidence=(
                Evidence("gradients are None in this update", (), update.location),
                Evidence("made here", () if init is None else (init.seq,), location),
            ),
            fix=f"x = self.{_attribute(context, state.layer)}(x)  # in call; or remove the layer"
            if not called
            else "# use ops that have gradients: no argmax, round, .numpy() or stop_gradient on the way",
        )


def _attribute(context: DiagnosisContext, layer: LayerRef) -> str:
    holder = context.holder(layer)
    return layer.name if holder is None else holder.held[layer.id]
