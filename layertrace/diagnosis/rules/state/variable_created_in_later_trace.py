"""LT102: A function makes variables in a trace that is not its first."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.state._shared import is_of_call, is_written, making_call
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import Event


@rule("LT102", "variable-created-in-later-trace", "error", links.CREATING_VARIABLES)
def variable_created_in_later_trace(context: DiagnosisContext) -> Iterator[Violation]:
    """A function makes variables in a trace that is not its first.

    A `tf.function` may make variables only while it is traced for the first time. An optimizer makes its
    slots when it is first used, a model its weights when it is first called, a metric its totals when it
    is made: a second optimizer or model given to the same function comes too late.

    Bad:

    ```python
    @tf.function
    def step(optimizer, x): ...

    step(keras.optimizers.Adam(), x)
    step(keras.optimizers.SGD(momentum=0.9), x)
    ```

    Good:

    ```python
    optimizer = keras.optimizers.SGD(momentum=0.9)
    optimizer.build(model.trainable_variables)
    step(optimizer, x)
    ```
    """
    told = set()
    for event in context.events("variable", lambda one: one.mode == "graph"):
        made, trace = event.variable, next((o for o in context.ancestors(event) if o.kind == "trace"), None)
        inside, call = context.parent(event), making_call(context, event)
        if trace is None or made is None or trace.function in told or not _is_too_late(event, trace):
            continue
        if (call is not None and is_of_call(event, call)) or _is_of_step(context, event):
            continue  # that is LT101, or LT103
        if (
            inside is not None
            and inside.kind in ("init", "build")
            and context.enclosing_call(event) is not None
        ):
            continue  # a layer that is made or built in call: LT103, LT301
        told.add(trace.function)
        cause = f" ({trace.cause})" if trace.cause is not None else ""
        yield Violation(
            message=f"{trace.function} makes the variable {made.path} in its trace {trace.trace}{cause}, "
            f"where "
            "TensorFlow allows none: what it belongs to has to exist before.",
            location=event.location or trace.location,
            evidence=(
                Evidence(f"{made.path} was refused", (event.seq,), event.location),
                Evidence(f"trace {trace.trace} of {trace.function}", (trace.seq,), trace.location),
            ),
            fix=_made_before(context, event),
        )


def _made_before(context: DiagnosisContext, event: Event) -> str:
    """Write what makes a variable before the function: it belongs to a layer, an optimizer or a metric."""
    calls = [dotted(node.func) for node in nodes_at(event.location) if isinstance(node, ast.Call)]
    if event.layer is not None:
        return f"{event.layer.name}(keras.Input(shape))  # builds it: once, before the function is called"
    if any(one.location == event.location for one in context.observations("update")):
        applied = next((one for one in calls if one.rpartition(".")[2].startswith(("apply", "minimize"))), "")
        optimizer = applied.rpartition(".")[0] or "optimizer"
        return f"{optimizer}.build(model.trainable_variables)  # once, before the function is called"
    maker = next((one for one in calls if one.rpartition(".")[2][:1].isupper()), None)
    if maker is None:
        return "# make what owns the variable once, before the function is called"
    name = "optimizer" if "optimizers" in maker else "metric" if "metrics" in maker else "made"
    return f"{name} = {maker}(...)  # once, before the function is called"


def _is_of_step(context: DiagnosisContext, event: Event) -> bool:
    """Tell what a step of a model makes anew each time: a variable, or a layer with its weights."""
    if context.step_of(event) is not None and is_written(event):
        return True
    owners = [outer.layer for outer in (event, *context.ancestors(event)) if outer.layer is not None]
    made = [init for owner in owners for init in context.of(owner, "init")]
    return any(context.step_of(init) is not None for init in made)


def _is_too_late(event: Event, trace: Event) -> bool:
    """Tell a variable that was refused, or made in a later trace: TensorFlow refuses the function then."""
    if event.error is not None:
        return True
    return (trace.trace or 1) > 1 and trace.graph is not None and not trace.graph.second_pass
