"""LT582: An optimizer of torch was created before weights that it should train."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, FixPlace, Violation
from layertrace.diagnosis.guards import statement_node
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at, tree_of
from layertrace.timeline.context import LayerState, Observation
from layertrace.timeline.event import Event, LayerRef, Location

_EMPTY = "optimizer got an empty parameter list"


@rule("LT582", "optimizer-before-build", "warning", links.TORCH_TRAINING_LOOPS, backends=("torch",))
def optimizer_before_build(context: DiagnosisContext) -> Iterator[Violation]:
    """An optimizer of torch was created before weights that it should train.

    ## Why is this bad?

    An optimizer of torch gets a list of parameters once. A layer of Keras has none before it is built. What
    is created or built later gets gradients, but the optimizer does not know its weights, and they keep
    their initial values. If nothing is built, torch refuses the empty list.

    ## Example

    ```python
    model = keras.Sequential([keras.layers.Dense(1)])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    ```

    ## Use instead

    ```python
    model = keras.Sequential([keras.layers.Dense(1)])
    model.build((None, 8))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    ```

    ## Known limits

    - Reported if the weights were created below the line of the optimizer, or in the function that makes
      the steps, have a gradient at the end, and if no optimizer ever got them. Weights that were there
      before are taken to be left out on purpose.
    - Weights that another function created later are reported if the optimizer has others that get no
      gradient, such as those of a head that was replaced.
    - Only optimizers of torch are looked at: those of Keras learn about later weights from `fit`.
    """
    yield from _refused(context)
    reported: set[int] = set()
    creations = {each.name: each for each in context.observations("optimizer created")}
    for update in context.observations("update"):
        creation = creations.get(update.name)
        created = _creation_of_optimizer(update.location) if creation is None else creation.location
        for state in context.states.values() if created is not None else ():
            late = [
                event
                for event, spec, _ in context.created_variables(state.layer)
                if spec.id in state.with_gradient and spec.id not in context.updated
                if event.start_ns < update.start_ns
                and (
                    _is_later(created, _top(context, event), update.location)
                    or _replaces_others(context, event, creation, update)
                )
            ]
            if late and state.layer.id not in reported:
                reported.add(state.layer.id)
                yield _violation(context, created, update, state, late)


def _top(context: DiagnosisContext, event: Event) -> Location | None:
    """Return the line of the program that caused the outermost event around an event."""
    return [event, *context.ancestors(event)][-1].location


def _creation_of_optimizer(update: Location | None) -> Location | None:
    """Return the only line that assigns the optimizer whose `step` a line calls."""
    calls = [node for node in nodes_at(update) if isinstance(node, ast.Call)]
    names = [dotted(call.func).removesuffix(".step") for call in calls if dotted(call.func).endswith(".step")]
    tree = None if update is None else tree_of(update.file)
    assigning = [
        node
        for node in ([] if tree is None or len(names) != 1 else ast.walk(tree))
        if isinstance(node, ast.Assign) and any(dotted(target) == names[0] for target in node.targets)
    ]
    if update is None or len(assigning) != 1 or not isinstance(assigning[0].value, ast.Call):
        return None
    function = function_around(Location(update.file, assigning[0].lineno))
    return Location(update.file, assigning[0].lineno, "<module>" if function is None else function.name)


def _is_later(created: Location | None, top: Location | None, update: Location | None) -> bool:
    """Return whether a line runs after the one that creates an optimizer.

    It is below it, or in the function that makes the steps, which finds the optimizer there.
    """
    if created is None or top is None or update is None or top.file != created.file:
        return False
    around, of_top = function_around(created), function_around(top)
    if of_top is not around:
        return of_top is not None and of_top is function_around(update)
    return top.line > created.line


def _replaces_others(
    context: DiagnosisContext, variable: Event, creation: Observation | None, update: Observation
) -> bool:
    """Return whether a variable is younger than an optimizer that updates others which are used no more."""
    # tests/backends/cases/lt582_optimizer_before_build/clean_loss_network_created_later.py
    if creation is None or variable.start_ns <= creation.start_ns:
        return False
    paths = zip(update.paths, update.variables, strict=False)
    numbers = {number for path, number in paths if path in update.without_gradient}
    owners = {
        created.event.layer
        for created in context.created_variables()
        if created.spec.id in numbers and created.event.layer is not None
    }
    return any(
        all(call.start_ns < variable.start_ns for call in context.of(layer, "call")) for layer in owners
    )


def _violation(
    context: DiagnosisContext,
    place: Location | None,
    update: Observation,
    state: LayerState,
    late: list[Event],
) -> Violation:
    names = ", ".join(event.variable.name for event in late if event.variable is not None)
    top = _top(context, late[-1])
    holder = _layer_given(context, place, state.layer)
    fix, where, edits = _created_after(context, place, top, holder)
    edits = edits or _moved_below(context, place, state.layer)
    fix = "" if edits else fix
    if not edits and holder is not None:
        fix, where = _built_before(context, place, holder) or fix, "before"
    return Violation(
        message=f"{{layer}} got its weights ({names}) after the optimizer was created, which does not know "
        "them: they have gradients and never change.",
        layer=state.layer,
        location=place,
        evidence=(
            Evidence("the weights are created here", tuple(event.seq for event in late[:1]), top),
            Evidence("and are not in this update", (), update.location),
        ),
        fix=fix,
        fix_place=where,
        edits=edits,
    )


_Fix = tuple[str, FixPlace, tuple[Edit, ...]]


def _layer_given(context: DiagnosisContext, place: Location | None, layer: LayerRef) -> LayerState | None:
    """Return the layer whose parameters an optimizer is given, if it has another layer now."""
    holders = [state for state in context.states.values() if layer.id in (state.layer.id, *state.children)]
    return _named_at_init(context, holders, _given_to(place))


def _named_at_init(context: DiagnosisContext, states: Sequence[LayerState], name: str) -> LayerState | None:
    """Return the outermost layer among some that the program assigns to a name where it creates it."""
    for state in sorted(states, key=lambda state: -len(state.children)):
        init = context.init_of(state.layer)
        node = None if init is None else statement_node(init.location)
        if isinstance(node, ast.Assign) and name and dotted(node.targets[0]) == name:
            return state
    return None


def _built_before(context: DiagnosisContext, place: Location | None, holder: LayerState) -> str:
    """Write the line that builds the model whose parameters an optimizer is given."""
    for build in context.of(holder.layer, "build"):
        shape = build.arguments.get("input_shape")
        if isinstance(shape, tuple) and all(size is None or isinstance(size, int) for size in shape):
            if "call" in holder.methods and "build" not in holder.methods:
                return f"{_given_to(place)}(torch.zeros({(1, *shape[1:])}))  # builds its layers"
            return f"{_given_to(place)}.build({(None, *shape[1:])})"
    return ""


def _created_after(
    context: DiagnosisContext, place: Location | None, top: Location | None, holder: LayerState | None
) -> _Fix:
    """Write the optimizer below the line that creates the last weights, with the parameters of all."""
    old, new = statement_node(place), statement_node(top)
    written = "optimizer = torch.optim.SGD(model.parameters())" if old is None else ast.unparse(old)
    general: _Fix = f"{written}  # after all layers are built", "elsewhere", ()
    if place is None or top is None or not _are_in_one_block(place, old, new):
        return general
    model = _given_to(place) if holder is not None else _model_at(top)
    if (
        not model
        or old is None
        or new is None
        or old.lineno != old.end_lineno
        or new.lineno != new.end_lineno
    ):
        return general
    source, target = statement_at(context, place).source, statement_at(context, top).source
    moved = source.replace(f"{_given_to(place)}.parameters()", f"{model}.parameters()")
    return "", "elsewhere", (Edit(place, source, ""), Edit(top, target, f"{target}\n{moved}"))


def _moved_below(context: DiagnosisContext, place: Location | None, layer: LayerRef) -> tuple[Edit, ...]:
    """Return the edits that create an optimizer below the call of the function that creates a layer."""
    init, model = context.init_of(layer), _given_to(place).partition(".")[0]
    old = statement_node(place)
    if place is None or init is None or init.location is None or not model or old is None:
        return ()
    creating = init.location.function.rpartition(".")[2]
    for node in ast.walk(tree_of(place.file) or ast.Pass()):
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
            continue
        names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        below = Location(place.file, node.lineno, place.function)
        is_called = dotted(node.value.func).rpartition(".")[2] == creating and model in names
        is_simple = node.lineno == node.end_lineno and old.lineno == old.end_lineno
        if is_called and is_simple and _are_in_one_block(place, old, node):
            source, target = statement_at(context, place).source, statement_at(context, below).source
            return Edit(place, source, ""), Edit(below, target, f"{target}\n{source}")
    return ()


def _are_in_one_block(place: Location, old: ast.stmt | None, new: ast.stmt | None) -> bool:
    """Return whether a statement follows another one in the same block."""
    tree = tree_of(place.file)
    for node in [] if tree is None else ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and old in body and new in body:
            return body.index(old) < body.index(new)
    return False


def _model_at(place: Location) -> str:
    """Return what a line calls the outermost model that it builds, or creates."""
    node = statement_node(place)
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    for call in nodes_at(place):
        if isinstance(call, ast.Call) and dotted(call.func).endswith(".build"):
            return dotted(call.func).removesuffix(".build")
    return ""


def _given_to(place: Location | None) -> str:
    """Return whose parameters the line that creates an optimizer gives it: `model`."""
    for node in nodes_at(place):
        if isinstance(node, ast.Call) and dotted(node.func).endswith(".parameters"):
            return dotted(node.func).removesuffix(".parameters")
    return ""


def _refused(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the optimizer that torch refuses to create, since no layer is built."""
    failure = context.failure
    if failure is None or _EMPTY not in failure.error.message:
        return
    place = failure.error.location
    model = _given_to(place)
    unbuilt = [state for state in context.states.values() if not state.built and not state.variables]
    if not model or not unbuilt:
        return
    named = _named_at_init(context, unbuilt, model)
    yield Violation(
        message=f"{model} is not built yet, so it has no parameters for the optimizer.",
        layer=None if named is None else named.layer,
        location=place,
        evidence=(Evidence("refused here", (), place),),
        fix=f"{model}.build((None, ...))  # before the optimizer, or call it once with data",
        fix_place="elsewhere",
    )
