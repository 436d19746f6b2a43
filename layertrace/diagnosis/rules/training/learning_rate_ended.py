"""LT527: The schedule of the learning rate ends at nearly 0 long before the training does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.program_files import calls_named
from layertrace.diagnosis.program_lines import receiver_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.tapes import argument, model_of
from layertrace.diagnosis.training_steps import nodes_around
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Location, Structure


@rule("LT527", "learning-rate-ended", "error", links.OPTIMIZERS, backends=WITH_TRAINING)
def learning_rate_ended(context: DiagnosisContext) -> Iterator[Violation]:
    """The schedule of the learning rate ends at nearly 0 long before the training does.

    ## Why is this bad?

    A schedule counts the updates of the weights, one for each batch, not the epochs. With the number of
    epochs as `decay_steps` a cosine is 0 within the first epoch, and an exponential decay is below a
    millionth of its first value after a few: all later steps change nothing. The same happens to a second
    `fit` with an optimizer whose schedule was meant for the first.

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
    steps, and an `ExponentialDecay` that is below a millionth of its first value in these. Schedules of the
    program's own are not called. On torch also `ExponentialLR`, `StepLR`, `MultiStepLR` and `PolynomialLR`
    in a loop of the program's own, if the rate was below a millionth of its highest value in more than half
    of the steps of the schedule.
    """
    yield from _on_torch(context)
    for layer, seen in context.layer_observations("rate ended"):
        (decay, epochs, end), (after, made, _) = _numbers(seen.before), _numbers(seen.now)
        place, edits = _where(seen, decay, epochs, end, after, made)
        counted = ", which is the number of epochs" if decay == epochs else ""
        rate, ends = "0", f"ends after {decay:,.0f} steps{counted}"
        if seen.name == "ExponentialDecay":
            rate, ends = "nearly 0", f"is below a millionth of its first value after {end:,.0f} steps"
        yield Violation(
            message=f"{{layer}} is trained with a learning rate of {rate}: {seen.name} {ends}, and its "
            f"optimizer made {after:,.0f}. A schedule counts batches.",
            layer=layer,
            location=place or seen.location,
            evidence=(Evidence(f"{made:,.0f} steps in this fit", (), seen.location),),
            fix="" if edits else f"decay_steps={after:.0f}",
            fix_place="elsewhere",
            edits=edits,
        )


def _on_torch(context: DiagnosisContext) -> Iterator[Violation]:
    """Report the schedules of torch that a loop has stepped until the rate was nearly 0."""
    reported: set[Location | None] = set()
    for seen in context.observations("rate ended"):
        layer = model_of(context, seen.variables) if seen.role == "torch" else None
        if layer is None or seen.location in reported:
            continue
        reported.add(seen.location)
        steps, ended, _ = _numbers(seen.now)
        schedule = receiver_at(seen.location, ("step",)) or "schedule"
        fix, why = f"# let the rate of {schedule} fall more slowly, or train for fewer steps", ""
        if _loops_around(seen.location) > 1:
            fix = f"{schedule}.step()  # after the loop over the batches, once in each epoch"
            why = " It is stepped in an inner loop: most schedules of torch count epochs."
        yield Violation(
            message=f"{{layer}} is trained with a learning rate of nearly 0: {seen.name} was stepped "
            f"{steps:,.0f} times, and in {ended:,.0f} of these the rate was below a millionth of its highest "
            f"value.{why}",
            layer=layer,
            location=seen.location,
            evidence=(Evidence("the rate was nearly 0 here", (), seen.location),),
            fix=fix,
            fix_place="elsewhere",
        )


def _loops_around(place: Location | None) -> int:
    """Return how many loops of a function, or of the file outside of any, a line is in."""
    nodes = [] if place is None else nodes_around(place)[1]
    loops = (node for node in nodes if isinstance(node, (ast.For, ast.While)))
    return sum(place is not None and each.lineno <= place.line <= (each.end_lineno or 0) for each in loops)


def _numbers(value: Structure) -> tuple[float, float, float]:
    """Return three numbers; 0 for one that is unknown."""
    items = (*value, 0, 0, 0) if isinstance(value, tuple) else (0, 0, 0)
    first, second, third = (each if isinstance(each, (int, float)) else 0 for each in items[:3])
    return first, second, third


def _where(
    seen: Observation, decay: float, epochs: float, end: float, after: float, made: float
) -> tuple[Location | None, tuple[Edit, ...]]:
    """Return the line that gives the schedule its steps, and the edit of it, if only one line does."""
    calls = [] if seen.location is None else calls_named(seen.location.file, seen.name)
    node = argument(calls[0][1], 1, "decay_steps") if len(calls) == 1 else None
    if node is None:
        return None, ()
    place = replace(calls[0][0], line=node.lineno)
    if _counts_epochs(seen.name, decay, epochs, end, after, made):
        text = ast.unparse(ast.BinOp(node, ast.Mult(), ast.Constant(int(made // epochs))))
    else:
        text = f"{after:.0f}"
    return place, lines_with(place, [(node.lineno, node.col_offset, node.end_col_offset, text)])


def _counts_epochs(name: str, decay: float, epochs: float, end: float, after: float, made: float) -> bool:
    """Return whether the steps of a schedule are meant as epochs, so that it lasts with batches for each."""
    if not epochs or after != made or made % epochs != 0:
        return False
    if name == "ExponentialDecay":
        return decay <= epochs and end * (made // epochs) * 2 >= made
    return decay == epochs
