"""LT104: A layer gets a weight or a layer after it was built."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import nodes_at
from layertrace.timeline.event import Event, LayerRef, Location, VariableSpec


@rule("LT104", "state-added-after-build", "error", links.SUBCLASSING)
def state_added_after_build(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer gets a weight or a layer after it was built.

    Keras 3 locks a layer when it is built, with the weights and layers that it has by then; `call` comes
    after that. Make them in `__init__`, or in `build`, where the shape of the input is known.

    Bad:

    ```python
    def call(self, x):
        self.g = self.add_weight(shape=(x.shape[-1],), name="g")
        return x * self.g
    ```

    Good:

    ```python
    def build(self, input_shape):
        self.g = self.add_weight(shape=(input_shape[-1],), name="g")

    def call(self, x):
        return x * self.g
    ```
    """
    for place in context.raised_in(*_LOCKED):
        error = place.error
        layer = place.layer
        if error is None or error.type not in ("ValueError", "RuntimeError"):
            continue
        if isinstance(place, Event) and place.kind in ("variable", "init"):
            layer = context.enclosing_layer(place) or layer
        variable = place.variable if isinstance(place, Event) else None
        line = context.line(place)
        added = None if variable is not None else _layer_made_at(context, line)
        what = "a weight or a layer" if added is None else f"the layer {added}"
        what = what if variable is None else f"the weight {variable.name}"
        seqs = (place.seq,) if isinstance(place, Event) else ()
        yield Violation(
            message=f"{{layer}} adds {what} after it was built, when Keras has locked it.",
            layer=layer or _list_owner(context, line),
            location=line,
            evidence=(Evidence("refused here", seqs, line),),
            fix=_added_before(variable, added, line),
        )


def _layer_made_at(context: DiagnosisContext, line: Location | None) -> LayerRef | None:
    """Return the layer that was made last, if that was on a line."""
    made = context.events("init", lambda one: one.location == line and one.layer is not None)
    return made[-1].layer if made and line is not None else None


def _list_owner(context: DiagnosisContext, line: Location | None) -> LayerRef | None:
    """Return the one layer whose list or dict of layers a line names: `model.blocks.append(...)`."""
    lists = _named(line)
    owners = [
        state.layer
        for state in context.states.values()
        if state.built and any(name.partition("[")[0] in lists for name in state.held.values() if "[" in name)
    ]
    return owners[0] if len(owners) == 1 else None


def _named(line: Location | None) -> list[str]:
    """Return the attributes that a line names."""
    return [node.attr for node in nodes_at(line) if isinstance(node, ast.Attribute)]


def _added_before(variable: VariableSpec | None, added: LayerRef | None, line: Location | None) -> str:
    targets = [one.attr for one in nodes_at(line) if isinstance(one, ast.Attribute) and _is_stored(one)]
    if added is not None and variable is None:
        made = f"keras.layers.{added.class_name}(...)"
        named = _named(line)
        behind = named[named.index("append") + 1 :] if "append" in named else []
        into = (
            f"self.{behind[0]}.append({made})"
            if behind
            else f"self.{targets[0] if targets else added.name} = {made}"
        )
        return f"{into}  # in __init__, before the layer is built"
    name = variable.name if variable is not None else targets[0] if targets else "w"
    shape = tuple(variable.shape or ()) if variable is not None else "..."
    return f'def build(self, input_shape):\n    self.{name} = self.add_weight(shape={shape}, name="{name}")'


def _is_stored(node: ast.Attribute) -> bool:
    """Tell an attribute that is assigned from one that is read."""
    return isinstance(node.ctx, ast.Store)


_LOCKED = (
    "keras.src.utils.tracking:add_to_store",
    "keras.src.utils.tracking:track",
    "keras.src.utils.tracking:append",
    "keras.src.utils.tracking:__setitem__",
)
