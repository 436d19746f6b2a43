"""LT585: A training loop on torch clears the gradients before the optimizer has used them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.guards import statement_node
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.tapes import model_of
from layertrace.diagnosis.training_steps import backward_calls, nodes_around
from layertrace.diagnosis.user_source import dotted, line_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location

__all__ = ["cleared_before_step", "gradients_cleared_early"]


@rule("LT585", "gradients-cleared-early", "error", links.TORCH_TRAINING_LOOPS, backends=("torch",))
def gradients_cleared_early(context: DiagnosisContext) -> Iterator[Violation]:
    """A training loop on torch clears the gradients before the optimizer has used them.

    ## Why is this bad?

    `zero_grad` removes what `backward` has just computed. The optimizer skips parameters without a
    gradient, so no step changes anything. No error is raised, and the loss stays where it is.

    ## Example

    ```python
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    ```

    ## Use instead

    ```python
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    ```

    ## Known limits

    - All steps at this line must have been given no gradient, and `backward` must stand in the same
      function, above `zero_grad`, with none between it and the step.
    - Not reported if another line makes steps with gradients for these weights.
    - `zero_grad(set_to_none=False)` leaves gradients of zeros, which are not seen.
    """
    updates = context.observations("update")
    for place in dict.fromkeys(update.location for update in updates):
        at_place = [update for update in updates if update.location == place]
        cleared = cleared_before_step(at_place[0])
        if cleared is None or not all(map(_has_no_gradient, at_place)):
            continue
        # tests/backends/cases/lt585_gradients_cleared_early/clean_first_step_for_a_schedule.py
        ours = {*at_place[0].variables} - {0}
        if any(ours & {*update.variables} and not _has_no_gradient(update) for update in updates):
            continue
        layer = _model_of_all(context, ours)
        yield Violation(
            message=f"The gradients{' of {layer}' if layer else ''} are cleared after backward and before "
            "the optimizer makes its step, which is therefore given none: no weight ever changes.",
            layer=layer,
            location=cleared,
            evidence=(Evidence("all gradients are None in this step", (), place),),
            fix="# clear the gradients after the step, or before backward",
            fix_place="elsewhere",
            edits=_moved_below(context, cleared, place),
        )


def _model_of_all(context: DiagnosisContext, variables: set[int]) -> LayerRef | None:
    """Return the layer that holds all variables of an optimizer; None if it has those of several."""
    layer = model_of(context, tuple(variables))
    state = None if layer is None else context.state(layer)
    return layer if state is not None and variables <= {*state.variables} else None


def _has_no_gradient(update: Observation) -> bool:
    """Return whether an optimizer was given no gradient at all."""
    missing = update.now if isinstance(update.now, tuple) else ()
    return bool(update.variables) and len(missing) == len(update.variables)


def cleared_before_step(update: Observation) -> Location | None:
    """Return the line that clears all gradients between the last `backward` and the step that has none."""
    place = update.location
    if place is None or not _has_no_gradient(update):
        return None
    nodes = nodes_around(place)[1]
    clearing = [
        node
        for node in nodes
        if isinstance(node, ast.Call) and node.lineno < place.line
        if isinstance(node.func, ast.Attribute) and node.func.attr == "zero_grad"
        if not node.args and not node.keywords and _is_for_step(node.func.value, place, nodes)
    ]
    backward = [call.lineno for call, _ in backward_calls(nodes) if call.lineno < place.line]
    last = max(clearing, key=lambda call: call.lineno, default=None)
    if last is None or not backward or max(backward) >= last.lineno:
        return None
    return line_of(place, last)


def _is_for_step(receiver: ast.expr, place: Location, nodes: list[ast.AST]) -> bool:
    """Return whether what is cleared belongs to the optimizer of a step, and not to another one."""
    # tests/backends/cases/lt585_gradients_cleared_early/clean_two_optimizers.py
    stepped = {
        (node.lineno == place.line, dotted(node.func).removesuffix(".step"))
        for node in nodes
        if isinstance(node, ast.Call) and dotted(node.func).endswith(".step")
    }
    name = dotted(receiver)
    return (True, name) in stepped or (False, name) not in stepped


def _moved_below(context: DiagnosisContext, cleared: Location, step: Location | None) -> tuple[Edit, ...]:
    """Return the edits that clear the gradients below the step."""
    old, new = statement_node(cleared), statement_node(step)
    if step is None or not isinstance(old, ast.Expr) or not isinstance(new, ast.Expr):
        return ()
    if old.lineno != old.end_lineno or new.lineno != new.end_lineno or old.col_offset != new.col_offset:
        return ()
    source, target = statement_at(context, cleared).source, statement_at(context, step).source
    return Edit(cleared, source, ""), Edit(step, target, f"{target}\n{source}")
