"""Layers and weights that a layer gets too late: in its call, or after it was built."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.case import Case, is_users
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import is_guarded, nodes_at
from layertrace.timeline.event import Event, LayerRef, Location, VariableSpec

_SUBCLASSING = "https://keras.io/guides/making_new_layers_and_models_via_subclassing/"


@rule("LT103", "layer-created-in-call", "error", _SUBCLASSING, spots=[("init", "call")])
def layer_created_in_call(case: Case) -> Iterator[Found]:
    """A layer makes another one each time it is called.

    It has new random weights every time, which nobody tracks, trains or saves; in a `tf.function` its
    variables are refused.

    Bad:

    ```python
    def call(self, x):
        return keras.layers.Dense(4)(x)
    ```

    Good:

    ```python
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4)

    def call(self, x):
        return self.dense(x)
    ```
    """
    found: dict[tuple[LayerRef, object], list[Event]] = {}
    for event in case.events("init"):
        owner = _layer_maker(case, event)
        if owner is not None and event.layer is not None and not _is_tracked(case, owner, event.layer):
            found.setdefault((owner, event.location), []).append(event)
    for (owner, _), events in found.items():
        if not any(case.of(one.layer, "variable") for one in events if one.layer is not None):
            continue  # an activation or a merge loses nothing
        made = events[0].layer
        name = made.class_name if made is not None else "layer"
        instances = f"{len(events)} so far" if len(events) > 1 else "1 so far"
        attribute = made.name.rstrip("0123456789").rstrip("_") if made is not None else "inner"
        step = case.step_of(events[0])
        when, where = ("it is called", "call") if step is None else (f"its {step.name} runs", step.name)
        yield Found(
            message=f"{{layer}} makes a new {name} every time {when} ({instances}, none tracked): "
            f"its weights are "
            "new random numbers each time, and are never trained or saved.",
            layer=owner,
            location=events[0].location,
            evidence=(
                Evidence(f"{name} made in {where}", tuple(one.seq for one in events[:4]), events[0].location),
            ),
            fix=f"self.{attribute} = keras.layers.{name}(...)  # in __init__\nx = self.{attribute}(x)  # "
            f"in {where}",
        )


def _layer_maker(case: Case, event: Event) -> LayerRef | None:
    """Return the layer of the user's in whose call, or `train_step`, another one is made."""
    outer = case.parent(event)
    if outer is not None and outer.kind == "call":
        users = outer.layer is not None and (is_users(outer.layer) or outer.layer.class_name == "Lambda")
        return outer.layer if users else None
    step = case.step_of(event)
    return None if step is None or is_guarded(event.location) else step.layer


def _is_tracked(case: Case, owner: LayerRef, made: LayerRef) -> bool:
    state = case.state(owner)
    return state is not None and made.id in state.children


@rule("LT104", "state-added-after-build", "error", _SUBCLASSING)
def state_added_after_build(case: Case) -> Iterator[Found]:
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
    for place in case.raised_in(*_LOCKED):
        error = place.error
        layer = place.layer
        if error is None or error.type not in ("ValueError", "RuntimeError"):
            continue
        if isinstance(place, Event) and place.kind in ("variable", "init"):
            layer = case.busy_layer(place) or layer
        variable = place.variable if isinstance(place, Event) else None
        line = case.line(place)
        added = None if variable is not None else _layer_made_at(case, line)
        what = "a weight or a layer" if added is None else f"the layer {added}"
        what = what if variable is None else f"the weight {variable.name}"
        seqs = (place.seq,) if isinstance(place, Event) else ()
        yield Found(
            message=f"{{layer}} adds {what} after it was built, when Keras has locked it.",
            layer=layer or _list_owner(case, line),
            location=line,
            evidence=(Evidence("refused here", seqs, line),),
            fix=_added_before(variable, added, line),
        )


def _layer_made_at(case: Case, line: Location | None) -> LayerRef | None:
    """Return the layer that was made last, if that was on a line."""
    made = case.events("init", lambda one: one.location == line and one.layer is not None)
    return made[-1].layer if made and line is not None else None


def _list_owner(case: Case, line: Location | None) -> LayerRef | None:
    """Return the one layer whose list or dict of layers a line names: `model.blocks.append(...)`."""
    lists = _named(line)
    owners = [
        state.layer
        for state in case.states.values()
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
