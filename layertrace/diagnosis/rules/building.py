"""Layers that are built too late, or not at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from layertrace.diagnosis.case import Case, is_users
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import assignments_in_class, dotted, nodes_of, parameters
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef, Location

_SUBCLASSING = "https://keras.io/guides/making_new_layers_and_models_via_subclassing/"
_LAYER = "https://keras.io/api/layers/base_layer/"


def _own_build(case: Case, layer: LayerRef) -> Location | None:
    """Return where the `build` of the user's class is."""
    state = case.state(layer)
    return None if state is None else state.methods.get("build")


def _late_children(case: Case) -> Iterator[tuple[LayerRef, Event, Event]]:
    """Yield owner, child's build and owner's call, of tracked children that were built after their owner."""
    told: set[tuple[int, int]] = set()
    for event in case.events("build"):
        outer, child = case.parent(event), event.layer
        if outer is None or outer.kind != "call" or outer.layer is None or child is None:
            continue
        owner, state = outer.layer, case.state(outer.layer)
        if not is_users(owner) or state is None or child.id not in state.children:
            continue
        if owner.framework != "keras" or event.mode == "symbolic":
            continue  # tf_keras builds by calling, and so does Keras when it loads what was built like that
        if any(around.kind == "build" and around.layer == owner for around in case.around(outer)):
            continue  # a build that builds by calling
        built = [one for one in case.of(owner, "build") if one.seq < outer.seq and one.error is None]
        if not built or (owner.id, child.id) in told or not _has_weights(case, child):
            continue
        told.add((owner.id, child.id))
        yield owner, event, outer


def _has_weights(case: Case, layer: LayerRef) -> bool:
    state = case.state(layer)
    return bool(state.variables) if state is not None else bool(case.of(layer, "variable"))


@rule("LT301", "child-not-built", "warning", _SUBCLASSING)
def child_not_built(case: Case) -> Iterator[Found]:
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
    for owner, event, outer in _late_children(case):
        build = _own_build(case, owner)
        if build is None or event.layer is None:
            continue
        child, state = event.layer, case.state(owner)
        name = case.name_in(owner, child)
        hidden = state is not None and "compute_output_shape" in state.methods
        why = ", and compute_output_shape keeps Keras from calling it before" if hidden else ""
        mode = f", in a trace of {outer.function}" if outer.mode == "graph" else ""
        yield Found(
            message=f"{{layer}} does not build its {name} ({child.class_name}) in build{why}: the "
            f"weights were "
            f"made in call{mode}, and are missing when a saved model is loaded.",
            layer=owner,
            location=build,
            evidence=(
                Evidence(f"{name} is built in call", (outer.seq, event.seq), event.location),
                Evidence("build without it", tuple(one.seq for one in case.of(owner, "build")[:1]), build),
            ),
            fix=f"self.{name}.build({_shape(event)})  # in build",
        )
    yield from _never_built(case)


