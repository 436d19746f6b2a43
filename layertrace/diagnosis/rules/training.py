"""What goes wrong in a training step without an exception: the mode, the gradients, the losses."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis.case import Case, is_users
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.timeline.event import Event, LayerRef
from layertrace.timeline.surroundings import Observation

_LOOPS = "https://keras.io/guides/writing_a_custom_training_loop_in_tensorflow/"
_LAYERS = "https://keras.io/guides/making_new_layers_and_models_via_subclassing/"
_DEPENDENT = ("BatchNormalization", "Dropout", "GaussianNoise", "SpectralNormalization", "StochasticDepth")


def _depends_on_training(layer: LayerRef) -> bool:
    """Tell a layer of Keras that does something else in training, or one derived from such."""
    return any(name.rpartition(".")[2].endswith(_DEPENDENT) for name in layer.bases)


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
        for event in _calls_before(case, update):
            layer = event.layer
            if layer is None or event.training is not None or layer.id in told:
                continue
            state = case.state(layer)
            if not _depends_on_training(layer) or (state is not None and state.trainable is False):
                continue
            outer = _outermost_call(case, event)
            if outer.training is not None or not _is_trained(case, outer, trained):
                continue
            told.add(layer.id)
            times = sum(one.training is None for one in case.of(layer, "call"))
            name = "" if outer.layer is None else outer.layer.name
            yield Found(
                message=f"{{layer}} ran {times} {'time' if times == 1 else 'times'} as if not in "
                f"training, while "
                "an optimizer was updating the model: nobody passed training=True.",
                layer=layer,
                location=outer.location,
                evidence=(
                    Evidence("called without training", (outer.seq, event.seq), outer.location),
                    Evidence(f"{update.name.strip('<>')} updates it", (), update.location),
                ),
                fix=f"{name or 'model'}(x, training=True)",
            )


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
    missing: dict[str, Observation] = {}
    for update in case.observations("update"):
        for path in update.without_gradient:
            missing.setdefault(path, update)
    ids = {
        number: path
        for update in missing.values()
        for number, path in zip(update.variables, update.paths, strict=True)
        if path in missing and number
    }
    for state in case.states.values():
        own = [number for number in state.variables if number in ids]
        inside = {n for child in state.children if (s := case.states.get(child)) for n in s.variables}
        own = [number for number in own if number not in inside]
        if not own or not state.alive:
            continue
        update = missing[ids[own[0]]]
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
    that the sum grows with the length of the sequence. Invoked as `layer.call(x)`, past `__call__`, it
    never drops the losses of the call before.

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
    counts: dict[tuple[int, int], list[Observation]] = {}
    direct: dict[int, list[Observation]] = {}
    for loss in case.observations("loss"):
        event = case.event(loss.during)
        if event is None or event.layer is None or loss.layer is None or event.kind != "call":
            continue
        outer = case.parent(event)
        if (
            outer is not None
            and outer.kind == "call"
            and outer.layer is not None
            and not is_users(outer.layer)
        ):
            counts.setdefault((loss.layer.id, outer.seq), []).append(loss)
        elif outer is None and any("direct" in one.flags for one in case.of(event.layer, "call")):
            direct.setdefault(loss.layer.id, []).append(loss)
    told = set()
    for (number, seq), losses in counts.items():
        outer = case.event(seq)
        if len(losses) < 2 or number in told or outer is None:
            continue
        told.add(number)
        wrapper = "" if outer.layer is None else str(outer.layer)
        yield _repeated(losses, f"in one call of {wrapper}, one for each step", (seq,))
    for number, losses in direct.items():
        if len(losses) > 1 and number not in told:
            said = "in as many direct calls of its call method, which never drop the losses of the one before"
            yield _repeated(losses, said, ())


def _repeated(losses: list[Observation], how: str, events: tuple[int, ...]) -> Found:
    first = losses[0]
    seqs = tuple(loss.during for loss in losses[:3] if loss.during is not None)
    return Found(
        message=f"{{layer}} added {len(losses)} losses {how}: the total grows with their number.",
        layer=first.layer,
        location=first.location,
        evidence=(Evidence("add_loss", (*events, *seqs), first.location),),
        fix="self.add_loss(loss / steps)  # or add it once, in the layer around; and call layer(x), not "
        "layer.call(x)",
    )
