"""LT106: A layer calls another layer that it does not track."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.assigned_attributes import assigned_in
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.user_classes import class_around
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef, Location
from layertrace.timeline.ownership import is_lambda


@rule("LT106", "untracked-layer", "warning", links.SUBCLASSING, backends=WITH_TRAINING)
def untracked_layer(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer calls another layer that it does not track.

    ## Why is this bad?

    Keras finds a layer that is assigned to an attribute of another, also in a list or dict. It misses one
    that is put later into a list inside a dict or into `list[0]`, and one in the defaults of a lambda, in
    a plain object or in a global. A `Lambda` tracks no layers at all. The
    weights of such a layer are not trained, counted or saved.

    ## Example

    ```python
    self.groups = {}
    self.groups["a"] = []
    self.groups["a"].append(keras.layers.Dense(2))
    ```

    ## Use instead

    ```python
    self.groups = {"a": [keras.layers.Dense(2)]}
    ```

    ## Known limits

    - A layer that its caller did not create may be lent on purpose, such as a teacher or a frozen
      encoder. It is reported only if an optimizer updates the layers that call it but not the layer.
    - A layer that a `Lambda` calls is reported in a program that trains nothing, too, unless its weights
      were set, it is frozen, it is called with `training=False`, or it is also called elsewhere.
    - Layers without weights, and layers that are gone when the recording ends, are not examined.
    - Only a note where the layer has nothing to train.
    - A layer that is created in a `call` is reported as LT103, one of the other Keras as LT702.
    """
    # A layer may be tracked by another than its caller: tests/cases/clean/layers_in_collections_and_lent.py
    tracked = {child for state in context.states.values() for child in state.children}
    # Without weights nothing is lost: tests/cases/clean/helpers_without_weights.py
    untracked = {
        number: state
        for number, state in context.states.items()
        if number not in tracked and state.alive and state.variables
    }
    reported: set[int] = set()
    for event in context.events("call") if untracked else ():
        layer, state = event.layer, None if event.layer is None else untracked.get(event.layer.id)
        if layer is None or state is None or layer.id in reported:
            continue
        init = context.init_of(layer)
        owner = _caller(context, event, init)
        if owner is None or not _may_own(context, owner, layer):
            continue
        holding = context.state(owner)
        is_replaced = holding is not None and layer.name in holding.replaced.get("_layers", ())
        if holding is not None and is_replaced and assigned_in(holding, "_layers") is not None:
            continue  # LT310
        if _is_created_in_call(context, init):
            continue  # LT103
        # A layer that another one created may be lent: tests/cases/clean/layers_lent_and_trained_elsewhere.py
        by_owner = _is_created_by(context, init, owner)
        hidden = by_owner and _is_called_in_call(context, event)
        lost = is_lambda(owner) and _is_in_no_model(context, state)
        if not hidden and not lost and not _is_left_untrained(context, event, owner, state):
            continue
        reported.add(layer.id)
        parameters = sum(spec.parameters for _, spec, _ in context.created_variables(layer))
        count = f"{parameters:,} parameters" if parameters else f"{len(state.variables)} weights"
        created_at = None if init is None else init.location
        if is_lambda(owner):
            yield _in_lambda(context, owner, layer, event, count)
            continue
        holder = _plain_class_around(context, created_at) if by_owner else None
        reason = (
            "but does not track it"
            if holder is None
            else f"that is kept in {holder.name}, which is not a layer, so Keras does not track it"
        )
        yield Violation(
            message=f"{owner.name} ({owner.class_name}) calls {{layer}} {reason}: its {count} are neither "
            "trained nor saved with it.",
            layer=layer,
            location=_class_line(holder, created_at) or event.location,
            evidence=(
                Evidence("created here", seqs(init), created_at),
                Evidence(f"called by {owner.name}", (event.seq,), event.location),
            ),
            fix=_tracked(owner, layer, by_owner=by_owner) if holder is None else _as_layer(holder),
            fix_place=None if holder is None else "in place",
            severity=None if _may_learn(context, state) else "note",
        )


def _may_own(context: DiagnosisContext, owner: LayerRef, layer: LayerRef) -> bool:
    """Return whether a caller is a user's layer that should track a layer that it calls."""
    state = context.state(owner)
    if owner.framework != layer.framework:
        return False  # LT702
    own = is_user_defined(owner) or is_lambda(owner)
    return owner.id != layer.id and own and state is not None and state.alive


