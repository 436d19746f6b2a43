"""LT101: A layer creates a variable every time it is called."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import CreatedVariable, DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.guarded_lines import is_guarded
from layertrace.diagnosis.method_edits import created_earlier, keras_in
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.rules.state._shared import (
    asks_for_generator,
    creating_call,
    initializer_comment,
    initializer_of,
    is_created_by_call,
    is_rejected_by_lock,
    is_requested,
)
from layertrace.timeline.event import Event, LayerRef, Location, VariableSpec


@rule(
    "LT101",
    "variable-created-in-call",
    "error",
    links.CREATING_VARIABLES,
    triggers=[("variable", "call")],
    backends=ANY_BACKEND,
)
def variable_created_in_call(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer creates a variable every time it is called.

    ## Why is this bad?

    In eager mode every call creates another variable: its value is lost, nothing trains it, nothing saves
    it. Inside a `tf.function`, TensorFlow allows new variables only in the first trace. A function whose
    first trace created variables is traced a second time on its first call, and that trace fails with
    "only supports singleton tf.Variables created on the first call".

    ## Example

    ```python
    def call(self, x):
        w = tf.Variable(tf.ones([x.shape[-1], 4]))
        return x @ w
    ```

    ## Use instead

    ```python
    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], 4), initializer="ones", name="w"
        )

    def call(self, x):
        return x @ self.w
    ```

    ## Known limits

    - A variable that is created under a condition on an attribute, such as `if self.w is None`, is taken
      to be created once and is not reported.
    - A line that creates a variable in only one of several calls is not reported either.
    - Weights that Keras 3 rejects because the layer is built are reported as LT104.
    - A `train_step` is examined only where its line asks for a variable by `Variable` or `add_weight`.
    """
    created: dict[LayerRef, list[CreatedVariable]] = {}
    for variable in context.created_variables():
        layer = _creating_layer(context, variable)
        if layer is not None:
            created.setdefault(layer, []).append(variable)
    locked = {event.location for event in context.events("variable", is_rejected_by_lock)}
    for layer, candidates in created.items():
        variables = [variable for variable in candidates if variable.event.location not in locked]  # LT104
        events = [variable.event for variable in variables]
        if not variables or _is_created_once(context, layer, events):
            continue
        rejected = next((variable for variable in variables if variable.event.error is not None), None)
        event, spec, _ = rejected or variables[0]
        step = context.step_of(event)
        when, where = ("it is called", "call") if step is None else (f"its {step.name} runs", step.name)
        kind = "tf.Variable" if spec.source == "tf" else "variable"
        state = context.state(layer)
        method = state.methods.get(where) if state is not None else None
        creating = f"{keras_in(event.location)}.Variable" if spec.source == "tf" else ""
        moved = created_earlier(event.location, method, ("Variable", "add_weight"), creating, "w")
        count = _count(events, None if rejected is None else rejected.event)
        yield Violation(
            message=f"{{layer}} creates a {kind} every time {when} ({count}). In eager mode, its value is "
            f"lost after every call. {_FAILS_ON_TENSORFLOW if context.backend == 'tensorflow' else _FAILS}",
            layer=layer,
            location=event.location,
            evidence=(
                Evidence(
                    f"{kind} {_dtype_and_shape(spec)} created in {where}", seqs(*events[:4]), event.location
                ),
            ),
            fix=_as_weight(event, spec) if moved is None else moved.fix,
            fix_place=None if moved is None else "in place",
            edits=() if moved is None else moved.edits,
        )


_FAILS_ON_TENSORFLOW = (
    "In a tf.function, it fails: TensorFlow traces the function a second time, and that trace may not create "
    "variables."
)
_FAILS = "While Keras infers shapes, and in fit, it fails: there, Keras creates no variable that has a value."


def _creating_layer(context: DiagnosisContext, variable: CreatedVariable) -> LayerRef | None:
    """Return the layer whose `call`, or whose `train_step`, creates a variable itself."""
    if variable.spec.role == "seed" and not asks_for_generator(variable.event):
        return None
    call = creating_call(context, variable.event)
    if call is not None:
        return call.layer if is_created_by_call(variable, call) else None
    # Optimizers and metrics create variables in a step, too: tests/cases/clean/custom_train_step_and_gan.py
    step = context.step_of(variable.event)
    return step.layer if step is not None and is_requested(variable.event) else None


def _is_created_once(context: DiagnosisContext, layer: LayerRef, events: list[Event]) -> bool:
    """Return whether variables are created in the first call and kept, as by `if self.w is None`."""
    if any(event.error is not None for event in events):
        return False
    if all(is_guarded(event.location) for event in events):  # tests/cases/clean/variables_made_once.py
        return True
    calls = [
        call for call in context.of(layer, "call") if call.mode in ("eager", "graph") and call.error is None
    ]
    creators: dict[Location | None, set[int]] = {}
    for event in events:
        call = creating_call(context, event)
        # One line may create several variables, as `add_metric` of tf_keras does, or a list:
        # tests/cases/clean/metrics_and_optimizers_inside.py
        creators.setdefault(event.location, set()).add(event.seq if call is None else call.seq)
    return len(calls) > 1 and all(len(creating) == 1 for creating in creators.values())


def _count(events: list[Event], rejected: Event | None) -> str:
    if rejected is not None and rejected.function is not None:
        return f"rejected in trace {rejected.trace} of {rejected.function}"
    return f"{len(events)} so far"


def _dtype_and_shape(spec: VariableSpec) -> str:
    return f"{spec.dtype}[{', '.join(map(str, spec.shape or ()))}]"


def _as_weight(event: Event, spec: VariableSpec) -> str:
    shape = tuple(spec.shape or ())
    return (
        "def build(self, input_shape):\n"
        f"{initializer_comment(event, spec, indent=4)}"
        f"    self.w = self.add_weight(shape={shape}, "
        f'initializer={initializer_of(event, spec)}, name="w")'
    )
