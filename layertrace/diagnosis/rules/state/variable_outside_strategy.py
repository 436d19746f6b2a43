"""LT109: A model and its variables were not all created in the scope of a distribution strategy."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, FixPlace, Violation
from layertrace.diagnosis.rule import TENSORFLOW_AND_JAX, rule
from layertrace.diagnosis.rules.state._distribution import created_before_the_distribution, with_scope
from layertrace.diagnosis.user_source import dotted, function_around, spans, tree_of
from layertrace.timeline.context import Failure
from layertrace.timeline.event import Event, Location

_BUILT_IN_SCOPE = "with strategy.scope():\n    model.build((None, ...))  # or give the model a keras.Input"


@rule(
    "LT109",
    "variable-outside-strategy",
    "error",
    links.DISTRIBUTED_TRAINING,
    backends=TENSORFLOW_AND_JAX,
)
def variable_outside_strategy(context: DiagnosisContext) -> Iterator[Violation]:
    """A model and its variables were not all created in the scope of a distribution strategy.

    ## Why is this bad?

    A strategy mirrors only the variables that are created in its scope. A layer that is built when it is
    first called has no variables before that, so a model that is created in the scope must be built
    there, too. The optimizer and the metrics belong in the same scope. On JAX this holds for a
    `keras.distribution`: what was created before it was set is on one device.

    ## Example

    ```python
    with strategy.scope():
        model = keras.Sequential([keras.layers.Dense(1)])
    model(x)
    ```

    ## Use instead

    ```python
    with strategy.scope():
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    ```

    ## Known limits

    - A model that is wholly outside of the scope is reported only when TensorFlow or JAX rejects its
      variables.
      Of several such models, the one with the most variables is taken to be the culprit.
    """
    for layer in context.layers:
        init = next((init for init in context.of(layer, "init") if init.strategy), None)
        if init is None:
            continue
        outside = [
            variable
            for variable in context.created_variables(layer)
            if variable.event.strategy is None and variable.event.error is None
        ]
        if outside:
            event, spec, _ = outside[0]
            fix: tuple[str, FixPlace | None] = (_BUILT_IN_SCOPE, None)
            if context.backend == "jax":
                fix = with_scope(event.location)
            yield Violation(
                message=f"{{layer}} was created in the scope of {init.strategy}, but its variables were "
                "created outside of it, so they are not distributed.",
                layer=layer,
                location=event.location,
                evidence=(
                    Evidence(f"created in the scope of {init.strategy}", (init.seq,), init.location),
                    Evidence(f"{spec} created outside", (event.seq,), event.location),
                ),
                fix=fix[0],
                fix_place=fix[1],
            )
    yield from _created_before_the_scope(context)
    if context.backend == "jax":
        yield from created_before_the_distribution(context)


def _rejected_by_strategy(context: DiagnosisContext) -> list[Event | Failure]:
    """Return what failed because a variable does not belong to a strategy.

    An update fails with a bare assertion: `_update` of `tensorflow/python/distribute/mirrored_strategy.py`,
    TensorFlow 2.16 to 2.21.
    """
    refusals = context.errors_from("tensorflow.python.distribute.distribute_lib:_wrong_strategy_scope")
    bare = [
        place
        for place, error in context.errors_from("tensorflow.python.distribute.mirrored_strategy:_update")
        if error.type == "AssertionError" and error.raised_in[0].startswith("tensorflow.python.distribute.")
    ]
    return [place for place, _ in refusals] or bare


def _created_before_the_scope(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the model whose variables a strategy rejected, because they were not created in its scope."""
    for place in _rejected_by_strategy(context):
        outside = [
            (len(state.variables), init)
            for state in context.states.values()
            if state.variables and (init := context.init_of(state.layer)) is not None
            if init.strategy is None
        ]
        if not outside:
            continue
        init = max(outside, key=lambda pair: (pair[0], pair[1].seq))[1]
        rejected_at = None if context.failure is None else context.failure.error.location
        yield Violation(
            message="{layer} was created outside of the scope of the strategy that trains it, so its "
            "variables do not belong to that strategy.",
            layer=init.layer,
            location=_made_before_the_scope(context, init.location) or init.location,
            evidence=(
                Evidence("created outside of a scope", (init.seq,), init.location),
                Evidence("rejected here", seqs(place), rejected_at),
            ),
            fix="with strategy.scope():\n    model = ...  # the model, its optimizer and its metrics",
        )


def _made_before_the_scope(context: DiagnosisContext, place: Location | None) -> Location | None:
    """Return the line next to the scope of a strategy that calls the function that creates a model.

    Only that line can go into the scope. It is None if the function is called from several lines.
    """
    function = None if place is None else function_around(place)
    if function is None or place is None:
        return None
    trees = {file: tree for file in context.files if (tree := tree_of(file)) is not None}
    calls = [
        Location(file, node.lineno)
        for file, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == function.name
    ]
    if len(calls) != 1 or any(spans(scope, place) for scope in _scopes(trees.get(place.file))):
        return None
    file, around = calls[0].file, function_around(calls[0])
    beside = [
        scope for scope in _scopes(trees[file]) if function_around(Location(file, scope.lineno)) is around
    ]
    return calls[0] if beside else None


def _scopes(tree: ast.Module | None) -> list[ast.With]:
    """Return the `with strategy.scope()` blocks of a file."""
    return [
        node
        for node in ([] if tree is None else ast.walk(tree))
        if isinstance(node, ast.With)
        and any(
            isinstance(item.context_expr, ast.Call) and dotted(item.context_expr.func).endswith(".scope")
            for item in node.items
        )
    ]
