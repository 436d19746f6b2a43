"""LT586: A loop on torch carries a state from step to step with its graph, which the first backward freed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.name_lists import joined
from layertrace.diagnosis.rewriting import rewritten
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.training_steps import nodes_around
from layertrace.diagnosis.user_source import assigned_pairs, dotted, line_of
from layertrace.timeline.event import Event, Location


@rule("LT586", "graph-carried-over", "error", links.TORCH_TRAINING_LOOPS, backends=("torch",))
def graph_carried_over(context: DiagnosisContext) -> Iterator[Violation]:
    """A loop on torch carries a state from step to step with its graph, which the first backward freed.

    ## Why is this bad?

    The state that a layer returned in one step is given to it in the next, with the graph that computed it.
    `backward` of the next step goes through that graph again, and its values are gone: a `RuntimeError`.
    `retain_graph=True` only hides this: each step goes back through all before it.

    ## Example

    ```python
    for x, y in chunks:
        outputs, state = gru(x, initial_state=state)
        loss_fn(outputs, y).backward()
    ```

    ## Use instead

    ```python
    for x, y in chunks:
        outputs, state = gru(x, initial_state=state.detach())
        loss_fn(outputs, y).backward()
    ```

    ## Known limits

    - The layer must be called in the loop that calls `backward`, in one statement that assigns the state and
      reads it. A state that an attribute keeps is not seen.
    - Only where the exception of torch ended the program, or a layer's call.
    """
    for failed, error in context.errors_from("torch.autograd:backward"):
        place = context.line(failed)
        if place is None or "second time" not in error.message:
            continue
        found = list(_carrying(context, place))
        if len(found) == 1:
            call, statement, names = found[0]
            line = line_of(place, statement)
            fix = rewritten(line, statement, dict(_detached(place, statement, names)))
            them = "it" if len(names) == 1 else "them"
            yield Violation(
                message=f"{{layer}} is given {joined(names)} of the step before, with the graph of {them}: "
                "backward has freed that graph, and goes through it again.",
                layer=call.layer,
                location=line,
                evidence=(Evidence("the second backward fails here", seqs(failed), place),),
                fix=fix or f"{names[0]} = {names[0]}.detach()  # before the next step",
                fix_place="in place" if fix else "elsewhere",
            )


def _carrying(context: DiagnosisContext, place: Location) -> Iterator[tuple[Event, ast.Assign, list[str]]]:
    """Yield each call of a layer around `backward` that is given what it returned in the round before."""
    calls = [call for call in context.events("call") if call.location is not None and call.mode == "eager"]
    loops = [node for node in nodes_around(place)[1] if isinstance(node, (ast.For, ast.While))]
    around = [loop for loop in loops if loop.lineno < place.line <= (loop.end_lineno or 0)]
    inner = max(around, key=lambda loop: loop.lineno, default=None)
    for statement in [] if inner is None else ast.walk(inner):
        if not isinstance(statement, ast.Assign):
            continue
        lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
        at = [
            call
            for call in calls
            if call.location is not None
            if call.location.file == place.file and call.location.line in lines
        ]
        names = sorted({name for _, name in _given(statement)} - _set_before(inner, statement))
        # In the first round nothing is carried over:
        # tests/backends/cases/lt586_graph_carried_over/clean_backward_twice.py
        if len(at) > 1 and names and context.enclosing_call(at[0]) is None:
            yield at[0], statement, names


def _set_before(loop: ast.AST | None, statement: ast.Assign) -> set[str]:
    """Return the names that a round of a loop sets above a statement, so that it does not carry them over."""
    # tests/backends/cases/lt586_graph_carried_over/clean_loss_twice.py
    return {
        node.id
        for node in ([] if loop is None else ast.walk(loop))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.lineno < statement.lineno
    }


def _given(statement: ast.Assign) -> Iterator[tuple[ast.Name, str]]:
    """Yield where a statement gives to a call what it assigns."""
    set_here = {
        node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name)
    }
    for call in (node for node in ast.walk(statement.value) if isinstance(node, ast.Call)):
        for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
            parts = argument.elts if isinstance(argument, (ast.List, ast.Tuple)) else [argument]
            for part in parts:
                if isinstance(part, ast.Name) and part.id in set_here:
                    yield part, part.id


def _detached(place: Location, statement: ast.Assign, names: list[str]) -> Iterator[tuple[ast.expr, str]]:
    """Yield what a statement is given of the step before, without its graph."""
    without_state = {
        dotted(target)
        for node in nodes_around(place)[1]
        if isinstance(node, ast.Assign) and node.lineno < statement.lineno
        for each in node.targets
        for target, value in assigned_pairs(each, node.value)
        if isinstance(value, ast.Constant) and value.value is None
    }
    for node, name in _given(statement):
        if name in names:
            condition = f"None if {name} is None else " if name in without_state else ""
            yield node, f"{condition}{name}.detach()"
