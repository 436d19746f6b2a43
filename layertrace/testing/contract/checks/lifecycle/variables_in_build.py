"""All weights exist once a layer is built."""

from __future__ import annotations

import inspect
from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.evidence import described_variable, is_inside, reference, same, variables
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.subject import Subject
from layertrace.timeline.ownership import is_user_defined


@check("lifecycle", "variables-in-build")
def variables_in_build(subject: Subject) -> None:
    """`build` creates every weight, also those of the layers inside, and `call` creates none.

    ## Why
    Keras restores weights after `build` and before the first call. A weight that does not exist then is not
    restored, and `tf.function` refuses variables that are created in a later trace.

    ## Known limits
    A layer without `build` is built by calling it, as Keras does; only its calls are looked at.
    """
    with subject.watch() as timeline:
        layer = subject.fresh()
        for _ in range(2):
            with subject.doing("calling it"):
                subject.call(layer)
    ref = reference(timeline, layer)
    for event in variables(timeline):
        is_own = same(event.layer, ref)
        in_own_call = is_inside(timeline, event, "call", ref)
        if in_own_call and (is_own or _created_in_call(timeline, event)):
            if is_own and is_inside(timeline, event, "build", ref):
                continue
            raise Broken(
                f"{subject.class_name} creates {described_variable(event)} in call",
                event.location,
                "create it in build, or the layer that owns it in __init__",
                timeline=timeline,
                events=[event],
            )
    if subject.framework.overrides(layer, "build"):
        _try_build_alone(subject)


def _created_in_call(timeline: Any, event: Any) -> bool:
    """Return whether the layer that owns a variable was itself created in a call, and not in a `build`.

    A layer without `build` is built in its first call, and with it the layers that create others in `build`,
    as `MultiHeadAttention` does.
    """
    inits = (each for each in timeline if each.kind == "init" and same(each.layer, event.layer))
    parents = (timeline.parent(init) for init in inits)
    # MultiHeadAttention of tf_keras creates its projections in its first call (tf_keras 2.21).
    return any(
        parent is not None
        and parent.kind == "call"
        and (parent.layer is None or is_user_defined(parent.layer))
        for parent in parents
    )


def _try_build_alone(subject: Subject) -> None:
    """Build a layer without calling it, then call it."""
    with subject.watch() as timeline:
        layer = subject.fresh()
        shapes = subject.inputs.shapes(subject.inputs.batch)
        count = sum(
            parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
            for parameter in inspect.signature(layer.build).parameters.values()
        )
        with subject.doing("building it without a call"):
            layer.build(*shapes[: max(count, 1)])
        with subject.doing("calling it after build"):
            subject.call(layer)
    ref = reference(timeline, layer)
    for event in variables(timeline):
        if is_inside(timeline, event, "call", ref):
            raise Broken(
                f"build of {subject.class_name} leaves {described_variable(event)} to the first call",
                event.location,
                "build the layers inside in build: self.<layer>.build(input_shape)",
                timeline=timeline,
                events=[event],
            )
