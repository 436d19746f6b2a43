"""LT301: The `build` of a layer leaves one of the layers inside it unbuilt."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.method_edits import in_build, only
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.rules.building._shared import build_defined_at, children_built_late
from layertrace.diagnosis.user_source import dotted, nodes_of
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event


@rule("LT301", "child-not-built", "warning", links.SUBCLASSING, backends=ANY_BACKEND)
def child_not_built(context: DiagnosisContext) -> Iterator[Violation]:
    """The `build` of a layer leaves one of the layers inside it unbuilt.

    ## Why is this bad?

    Keras calls `build` and then considers the layer built. The inner layer gets its weights only when it
    is first called. When a saved model is loaded, only `build` runs, so there is nothing to load its
    weights into. For a subclassed model, Keras 3.15 does not even report that, and the inner layer keeps
    random weights.

    ## Example

    ```python
    def build(self, input_shape):
        self.body.build(input_shape)
    ```

    ## Use instead

    ```python
    def build(self, input_shape):
        self.body.build(input_shape)
        self.head.build((*input_shape[:-1], 4))
    ```

    ## Known limits

    - An inner layer that was never called is reported only if `compute_output_shape` hides it and the
      source of `call` uses it.
    - Inner layers without weights are not reported, nor are layers of `tf_keras`, which builds by calling.
    - A layer without its own `build` is reported as LT302.
    """
    for owner, child, build, call in children_built_late(context):
        own_build, state = build_defined_at(context, owner), context.state(owner)
        if own_build is None:
            continue  # LT302
        name = context.name_in(owner, child)
        is_hidden = state is not None and "compute_output_shape" in state.methods
        why = ", and compute_output_shape keeps Keras from calling it earlier" if is_hidden else ""
        function = call.function
        mode = f", in a trace of {function.kind}" if call.mode == "graph" and function is not None else ""
        shape = _shape(build)
        edits = () if shape == "shape" else only(in_build(own_build, f"self.{name}.build({shape})"))
        yield Violation(
            message=f"{{layer}} does not build its {name} ({child.class_name}) in build{why}. The weights "
            f"of {name} were created in call{mode}, and are missing when a saved model is loaded.",
            layer=owner,
            location=own_build,
            evidence=(
                Evidence(f"{name} is built in call", (call.seq, build.seq), build.location),
                Evidence("build without it", seqs(*context.of(owner, "build")[:1]), own_build),
            ),
            fix="" if edits else f"self.{name}.build({shape})  # in build",
            edits=edits,
        )
    yield from _never_built(context)


def _never_built(context: DiagnosisContext) -> Iterator[Violation]:
    """Find unbuilt layers in a layer that was not called, because it declares its output shape."""
    late = {
        (owner.bases, context.name_in(owner, child)) for owner, child, _, _ in children_built_late(context)
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
                continue  # a copy, such as a loaded one, of a layer that is already reported
            edits = only(in_build(build, f"self.{name}.build(input_shape)"))
            yield Violation(
                message=f"{{layer}} does not build its {name} ({child.layer.class_name}) in build, and "
                "compute_output_shape keeps Keras from calling it. Its weights do not exist yet, so they are "
                "not counted, and are missing when a saved model is loaded.",
                layer=state.layer,
                location=build,
                evidence=(
                    Evidence(f"build without {name}", seqs(*context.of(state.layer, "build")[:1]), build),
                ),
                fix="" if edits else f"self.{name}.build(input_shape)  # in build",
                edits=edits,
            )


def _needs_weights(state: LayerState) -> bool:
    """Return whether a layer creates weights when it is built.

    Many layers of Keras stay unbuilt and have none, such as `Flatten`.
    """
    base = state.layer.bases[0] if state.layer.bases else ""
    return "build" in state.methods or base.startswith(_WITH_WEIGHTS)


_WITH_WEIGHTS = (
    *(f"keras.src.layers.{part}." for part in ("attention", "convolutional", "normalization", "rnn")),
    *(f"keras.src.layers.core.{part}." for part in ("dense", "einsum_dense", "embedding")),
)
"""Packages whose layers create weights when they are built (Keras 3.0 to 3.15)."""


def _shape(build: Event) -> str:
    """Write the shape that a layer was built with, for a batch of any size."""
    shape = next(iter(build.arguments.values()), None)
    if not isinstance(shape, tuple) or not shape:
        return "shape"
    if not all(isinstance(size, (int, type(None))) for size in shape):
        return "shape"
    return str((None, *shape[1:]))