def _never_built(case: Case) -> Iterator[Found]:
    """Find what a `build` left unbuilt in a model that did not call it, since its shape is told."""
    late = {
        (owner.bases, case.name_in(owner, event.layer))
        for owner, event, _ in _late_children(case)
        if event.layer
    }
    for state in case.states.values():
        build, call = state.methods.get("build"), state.methods.get("call")
        if build is None or not state.built or not state.alive or state.declared is None:
            continue
        if "compute_output_shape" not in state.methods or case.of(state.layer, "call"):
            continue
        used = {dotted(node).partition(".")[2] for node in nodes_of(call) if isinstance(node, ast.Attribute)}
        for number, name in state.held.items():
            child = case.states.get(number)
            if child is None or child.built is not False or name not in used or not _needs_weights(child):
                continue
            if (state.layer.bases, name) in late:
                continue  # a copy, loaded perhaps, of one that is told already
            builds = tuple(one.seq for one in case.of(state.layer, "build")[:1])
            yield Found(
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


@rule("LT302", "built-without-children", "warning", _SUBCLASSING)
def built_without_children(case: Case) -> Iterator[Found]:
    """A layer without a `build` of its own was marked as built while the layers inside it are not.

    `build` of Keras's base class cannot know how to build what is inside: it calls `call` symbolically
    for that, and if it cannot, or `layer.build(shape)` is invoked by hand, it marks the layer as built
    all the same. There are no weights to count, save or load until the first call.

    Bad:

    ```python
    model = Net()
    model.build((None, 4))
    model.load_weights(path)
    ```

    Good:

    ```python
    class Net(keras.Model):
        def build(self, input_shape):
            self.dense.build(input_shape)
    ```
    """
    told = set()
    for owner, event, outer in _late_children(case):
        if _own_build(case, owner) is None and owner.id not in told and event.layer is not None:
            told.add(owner.id)
            found = _unbuilt(case, owner, event.layer, "made in its first call")
            # One that ran without the child before uses it by choice, which no build could know.
            yield replace(found, severity="note") if _ran_before(case, owner, outer) else found
    for state in case.states.values():
        layer = state.layer
        if not state.built or not state.alive or not is_users(layer) or "build" in state.methods:
            continue
        unbuilt = [s for n in state.children if (s := case.states.get(n)) and s.built is False and s.alive]
        # A child that is still unbuilt after a call is one that an option switches off.
        if unbuilt and layer.id not in told and case.of(layer, "build") and not case.of(layer, "call"):
            told.add(layer.id)
            yield _unbuilt(case, layer, unbuilt[0].layer, "still not made")
    for function, purpose in _NEED_WEIGHTS.items():
        failure = case.failure if case.raised_in(function) else None
        asked = None if failure is None else _unready(case, failure.layer, function)
        if failure is not None and asked is not None and asked.layer.id not in told:
            yield Found(
                message=f"{{layer}} is not built yet, so it has no weights to {purpose}: call it once, or "
                "build it.",
                layer=asked.layer,
                location=failure.error.location,
                evidence=(Evidence("asked for its weights", (), failure.error.location),),
                fix=f"{asked.layer.name}(keras.Input(shape))  # once, before",
            )


def _ran_before(case: Case, layer: LayerRef, call: Event) -> bool:
    """Tell whether a layer was called with success before."""
    return any(one.seq < call.seq and one.error is None for one in case.of(layer, "call"))


_SET_WEIGHTS = "keras.src.layers.layer:set_weights"
_NEED_WEIGHTS = {
    ":count_params": "count",
    ":load_weights_only": "load into",
    ":save_weights_only": "save",
    _SET_WEIGHTS: "set or to copy",
}
"""Functions of Keras that refuse a layer without weights (`saving/saving_lib.py` of Keras 3.4 to 3.15)."""


def _unready(case: Case, layer: LayerRef | None, function: str) -> LayerState | None:
    """Return the layer without weights that such a function was asked for.

    A layer that is built may have been given the weights of one that is not: of its one unbuilt twin.
    """
    state = case.state(layer)
    if state is None or not state.built:
        return state
    likeness = _likeness(case, state)
    twins = [one for one in case.states.values() if one.built is False and _likeness(case, one) == likeness]
    return twins[0] if function == _SET_WEIGHTS and len(twins) == 1 and twins[0].children else None


def _likeness(case: Case, state: LayerState) -> tuple[tuple[str, ...], list[str]]:
    """Return the class of a layer and those of the layers inside it, without inputs that building adds."""
    inside = [case.states[one].layer.class_name for one in state.children if one in case.states]
    return state.layer.bases, [one for one in inside if one != "InputLayer"]


def _unbuilt(case: Case, owner: LayerRef, child: LayerRef, when: str) -> Found:
    build = next(iter(case.of(owner, "build")), None)
    line = None if build is None else build.location
    name = case.name_in(owner, child)
    return Found(
        message=f"{{layer}} has no build of its own and was marked as built while its {name} "
        f"({child.class_name}) was not: the weights of that are {when}.",
        layer=owner,
        location=line,
        evidence=(Evidence("marked as built", () if build is None else (build.seq,), line),),
        fix=f"def build(self, input_shape):\n    {_building(name)}",
    )


def _building(name: str) -> str:
    """Write what builds a child, and with one in a list or dict all of them."""
    held, _, inside = name.partition("[")
    if not inside:
        return f"self.{name}.build(input_shape)"
    values = ".values()" if inside[:1] in "'\"" else ""
    return f"for layer in self.{held}{values}:\n        layer.build(input_shape)"


@rule("LT303", "build-skipped", "error", _LAYER)
def build_skipped(case: Case) -> Iterator[Found]:
    """A layer has a `build` that Keras never calls, since something marked the layer as built.

    Keras calls `build` before the first call of a layer whose `built` is False. `self.built = True` in
    `__init__`, a base class that sets it, or `layer.built = True` from outside leaves the weights unmade.

    Bad:

    ```python
    def __init__(self):
        super().__init__()
        self.built = True
    ```

    Good:

    ```python
    def __init__(self):
        super().__init__()
    ```
    """
    for state in case.states.values():
        layer, build, init = state.layer, state.methods.get("build"), state.methods.get("__init__")
        if not state.built or build is None or case.of(layer, "build") or not case.of(layer, "init"):
            continue
        if not case.of(layer, "call") or _builds_in_init(case, layer):
            continue
        call = case.of(layer, "call")[0]
        line: Location | None
        if state.built_by_init:
            when, line = "when its __init__ had ended", next(assignments_in_class(init, "built"), build)
            fix = f"# remove self.built = True from {line.function or '__init__'}"
        else:
            when, line = "before its first call", call.location
            fix = f"# remove {layer.name}.built = True"
        yield Found(
            message=f"{{layer}} was marked as built {when}, so Keras never called its build.",
            layer=layer,
            location=line,
            evidence=(Evidence("called without having been built", (call.seq,), call.location),),
            fix=fix,
        )


def _builds_in_init(case: Case, layer: LayerRef) -> bool:
    """Tell a layer that makes its weights in `__init__`, and has no others to make in `build`."""
    in_init = any(
        outer.kind == "init" for one in case.of(layer, "variable") if (outer := case.parent(one)) is not None
    )
    return in_init and not _makes_state(_own_build(case, layer))


def _makes_state(build: Location | None) -> bool:
    """Tell a `build` that makes weights, builds layers, or assigns what it has made."""
    me = next(iter(parameters(build)), "self")
    for node in nodes_of(build):
        if isinstance(node, ast.Call) and dotted(node.func).endswith(("add_weight", "Variable", ".build")):
            return True
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            targets = map(dotted, node.targets)
            if any(target.startswith(f"{me}.") for target in targets):
                return True
    return False
