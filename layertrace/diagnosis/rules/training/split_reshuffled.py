"""LT561: A dataset is shuffled again in each iteration, and divided for validation after that."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import rule
from layertrace.timeline.context import Observation
from layertrace.timeline.event import FunctionRef


@rule("LT561", "split-reshuffled", "error", links.SHUFFLE)
def split_reshuffled(context: DiagnosisContext) -> Iterator[Violation]:
    """A dataset is shuffled again in each iteration, and divided for validation after that.

    ## Why is this bad?

    `shuffle` chooses another order each time the dataset is iterated. So `take` and `skip` after it give
    other elements in each epoch. The model has been trained on most of what it is validated with, and the
    validation loss looks better than it is.

    ## Example

    ```python
    shuffled = dataset.shuffle(1000)
    training, validation = shuffled.take(800), shuffled.skip(800)
    ```

    ## Use instead

    ```python
    shuffled = dataset.shuffle(1000, reshuffle_each_iteration=False)
    training, validation = shuffled.take(800), shuffled.skip(800)
    ```

    ## Known limits

    Looked at are the parts by `take`, `skip` and `shard` that `fit` and `evaluate` are given. Of loops of a
    program, those over a `take` and a `skip` of as many elements, if both run twice and more, one trains, and
    the other calls layers without an update. A split by `filter` is not seen.
    """
    given = [split for split in context.observations("split of shuffled") if split.role != "own loop"]
    for split in (*given, *_held_out(context)):
        is_own_loop = split.role == "own loop"
        source = statement_at(context, split.location).source
        shuffled, call = _shuffle_in(source)
        name = shuffled or "the dataset"
        if call is None:
            fix = "# shuffle with reshuffle_each_iteration=False, or divide the dataset before it is shuffled"
        else:
            written = ast.unparse(call)
            fix = written[:-1] + ("" if written.endswith("()") else ", ") + "reshuffle_each_iteration=False)"
            fix = f"{shuffled} = {fix}" if shuffled and source.count("=") else fix
        yield Violation(
            message=f"{name} is shuffled again in each iteration, so {split.name} gives other elements in "
            "each: a loop validates with what the program trained on in earlier epochs."
            if is_own_loop
            else f"{name} is shuffled again in each iteration, so {split.name} gives other elements "
            "in each: {layer} is validated with what it was trained on in other epochs.",
            layer=split.layer,
            location=split.location,
            evidence=(
                Evidence(
                    f"{'iterated' if is_own_loop else 'given'} a part by {split.name} here",
                    (),
                    split.defined_at,
                ),
            ),
            fix=fix,
            fix_place=None if call is None else "in place",
        )


def _held_out(context: DiagnosisContext) -> Iterator[Observation]:
    """Yield the part of each dataset with which a loop of the program validates a model that it trains.

    Both parts may be trained on: tests/cases/clean/parts_of_shuffled_that_all_train.py. A part may be looked
    at without a model: tests/cases/clean/parts_of_shuffled_for_a_look.py
    """
    loops: dict[object, list[Observation]] = {}
    for seen in context.observations("split of shuffled"):
        if seen.role == "own loop":
            loops.setdefault(seen.before, []).append(seen)
    functions = _training(context) if loops else frozenset()
    for iterations in loops.values():
        training: set[str] = set()
        calling: dict[str, Observation] = {}
        for this, following in pairwise(sorted(iterations, key=lambda seen: seen.start_ns)):
            inside = [
                event
                for event in (*context.events("call"), *context.events("run"))
                if this.start_ns <= event.start_ns < following.start_ns
            ]
            if this.now != following.now or any(event.function in functions for event in inside):
                training.add(this.name)
            elif inside:
                calling.setdefault(this.name, this)
        yield from (seen for part, seen in calling.items() if training - {part} and part not in training)


def _training(context: DiagnosisContext) -> frozenset[FunctionRef | None]:
    """Return the functions in whose traces an optimizer updates variables."""
    during = (context.event(update.during) for update in context.observations("update"))
    events = [event for inner in during if inner is not None for event in (inner, *context.ancestors(inner))]
    return frozenset(event.function for event in events if event.kind == "trace")


def _shuffle_in(source: str) -> tuple[str, ast.expr | None]:
    """Return the variable to which a statement assigns a shuffled dataset, and the value that it assigns.

    The value is returned only if it ends with the call of `shuffle`.
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return "", None
    for node in body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        value = node.value
        method = value.func if isinstance(value, ast.Call) else None
        is_last = isinstance(method, ast.Attribute) and method.attr == "shuffle"
        return node.targets[0].id, value if is_last else None
    return "", None
