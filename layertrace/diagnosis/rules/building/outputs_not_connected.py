"""LT316: An output of a functional model comes from an `Input` that the model was not given."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rewriting import source_of
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.tapes import argument, fails_below
from layertrace.diagnosis.user_source import assigned_pairs, dotted, function_around, nodes_at, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location
from layertrace.timeline.ownership import is_container


@rule("LT316", "outputs-not-connected", "error", links.FUNCTIONAL_API, backends=ANY_BACKEND)
def outputs_not_connected(context: DiagnosisContext) -> Iterator[Violation]:
    """An output of a functional model comes from an `Input` that the model was not given.

    ## Why is this bad?

    `keras.Model(inputs, outputs)` runs the layers between its inputs and its outputs. If an output comes from
    an `Input` that is not among them, Keras raises a `ValueError`: "not connected to `inputs`", or "Graph
    disconnected" in tf_keras. A model that is called inside another has two graphs: the outputs of its layers
    belong to its own `inputs`, not to those of the model around it.

    ## Example

    ```python
    picture = keras.Input((224, 224, 3))
    features = keras.Model(picture, base.output)
    ```

    ## Use instead

    ```python
    picture = keras.Input((224, 224, 3))
    features = keras.Model(picture, base(picture))
    ```

    ## Known limits

    The line to change is found where the outputs are written as `base.output`,
    `base.get_layer("conv").output` or `base.layers[-2].output`, or where the missing `Input` has a variable
    in the same function. A program that catches the exception is not reported.
    """
    layers = {number: state.layer for number, state in context.states.items()}
    for seen in context.observations("disconnected"):
        if not fails_below(context, seen.location):
            continue
        numbers = seen.now if isinstance(seen.now, tuple) else ()
        missing = [layer for number in numbers if isinstance(number, int) and (layer := layers.get(number))]
        owner = _model_with(context, missing)
        names = ", ".join(layer.name for layer in missing)
        inputs = f"the Input{'s' * (len(missing) > 1)} {names}"
        whose = inputs if owner is None else f"{inputs} of {owner.name}"
        output = "An output of the model" if seen.layer is None else "The output of {layer}"
        are = "are" if len(missing) > 1 else "is"
        edits, fix = _mended(context, seen, owner, missing)
        yield Violation(
            message=f"{output} comes from {whose}, which {are} not among the inputs of the model.",
            layer=seen.layer,
            location=seen.location,
            evidence=tuple(
                Evidence(f"the Input {layer.name}", (event.seq,), event.location)
                for layer in missing[:2]
                if (event := context.init_of(layer)) is not None
            ),
            fix="" if edits else fix,
            fix_place=None if edits else "elsewhere",
            edits=edits,
        )


def _model_with(context: DiagnosisContext, inputs: Sequence[LayerRef]) -> LayerRef | None:
    """Return the smallest model whose graph begins with some Inputs."""
    wanted = {layer.id for layer in inputs}
    models = [
        state
        for state in context.states.values()
        if is_container(state.layer) and wanted <= {*state.children}
    ]
    smallest = min(models, key=lambda state: len(state.children), default=None)
    return None if smallest is None or not wanted else smallest.layer


def _mended(
    context: DiagnosisContext, seen: Observation, owner: LayerRef | None, missing: Sequence[LayerRef]
) -> tuple[tuple[Edit, ...], str]:
    """Return the edits that connect the outputs, and what to write if there are none."""
    place = seen.location
    created = _creation(place)
    if place is None or created is None:
        return (), "" if owner is None else f"keras.Model({owner.name}.inputs, ...)"
    inputs, outputs = created
    if owner is None:
        names = [_variable_of(context, layer, place) for layer in missing]
        if "" in names or not names:
            return (), f"the inputs have to contain {', '.join(layer.name for layer in missing)}"
        return lines_with(place, [_replaced(inputs, _extended(place, inputs, names, seen))]), ""
    is_all = seen.role == "all outputs"
    written = [expression for output in _parts(outputs) for expression in _outputs_behind(place, output)]
    for expression in written:
        inside = _inside(expression)
        if inside is not None and is_all:
            begins = f"{source_of(place, inside)}.inputs"
            return lines_with(place, [_replaced(inputs, begins)]), ""
        whole = expression.value
        is_one = not isinstance(inputs, (ast.List, ast.Tuple, ast.Dict))
        if inside is None and is_all and is_one and len(missing) == 1 and seen.before:
            called = f"{source_of(place, whole)}({source_of(place, inputs)})"
            if _is_known(place, inputs, expression.lineno):
                return lines_with(place, [_replaced(expression, called)]), ""
    return (), _two_models(place, seen, owner, outputs, written)


def _two_models(
    place: Location,
    seen: Observation,
    owner: LayerRef,
    outputs: ast.expr,
    written: Sequence[ast.Attribute],
) -> str:
    """Write the model that ends where the inner one does, for outputs of both graphs."""
    inside = next((model for expression in written if (model := _inside(expression)) is not None), None)
    name = owner.name if inside is None else source_of(place, inside)
    parts = _parts(outputs)
    apart = [source_of(place, parts[at]) for at in map(int, seen.paths) if at < len(parts)]
    ends = ", ".join([*apart, f"{name}.output"])
    return (
        f"keras.Model({name}.inputs, [{ends}])  # then call the layers that follow {owner.name} on its output"
    )


def _creation(place: Location | None) -> tuple[ast.expr, ast.expr] | None:
    """Return the inputs and the outputs that a line creates a model of."""
    for node in nodes_at(place):
        if isinstance(node, ast.Call):
            inputs, outputs = argument(node, 0, "inputs"), argument(node, 1, "outputs")
            if inputs is not None and outputs is not None and dotted(node.func).endswith(_MODELS):
                return inputs, outputs
    return None


_MODELS = ("Model", "Functional", "__init__")


def _parts(structure: ast.expr) -> list[ast.expr]:
    if isinstance(structure, (ast.List, ast.Tuple)):
        return list(structure.elts)
    return list(structure.values) if isinstance(structure, ast.Dict) else [structure]


def _outputs_behind(place: Location, expression: ast.expr) -> Iterator[ast.Attribute]:
    """Yield where an expression, or an earlier line that sets its variables, reads `model.output`."""
    names, remaining = set[str](), [expression]
    around = function_around(place) or tree_of(place.file)
    while remaining:
        for node in ast.walk(remaining.pop()):
            if isinstance(node, ast.Attribute) and node.attr == "output":
                yield node
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in names:
                names.add(node.id)
                remaining += [] if around is None else _values_of(around, node.id, place.line)


def _values_of(around: ast.AST, name: str, before: int) -> list[ast.expr]:
    """Return what a variable is set to above a line, the last first."""
    values = [
        node.value
        for node in ast.walk(around)
        if isinstance(node, ast.Assign)
        and node.lineno < before
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]
    return sorted(values, key=lambda value: -value.lineno)


def _inside(output: ast.Attribute) -> ast.expr | None:
    """Return the model of `model.get_layer("conv").output` or `model.layers[-2].output`."""
    layer = output.value
    if isinstance(layer, ast.Call) and isinstance(layer.func, ast.Attribute):
        return layer.func.value if layer.func.attr == "get_layer" else None
    if isinstance(layer, ast.Subscript) and isinstance(layer.value, ast.Attribute):
        return layer.value.value if layer.value.attr == "layers" else None
    return None


def _is_known(place: Location, inputs: ast.expr, line: int) -> bool:
    """Return whether the variable of an Input is set above a line, or the line is that of the model."""
    around = function_around(place) or tree_of(place.file)
    is_set = isinstance(inputs, ast.Name) and around is not None and _values_of(around, inputs.id, line)
    return bool(is_set) or line == inputs.lineno


def _variable_of(context: DiagnosisContext, layer: LayerRef, place: Location) -> str:
    """Return the variable of an Input in the function of a line; empty if it has no variable of its own."""
    created = context.init_of(layer)
    if created is None or created.location is None or created.location.function != place.function:
        return ""
    alike = [
        event
        for event in context.events("init")
        if event.location is not None
        and event.location.line == created.location.line
        and event.location.file == place.file
        and event.layer is not None
        and event.layer.class_name == layer.class_name
    ]
    pairs = [
        pair
        for node in nodes_at(created.location)
        if isinstance(node, ast.Assign)
        for pair in assigned_pairs(node.targets[0], node.value)
    ]
    at = [event.seq for event in alike].index(created.seq)
    if len(alike) != len(pairs) or not all(isinstance(target, ast.Name) for target, _ in pairs):
        return ""
    name = dotted(pairs[at][0])
    around = function_around(place) or tree_of(place.file)
    stores = [
        node
        for node in ([] if around is None else ast.walk(around))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name
    ]
    return name if len(stores) == 1 else ""


def _extended(place: Location, inputs: ast.expr, names: Sequence[str], seen: Observation) -> str:
    """Write the inputs with those that are missing, without those that no output comes from."""
    if isinstance(inputs, (ast.List, ast.Tuple)):
        kept = [source_of(place, each) for each in inputs.elts]
    else:
        kept = [source_of(place, inputs)]
    unused = seen.before if isinstance(seen.before, tuple) else ()
    if len(unused) == len(kept):
        kept = []
    together = [*kept, *names]
    return together[0] if len(together) == 1 else f"[{', '.join(together)}]"


def _replaced(node: ast.expr, text: str) -> tuple[int, int, int | None, str]:
    return node.lineno, node.col_offset, node.end_col_offset, text
