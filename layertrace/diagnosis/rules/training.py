"""What goes wrong in a training step without an exception: the mode, the gradients, the losses."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.case import Case, is_users
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import dotted, is_in_tape, nodes_at, nodes_of, parameters, uses
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef, Location

_LOOPS = "https://keras.io/guides/writing_a_custom_training_loop_in_tensorflow/"
_LAYERS = "https://keras.io/guides/making_new_layers_and_models_via_subclassing/"
_RATES = ("dropout", "recurrent_dropout")
_DEPENDENT = ("BatchNormalization", "Dropout", "GaussianNoise", "SpectralNormalization", "StochasticDepth")


def _is_dependent(layer: LayerRef) -> bool:
    return any(name.rpartition(".")[2].endswith(_DEPENDENT) for name in layer.bases)


def _is_settled(case: Case, layer: LayerRef) -> bool:
    """Tell a layer that does the same in any mode: a rate of 0, or a `call` that says itself what it is.

    Dropout that is on for good (Monte Carlo dropout) overrides `call` and passes `training=True`.
    """
    given = [one.arguments.get(name) for one in case.of(layer, "init") for name in _NOISE]
    rates = [rate for rate in given if isinstance(rate, (int, float))]
    if rates and not any(rates):
        return True
    state = case.state(layer)
    method = None if state is None else state.methods.get("call")
    if "training" in parameters(method) and not uses(method, "training"):
        return True
    passed = (one for node in nodes_of(method) if isinstance(node, ast.Call) for one in node.keywords)
    said = [one.value for one in passed if one.arg == "training"]
    return bool(said) and all(isinstance(one, ast.Constant) and one.value is True for one in said)


_NOISE = ("rate", "stddev", "drop_path_rate")


def _has_rate(case: Case, layer: LayerRef) -> bool:
    given = [one.arguments.get(name) for one in case.of(layer, "init") for name in _RATES]
    return any(isinstance(rate, (int, float)) and rate > 0 for rate in given)


def _depends_on_training(case: Case, layer: LayerRef) -> bool:
    """Tell a layer that does something else in training.

    One of Keras's that always does, or one derived from such; one of Keras's that was given a rate of
    dropout; one of the user's, without layers inside, whose `call` asks for `training`.
    """
    if _is_dependent(layer):
        return not _is_settled(case, layer)
    state = case.state(layer)
    if not is_users(layer):
        children = () if state is None else state.children
        inside = [case.states[child].layer for child in children if child in case.states]
        return _has_rate(case, layer) and not any(map(_is_dependent, inside))
    method = None if state is None or state.children else state.methods.get("call")
    return "training" in parameters(method) and uses(method, "training")


@rule("LT501", "training-not-passed", "warning", _LOOPS)
def training_not_passed(case: Case) -> Iterator[Found]:
    """A model is trained in a loop of one's own that does not say so.

    `fit` passes `training=True`; a call `model(x)` does not. Then dropout drops nothing, and batch
    normalization keeps the statistics that it began with, which shows only when the model is used.

    Bad:

    ```python
    with tf.GradientTape() as tape:
        loss = loss_of(model(x), y)
    ```

    Good:

    ```python
    with tf.GradientTape() as tape:
        loss = loss_of(model(x, training=True), y)
    ```
    """
    told = set()
    for update in case.observations("update"):
        trained = set(update.variables) - {0}
        for layer, calls in _untold(case, update):
            outermost = [_outermost_call(case, event) for event in calls]
            judged = [
                (outer, event)
                for outer, event in zip(outermost, calls, strict=True)
                if outer.training is None and _is_trained(case, outer, trained)
            ]
            if layer.id in told or not judged:
                continue
            told.add(layer.id)
            # A call before the step may have been made to build the layer, or to act with it.
            outer, event = next((one for one in judged if is_in_tape(one[0].location)), judged[-1])
            times = sum(one.training is None for one in case.of(layer, "call"))
            name = "" if outer.layer is None else outer.layer.name
            yield Found(
                message=f"{{layer}} ran {times} {'time' if times == 1 else 'times'} as if not in "
                "training, while an optimizer was updating the model: nobody passed training=True.",
                layer=layer,
                location=outer.location,
                evidence=(
                    Evidence("called without training", (outer.seq, event.seq), outer.location),
                    Evidence(f"{update.name.strip('<>')} updates it", (), update.location),
                ),
                fix=f"{name or 'model'}(x, training=True)",
            )


def _untold(case: Case, update: Observation) -> Iterator[tuple[LayerRef, list[Event]]]:
    """Yield the layers that nobody told, in the step that an update ends, whether this is training.

    A layer that was told so once in the step is called right there; other calls of it build the model, act,
    or measure.
    """
    found: dict[int, list[Event]] = {}
    for event in _calls_before(case, update):
        around = case.busy_layer(event)
        is_part = around is not None and not is_users(around) and _depends_on_training(case, around)
        if event.layer is not None and not is_part:
            found.setdefault(event.layer.id, []).append(event)
    for calls in found.values():
        layer = calls[0].layer
        if layer is None or any(one.training is not None for one in calls):
            continue
        state = case.state(layer)
        if _depends_on_training(case, layer) and (state is None or state.trainable is not False):
            yield layer, calls


def _calls_before(case: Case, update: Observation) -> list[Event]:
    """Return the calls in the step that an update ends: in the same trace, else before it in its thread."""
    around = case.event(update.during)
    if around is not None:
        inside = (one for one in case.all_inside(around) if one.kind == "call" and one.mode == "graph")
        return [one for one in inside if one.start_ns <= update.start_ns]
    before = [one.start_ns for one in case.observations("update") if one.start_ns < update.start_ns]
    since = max(before, default=-1)
    return [
        one
        for one in case.events("call")
        if since < one.start_ns <= update.start_ns and one.mode == "eager" and one.thread == update.thread
    ]


def _outermost_call(case: Case, event: Event) -> Event:
    return [event, *(one for one in case.around(event) if one.kind == "call")][-1]


def _is_trained(case: Case, call: Event, trained: set[int]) -> bool:
    """Tell whether the model that was called has variables among those that were updated."""
    state = case.state(call.layer)
    return state is None or not trained or not trained.isdisjoint(state.variables)


@rule("LT504", "layer-never-called", "warning", _LAYERS)
def layer_never_called(case: Case) -> Iterator[Found]:
    """A layer has weights that training never reaches.

    It was built, but no `call` uses it; or what it computes is cut off from the loss, by `tf.argmax`,
    `tf.stop_gradient` or `.numpy()`. Its gradients are None, and its weights stay what they were.

    Bad:

    ```python
    def call(self, x):
        return self.first(self.first(x))  # self.second was meant
    ```

    Good:

    ```python
    def call(self, x):
        return self.second(self.first(x))
    ```
    """
    missing: dict[int, tuple[Observation, str]] = {}
    reached: set[int] = set()
    for update in case.observations("update"):
        without = set(update.now) if isinstance(update.now, tuple) else set()
        for at, (number, path) in enumerate(zip(update.variables, update.paths, strict=True)):
            if at not in without:
                reached.add(number)
            elif number:
                missing.setdefault(number, (update, path))
    ids = {number: path for number, (_, path) in missing.items() if number not in reached}
    for state in case.states.values():
        own = [number for number in state.variables if number in ids]
        inside = {n for child in state.children if (s := case.states.get(child)) for n in s.variables}
        own = [number for number in own if number not in inside]
        if not own or not state.alive:
            continue
        update = missing[own[0]][0]
        called = case.of(state.layer, "call")
        names = ", ".join(ids[number].rpartition("/")[2] for number in own[:3])
        init = next(iter(case.of(state.layer, "init")), None)
        location = init.location if init is not None else update.location
        what = (
            "was called, but nothing leads from the loss back to it"
            if called
            else "was built and never called"
        )
        yield Found(
            message=f"{{layer}} {what}: its weights ({names}) get no gradient and stay what they are.",
            layer=state.layer,
            location=called[0].location if called else location,
            evidence=(
                Evidence("gradients are None in this update", (), update.location),
                Evidence("made here", () if init is None else (init.seq,), location),
            ),
            fix=f"x = self.{_attribute(case, state.layer)}(x)  # in call; or remove the layer"
            if not called
            else "# use ops that have gradients: no argmax, round, .numpy() or stop_gradient on the way",
        )


def _attribute(case: Case, layer: LayerRef) -> str:
    holder = case.holder(layer)
    return layer.name if holder is None else holder.held[layer.id]


@rule("LT505", "loss-added-repeatedly", "warning", _LAYERS)
def loss_added_repeatedly(case: Case) -> Iterator[Found]:
    """A layer adds its loss more often than once for each forward pass.

    Inside `TimeDistributed` or an RNN a layer runs once for each time step and adds a loss each time, so
    that the sum grows with the length of the sequence; that is fine where each is divided by the length.
    Invoked as `layer.call(x)`, past `__call__`, it never drops the losses of the call before.

    Bad:

    ```python
    keras.layers.TimeDistributed(LayerWithLoss())(x)
    ```

    Good:

    ```python
    class Outer(keras.layers.Layer):
        def call(self, x):
            y = self.steps(x)  # TimeDistributed
            self.add_loss(tf.reduce_mean(tf.square(y)))
            return y
    ```
    """
    counts: dict[tuple[int, int], dict[int, list[Observation]]] = {}
    direct: dict[int, list[Observation]] = {}
    for loss in case.observations("loss"):
        event = case.event(loss.during)
        if event is None or event.layer is None or loss.layer is None or event.kind != "call":
            continue
        found = _wrapped(case, event)
        if found is not None:
            counts.setdefault((loss.layer.id, found[0].seq), {}).setdefault(found[1].seq, []).append(loss)
        elif case.parent(event) is None and any(
            "direct" in one.flags for one in case.of(event.layer, "call")
        ):
            direct.setdefault(loss.layer.id, []).append(loss)
    told = set()
    for (number, seq), steps in counts.items():
        outer = case.event(seq)
        if len(steps) < 2 or number in told or outer is None:
            continue
        told.add(number)
        wrapper = "" if outer.layer is None else str(outer.layer)
        losses = [loss for added in steps.values() for loss in added]
        yield _repeated(losses, f"in one call of {wrapper}, one for each step", (seq,))
    for number, losses in direct.items():
        if len(losses) > 1 and number not in told:
            said = "in as many direct calls of its call method, which never drop the losses of the one before"
            yield _repeated(losses, said, ())


_CONTAINERS = (".Functional", ".Sequential")


def _wrapped(case: Case, event: Event) -> tuple[Event, Event] | None:
    """Return the nearest call around of a layer of Keras's that runs others, and the call inside it.

    A functional or sequential model is none: what is called twice there, the user calls twice.
    """
    inner = event
    for outer in case.around(event):
        if outer.kind != "call" or outer.layer is None:
            return None
        if not is_users(outer.layer) and not outer.layer.bases[0].endswith(_CONTAINERS):
            return outer, inner
        inner = outer
    return None


def _repeated(losses: list[Observation], how: str, events: tuple[int, ...]) -> Found:
    first = losses[0]
    seqs = tuple(loss.during for loss in losses[:3] if loss.during is not None)
    return Found(
        message=f"{{layer}} added {len(losses)} losses {how}: the total grows with their number.",
        layer=first.layer,
        location=first.location,
        evidence=(Evidence("add_loss", (*events, *seqs), first.location),),
        fix="self.add_loss(loss / steps)  # which is fine; or add it once, in the layer around; and call "
        "layer(x), not layer.call(x)",
        severity="note" if events and _is_divided(first.location) else None,
    )


def _is_divided(place: Location | None) -> bool:
    """Tell a line that adds a quotient as a loss, perhaps by the number of the steps: then all is well."""
    added = [n for n in nodes_at(place) if isinstance(n, ast.Call) and dotted(n.func).endswith("add_loss")]
    inside = (one for node in added for given in node.args for one in ast.walk(given))
    return any(isinstance(one, ast.BinOp) and isinstance(one.op, ast.Div) for one in inside)
