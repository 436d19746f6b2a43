"""LT110: A list holds one layer several times, where several layers were meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_source import assignments_in_class, nodes_at
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import LayerRef, Location


@rule("LT110", "layer-repeated", "warning", links.SUBCLASSING, backends=ANY_BACKEND)
def layer_repeated(context: DiagnosisContext) -> Iterator[Violation]:
    """A list holds one layer several times, where several layers were meant.

    ## Why is this bad?

    `[layer] * 4` is a list with one layer in four places. Each of the four steps uses the same weights, so
    the model has only the weights of one layer.

    ## Example

    ```python
    self.blocks = [Residual(8)] * 4
    ```

    ## Use instead

    ```python
    self.blocks = [Residual(8) for _ in range(4)]
    ```

    ## Known limits

    - A layer that the program names several times in the list, `[shared, shared]`, is taken to be shared on
      purpose. So is a layer that is called in a loop without a list.
    - Layers without trainable weights, such as activations, are not examined.
    - A list that is not an attribute of a layer is found only by `[Layer(...)] * n` in the source.
    """
    reported: set[int] = set()
    for owner in context.states.values():
        for number, times in owner.repeated:
            state = context.states.get(number)
            if state is None or number in reported or not _trains(context, state):
                continue
            attribute = owner.held.get(number, "").partition("[")[0]
            # Named several times on purpose: tests/cases/clean/layers_shared_on_purpose.py
            if not _is_named_often(owner, attribute):
                reported.add(number)
                yield _violation(context, state, times, f"self.{attribute} of {owner.layer.name}")
    for layer in context.layers:
        state = context.state(layer)
        multiplied = _multiplied(context, layer)
        if layer.id in reported or state is None or multiplied is None:
            continue
        times = _calls_in_one(context, layer)
        if (times > 1 and _trains(context, state)) or _is_rejected(context, layer):
            reported.add(layer.id)
            yield _violation(context, state, times, "a list")


def _violation(context: DiagnosisContext, state: LayerState, times: int, where: str) -> Violation:
    layer = state.layer
    init = context.init_of(layer)
    place = None if init is None else init.location
    multiplied = _multiplied(context, layer)
    count = sum(
        context.variables[number].parameters for number in state.variables if number in context.variables
    )
    weights = f", {count:,} parameters in place of {times * count:,}" if count and times > 1 else ""
    often = f"{times} times" if times > 1 else "several times"
    calls = context.of(layer, "call")
    evidence = [Evidence("created once", seqs(init), place)]
    if calls:
        evidence.append(Evidence("called several times", seqs(*calls[:2]), calls[0].location))
    return Violation(
        message=f"{{layer}} is the only layer in {where}, which holds it {often}: all steps share one set "
        f"of weights{weights}.",
        layer=layer,
        location=place,
        evidence=tuple(evidence),
        fix=_generic(layer, times) if multiplied is None else _one_each(*multiplied),
        fix_place=None if multiplied is None else "in place",
    )


def _generic(layer: LayerRef, times: int) -> str:
    return f"[{layer.class_name}(...) for _ in range({max(times, 2)})]  # a layer for each place"


def _trains(context: DiagnosisContext, state: LayerState) -> bool:
    specs = [context.variables.get(number) for number in state.variables]
    return any(spec is None or spec.trainable for spec in specs)


def _is_named_often(owner: LayerState, attribute: str) -> bool:
    """Return whether the program writes a list in which one name stands several times."""
    place = owner.methods.get("__init__") or owner.methods.get("build")
    for line in assignments_in_class(place, attribute):
        for node in nodes_at(line):
            if isinstance(node, (ast.List, ast.Tuple, ast.Dict)):
                items = node.values if isinstance(node, ast.Dict) else node.elts
                names = [ast.dump(item) for item in items if isinstance(item, (ast.Name, ast.Attribute))]
                if len(set(names)) < len(names):
                    return True
    return False


def _multiplied(context: DiagnosisContext, layer: LayerRef) -> tuple[ast.stmt, ast.BinOp, Location] | None:
    """Return the statement and the `[Layer(...)] * n` in it that created a layer."""
    init = context.init_of(layer)
    place = None if init is None else init.location
    if place is None:
        return None
    nodes = list(nodes_at(place))
    statement = next((node for node in nodes if isinstance(node, ast.stmt)), None)
    for node in nodes:
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult) or statement is None:
            continue
        items = next((side for side in (node.left, node.right) if isinstance(side, ast.List)), None)
        if items is not None and len(items.elts) == 1 and isinstance(items.elts[0], ast.Call):
            name = ast.unparse(items.elts[0].func).rpartition(".")[2]
            if name == layer.class_name or name.islower():
                return statement, node, place
    return None


def _one_each(statement: ast.stmt, product: ast.BinOp, place: Location) -> str:
    """Write a statement with a list comprehension in place of `[Layer(...)] * n`."""
    items, times = product.left, product.right
    if not isinstance(items, ast.List):
        items, times = times, items
    assert isinstance(items, ast.List)  # noqa: S101  # `_multiplied` looked for one
    item = source_of(place, items.elts[0])
    variable = "_"
    for keyword in items.elts[0].keywords if isinstance(items.elts[0], ast.Call) else ():
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
            variable = "n"
            item = item.replace(source_of(place, keyword), f'name=f"{keyword.value.value!s}_{{n}}"')
    each = f"[{item} for {variable} in range({source_of(place, times)})]"
    return rewritten(place, statement, {product: each})


def _calls_in_one(context: DiagnosisContext, layer: LayerRef) -> int:
    """Return how often a layer was called inside one other event, or outside of all events from one line."""
    times: dict[object, int] = {}
    for call in context.of(layer, "call"):
        key = (call.parent, call.location, call.mode)
        times[key] = times.get(key, 0) + 1
    return max(times.values(), default=0)


def _is_rejected(context: DiagnosisContext, layer: LayerRef) -> bool:
    """Return whether the program failed because a model refused this layer a second time."""
    failure = context.failure
    return failure is not None and "unique" in failure.error.message and layer.name in failure.error.message
