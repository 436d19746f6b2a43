"""Variables that are made each time a layer or a function runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.case import Case, is_users
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import dotted, is_guarded, nodes_at
from layertrace.timeline.event import Event, LayerRef, Location

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
        maker = _maker(case, event)
        if maker is not None:
            made.setdefault(maker, []).append(event)
    locked = {one.location for one in case.events("variable", _is_refused_state)}
    for layer, found in made.items():
        events = [one for one in found if one.location not in locked]  # LT104 tells of those
        refused = next((one for one in events if one.error is not None), None)
        if not events or _is_made_once(case, layer, events):
            continue
        shown = refused or events[0]
        often = _often(events, refused)
        step = case.step_of(shown)
        when, where = ("it is called", "call") if step is None else (f"its {step.name} runs", step.name)
        kind = "tf.Variable" if shown.variable is not None and shown.variable.source == "tf" else "variable"
        yield Found(
            message=f"{{layer}} makes a {kind} every time {when} ({often}): eagerly its value is "
            f"forgotten "
            "with each call, and a tf.function refuses it, since it is traced twice if the first trace "
            "made some.",
            layer=layer,
            location=shown.location,
            evidence=(
                Evidence(
                    f"{kind} {_spec(shown)} made in {where}",
                    tuple(one.seq for one in events[:4]),
                    shown.location,
                ),
            ),
            fix=_as_weight(shown),
        )


def _maker(case: Case, event: Event) -> LayerRef | None:
    """Return the layer in whose call a variable is made that is its own, or in whose `train_step`."""
    call = _making_call(case, event)
    if call is not None:
        return call.layer if _is_of_call(event, call) else None
    step = case.step_of(event)
    return step.layer if step is not None and _is_written(event) else None


def _is_written(event: Event) -> bool:
    """Tell a variable that its line asks for from an optimizer's or a metric's, made on the way."""
    names = (dotted(node.func) for node in nodes_at(event.location) if isinstance(node, ast.Call))
    asks = any(name.endswith(("Variable", "add_weight")) for name in names)
    return asks and not _is_refused_state(event)


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
    if made.source == "tf_keras":  # that of a metric, as `add_metric` makes it, belongs to no layer
        return event.layer is not None and event.layer.framework == "tf_keras" and is_users(around.layer)
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
    makers: dict[Location | None, set[int]] = {}
    for one in events:
        call = _making_call(case, one)  # one line may make several: `add_metric` of tf_keras, a list
        makers.setdefault(one.location, set()).add(one.seq if call is None else call.seq)
    return len(calls) > 1 and all(len(found) == 1 for found in makers.values())


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
        f"{doubt_of(event, indent=4)}"
        f'    self.w = self.add_weight(shape={shape}, initializer={initializer_of(event)}, name="w")'
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
        if (call is not None and _is_of_call(event, call)) or _is_of_step(case, event):
            continue  # that is LT101, or LT103
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
            fix=_made_before(case, event),
        )


def _made_before(case: Case, event: Event) -> str:
    """Write what makes a variable before the function: it belongs to a layer, an optimizer or a metric."""
    calls = [dotted(node.func) for node in nodes_at(event.location) if isinstance(node, ast.Call)]
    if event.layer is not None:
        return f"{event.layer.name}(keras.Input(shape))  # builds it: once, before the function is called"
    if any(one.location == event.location for one in case.observations("update")):
        applied = next((one for one in calls if one.rpartition(".")[2].startswith(("apply", "minimize"))), "")
        optimizer = applied.rpartition(".")[0] or "optimizer"
        return f"{optimizer}.build(model.trainable_variables)  # once, before the function is called"
    maker = next((one for one in calls if one.rpartition(".")[2][:1].isupper()), None)
    if maker is None:
        return "# make what owns the variable once, before the function is called"
    name = "optimizer" if "optimizers" in maker else "metric" if "metrics" in maker else "made"
    return f"{name} = {maker}(...)  # once, before the function is called"


def _is_of_step(case: Case, event: Event) -> bool:
    """Tell what a step of a model makes anew each time: a variable, or a layer with its weights."""
    if case.step_of(event) is not None and _is_written(event):
        return True
    owners = [outer.layer for outer in (event, *case.around(event)) if outer.layer is not None]
    made = [init for owner in owners for init in case.of(owner, "init")]
    return any(case.step_of(init) is not None for init in made)


def _is_too_late(event: Event, trace: Event) -> bool:
    """Tell a variable that was refused, or made in a later trace: TensorFlow refuses the function then."""
    if event.error is not None:
        return True
    return (trace.trace or 1) > 1 and trace.graph is not None and not trace.graph.second_pass


def initializer_of(event: Event) -> str:
    """Write the initializer that gives a weight the value that a variable was made with."""
    made = event.variable
    initial = None if made is None else made.initializer
    try:
        number = float(initial or "")
    except ValueError:
        return _initializer_written(event) or '"zeros"'
    return {0.0: '"zeros"', 1.0: '"ones"'}.get(number, f"keras.initializers.Constant({initial})")


def doubt_of(event: Event, indent: int = 0) -> str:
    """Return the line that belongs before such an initializer where the value is not to be told."""
    made = event.variable
    try:
        float((made.initializer if made is not None else None) or "")
    except ValueError:
        told = _initializer_written(event) is not None
        return "" if told else f"{' ' * indent}# the initializer that gives what the variable began with:\n"
    return ""


def _initializer_written(event: Event) -> str | None:
    """Tell an initial value by the function that makes it: `tf.zeros`, `np.ones`, `tf.random.normal`."""
    for node in nodes_at(event.location):
        name = dotted(node.func) if isinstance(node, ast.Call) else ""
        for said, meant in _INITIALIZERS.items():
            if name.rpartition(".")[2].startswith(said):
                return f'"{meant}"'
    return None


_INITIALIZERS = {
    "zeros": "zeros",
    "ones": "ones",
    "eye": "identity",
    "truncated_normal": "truncated_normal",
    "normal": "random_normal",
    "randn": "random_normal",
    "uniform": "random_uniform",
    "rand": "random_uniform",
}
