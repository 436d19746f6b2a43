"""LT530: An optimizer divides gradients by a scale that the loss was not multiplied by."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import after_line, lines_with
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.tapes import argument, block_of, request_at
from layertrace.diagnosis.user_source import dotted, line_of, nodes_at, tree_of
from layertrace.timeline.context import Observation, ObservationKind
from layertrace.timeline.event import Location


@rule("LT530", "loss-not-scaled", "error", links.LOSS_SCALING)
def loss_not_scaled(context: DiagnosisContext) -> Iterator[Violation]:
    """An optimizer divides gradients by a scale that the loss was not multiplied by.

    ## Why is this bad?

    A `LossScaleOptimizer` divides each gradient by its scale, 32768 at first, since small gradients in
    float16 are 0. `fit` multiplies the loss by the scale before; a loop or `train_step` of one's own must do
    that with `scale_loss`. Without it, each step is thousands of times too small. Under the policy
    `mixed_float16`, `compile` wraps every optimizer in one.

    ## Example

    ```python
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    ```

    ## Use instead

    ```python
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=True))
        scaled_loss = optimizer.scale_loss(loss)
    gradients = tape.gradient(scaled_loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    ```

    ## Known limits

    Known are the optimizers of Keras 3 with TensorFlow. An optimizer that has once scaled a loss is not
    reported, nor is one in a file that reads the scale itself.
    """
    reported: set[Location | None] = set()
    for seen in context.observations("loss not scaled"):
        place = seen.location
        # The program multiplies by the scale itself: tests/cases/clean/losses_that_are_scaled.py
        if place in reported or _reads_scale(place):
            continue
        reported.add(place)
        optimizer = _optimizer(place)
        edits = _edits(seen.defined_at, optimizer)
        events = seqs(context.event(seen.during))
        yield Violation(
            message=f"{_described(context, seen)} divides the gradients by its loss scale of "
            f"{seen.now:,.0f}, but the loss was not multiplied by it: each step is too small.",
            location=place,
            evidence=(Evidence("the gradients are taken here", events, seen.defined_at or place),),
            fix=""
            if edits
            else f"loss = {optimizer}.scale_loss(loss)  # in the block of the tape, at its end",
            fix_place="elsewhere",
            edits=edits,
        )


def _described(context: DiagnosisContext, seen: Observation) -> str:
    """Return the class of an optimizer, with its number if the program has several."""
    name = seen.name.strip("<>")
    kind = name.partition(" ")[0]
    names = {
        other.name.strip("<>")
        for what in _OF_OPTIMIZERS
        for other in context.observations(what)
        if other.name.strip("<>").partition(" ")[0] == kind
    }
    return kind if names == {name} else name


_OF_OPTIMIZERS: tuple[ObservationKind, ...] = ("loss not scaled", "compiled", "update")
_SCALES = {"dynamic_scale", "initial_scale", "loss_scale_factor"}


def _reads_scale(place: Location | None) -> bool:
    tree = None if place is None else tree_of(place.file)
    return any(
        isinstance(node, ast.Attribute) and node.attr in _SCALES and isinstance(node.ctx, ast.Load)
        for node in ([] if tree is None else ast.walk(tree))
    )


def _optimizer(place: Location | None) -> str:
    """Return how a line names the optimizer that it applies."""
    for node in nodes_at(place):
        name, _, method = dotted(node.func).rpartition(".") if isinstance(node, ast.Call) else ("", "", "")
        if name and method in ("apply", "apply_gradients"):
            return name
    return "optimizer"


def _edits(place: Location | None, optimizer: str) -> tuple[Edit, ...]:
    """Return the edits that scale the loss in the block of its tape, and take the gradients of that."""
    request = request_at(place)
    block, target = block_of(place, request), argument(request, 0, "target")
    if place is None or block is None or target is None or target.lineno != target.end_lineno:
        return ()
    last = block.body[-1]
    if last.lineno <= block.lineno or last.end_lineno is None or isinstance(last, _BLOCKS):
        return ()
    scaled = after_line(line_of(place, last), f"scaled_loss = {optimizer}.scale_loss({ast.unparse(target)})")
    columns = (target.lineno, target.col_offset, target.end_col_offset, "scaled_loss")
    return (*scaled, *lines_with(place, [columns])) if scaled else ()


_BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Return)
