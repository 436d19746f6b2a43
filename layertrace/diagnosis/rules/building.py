"""When layers are built: too late, not at all, twice, or by calling them."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis.case import Case, is_users
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.source import assignments
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
    for owner, event, _ in _late_children(case):
        if _own_build(case, owner) is None and owner.id not in told and event.layer is not None:
            told.add(owner.id)
            yield _unbuilt(case, owner, event.layer, "made in its first call")
    for state in case.states.values():
        layer = state.layer
        if not state.built or not state.alive or not is_users(layer) or "build" in state.methods:
            continue
        unbuilt = [s for n in state.children if (s := case.states.get(n)) and s.built is False and s.alive]
        calls = [one for one in case.of(layer, "call") if one.mode == "eager" or one.error is not None]
        if unbuilt and layer.id not in told and case.of(layer, "build") and not calls:
            told.add(layer.id)
            yield _unbuilt(case, layer, unbuilt[0].layer, "still not made")
    for function, purpose in _NEED_WEIGHTS.items():
        failure = case.failure if case.raised_in(function) else None
        asked = None if failure is None else case.state(failure.layer)
        if failure is not None and asked is not None and not asked.built and asked.layer.id not in told:
            yield Found(
                message=f"{{layer}} is not built yet, so it has no weights to {purpose}: call it once, or "
                "build it.",
                layer=asked.layer,
                location=failure.error.location,
                evidence=(Evidence("asked for its weights", (), failure.error.location),),
                fix=f"{asked.layer.name}(keras.Input(shape))  # once, before",
            )


_NEED_WEIGHTS = {
    ":count_params": "count",
    ":load_weights_only": "load into",
    ":save_weights_only": "save",
}
"""Functions of Keras that refuse a layer without weights (`saving/saving_lib.py` of Keras 3.4 to 3.15)."""


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
        fix=f"def build(self, input_shape):\n    self.{name}.build(input_shape)",
    )


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
            when, line = "when its __init__ had ended", next(assignments(init, "built"), build)
            fix = "# remove self.built = True from __init__"
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
    """Tell a layer that makes its weights in `__init__`, and needs no build."""
    return any(
        outer.kind == "init" for one in case.of(layer, "variable") if (outer := case.parent(one)) is not None
    )


@rule("LT308", "called-symbolically-first", "note", "https://keras.io/api/layers/base_layer/")
def called_symbolically_first(case: Case) -> Iterator[Found]:
    """A layer's `call` runs more often than it seems to be called.

    A layer without `build` that holds unbuilt layers is called once symbolically, so that Keras learns
    their shapes. In `fit`, its function is traced, and traced again if the first trace made variables, an
    optimizer's say. Steps after that run the graph. All of it is expected; with a `build`, the symbolic
    call falls away.

    Bad:

    ```python
    class Net(keras.Model):
        def call(self, x):
            print("once for each batch?")
            return self.dense(x)
    ```

    Good:

    ```python
    class Net(keras.Model):
        def build(self, input_shape):
            self.dense.build(input_shape)

        def call(self, x):
            return self.dense(x)
    ```
    """
    for layer in case.layers:
        calls, state = case.of(layer, "call"), case.state(layer)
        if not is_users(layer) or state is None or "build" in state.methods or "call" not in state.methods:
            continue
        symbolic = [one for one in calls if one.mode == "symbolic"]
        outermost = all(outer.kind != "call" for one in calls for outer in case.around(one))
        if not symbolic or len(calls) < 2 or not outermost or any(one.error is not None for one in calls):
            continue
        inside = [event for one in symbolic for event in case.all_inside(one)]
        if all(event.kind != "build" or event.layer is None for event in inside):
            continue
        if state.declared is not None:  # part of a functional model, where shapes are inferred in any case
            continue
        traced = sum(one.mode == "graph" for one in calls)
        eager = sum(one.mode == "eager" for one in calls)
        parts = [f"{len(symbolic)} symbolic, to build what is inside"]
        parts += [f"{traced} while tracing"] * bool(traced) + [f"{eager} eager"] * bool(eager)
        yield Found(
            message=f"The call of {{layer}} ran {len(calls)} times: {', '.join(parts)}. That is expected, "
            f"since it has "
            "no build.",
            layer=layer,
            location=state.methods["call"],
            evidence=(Evidence("symbolic", tuple(one.seq for one in symbolic), symbolic[0].location),),
            fix="def build(self, input_shape): ...  # builds what is inside, and the symbolic call falls "
            "away",
        )


@rule("LT309", "built-twice", "warning", _LAYER, spots=[("build", None)])
def built_twice(case: Case) -> Iterator[Found]:
    """A layer is built a second time, and makes its weights anew.

    The second weights take the place of the first; whatever trained, saved or shared the first has lost them.

    Bad:

    ```python
    layer.build((None, 4))
    layer.build((None, 8))
    ```

    Good:

    ```python
    if not layer.built:
        layer.build((None, 4))
    ```
    """
    for layer in case.layers:
        builds = [one for one in case.of(layer, "build") if one.error is None]
        makers = [one for one in builds if any(e.layer == layer for e in case.inside(one) if e.variable)]
        again = next((one for one in builds if makers and one.seq > makers[0].seq), None)
        if again is None or case.parent(again) in makers:
            continue
        yield Found(
            message="{layer} is built a second time: weights made anew take the place of the first ones.",
            layer=layer,
            location=again.location,
            evidence=(
                Evidence("built first", (makers[0].seq,), makers[0].location),
                Evidence("built again", (again.seq,), again.location),
            ),
            fix="if not layer.built:\n    layer.build(shape)",
        )
