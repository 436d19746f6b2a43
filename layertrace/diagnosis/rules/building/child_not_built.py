"""LT301: A layer's own `build` leaves one of its layers unbuilt."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.building._shared import late_children, own_build
from layertrace.diagnosis.user_source import dotted, nodes_of
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event


@rule("LT301", "child-not-built", "warning", links.SUBCLASSING)
def child_not_built(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer's own `build` leaves one of its layers unbuilt.

    Keras calls `build` and takes the layer for built. The child gets its weights when it is first called,
    and when a saved model is loaded only `build` runs: there is nothing then to load its weights into.
    For a subclassed model Keras 3.15 does not even say so, and the child keeps random weights.

    Bad:

    ```python
    def build(self, input_shape):
        self.body.build(input_shape)
    ```

    Good:

    ```python
    def build(self, input_shape):
        self.body.build(input_shape)
        self.head.build((*input_shape[:-1], 4))
    ```
    """
    for owner, event, outer in late_children(context):
        build = own_build(context, owner)
        if build is None or event.layer is None:
            continue
        child, state = event.layer, context.state(owner)
        name = context.name_in(owner, child)
        hidden = state is not None and "compute_output_shape" in state.methods
        why = ", and compute_output_shape keeps Keras from calling it before" if hidden else ""
        mode = f", in a trace of {outer.function}" if outer.mode == "graph" else ""
        yield Violation(
            message=f"{{layer}} does not build its {name} ({child.class_name}) in build{why}: the "
            f"weights were "
            f"made in call{mode}, and are missing when a saved model is loaded.",
            layer=owner,
            location=build,
            evidence=(
                Evidence(f"{name} is built in call", (outer.seq, event.seq), event.location),
                Evidence("build without it", tuple(one.seq for one in context.of(owner, "build")[:1]), build),
            ),
            fix=f"self.{name}.build({_shape(event)})  # in build",
        )
    yield from _never_built(context)


def _never_built(context: DiagnosisContext) -> Iterator[Violation]:
    """Find what a `build` left unbuilt in a model that did not call it, since its shape is told."""
    late = {
        (owner.bases, context.name_in(owner, event.layer))
        for owner, event, _ in late_children(context)
        if event.layer
    }
    for state in context.states.values():
        build, call = state.methods.get("build"), state.methods.get("call")
        if build is None or not state.built or not state.alive or state.declared is None:
            continue
        if "compute_output_shape" not in state.methods or context.of(state.layer, "call"):
            continue
        used = {dotted(node).partition(".")[2] for node in nodes_of(call) if isinstance(node, ast.Attribute)}
        for number, name in state.held.items():
            child = context.states.get(number)
            if child is None or child.built is not False or name not in used or not _needs_weights(child):
                continue
            if (state.layer.bases, name) in late:
                continue  # a copy, loaded perhaps, of one that is told already
            builds = tuple(one.seq for one in context.of(state.layer, "build")[:1])
            yield Violation(
                message=f"{{layer}} does not build its {name} ({child.layer.class_name}) in build, and "
                "compute_output_shape keeps Keras from calling it: its weights are not there yet, and are "
                "missing when parameters are counted or a saved model is loaded.",
                layer=state.layer,
                location=build,
                evidence=(Evidence(f"build without {name}", builds, build),),
                fix=f"self.{name}.build(input_shape)  # in build",
            )


def _needs_weights(state: LayerState) -> bool:
    """Tell a layer that makes weights when it is built; many of Keras's own are unbuilt and have none."""
    base = state.layer.bases[0] if state.layer.bases else ""
    return "build" in state.methods or base.startswith(_WITH_WEIGHTS)


_WITH_WEIGHTS = (
    *(f"keras.src.layers.{part}." for part in ("attention", "convolutional", "normalization", "rnn")),
    *(f"keras.src.layers.core.{part}." for part in ("dense", "einsum_dense", "embedding")),
)
"""Packages whose layers make weights when they are built (Keras 3.0 to 3.15)."""


def _shape(event: Event) -> str:
    """Write the shape that a child was built with, whatever the size of the batch."""
    given = next(iter(event.arguments.values()), None)
    if (
        not isinstance(given, tuple)
        or not given
        or not all(isinstance(one, (int, type(None))) for one in given)
    ):
        return "shape"
    return str((None, *given[1:]))
