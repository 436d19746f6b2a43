"""Variables and layers that Keras, or a strategy of TensorFlow's, does not know of."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.case import Case, is_users
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.variables import doubt_of, initializer_of
from layertrace.diagnosis.user_source import (
    dotted,
    is_changed,
    methods_beside,
    nodes_at,
    nodes_of,
    read_by_lambdas,
)
from layertrace.timeline.context import Failure, LayerState
from layertrace.timeline.event import Event, LayerRef

_SUBCLASSING = "https://keras.io/guides/making_new_layers_and_models_via_subclassing/"
_FUNCTIONAL = "https://keras.io/guides/functional_api/"
_DISTRIBUTED = "https://www.tensorflow.org/guide/distributed_training"


@rule("LT105", "untracked-variable", "warning", _SUBCLASSING)
def untracked_variable(case: Case) -> Iterator[Found]:
    """A layer of Keras 3 keeps a raw `tf.Variable`.

    Keras 3 tracks `keras.Variable`s only, those that `add_weight` makes: a `tf.Variable` is not in
    `weights`, no optimizer trains it, no file holds it. (`tf_keras` tracks them.)

    Bad:

    ```python
    def __init__(self):
        super().__init__()
        self.a = tf.Variable(1.0)
    ```

    Good:

    ```python
    def build(self, input_shape):
        self.a = self.add_weight(shape=(), initializer="ones", name="a")
    ```
    """
    for event in case.events("variable"):
        outer, made = case.parent(event), event.variable
        if made is None or made.source != "tf" or event.error is not None or outer is None:
            continue
        layer = outer.layer
        if outer.kind not in ("init", "build") or layer is None or layer.framework != "keras":
            continue
        if not is_users(layer):
            continue
        name = _attribute(case, layer, event) or made.name
        trained = made.id in case.updated  # by an optimizer of the user's, who knows of it
        learns = (made.trainable and not trained) or _is_assigned(case, layer, name)
        matters = "float" in made.dtype and learns
        in_list = _is_in_list(event)
        weight = f"self.add_weight(shape={tuple(made.shape or ())}, initializer={initializer_of(event)}"
        weight += "" if in_list else f', name="{name}"'
        weight += ")" if made.trainable else ", trainable=False)"
        yield Found(
            message=f"{{layer}} keeps a raw tf.Variable ({name}), which Keras 3 neither trains, nor "
            f"counts, nor saves.",
            layer=layer,
            location=event.location,
            evidence=(Evidence(f"tf.Variable made in {outer.kind}", (outer.seq, event.seq), event.location),),
            fix=f"{doubt_of(event)}self.{name} = {f'[{weight}, ...]' if in_list else weight}",
            severity=None if matters else "note",
        )
    yield from _captured(case)


def _captured(case: Case) -> Iterator[Found]:
    """Find a raw variable of a module or a function that a `Lambda` reads, and that no optimizer was given.

    One that is given another value somewhere is meant to be no weight: an annealed factor, a counter.
    """
    loose = [
        (event, made)
        for event in case.events("variable", lambda one: one.parent is None and one.error is None)
        if (made := event.variable) is not None and made.source == "tf" and made.trainable
        if "float" in made.dtype and case.updated and made.id not in case.updated
    ]
    for event, made in loose:
        names = {node.id for one in _assigning(event) for node in one.targets if isinstance(node, ast.Name)}
        for init in case.events("init", _is_of_a_lambda) if names else ():
            read = names & set(read_by_lambdas(init.location))
            if not read or is_changed(event.location, read):
                continue
            name = next(iter(read))
            yield Found(
                message=f"{{layer}} reads the raw tf.Variable {name}, which belongs to no layer: Keras 3 "
                "neither trains, nor counts, nor saves it.",
                layer=init.layer,
                location=event.location,
                evidence=(
                    Evidence(f"tf.Variable {name} made outside of any layer", (event.seq,), event.location),
                    Evidence("read by a Lambda", (init.seq,), init.location),
                ),
                fix="class Layer(keras.layers.Layer):  # instead of the Lambda\n"
                "    def build(self, input_shape):\n"
                f"{doubt_of(event, indent=8)}"
                f"        self.{name} = self.add_weight(shape={tuple(made.shape or ())}, "
                f'initializer={initializer_of(event)}, name="{name}")',
            )


def _is_of_a_lambda(event: Event) -> bool:
    layer = event.layer
    return layer is not None and layer.framework == "keras" and layer.class_name == "Lambda"


def _is_assigned(case: Case, layer: LayerRef, name: str) -> bool:
    """Tell whether a method of the class gives a variable another value: a moving average, a counter."""
    state = case.state(layer)
    methods = {} if state is None else methods_beside(next(iter(state.methods.values()), None))
    calls = (node for place in methods.values() for node in nodes_of(place) if isinstance(node, ast.Call))
    return any(f".{name}.assign" in f".{dotted(node.func)}" for node in calls)


def _is_in_list(event: Event) -> bool:
    """Tell a variable that is made for a list: `[tf.Variable(i) for i in range(3)]`."""
    return any(isinstance(one.value, (ast.List, ast.ListComp, ast.Tuple)) for one in _assigning(event))


def _assigning(event: Event) -> list[ast.Assign]:
    """Return the statements that make variables and assign them, on the line of one that was made."""
    return [
        node
        for node in nodes_at(event.location)
        if isinstance(node, ast.Assign)
        and any(dotted(one.func).endswith("Variable") for one in ast.walk(node) if isinstance(one, ast.Call))
    ]


def _attribute(case: Case, layer: LayerRef, event: Event) -> str | None:
    """Return the attribute that holds a variable: what it is assigned to, or the only one that may be it."""
    state, made = case.state(layer), event.variable
    targets = [target for node in _assigning(event) for target in node.targets]
    if len(targets) == 1 and isinstance(targets[0], ast.Attribute):
        return targets[0].attr
    if state is None or made is None:
        return None
    fitting = [name for name, held in state.tensors.items() if getattr(held, "shape", None) == made.shape]
    return fitting[0] if len(fitting) == 1 else None


@rule("LT106", "untracked-layer", "warning", _SUBCLASSING)
def untracked_layer(case: Case) -> Iterator[Found]:
    """A layer calls another that Keras does not know to be its own.

    Keras finds the layers of a layer when they are assigned to an attribute, or are in a list or dict
    that is. It misses those put later into a list inside a dict, into `list[0]`, those in a lambda's
    defaults, in a plain object or in a global. Their weights are not trained, not counted, not saved.

    Bad:

    ```python
    self.groups = {}
    self.groups["a"] = []
    self.groups["a"].append(keras.layers.Dense(2))
    ```

    Good:

    ```python
    self.groups = {"a": [keras.layers.Dense(2)]}
    ```
    """
    tracked = {child for state in case.states.values() for child in state.children}
    told: set[int] = set()
    for event in case.events("call"):
        layer, own = event.layer, case.state(event.layer)
        if layer is None or layer.id in told or layer.id in tracked:
            continue
        if own is None or not own.alive or not own.variables:
            continue
        made = next(iter(case.of(layer, "init")), None)
        owner = _caller(case, event, made)
        state = case.state(owner)
        if owner is not None and owner.framework != layer.framework:
            continue  # that is LT702
        if owner is None or owner.id == layer.id or not is_users(owner) or state is None or not state.alive:
            continue
        if _is_made_anew(case, made):
            continue
        by_owner = _made_by(case, made, owner)
        hidden = by_owner and _called_in_call(case, event)
        if not hidden and not _is_left_out(case, event, owner, own):
            continue
        told.add(layer.id)
        parameters = sum(
            one.variable.parameters for one in case.of(layer, "variable") if one.variable is not None
        )
        count = f"{parameters:,} parameters" if parameters else f"{len(own.variables)} weights"
        yield Found(
            message=f"{owner.name} ({owner.class_name}) calls {{layer}}, which it does not track: its "
            f"{count} are "
            "neither trained nor saved with it.",
            layer=layer,
            location=made.location if made is not None else event.location,
            evidence=(
                Evidence("made here", () if made is None else (made.seq,), made.location if made else None),
                Evidence(f"called by {owner.name}", (event.seq,), event.location),
            ),
            fix=f"self.{layer.name} = keras.layers.{layer.class_name}(...)  # an attribute, or in a list "
            f"or dict\n"
            "# that is complete when it is assigned to one"
            if by_owner
            else f"def __init__(self, {layer.name}):  # of {owner.class_name}: give it the layer\n"
            f"    super().__init__()\n"
            f"    self.{layer.name} = {layer.name}",
            severity=None if _may_learn(case, own) else "note",
        )


def _may_learn(case: Case, state: LayerState) -> bool:
    """Tell a layer that has something to train from one that is frozen, or has the seeds of a generator."""
    weights = [case.variables.get(one) for one in state.variables]
    return state.trainable is not False and any(one is None or one.trainable for one in weights)


def _is_made_anew(case: Case, made: Event | None) -> bool:
    """Tell a layer that is made in a `call` or a `train_step`: that is LT103."""
    if made is None:
        return False
    busy = next((one for one in case.around(made) if one.kind in ("init", "build", "call")), None)
    return case.step_of(made) is not None or (busy is not None and busy.kind == "call")


def _called_in_call(case: Case, event: Event) -> bool:
    outer = case.parent(event)
    return outer is not None and outer.kind == "call"


def _caller(case: Case, event: Event, made: Event | None) -> LayerRef | None:
    """Return the layer whose `call` or `train_step` calls another, or whose `__init__` made it for that."""
    outer = case.parent(event)
    if outer is not None and outer.kind == "call":
        return outer.layer
    step = case.step_of(event)
    if step is not None or made is None or case.busy_call(event) is not None:
        return None if step is None else step.layer
    makers = (one.layer for one in case.around(made) if one.kind in ("init", "build"))
    return next((one for one in makers if one is not None), None)


def _is_left_out(case: Case, event: Event, owner: LayerRef, own: LayerState) -> bool:
    """Tell a layer that might be lent, but that no optimizer trains, while one trains those that call it."""
    weights = [case.variables[one] for one in own.variables if one in case.variables]
    if own.trainable is False or not any(one.trainable for one in weights) or 0 in own.variables:
        return False
    if all(one.training is False for one in case.of(own.layer, "call")):
        return False  # a teacher, or a loss: it is not meant to learn
    callers = (owner, *(outer.layer for outer in case.around(event) if outer.kind == "call"))
    trained = {one for caller in callers if (state := case.state(caller)) for one in state.variables}
    return bool(trained & case.updated) and not case.updated & set(own.variables)


def _made_by(case: Case, made: Event | None, owner: LayerRef) -> bool:
    """Tell whether a layer was made in the `__init__` or `build` of its caller; others may be lent."""
    if made is None:
        return False
    return any(
        outer.layer is not None and outer.layer.id == owner.id and outer.kind in ("init", "build")
        for outer in case.around(made)
    )


@rule("LT109", "variable-outside-strategy", "error", _DISTRIBUTED)
def variable_outside_strategy(case: Case) -> Iterator[Found]:
    """A layer, its variables and its optimizer were not all made in the scope of a `tf.distribute` strategy.

    A strategy mirrors the variables that are made in its scope. A layer that is built when it is first
    called has none before that, so a model made in the scope must be built there, too.

    Bad:

    ```python
    with strategy.scope():
        model = keras.Sequential([keras.layers.Dense(1)])
    model(x)
    ```

    Good:

    ```python
    with strategy.scope():
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    ```
    """
    for layer in case.layers:
        made = next((one for one in case.of(layer, "init") if one.strategy), None)
        if made is None:
            continue
        outside = [one for one in case.of(layer, "variable") if one.strategy is None and one.error is None]
        if outside:
            yield Found(
                message=f"{{layer}} was made in the scope of {made.strategy}, but its variables outside "
                f"of it: they "
                "are not distributed.",
                layer=layer,
                location=outside[0].location,
                evidence=(
                    Evidence(f"made in the scope of {made.strategy}", (made.seq,), made.location),
                    Evidence(f"{outside[0].variable} made outside", (outside[0].seq,), outside[0].location),
                ),
                fix="with strategy.scope():\n    model.build((None, ...))  # or give the model a keras.Input",
            )
    yield from _made_before_the_scope(case)


def _refused_by_a_strategy(case: Case) -> list[Event | Failure]:
    """Return what failed since a variable was none of a strategy's; an update does so by a bare assertion.

    `_update` of `tensorflow/python/distribute/mirrored_strategy.py`, TensorFlow 2.16 to 2.21.
    """
    told = case.raised_in("tensorflow.python.distribute.distribute_lib:_wrong_strategy_scope")
    mute = [
        place
        for place in case.raised_in("tensorflow.python.distribute.mirrored_strategy:_update")
        if place.error is not None and place.error.type == "AssertionError"
        if place.error.raised_in[0].startswith("tensorflow.python.distribute.")
    ]
    return told or mute


def _made_before_the_scope(case: Case) -> Iterator[Found]:
    """Yield the model whose variables TensorFlow refused to a strategy, since they are not of its scope."""
    for place in _refused_by_a_strategy(case):
        plain = [
            (len(state.variables), init)
            for state in case.states.values()
            if state.variables and (init := next(iter(case.of(state.layer, "init")), None)) is not None
            if init.strategy is None
        ]
        if not plain:
            continue
        init = max(plain, key=lambda one: (one[0], one[1].seq))[1]
        seqs = (place.seq,) if isinstance(place, Event) else ()
        where = None if case.failure is None else case.failure.error.location
        yield Found(
            message="{layer} was made outside of the scope of a strategy that is to train it: its variables "
            "are not of that strategy.",
            layer=init.layer,
            location=init.location,
            evidence=(
                Evidence("made outside of a scope", (init.seq,), init.location),
                Evidence("refused here", seqs, where),
            ),
            fix="with strategy.scope():\n    model = ...  # the model, its optimizer and its metrics",
        )
