"""LT536: A crossentropy is given the outputs as targets, and the targets as outputs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rewriting import source_of
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location

TENSORFLOW_AND_TORCH = ("tensorflow", "torch")
_OF_TORCH = ("CrossEntropyLoss", "BCEWithLogitsLoss")
_OUTPUTS = re.compile(r"pred|out|logit|hat|prob|score", re.I)


@rule("LT536", "arguments-swapped", "error", links.TRAINING, backends=TENSORFLOW_AND_TORCH)
def arguments_swapped(context: DiagnosisContext) -> Iterator[Violation]:
    """A crossentropy is given the outputs as targets, and the targets as outputs.

    ## Why is this bad?

    Keras calls a loss with the targets first. A crossentropy takes the logarithm of its second argument. If
    that is the targets, nothing is raised, but the loss has another minimum and the model learns something
    else. A crossentropy of torch takes the outputs first, so `compile` cannot take it as it is.

    ## Example

    ```python
    def loss(prediction, target):
        return keras.losses.binary_crossentropy(target, prediction)
    ```

    ## Use instead

    ```python
    def loss(target, prediction):
        return keras.losses.binary_crossentropy(target, prediction)
    ```

    ## Known limits

    - Looked at are crossentropies of Keras and TensorFlow in traced functions. Other losses, such as the
      mean squared error, are the same in both orders.
    - Reported if the targets are computed from variables, and the outputs from data alone. On torch: if the
      targets need a gradient, and the outputs need none and are all 0 or 1.
    - Of torch's own crossentropies only `CrossEntropyLoss` and `BCEWithLogitsLoss` that `compile` was given,
      not those that a function of the program calls.
    """
    reported = set()
    for seen in context.observations("swapped arguments"):
        if seen.location in reported:
            continue
        reported.add(seen.location)
        if seen.name in _OF_TORCH:
            yield _compiled(context, seen)
            continue
        model = _model(context, seen)
        place, edits = _mended(seen.location)
        whose = "{layer}" if model is not None else "the model"
        yield Violation(
            message=f"{seen.name} is given the outputs of {whose} as targets, and the targets as outputs: it "
            "takes the logarithm of the targets.",
            layer=model,
            location=place,
            evidence=(Evidence("computed here", seqs(context.event(seen.during)), seen.location),),
            fix="" if edits else "# pass the targets first, then the outputs",
            fix_place="elsewhere",
            edits=edits,
        )


def _compiled(context: DiagnosisContext, seen: Observation) -> Violation:
    """Return that a model was compiled with a crossentropy of torch."""
    compiled = list(context.layer_observations("compiled"))
    model, at = (compiled[0][0], compiled[0][1].location) if len(compiled) == 1 else (None, seen.location)
    edits = () if at is None else _with_outputs_first(at)
    whose = "{layer}" if model is not None else "the model"
    return Violation(
        message=f"{seen.name} is given the outputs of {whose} as targets, and the targets as outputs: Keras "
        "passes the targets first, and this loss of torch takes the outputs first.",
        layer=model,
        location=edits[0].location if edits else at,
        evidence=(Evidence("Keras calls the loss here", seqs(context.event(seen.during)), seen.location),),
        fix="" if edits else f"loss=lambda y, y_pred: torch.nn.{seen.name}()(y_pred, y)",
        fix_place="elsewhere",
        edits=edits,
    )


def _with_outputs_first(place: Location) -> tuple[Edit, ...]:
    """Return the edit that gives `compile` a function which passes on the outputs first."""
    tree = tree_of(place.file)
    given = [
        keyword.value
        for node in ([] if tree is None else ast.walk(tree))
        if isinstance(node, ast.Call) and dotted(node.func).endswith(".compile")
        for keyword in node.keywords
        if keyword.arg == "loss" and keyword.value.end_lineno == keyword.value.lineno
    ]
    if len(given) != 1 or not isinstance(given[0], (ast.Name, ast.Attribute, ast.Call)):
        return ()
    loss = given[0]
    code = f"lambda y, y_pred: {source_of(place, loss)}(y_pred, y)"
    at = Location(place.file, loss.lineno, place.function)
    return lines_with(at, [(loss.lineno, loss.col_offset, loss.end_col_offset, code)])


def _model(context: DiagnosisContext, seen: Observation) -> LayerRef | None:
    """Return the outermost model around the layer that computed the outputs, or the one that is compiled."""
    if seen.layer is None:
        compiled = {layer.id: layer for layer, _ in context.layer_observations("compiled")}
        return next(iter(compiled.values())) if len(compiled) == 1 else None
    around = [state for state in context.states.values() if seen.layer and seen.layer.id in state.children]
    return max(around, key=lambda state: len(state.children)).layer if around else seen.layer


def _mended(place: Location | None) -> tuple[Location | None, tuple[Edit, ...]]:
    """Return the line to change, and the edit that swaps two parameters there, or two arguments."""
    if place is None:
        return place, ()
    nodes = list(nodes_at(place))
    function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None = function_around(place)
    lambdas = [node for node in nodes if isinstance(node, ast.Lambda) and len(node.args.args) == 2]
    function = lambdas[0] if len(lambdas) == 1 else function
    given = [] if function is None else function.args.args[-2:]
    if len(given) == 2 and _OUTPUTS.search(given[0].arg) and not _OUTPUTS.search(given[1].arg):
        defined = Location(place.file, given[0].lineno, place.function)
        return defined, _swapped(defined, given[0], given[1])
    calls = [node for node in nodes if isinstance(node, ast.Call) and len(node.args) >= 2]
    named = [node for node in calls if re.search("cross_?entropy", dotted(node.func), re.I)] or calls
    if len(named) != 1:
        return place, ()
    return place, _swapped(place, *named[0].args[:2])


def _swapped(place: Location, one: ast.expr | ast.arg, other: ast.expr | ast.arg) -> tuple[Edit, ...]:
    """Return the edits that write each of two expressions in the place of the other."""
    pairs = ((one, other), (other, one))
    return lines_with(
        place,
        [(old.lineno, old.col_offset, old.end_col_offset, source_of(place, new)) for old, new in pairs],
    )
