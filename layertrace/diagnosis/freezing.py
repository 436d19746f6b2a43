"""Find the statements that freeze and unfreeze layers, and write how the program reaches an inner layer."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.user_source import dotted
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import LayerRef, Location
from layertrace.timeline.ownership import is_container

__all__ = ["Freezing", "freezings", "inner_layer", "own_layers", "receiver_of_trainable", "was_frozen"]


@dataclass
class Freezing:
    """A line that set `trainable` to one value, of one layer or, in a loop, of several.

    Attributes:
        value: What it was set to.
        location: The line.
        settings: The first time that it did so for each layer, without those that had this value already.
    """

    value: bool
    location: Location
    settings: list[Observation] = field(default_factory=list)

    @property
    def layers(self) -> list[LayerRef]:
        """The layers whose `trainable` the line sets itself."""
        return [setting.layer for setting in self.settings if setting.layer is not None]

    def setting_of(self, context: DiagnosisContext, layer: LayerRef) -> Observation | None:
        """Return how the line sets a layer, itself or with a layer around it."""
        for setting in self.settings:
            state = context.state(setting.layer)
            if setting.layer == layer or (state is not None and layer.id in state.children):
                return setting
        return None

    def means(self, layer: LayerRef) -> bool:
        """Return whether the line sets this layer alone."""
        return self.layers == [layer]


def freezings(context: DiagnosisContext) -> list[Freezing]:
    """Return the lines that freeze or unfreeze layers, in the order in which they first ran."""
    lines: dict[tuple[Location, bool], Freezing] = {}
    settings: dict[tuple[Location, bool], list[Observation]] = defaultdict(list)
    for setting in context.observations("trainable set"):
        if setting.location is not None and isinstance(setting.now, bool):
            key = setting.location, setting.now
            lines.setdefault(key, Freezing(setting.now, setting.location, settings[key]))
            settings[key].append(setting)
    return list(lines.values())


def receiver_of_trainable(context: DiagnosisContext, location: Location) -> str:
    """Return whose `trainable` a line sets: `self.critic` of `self.critic.trainable = False`."""
    source = statement_at(context, location).source
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):  # the head of a compound statement, or a part that was cut
        return ""
    targets = [target for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
    names = [
        dotted(each.value) for each in targets if isinstance(each, ast.Attribute) and each.attr == "trainable"
    ]
    return names[0] if names else ""


def inner_layer(context: DiagnosisContext, outer: LayerRef, inner: LayerRef) -> str:
    """Write how a program reaches a layer inside another: `.get_layer("base").get_layer("norm")`."""
    state = context.state(outer)
    if state is None or outer == inner:
        return ""
    if inner.id in state.held and not is_container(outer):
        return f".{state.held[inner.id]}"
    for child in own_layers(context, state):
        if inner.id in child.children:
            return inner_layer(context, outer, child.layer) + inner_layer(context, child.layer, inner)
    return f'.get_layer("{inner.name}")'


def own_layers(context: DiagnosisContext, state: LayerState) -> list[LayerState]:
    """Return the layers directly inside a layer, which are its `layers`: in none of the others inside."""
    inside = [context.states[number] for number in state.children if number in context.states]
    deep = {number for child in inside for number in child.children}
    return [child for child in inside if child.layer.id not in deep]


def was_frozen(context: DiagnosisContext, layer: LayerRef, at_ns: int) -> bool:
    """Return whether a layer was frozen at a time, by the last line before that set it or a layer around it.

    If no line did, its `trainable` at the end counts.
    """
    state = context.state(layer)
    frozen = state is not None and state.trainable is False
    last = -1
    for line in freezings(context):
        for setting in line.settings:
            outer = context.state(setting.layer)
            covers = setting.layer == layer or (outer is not None and layer.id in outer.children)
            if covers and last < setting.start_ns <= at_ns:
                last, frozen = setting.start_ns, not line.value
    return frozen
