"""Find the layers of functional models that run without a mask which an operation before them dropped."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.layer_expressions import layer_calls_at
from layertrace.diagnosis.method_edits import is_one_statement
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at, tree_of, uses
from layertrace.timeline.event import Event, LayerRef, Location
from layertrace.timeline.ownership import is_keras_layer

__all__ = ["dropped_in_models"]


def dropped_in_models(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the first layer that misses a mask behind each operation that drops one."""
    takers: dict[tuple[int, int, str, str], list[tuple[Event, LayerRef]]] = {}
    for state in context.states.values():
        # A model inside returns its mask when it runs: tests/cases/clean/masks_applied_by_operations.py
        if any(call.mask or "masked" in call.flags for call in context.of(state.layer, "call")):
            continue
        call = _first_use(context, state.layer)
        # A call may take a mask without need: tests/cases/clean/masks_applied_by_operations.py
        own = state.methods.get("call")
        if own is not None and is_user_defined(state.layer) and not uses(own, "mask"):
            continue
        if state.mask_dropped is not None and call is not None and state.mask_dropped[0] in context.states:
            takers.setdefault(state.mask_dropped, []).append((call, state.layer))
    for (maker_id, dropper, name, _), calls in takers.items():
        maker = context.states[maker_id].layer
        made = _first_use(context, maker)
        (call, layer), *others = sorted(calls, key=lambda each: each[0].seq)
        fix = "" if made is None else _with_mask(made, call, layer, name)
        why = f"{name} between them is an operation, not a layer, and returns none"
        if dropper:
            why = f"{name} between them returns none, because another of its inputs has none"
        yield Violation(
            message=f"{{layer}} runs without the mask that {maker.name} made: {why}.",
            layer=layer,
            location=call.location,
            evidence=(
                *([] if made is None else [Evidence(f"{maker} makes a mask", (made.seq,), made.location)]),
                Evidence(f"{layer.name} receives none", (call.seq,), call.location),
                *(Evidence(f"nor does {each.name}", (at.seq,), at.location) for at, each in others),
            ),
            fix=fix or _in_words(maker, layer, name),
            fix_place="in place" if fix else "elsewhere",
        )


def _is_assigned_once(place: Location | None, node: ast.expr) -> bool:
    """Return whether the name of an expression has one value in the function around a line, or module."""
    function = None if place is None else function_around(place)
    tree: ast.AST | None = function or (None if place is None else tree_of(place.file))
    name = dotted(node)
    if tree is None or not name:
        return False
    taken = [] if function is None else [each.arg for each in function.args.args if each.arg == name]
    stored = [
        each
        for each in ast.walk(tree)
        if isinstance(each, (ast.Name, ast.Attribute))
        and isinstance(each.ctx, ast.Store)
        and dotted(each) == name
    ]
    loops = [each for each in ast.walk(tree) if isinstance(each, (ast.For, ast.While, ast.comprehension))]
    in_loop = any(each is inside for loop in loops for inside in ast.walk(loop) for each in stored)
    return len(taken) + len(stored) == 1 and not in_loop


def _first_use(context: DiagnosisContext, layer: LayerRef) -> Event | None:
    """Return the first build or call of a layer: Keras builds it for its functional model without a call."""
    uses = [*context.of(layer, "build")[:1], *context.of(layer, "call")[:1]]
    return min(uses, key=lambda event: event.seq, default=None)


def _in_words(maker: LayerRef, layer: LayerRef, name: str) -> str:
    if name.lower() in ("concat", "concatenate"):
        return "keras.layers.Concatenate(axis=...)([...])  # a layer, which passes masks on"
    argument, shaped = _argument(layer)
    return f"{argument}={maker.name}.compute_mask(...){shaped}  # in the call of {layer.name}"


def _argument(layer: LayerRef) -> tuple[str, str]:
    """Return the argument by which a layer takes a mask, and how to index the mask for it."""
    is_attention = is_keras_layer(layer, ".MultiHeadAttention", ".GroupedQueryAttention")
    return ("attention_mask", "[:, None, :]") if is_attention else ("mask", "")


def _with_mask(made: Event, call: Event, layer: LayerRef, name: str) -> str:
    """Write the statement that calls a layer with the mask of the layer that made it; empty if unknown."""
    makings, callings = layer_calls_at(made.location), layer_calls_at(call.location)
    statements = [node for node in nodes_at(call.location) if isinstance(node, ast.stmt)]
    if len(makings) != 1 or len(callings) != 1 or len(statements) != 1 or made.location is None:
        return ""
    statement = statements[0]
    making, calling = makings[0], callings[0]
    is_here = call.location is not None and made.location.function == call.location.function
    is_joined = name.lower() in ("concat", "concatenate")  # which may have other steps
    is_pair = is_keras_layer(layer, ".Attention", ".AdditiveAttention")
    if not is_here or is_joined or is_pair or calling.keywords or len(making.args) != 1 or making.keywords:
        return ""
    if not is_one_statement(call.location) or not _is_assigned_once(call.location, making.args[0]):
        return ""
    given, maker = making.args[0], dotted(making.func)
    argument, shaped = _argument(layer)
    if not isinstance(given, (ast.Name, ast.Attribute)):
        return ""
    if maker:
        mask = f"{maker}.compute_mask({dotted(given)})"
    elif made.layer is not None and is_keras_layer(made.layer, ".Embedding") and layer.framework == "keras":
        mask = f"({dotted(given)} != 0)" if shaped else f"{dotted(given)} != 0"
    else:
        return ""
    text = source_of(call.location, calling)
    return rewritten(call.location, statement, {calling: f"{text[:-1]}, {argument}={mask}{shaped})"})