def _is_in_no_model(context: DiagnosisContext, state: LayerState) -> bool:
    """Return whether only a `Lambda` calls a layer, whose weights are to be trained and are not."""
    # tests/cases/clean/lambdas_that_lose_nothing.py
    calls = context.of(state.layer, "call")
    inside = {state.layer.id, *state.children}
    elsewhere = [call for call in calls if not any(map(is_lambda, _callers(context, call)))]
    is_set = any(layer.id in inside for layer, _ in context.layer_observations("weights set"))
    is_told = all(call.training is False for call in calls)
    is_trained = bool(context.updated & set(state.variables))
    return not (elsewhere or is_set or is_told or is_trained) and _may_learn(context, state)


def _callers(context: DiagnosisContext, call: Event) -> list[LayerRef]:
    return [outer.layer for outer in context.enclosing(call, "call") if outer.layer is not None]


def _in_lambda(
    context: DiagnosisContext, owner: LayerRef, layer: LayerRef, call: Event, count: str
) -> Violation:
    """Return the violation of a layer that the function of a `Lambda` calls."""
    init, made = context.init_of(owner), context.init_of(layer)
    place = call.location if init is None else init.location
    fix = _without_lambda(place)
    created = None if made is None else made.location
    return Violation(
        message=f"The function of a Lambda calls {{layer}}, but a Lambda tracks no layers: its {count} "
        "are neither trained nor saved with the model.",
        layer=layer,
        location=place,
        evidence=(
            Evidence(f"{owner.name} calls {layer.name}", (call.seq,), place),
            Evidence("created here", seqs(made), created),
        ),
        fix=fix or _own_class(place, layer.name),
        fix_place="in place" if fix else "elsewhere",
    )


def _lambda_at(place: Location | None) -> tuple[ast.Call, ast.Lambda] | None:
    """Return the `Lambda(lambda x: …)` of a line, with its function; None if the function is a `def`."""
    for node in nodes_at(place):
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "Lambda" and node.args:
            function = node.args[0]
            if isinstance(function, ast.Lambda) and len(function.args.args) == 1:
                return node, function
    return None


def _without_lambda(place: Location | None) -> str:
    """Write a statement with the layer in place of a `Lambda` that only calls it; nothing if it does more."""
    statement = next((node for node in nodes_at(place) if isinstance(node, ast.stmt)), None)
    created = _lambda_at(place)
    if statement is None or created is None:
        return ""
    node, function = created
    body, name = function.body, function.args.args[0].arg
    if not isinstance(body, ast.Call) or not isinstance(body.func, (ast.Name, ast.Attribute)):
        return ""
    if body.keywords or [ast.unparse(each) for each in body.args] != [name]:
        return ""
    return rewritten(place, statement, {node: source_of(place, body.func)})


def _own_class(place: Location | None, name: str) -> str:
    """Write the class of a layer that does what a `Lambda` does, and tracks the layer that it calls."""
    argument, result = "x", "..."
    created = _lambda_at(place)
    if created is not None:
        body = created[1].body
        called = [node.func for node in ast.walk(body) if isinstance(node, ast.Call)]
        names = [func for func in called if isinstance(func, ast.Name)]
        if len(names) == 1:
            argument, name = created[1].args.args[0].arg, names[0].id
            result = rewritten(place, body, {names[0]: f"self.{name}"})
    return (
        f"class Own(keras.layers.Layer):  # use Own({name}) in place of the Lambda\n"
        f"    def __init__(self, {name}):\n"
        "        super().__init__()\n"
        f"        self.{name} = {name}\n\n"
        f"    def call(self, {argument}):\n"
        f"        return {result}"
    )


def _tracked(owner: LayerRef, layer: LayerRef, *, by_owner: bool) -> str:
    """Write how a layer gets to track another."""
    if by_owner:
        return (
            f"self.{layer.name} = keras.layers.{layer.class_name}(...)\n"
            "# as an attribute, or in a list or dict that is complete before it is assigned to one"
        )
    return (
        f"def __init__(self, {layer.name}):  # of {owner.class_name}: pass it the layer\n"
        "    super().__init__()\n"
        f"    self.{layer.name} = {layer.name}"
    )


