"""LT101: A layer makes a variable each time it is called."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.state._shared import (
    doubt_of,
    initializer_of,
    is_of_call,
    is_refused_state,
    is_written,
    making_call,
)
from layertrace.diagnosis.user_source import is_guarded
from layertrace.timeline.event import Event, LayerRef, Location


@rule("LT101", "variable-created-in-call", "error", links.CREATING_VARIABLES, triggers=[("variable", "call")])
def variable_created_in_call(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer makes a variable each time it is called.

    Eagerly every call makes another one: its value is forgotten, nothing trains it, nothing saves it.
    Inside a `tf.function` TensorFlow allows new variables only while the function is traced for the first
    time, and it traces a function twice on its first call if the first trace made some. So the second one
    fails, with "only supports singleton tf.Variables created on the first call".

    Bad:

    ```python
    def call(self, x):
        w = tf.Variable(tf.ones([x.shape[-1], 4]))
        return x @ w
    ```

    Good:

    ```python
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], 4), initializer="ones", name="w")

    def call(self, x):
        return x @ self.w
    ```
    """
    made: dict[LayerRef, list[Event]] = {}
    for event in context.events("variable"):
        maker = _maker(context, event)
        if maker is not None:
            made.setdefault(maker, []).append(event)
    locked = {one.location for one in context.events("variable", is_refused_state)}
    for layer, found in made.items():
        events = [one for one in found if one.location not in locked]  # LT104 tells of those
        refused = next((one for one in events if one.error is not None), None)
        if not events or _is_made_once(context, layer, events):
            continue
        shown = refused or events[0]
        often = _often(events, refused)
        step = context.step_of(shown)
        when, where = ("it is called", "call") if step is None else (f"its {step.name} runs", step.name)
        kind = "tf.Variable" if shown.variable is not None and shown.variable.source == "tf" else "variable"
        yield Violation(
            message=f"{{layer}} makes a {kind} every time {when} ({often}): eagerly its value is "
            f"forgotten "
            "with each call, and a tf.function refuses it, since it is traced twice if the first trace "
            "made some.",
            layer=layer,
            location=shown.location,
            evidence=(
                Evidence(
                    f"{kind} {_spec(shown)} made in {where}",
                    tuple(one.seq for one in events[:4]),
                    shown.location,
                ),
            ),
            fix=_as_weight(shown),
        )


def _maker(context: DiagnosisContext, event: Event) -> LayerRef | None:
    """Return the layer in whose call a variable is made that is its own, or in whose `train_step`."""
    call = making_call(context, event)
    if call is not None:
        return call.layer if is_of_call(event, call) else None
    step = context.step_of(event)
    return step.layer if step is not None and is_written(event) else None


def _is_made_once(context: DiagnosisContext, layer: LayerRef, events: list[Event]) -> bool:
    """Tell a variable that is made in the first call and kept: guarded by `if self.w is None`."""
    if any(one.error is not None for one in events):
        return False
    if all(is_guarded(one.location) for one in events):
        return True
    calls = [one for one in context.of(layer, "call") if one.mode in ("eager", "graph") and one.error is None]
    makers: dict[Location | None, set[int]] = {}
    for one in events:
        call = making_call(context, one)  # one line may make several: `add_metric` of tf_keras, a list
        makers.setdefault(one.location, set()).add(one.seq if call is None else call.seq)
    return len(calls) > 1 and all(len(found) == 1 for found in makers.values())


def _often(events: list[Event], refused: Event | None) -> str:
    if refused is not None and refused.function is not None:
        return f"refused in trace {refused.trace} of {refused.function}"
    return f"{len(events)} so far"


def _spec(event: Event) -> str:
    made = event.variable
    return "" if made is None else f"{made.dtype}[{', '.join(map(str, made.shape or ()))}]"


def _as_weight(event: Event) -> str:
    made = event.variable
    shape = tuple(made.shape or ()) if made is not None else ()
    return (
        "def build(self, input_shape):\n"
        f"{doubt_of(event, indent=4)}"
        f'    self.w = self.add_weight(shape={shape}, initializer={initializer_of(event)}, name="w")'
    )
