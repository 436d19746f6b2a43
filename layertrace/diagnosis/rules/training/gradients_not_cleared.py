"""LT581: A training loop on torch never clears the gradients, so that they add up."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.tapes import model_of
from layertrace.diagnosis.training_steps import models_holding, top_level_nodes
from layertrace.diagnosis.user_source import dotted, function_around, line_of, nodes_at, nodes_of, tree_of
from layertrace.timeline.event import LayerRef, Location


@rule("LT581", "gradients-not-cleared", "error", links.TORCH_TRAINING_LOOPS, backends=("torch",))
def gradients_not_cleared(context: DiagnosisContext) -> Iterator[Violation]:
    """A training loop on torch never clears the gradients, so that they add up.

    ## Why is this bad?

    `backward` adds to the `.grad` of each parameter. Without `zero_grad`, each step follows the sum of all
    gradients since the beginning: the steps grow, and training oscillates or diverges. `fit` clears them, a
    loop of one's own has to.

    ## Example

    ```python
    for x, y in batches:
        loss = loss_fn(y, model(x, training=True))
        loss.backward()
        optimizer.step()
    ```

    ## Use instead

    ```python
    for x, y in batches:
        model.zero_grad()
        loss = loss_fn(y, model(x, training=True))
        loss.backward()
        optimizer.step()
    ```

    ## Known limits

    - Seen in the first parameter that has a gradient, if three steps in a row are given the same `.grad`, and
      `backward` has added to it. Several `backward` for a step are fine.
    - A file that changes a tensor in place, as `zero_()` does, may clear gradients so, and is not looked at.
    - Not seen in what `torch.compile` has compiled.
    """
    reported: set[Location | None] = set()
    for kept in context.observations("gradient kept"):
        place = kept.location
        if place in reported or _clears_in_place(place):
            continue
        reported.add(place)
        updates = [each for each in context.observations("update") if each.location == place]
        backward = _backward(place)
        layer = model_of(context, updates[0].variables) if updates else None
        line = place if backward is None or place is None else line_of(place, backward)
        clears = _clearing(context, place, layer)
        yield Violation(
            message="The optimizer is given gradients that were never cleared: each backward adds to those "
            "of all steps before it.",
            layer=layer,
            location=line,
            evidence=(Evidence("the same .grad in three steps", seqs(context.event(kept.during)), place),),
            fix=f"{clears}\n{statement_at(context, line).source}"
            if backward is not None
            else f"{clears}  # in each step, before backward",
            fix_place="elsewhere" if backward is None else "in place",
        )


def _clears_in_place(place: Location | None) -> bool:
    """Return whether a file has a call that may set a gradient to 0 and keep it."""
    # tests/backends/cases/lt581_gradients_not_cleared/clean_added_up_and_set_to_zero.py
    tree = None if place is None else tree_of(place.file)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)] if tree is not None else []
    kept = any(each.arg == "set_to_none" for call in calls for each in call.keywords)
    names = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
    return kept or not names.isdisjoint(("zero_", "fill_", "mul_", "copy_"))


def _clearing(context: DiagnosisContext, place: Location | None, layer: LayerRef | None) -> str:
    """Write what clears the gradients: an optimizer of torch, or the model."""
    for node in nodes_at(place):
        if isinstance(node, ast.Call) and dotted(node.func).endswith(".step"):
            return f"{dotted(node.func).removesuffix('.step')}.zero_grad()"
    models = [] if place is None or layer is None else models_holding(context, place, (), (layer,))
    return f"{models[0] if models else 'model'}.zero_grad()"


def _backward(place: Location | None) -> ast.Call | None:
    """Return the only `backward` of the function that applies the gradients."""
    if place is None:
        return None
    function = function_around(place)
    defined = Location(place.file, 1 if function is None else function.lineno, place.function)
    nodes = list(top_level_nodes(place.file) if function is None else nodes_of(defined))
    calls = [
        node
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "backward"
    ]
    return calls[0] if len(calls) == 1 else None
