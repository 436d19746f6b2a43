"""LT584: A schedule of torch changes the learning rate of an optimizer that makes no step."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.guards import statement_node
from layertrace.diagnosis.program_lines import receiver_at
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.tapes import model_of
from layertrace.diagnosis.user_source import function_around, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Location


@rule("LT584", "schedule-unused", "warning", links.OPTIMIZERS, backends=("torch",))
def schedule_unused(context: DiagnosisContext) -> Iterator[Violation]:
    """A schedule of torch changes the learning rate of an optimizer that makes no step.

    ## Why is this bad?

    A schedule of torch belongs to one optimizer. `fit` trains with the optimizer of `compile`, which is one
    of Keras, and a loop with the one whose `step` it calls. The rate of another optimizer falls, and training
    goes on with the rate that it began with.

    ## Example

    ```python
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.1)
    model.compile("sgd", "mse")
    for _ in range(3):
        model.fit(x, y)
        schedule.step()
    ```

    ## Use instead

    ```python
    decay = keras.optimizers.schedules.ExponentialDecay
    rate = decay(0.1, decay_steps=100, decay_rate=0.1)
    model.compile(keras.optimizers.SGD(rate), "mse")
    model.fit(x, y, epochs=3)
    ```

    ## Known limits

    - Reported if another optimizer has updated variables that the first one has, and if the program does not
      read the rate: by `get_last_lr`, or by `param_groups` in the file that steps the schedule.
    - A schedule that is never stepped is not found.
    """
    reported: set[Location | None] = set()
    for unused in context.observations("schedule unused"):
        place, variables = unused.location, set(unused.variables) - {0}
        updates = [each for each in context.observations("update") if variables.intersection(each.variables)]
        if place in reported or not updates or _reads_groups(place):
            continue
        reported.add(place)
        update = updates[0]
        updater = update.name.strip("<>")
        fix = _passed_on(place, update)
        yield Violation(
            message=f"{unused.name} changes the learning rate of an optimizer, {unused.reader}, that makes "
            f"no step: {updater} updates the weights, and keeps its own rate.",
            layer=model_of(context, update.variables),
            location=place,
            evidence=(
                Evidence(f"a schedule of {unused.reader} is stepped", (), place),
                Evidence(f"updated by {updater}", (), update.location),
            ),
            fix=fix or f"# create the {unused.name} with the optimizer that makes the steps",
            fix_place="in place" if fix else "elsewhere",
        )


def _reads_groups(place: Location | None) -> bool:
    """Return whether the file of a line reads the rates of an optimizer of torch itself."""
    # tests/backends/cases/lt584_schedule_unused/clean_rates_of_groups.py
    tree = None if place is None else tree_of(place.file)
    nodes = [] if tree is None else ast.walk(tree)
    return any(isinstance(node, ast.Attribute) and node.attr == "param_groups" for node in nodes)


def _passed_on(place: Location | None, update: Observation) -> str:
    """Write the step of a schedule, with its rate given to the optimizer of Keras that a fit trains with."""
    schedule, model = receiver_at(place, ("step",)), receiver_at(update.location, _TRAINING)
    statement = statement_node(place)
    if not schedule or not model or statement is None or statement.lineno != statement.end_lineno:
        return ""
    function = None if place is None else function_around(place)
    if function is not None and function.name.startswith("on_"):
        model = "self.model"  # of a callback
    return f"{ast.unparse(statement)}\n{model}.optimizer.learning_rate = {schedule}.get_last_lr()[0]"


_TRAINING = ("fit", "train_on_batch")
