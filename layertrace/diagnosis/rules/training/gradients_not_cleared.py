"""LT581: A training loop on torch never clears the gradients, so that they add up."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.tapes import model_of
from layertrace.diagnosis.training_steps import backward_calls, models_holding, nodes_around
from layertrace.diagnosis.user_source import dotted, function_around, line_of, nodes_at, tree_of
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
    - A file that changes a `.grad` in place, as `zero_()` does, may clear gradients so, and is not looked at.
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
    # tests/backends/cases/lt581_gradients_not_cleared/clean_set_to_zero_by_hand.py
    tree = None if place is None else tree_of(place.file)
    nodes = list(ast.walk(tree)) if tree is not None else []
    held = {name for targets, value in map(_binding, nodes) if _reads_gradient(value) for name in targets}
    return any(_may_clear(node, held) for node in nodes if isinstance(node, ast.Call))


def _binding(node: ast.AST) -> tuple[set[str], ast.AST]:
    """Return the names that an assignment or a loop gives to something, and to what."""
    match node:
        case ast.Assign(targets=targets, value=value):
            pass
        case ast.For(target=target, iter=value):
            targets = [target]
        case _:
            return set(), ast.Pass()
    return {name.id for each in targets for name in ast.walk(each) if isinstance(name, ast.Name)}, value


def _may_clear(call: ast.Call, held: set[str]) -> bool:
    """Return whether a call is like `p.grad.zero_()`, `g.zero_()` of such a name, or `zero_grad(False)`."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return False
    if function.attr == "zero_grad":
        return bool(call.args or call.keywords)
    return function.attr in ("zero_", "fill_", "mul_", "copy_") and _reads_gradient(function.value, held)


def _reads_gradient(expression: ast.AST, held: Set[str] = frozenset()) -> bool:
    """Return whether an expression has a name with `grad`, or one of some other names."""
    nodes = list(ast.walk(expression))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return any("grad" in name or name in held for name in names)


def _clearing(context: DiagnosisContext, place: Location | None, layer: LayerRef | None) -> str:
    """Write what clears the gradients: an optimizer of torch, or the model."""
    for node in nodes_at(place):
        if isinstance(node, ast.Call) and dotted(node.func).endswith(".step"):
            return f"{dotted(node.func).removesuffix('.step')}.zero_grad()"
    step = None if place is None else function_around(place)
    if step is not None and step.name == "train_step" and step.args.args:
        return f"{step.args.args[0].arg}.zero_grad()"  # a method of the model
    models = [] if place is None or layer is None else models_holding(context, place, (), (layer,))
    return f"{models[0] if models else 'model'}.zero_grad()"


def _backward(place: Location | None) -> ast.Call | None:
    """Return the only `backward` of the function that applies the gradients."""
    calls = [] if place is None else backward_calls(nodes_around(place)[1])
    return calls[0][0] if len(calls) == 1 else None
