"""LT102: A function creates variables in a trace that is not its first."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import CreatedVariable, DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.state._shared import (
    creating_call,
    is_created_by_call,
    is_rejected_by_lock,
    is_requested,
)
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import Event


@rule("LT102", "variable-created-in-later-trace", "error", links.CREATING_VARIABLES)
def variable_created_in_later_trace(context: DiagnosisContext) -> Iterator[Violation]:
    """A function creates variables in a trace that is not its first.

    ## Why is this bad?

    A `tf.function` may create variables only while it is traced for the first time. An optimizer creates
    its slots when it is first used, a model its weights when it is first called, a metric its totals when
    it is created. A second optimizer or model passed to the same function comes too late, and TensorFlow
    raises an error.

    ## Example

    ```python
    @tf.function
    def step(optimizer, x): ...

    step(keras.optimizers.Adam(), x)
    step(keras.optimizers.SGD(momentum=0.9), x)
    ```

    ## Use instead

    ```python
    optimizer = keras.optimizers.SGD(momentum=0.9)
    optimizer.build(model.trainable_variables)
    step(optimizer, x)
    ```

    ## Known limits

    - Only the first such variable of each function is reported.
    - A variable that a `call` or a `train_step` creates itself is reported as LT101, and a layer that is
      created or built there as LT103 or LT301.
    """
    reported = set()
    for variable in context.created_variables():
        event = variable.event
        trace = next(context.enclosing(event, "trace"), None) if event.mode == "graph" else None
        if trace is None or trace.function in reported or not _is_too_late(event, trace):
            continue
        if _is_of_other_rules(context, variable):
            continue
        reported.add(trace.function)
        path = variable.spec.path
        cause = f" ({trace.cause})" if trace.cause is not None else ""
        yield Violation(
            message=f"{trace.function} creates the variable {path} in trace {trace.trace}{cause}, but "
            "TensorFlow allows new variables only in the first trace. Create the layer or optimizer that "
            "owns the variable before you call the function.",
            location=event.location or trace.location,
            evidence=(
                Evidence(f"{path} was rejected", (event.seq,), event.location),
                Evidence(f"trace {trace.trace} of {trace.function}", (trace.seq,), trace.location),
            ),
            fix=_created_before(context, event, trace),
        )


def _is_of_other_rules(context: DiagnosisContext, variable: CreatedVariable) -> bool:
    """Return whether LT101, LT103 or LT301 reports a variable."""
    event, parent = variable.event, variable.parent
    call = creating_call(context, event)
    if (call is not None and is_created_by_call(variable, call)) or _is_of_step(context, event):
        return True  # LT101, or LT103
    is_of_inner_layer = parent is not None and parent.kind in ("init", "build")
    return is_of_inner_layer and context.enclosing_call(event) is not None  # LT103, or LT301


def _created_before(context: DiagnosisContext, event: Event, trace: Event) -> str:
    """Write how what owns a variable is created before the function is called, and where that is."""
    place = trace.location
    call = "the function is called" if place is None else f"line {place.line} calls {trace.function}"
    creation = _creation(context, event)
    if creation is None:
        return f"# create what owns the variable once, before {call}"
    return f"{creation}  # once, before {call}"


def _creation(context: DiagnosisContext, event: Event) -> str | None:
    """Write how the layer, optimizer or metric that owns a variable is created; None if that is unknown."""
    calls = [dotted(node.func) for node in nodes_at(event.location) if isinstance(node, ast.Call)]
    if event.layer is not None:
        return f"{event.layer.name}(keras.Input(shape))"
    if any(update.location == event.location for update in context.observations("update")):
        applied = next((name for name in calls if name.rpartition(".")[2].startswith(_UPDATES)), "")
        optimizer = applied.rpartition(".")[0] or "optimizer"
        return f"{optimizer}.build(model.trainable_variables)"
    cls = next((name for name in calls if name.rpartition(".")[2][:1].isupper()), None)
    if cls is None:
        return None
    name = "optimizer" if "optimizers" in cls else "metric" if "metrics" in cls else "owner"
    return f"{name} = {cls}(...)"


_UPDATES = ("apply", "minimize")


def _is_of_step(context: DiagnosisContext, event: Event) -> bool:
    """Return whether a step of a model creates a variable each time, or a layer with its weights."""
    if context.step_of(event) is not None and is_requested(event):
        return True
    owners = [outer.layer for outer in (event, *context.ancestors(event)) if outer.layer is not None]
    inits = [init for owner in owners for init in context.of(owner, "init")]
    return any(context.step_of(init) is not None for init in inits)


def _is_too_late(event: Event, trace: Event) -> bool:
    """Return whether TensorFlow rejected a variable, or will once it comes to a trace."""
    if event.error is not None:
        return not is_rejected_by_lock(event)  # LT104
    # In its first trace a function may create variables: tests/cases/clean/custom_train_step_and_gan.py
    return (trace.trace or 1) > 1 and trace.graph is not None and not trace.graph.second_pass
