"""Find the child layers that are built after their parent, and where a class defines its methods."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, specs
from layertrace.diagnosis.user_source import nodes_of
from layertrace.timeline.event import Event, LayerRef, Location


def calls_method(method: Location | None, name: str) -> bool:
    """Return whether a method calls a method of some name: `super().__init__()`, `Base.__init__(self)`."""
    return any(isinstance(node, ast.Attribute) and node.attr == name for node in nodes_of(method))


def build_defined_at(context: DiagnosisContext, layer: LayerRef) -> Location | None:
    """Return where the user's class defines `build`."""
    state = context.state(layer)
    return None if state is None else state.methods.get("build")


def children_built_late(context: DiagnosisContext) -> Iterator[tuple[LayerRef, LayerRef, Event, Event]]:
    """Yield tracked layers that were built in a call of their parent, which was built before.

    Yields:
        The parent, the child, the child's build, and the parent's call around it.
    """
    reported: set[tuple[int, int]] = set()
    for build in context.events("build"):
        call, child = context.parent(build), build.layer
        if call is None or call.kind != "call" or call.layer is None or child is None:
            continue
        owner, state = call.layer, context.state(call.layer)
        # Layers of Keras may build what they contain in a call:
        # tests/cases/clean/dropout_of_one_mode_and_divided_losses.py
        # A child that is not tracked may be lent: tests/cases/clean/layers_lent_and_trained_elsewhere.py
        if not is_user_defined(owner) or state is None or child.id not in state.children:
            continue
        if owner.framework != "keras" or build.mode == "symbolic":
            # tf_keras builds by calling: tests/cases/clean/legacy_layers_built_by_calling.py
            # So does Keras when it loads a layer that was built by calling.
            continue
        if any(outer.layer == owner for outer in context.enclosing(call, "build")):
            continue  # a build that calls its layer: tests/cases/clean/built_by_calling_itself.py
        is_built = any(
            earlier.seq < call.seq and earlier.error is None for earlier in context.of(owner, "build")
        )
        if not is_built or (owner.id, child.id) in reported or not _gets_weights(context, child, build):
            continue
        reported.add((owner.id, child.id))
        yield owner, child, build, call


def _gets_weights(context: DiagnosisContext, layer: LayerRef, build: Event) -> bool:
    """Return whether a layer has weights that it did not have before a build."""
    # A child without weights loses nothing: tests/cases/clean/built_called_and_told_as_meant.py
    # One that creates them in `__init__` has them in time: tests/cases/clean/child_with_weights_from_init.py
    state = context.state(layer)
    if state is None:
        return bool(context.of(layer, "variable"))
    earlier = {spec.id for event, spec, _ in context.created_variables() if event.seq < build.seq}
    return not earlier.issuperset(state.variables)


def earlier_shape(context: DiagnosisContext, model: LayerRef | None) -> str | None:
    """Return the shape of the only input of an earlier call of a model of the same class, for any batch."""
    for call in context.events("call", lambda event: event.error is None and event.layer is not None):
        if call.layer is not None and model is not None and call.layer.bases == model.bases:
            inputs = list(specs(call.inputs))
            if len(inputs) == 1 and inputs[0].shape is not None and len(inputs[0].shape) > 1:
                return str((None, *inputs[0].shape[1:]))
    return None
