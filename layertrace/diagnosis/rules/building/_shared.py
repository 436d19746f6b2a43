"""What several rules of this folder use."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.user_source import nodes_of
from layertrace.timeline.event import Event, LayerRef, Location


def calls_on(method: Location | None, name: str) -> bool:
    """Tell a method that calls the next: `super().__init__()`, or that of a class by its name."""
    return any(isinstance(node, ast.Attribute) and node.attr == name for node in nodes_of(method))


def own_build(context: DiagnosisContext, layer: LayerRef) -> Location | None:
    """Return where the `build` of the user's class is."""
    state = context.state(layer)
    return None if state is None else state.methods.get("build")


def late_children(context: DiagnosisContext) -> Iterator[tuple[LayerRef, Event, Event]]:
    """Yield owner, child's build and owner's call, of tracked children that were built after their owner."""
    told: set[tuple[int, int]] = set()
    for event in context.events("build"):
        outer, child = context.parent(event), event.layer
        if outer is None or outer.kind != "call" or outer.layer is None or child is None:
            continue
        owner, state = outer.layer, context.state(outer.layer)
        if not is_user_defined(owner) or state is None or child.id not in state.children:
            continue
        if owner.framework != "keras" or event.mode == "symbolic":
            continue  # tf_keras builds by calling, and so does Keras when it loads what was built like that
        if any(around.kind == "build" and around.layer == owner for around in context.ancestors(outer)):
            continue  # a build that builds by calling
        built = [one for one in context.of(owner, "build") if one.seq < outer.seq and one.error is None]
        if not built or (owner.id, child.id) in told or not has_weights(context, child):
            continue
        told.add((owner.id, child.id))
        yield owner, event, outer


def has_weights(context: DiagnosisContext, layer: LayerRef) -> bool:
    state = context.state(layer)
    return bool(state.variables) if state is not None else bool(context.of(layer, "variable"))
