"""Variables and state that are made in the wrong place, or that Keras does not know of."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis.case import Case, is_users
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.source import is_guarded
from layertrace.timeline.event import Event, LayerRef

_SUBCLASSING = "https://keras.io/guides/making_new_layers_and_models_via_subclassing/"
_GUIDE = "https://www.tensorflow.org/guide/function#creating_tfvariables"


@rule("LT101", "variable-created-in-call", "error", _GUIDE, spots=[("variable", "call")])
def variable_created_in_call(case: Case) -> Iterator[Found]:
    """A layer makes a variable each time it is called.

    Eagerly every call makes another one: its value is forgotten, nothing trains it, nothing saves it.
    Inside a `tf.function` TensorFlow allows new variables only while the function is traced for the first
    time, and it traces a function twice on its first call if the first trace made some. So the second one
    fails, with "only supports singleton tf.Variables created on the first call".

    Bad:

    ```python
    def call(self, x):
        w = tf.Variable(tf.ones([x.shape[-1], 4]))
        return x @ w
    ```

    Good:

    ```python
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], 4), initializer="ones", name="w")

    def call(self, x):
        return x @ self.w
    ```
    """
    made: dict[LayerRef, list[Event]] = {}
    for event in case.events("variable"):
        call = _making_call(case, event)
        if call is not None and call.layer is not None and _is_of_call(event, call):
            made.setdefault(call.layer, []).append(event)
    locked = {one.location for one in case.events("variable", _is_refused_state)}
    for layer, found in made.items():
        events = [one for one in found if one.location not in locked]  # LT104 tells of those
        refused = next((one for one in events if one.error is not None), None)
        if not events or _is_made_once(case, layer, events):
            continue
        shown = refused or events[0]
        often = _often(events, refused)
        kind = "tf.Variable" if shown.variable is not None and shown.variable.source == "tf" else "variable"
        yield Found(
            message=f"{{layer}} makes a {kind} every time it is called ({often}): eagerly its value is "
            f"forgotten "
            "with each call, and a tf.function refuses it, since it is traced twice if the first trace "
            "made some.",
            layer=layer,
            location=shown.location,
            evidence=(
                Evidence(
                    f"{kind} {_spec(shown)} made in call",
                    tuple(one.seq for one in events[:4]),
                    shown.location,
                ),
            ),
            fix=_as_weight(shown),
        )


def _making_call(case: Case, event: Event) -> Event | None:
    """Return the call that makes a variable itself, be it a function or not."""
    outer = next((one for one in case.around(event) if one.kind != "trace"), None)
    return outer if outer is not None and outer.kind == "call" else None


def _is_of_call(event: Event, around: Event) -> bool:
    """Tell a variable that call makes, and that is no state added to a built layer (LT104)."""
    made = event.variable
    if made is None or around.layer is None:
        return False
    if made.source == "tf":
        return True
    if made.source == "tf_keras":
        return around.layer.framework == "tf_keras" and is_users(around.layer)
    return made.source == "keras" and is_users(around.layer) and not _is_refused_state(event)


def _is_refused_state(event: Event) -> bool:
    """Tell what Keras 3 refuses to add to a layer that is built."""
    if event.error is None:
        return False
    return any(
        "tracking:" in one or ":add_weight" in one or ":_track_variable" in one
        for one in event.error.raised_in
    )


def _is_made_once(case: Case, layer: LayerRef, events: list[Event]) -> bool:
    """Tell a variable that is made in the first call and kept: guarded by `if self.w is None`."""
    if any(one.error is not None for one in events):
        return False
    if all(is_guarded(one.location) for one in events):
        return True
    calls = [one for one in case.of(layer, "call") if one.mode in ("eager", "graph") and one.error is None]
    lines = {one.location for one in events}
    return len(calls) > 1 and len(events) == len(lines)


def _often(events: list[Event], refused: Event | None) -> str:
    if refused is not None and refused.function is not None:
        return f"refused in trace {refused.trace} of {refused.function}"
    return f"{len(events)} so far"


def _spec(event: Event) -> str:
    made = event.variable
    return "" if made is None else f"{made.dtype}[{', '.join(map(str, made.shape or ()))}]"


def _as_weight(event: Event) -> str:
    made = event.variable
    shape = tuple(made.shape or ()) if made is not None else ()
    return (
        "def build(self, input_shape):\n"
        f'    self.w = self.add_weight(shape={shape}, initializer="zeros", name="w")'
    )


@rule("LT102", "variable-created-in-later-trace", "error", _GUIDE)
def variable_created_in_later_trace(case: Case) -> Iterator[Found]:
    """A function makes variables in a trace that is not its first.

    A `tf.function` may make variables only while it is traced for the first time. An optimizer makes its
    slots when it is first used, a model its weights when it is first called, a metric its totals when it
    is made: a second optimizer or model given to the same function comes too late.

    Bad:

    ```python
    @tf.function
    def step(optimizer, x): ...

    step(keras.optimizers.Adam(), x)
    step(keras.optimizers.SGD(momentum=0.9), x)
    ```

    Good:

    ```python
    optimizer = keras.optimizers.SGD(momentum=0.9)
    optimizer.build(model.trainable_variables)
    step(optimizer, x)
    ```
    """
    told = set()
    for event in case.events("variable", lambda one: one.mode == "graph"):
        made, trace = event.variable, next((o for o in case.around(event) if o.kind == "trace"), None)
        inside, call = case.parent(event), _making_call(case, event)
        if trace is None or made is None or trace.function in told or not _is_too_late(event, trace):
            continue
        if call is not None and _is_of_call(event, call):
            continue  # that is LT101
        if inside is not None and inside.kind in ("init", "build") and case.busy_call(event) is not None:
            continue  # a layer that is made or built in call: LT103, LT301
        told.add(trace.function)
        cause = f" ({trace.cause})" if trace.cause is not None else ""
        yield Found(
            message=f"{trace.function} makes the variable {made.path} in its trace {trace.trace}{cause}, "
            f"where "
            "TensorFlow allows none: what it belongs to has to exist before.",
            location=event.location or trace.location,
            evidence=(
                Evidence(f"{made.path} was refused", (event.seq,), event.location),
                Evidence(f"trace {trace.trace} of {trace.function}", (trace.seq,), trace.location),
            ),
            fix="optimizer.build(model.trainable_variables)  # before the step; and make metrics and "
            "models there",
        )


def _is_too_late(event: Event, trace: Event) -> bool:
    """Tell a variable that was refused, or made in a later trace: TensorFlow refuses the function then."""
    if event.error is not None:
        return True
    return (trace.trace or 1) > 1 and trace.graph is not None and not trace.graph.second_pass


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
        outer = case.parent(event)
        if outer is None or outer.kind != "call" or outer.layer is None or event.layer is None:
            continue
        users = is_users(outer.layer) or outer.layer.class_name == "Lambda"
        if users and not _is_tracked(case, outer.layer, event.layer):
            found.setdefault((outer.layer, event.location), []).append(event)
    for (owner, _), events in found.items():
        if not any(case.of(one.layer, "variable") for one in events if one.layer is not None):
            continue  # an activation or a merge loses nothing
        made = events[0].layer
        name = made.class_name if made is not None else "layer"
        instances = f"{len(events)} so far" if len(events) > 1 else "1 so far"
        attribute = made.name.rstrip("0123456789").rstrip("_") if made is not None else "inner"
        yield Found(
            message=f"{{layer}} makes a new {name} every time it is called ({instances}, none tracked): "
            f"its weights are "
            "new random numbers each time, and are never trained or saved.",
            layer=owner,
            location=events[0].location,
            evidence=(
                Evidence(f"{name} made in call", tuple(one.seq for one in events[:4]), events[0].location),
            ),
            fix=f"self.{attribute} = keras.layers.{name}(...)  # in __init__\nx = self.{attribute}(x)  # "
            f"in call",
        )


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
        line = error.location or (place.location if isinstance(place, Event) else None)
        what = f"the weight {variable.name}" if variable is not None else "a weight or a layer"
        seqs = (place.seq,) if isinstance(place, Event) else ()
        shape = tuple(variable.shape or ()) if variable is not None else "..."
        name = variable.name if variable is not None else "w"
        yield Found(
            message=f"{{layer}} adds {what} after it was built, when Keras has locked it.",
            layer=layer,
            location=line,
            evidence=(Evidence("refused here", seqs, line),),
            fix="def build(self, input_shape):\n"
            f'    self.{name} = self.add_weight(shape={shape}, name="{name}")',
        )


_LOCKED = (
    "keras.src.utils.tracking:add_to_store",
    "keras.src.utils.tracking:track",
    "keras.src.utils.tracking:append",
    "keras.src.utils.tracking:__setitem__",
)