def _plain_class_around(context: DiagnosisContext, created_at: Location | None) -> ast.ClassDef | None:
    """Return the class of the user's in which a layer is created, if it is not the class of a layer."""
    holder = class_around(created_at)
    function = None if created_at is None else function_around(created_at)
    if holder is None or function is None or function.lineno < holder.lineno:
        return None
    bases = [dotted(base).rpartition(".")[2] for base in holder.bases]
    if any(base not in ("", "object", "Generic", "Protocol", "ABC") for base in bases):
        return None  # what it inherits from may be a layer
    return None if any(layer.class_name == holder.name for layer in context.layers) else holder


def _class_line(holder: ast.ClassDef | None, created_at: Location | None) -> Location | None:
    """Return the line of the class that should be a layer, or else where the layer inside is created."""
    if holder is None or created_at is None:
        return created_at
    return Location(created_at.file, holder.lineno, "<module>")


def _as_layer(holder: ast.ClassDef) -> str:
    """Write the head of a class that becomes a layer."""
    methods = {node.name: node for node in holder.body if isinstance(node, ast.FunctionDef)}
    parameters = ast.unparse(methods["__init__"].args) if "__init__" in methods else "self"
    renamed = "\n# and call instead of __call__" if "__call__" in methods else ""
    return (
        f"class {holder.name}(keras.layers.Layer):\n"
        f"    def __init__({parameters}):\n"
        f"        super().__init__(){renamed}"
    )


def _may_learn(context: DiagnosisContext, state: LayerState) -> bool:
    """Return whether a layer has something to train.

    A frozen layer has nothing, nor has one with only the seeds of a generator:
    tests/cases/clean/made_or_called_by_choice.py
    """
    weights = [context.variables.get(number) for number in state.variables]
    return state.trainable is not False and any(spec is None or spec.trainable for spec in weights)


def _is_created_in_call(context: DiagnosisContext, init: Event | None) -> bool:
    """Return whether a layer is created in a `call` or a `train_step`."""
    if init is None:
        return False
    outer = next(context.enclosing(init, "init", "build", "call"), None)
    return context.step_of(init) is not None or (outer is not None and outer.kind == "call")


def _is_called_in_call(context: DiagnosisContext, event: Event) -> bool:
    outer = context.parent(event)
    return outer is not None and outer.kind == "call"


def _caller(context: DiagnosisContext, event: Event, init: Event | None) -> LayerRef | None:
    """Return the layer whose `call` or `train_step` calls another, or whose `__init__` created it."""
    outer = context.parent(event)
    if outer is not None and outer.kind == "call":
        return outer.layer
    step = context.step_of(event)
    if step is not None or init is None or context.enclosing_call(event) is not None:
        return None if step is None else step.layer
    creators = (outer.layer for outer in context.enclosing(init, "init", "build"))
    return next((creator for creator in creators if creator is not None), None)


def _is_left_untrained(context: DiagnosisContext, event: Event, owner: LayerRef, state: LayerState) -> bool:
    """Return whether an optimizer trains the layers that call a layer, but not the layer itself."""
    weights = [context.variables[number] for number in state.variables if number in context.variables]
    if state.trainable is False or not any(spec.trainable for spec in weights) or 0 in state.variables:
        return False
    if all(call.training is False for call in context.of(state.layer, "call")):
        # A teacher, or a loss, is not meant to learn: tests/cases/clean/layers_lent_and_trained_elsewhere.py
        return False
    callers = (owner, *(outer.layer for outer in context.enclosing(event, "call")))
    states = (context.state(caller) for caller in callers)
    trained = {number for caller in states if caller is not None for number in caller.variables}
    # Another optimizer may train it: tests/cases/clean/layers_lent_and_trained_elsewhere.py
    return bool(trained & context.updated) and not context.updated & set(state.variables)


def _is_created_by(context: DiagnosisContext, init: Event | None, owner: LayerRef) -> bool:
    """Return whether a layer was created in the `__init__` or `build` of its caller; others may be lent."""
    if init is None:
        return False
    creators = (outer.layer for outer in context.enclosing(init, "init", "build"))
    return any(creator is not None and creator.id == owner.id for creator in creators)
