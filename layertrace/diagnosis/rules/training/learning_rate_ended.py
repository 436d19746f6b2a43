"""LT527: The schedule of the learning rate ends at 0 long before the training does."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.tapes import argument
from layertrace.diagnosis.user_source import dotted, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Location, Structure


@rule("LT527", "learning-rate-ended", "error", links.OPTIMIZERS, backends=WITH_TRAINING)
def learning_rate_ended(context: DiagnosisContext) -> Iterator[Violation]:
    """The schedule of the learning rate ends at 0 long before the training does.

    ## Why is this bad?

    A schedule counts the updates of the weights, one for each batch, not the epochs. With the number of
    epochs as `decay_steps` the learning rate is 0 within the first epoch, and all later steps change nothing.
    The same happens to a second `fit` with an optimizer whose schedule was meant for the first.

    ## Example

    ```python
    rate = keras.optimizers.schedules.CosineDecay(1e-3, epochs)
    model.compile(keras.optimizers.Adam(rate), "mse")
    model.fit(x, y, epochs=epochs)
    ```

    ## Use instead

    ```python
    steps = epochs * batches_per_epoch
    rate = keras.optimizers.schedules.CosineDecay(1e-3, decay_steps=steps)
    model.compile(keras.optimizers.Adam(rate), "mse")
    model.fit(x, y, epochs=epochs)
    ```

    ## Known limits

    Known are `CosineDecay` and `PolynomialDecay` in `fit`, if they end at 0 before more than half of its
    steps. Schedules of the program's own are not called.
    """
    for layer, seen in context.layer_observations("rate ended"):
        (decay, epochs), (after, made) = _pair(seen.before), _pair(seen.now)
        place, edits = _where(seen, decay, epochs, after, made)
        counted = ", which is the number of epochs" if decay == epochs else ""
        yield Violation(
            message=f"{{layer}} is trained with a learning rate of 0: {seen.name} ends after {decay:,.0f} "
            f"steps{counted}, and its optimizer made {after:,.0f}. A schedule counts batches.",
            layer=layer,
            location=place or seen.location,
            evidence=(Evidence(f"{made:,.0f} steps in this fit", (), seen.location),),
            fix="" if edits else f"decay_steps={after:.0f}",
            fix_place="elsewhere",
            edits=edits,
        )


def _pair(value: Structure) -> tuple[float, float]:
    """Return two numbers; 0 for one that is unknown."""
    items = value if isinstance(value, tuple) and len(value) == 2 else (0, 0)
    first, second = (each if isinstance(each, (int, float)) else 0 for each in items)
    return first, second


def _where(
    seen: Observation, decay: float, epochs: float, after: float, made: float
) -> tuple[Location | None, tuple[Edit, ...]]:
    """Return the line that gives the schedule its steps, and the edit of it, if only one line does."""
    tree = None if seen.location is None else tree_of(seen.location.file)
    calls = [
        node
        for node in ([] if tree is None else ast.walk(tree))
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == seen.name
    ]
    node = argument(calls[0], 1, "decay_steps") if len(calls) == 1 else None
    if node is None or seen.location is None:
        return None, ()
    place = Location(seen.location.file, node.lineno, seen.location.function)
    if decay == epochs and after == made and made % epochs == 0:
        text = ast.unparse(ast.BinOp(node, ast.Mult(), ast.Constant(int(made // epochs))))
    else:
        text = f"{after:.0f}"
    return place, lines_with(place, [(node.lineno, node.col_offset, node.end_col_offset, text)])
