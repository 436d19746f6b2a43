"""LT104: A layer adds a weight or a layer after it was built."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.method_edits import created_earlier
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_source import nodes_at
from layertrace.timeline.event import Event, LayerRef, Location, VariableSpec


@rule("LT104", "state-added-after-build", "error", links.SUBCLASSING, backends=ANY_BACKEND)
def state_added_after_build(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer adds a weight or a layer after it was built.

    ## Why is this bad?

    Keras 3 locks a layer once it is built, and raises an error if a weight or a layer is added later, such
    as in `call`. Create them in `__init__`, or in `build`, where the shape of the input is known.

    ## Example

    ```python
    def call(self, x):
        self.g = self.add_weight(shape=(x.shape[-1],), name="g")
        return x * self.g
    ```

    ## Use instead

    ```python
    def build(self, input_shape):
        self.g = self.add_weight(shape=(input_shape[-1],), name="g")

    def call(self, x):
        return x * self.g
    ```

    ## Known limits

    - The rule needs the exception that Keras 3 raises; `tf_keras` does not lock layers.
    - If an outer `call` of the program catches the exception, nothing is reported.
    - If a layer is appended to a list, the finding names its owner only if no other layer has a list of that
      name.
    """
    for place, error in context.errors_from(*_LOCKED):
        if error.type not in ("ValueError", "RuntimeError"):
            continue
        layer, spec = place.layer, None
        if isinstance(place, Event):
            spec = place.variable
            if place.kind in ("variable", "init"):
                layer = context.enclosing_layer(place) or layer
        line = context.line(place)
        added = None if spec is not None else _layer_created_at(context, line)
        what = "a weight or a layer" if added is None else f"the layer {added}"
        what = what if spec is None else f"the weight {spec.name}"
        method = context.call_defined_at(layer)
        kind = () if added is None else (added.class_name,)
        attribute = spec.name if spec is not None else "w" if added is None else added.name
        moved = created_earlier(line, method, ("Variable", "add_weight", *kind), "", attribute)
        yield Violation(
            message=f"{{layer}} adds {what} after it was built; Keras locks a layer once it is built.",
            layer=layer or _list_owner(context, line),
            location=line,
            evidence=(Evidence("rejected here", seqs(place), line),),
            fix=_added_before(spec, added, line) if moved is None else moved.fix,
            fix_place=None if moved is None else "in place",
            edits=() if moved is None else moved.edits,
        )


def _layer_created_at(context: DiagnosisContext, line: Location | None) -> LayerRef | None:
    """Return the layer that was created last, if that was on a line."""
    inits = context.events("init", lambda init: init.location == line and init.layer is not None)
    return inits[-1].layer if inits and line is not None else None


def _list_owner(context: DiagnosisContext, line: Location | None) -> LayerRef | None:
    """Return the one layer whose list or dict of layers a line names: `model.blocks.append(...)`."""
    named = _attributes(line)
    owners = [
        state.layer
        for state in context.states.values()
        if state.built and any(name.partition("[")[0] in named for name in state.held.values() if "[" in name)
    ]
    return owners[0] if len(owners) == 1 else None


def _attributes(line: Location | None) -> list[str]:
    """Return the names of the attributes on a line."""
    return [node.attr for node in nodes_at(line) if isinstance(node, ast.Attribute)]


def _added_before(spec: VariableSpec | None, added: LayerRef | None, line: Location | None) -> str:
    """Write how a weight or a layer is added before its owner is built."""
    targets = [node.attr for node in nodes_at(line) if isinstance(node, ast.Attribute) and _is_stored(node)]
    if added is not None and spec is None:
        layer = f"keras.layers.{added.class_name}(...)"
        attributes = _attributes(line)
        lists = attributes[attributes.index("append") + 1 :] if "append" in attributes else []
        attribute = targets[0] if targets else added.name
        statement = f"self.{lists[0]}.append({layer})" if lists else f"self.{attribute} = {layer}"
        return f"{statement}  # in __init__, before the layer is built"
    name = spec.name if spec is not None else targets[0] if targets else "w"
    shape = tuple(spec.shape or ()) if spec is not None else "..."
    return f'def build(self, input_shape):\n    self.{name} = self.add_weight(shape={shape}, name="{name}")'


def _is_stored(node: ast.Attribute) -> bool:
    """Return whether an attribute is assigned, not read."""
    return isinstance(node.ctx, ast.Store)


_LOCKED = (
    "keras.src.utils.tracking:add_to_store",
    "keras.src.utils.tracking:track",
    "keras.src.utils.tracking:append",
    "keras.src.utils.tracking:__setitem__",
)
"""Functions of Keras 3 that refuse what is added to a locked layer."""
