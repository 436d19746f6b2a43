"""LT604: An optimizer is given variables that it was not built with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import compiled_again, kept_optimizer, receiver_at, statement_at
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.statement_parts import receiver
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Location

_TRAINING = ("fit", "train_on_batch")


@rule("LT604", "optimizer-of-other-variables", "error", links.SAVING, backends=ANY_BACKEND)
def optimizer_of_other_variables(context: DiagnosisContext) -> Iterator[Violation]:
    """An optimizer is given variables that it was not built with.

    ## Why is this bad?

    An optimizer keeps slot variables, such as momenta, for the variables of its first step, and refuses any
    others later. Use another optimizer for a second model, or build one with the variables of both.

    ## Example

    ```python
    optimizer = keras.optimizers.Adam()
    for model in (a, b):
        step(model, optimizer)
    ```

    ## Use instead

    ```python
    for model in (a, b):
        step(model, keras.optimizers.Adam())
    ```

    ## Known limits

    The optimizer must have refused the variables, and the recording must contain its first update. The
    message names the optimizer of the last update before the failure.

    On JAX, an optimizer compares only how many variables it is given, and is examined if `fit` or
    `train_on_batch` gave them.
    """
    yield from _in_fit_on_jax(context)
    updates = context.observations("update")
    for place, _ in context.errors_from(":_check_variables_are_known", ":_get_variable_index"):
        if not updates:
            continue
        last = updates[-1]
        first = next((update for update in updates if update.name == last.name), last)
        new = [path for path in last.paths if path not in first.paths] or list(last.paths)
        shown = f"{', '.join(first.paths[:2])}{', …' if len(first.paths) > 2 else ''}"
        yield Violation(
            message=f"The optimizer {first.name.strip('<>')} was built with {len(first.paths)} variables "
            f"({shown}) and then given {new[0]}, which is not one of them.",
            location=context.line(place),
            evidence=(Evidence("given other variables", (), context.line(place)),),
            fix=_compiled_with_new(context, first, context.line(place))
            or _fix(context, first, last, context.line(place)),
            fix_place="before" if receiver_at(context.line(place), _TRAINING) else "elsewhere",
        )


def _in_fit_on_jax(context: DiagnosisContext) -> Iterator[Violation]:
    """Report a `fit` on JAX that gives the optimizer another number of variables than it was built with.

    `stateless_apply` compares only these numbers, and raises an error before it updates anything (Keras 3.0
    to 3.15).
    """
    updates = context.observations("update")
    for failed, error in context.errors_from(":stateless_apply"):
        place = context.line(failed)
        numbers = set(map(int, re.findall(r"\b\d+\b", error.message)))
        built = [update for update in updates if len(update.paths) in numbers]
        if not built or not receiver_at(place, _TRAINING):
            continue
        first = built[-1]
        shown = f"{', '.join(first.paths[:2])}{', …' if len(first.paths) > 2 else ''}"
        yield Violation(
            message=f"The optimizer {first.name.strip('<>')} was built with {len(first.paths)} variables "
            f"({shown}), and another number is trainable now.",
            location=place,
            evidence=(Evidence("given other variables", (), place),),
            fix=_compiled_with_new(context, first, place),
            fix_place="before",
        )


def _kind(update: Observation) -> str:
    return update.name.strip("<>").partition(" ")[0]


def _compiled_with_new(context: DiagnosisContext, first: Observation, place: Location | None) -> str:
    """Write how the model is compiled with a new optimizer; nothing if the line does not call `fit`."""
    if not receiver_at(place, _TRAINING):
        return ""
    again = compiled_again(context, place)
    kept = kept_optimizer(again)
    return f"{kept} = keras.optimizers.{_kind(first)}(...)  # a new one\n{again}" if kept else again


def _fix(context: DiagnosisContext, first: Observation, last: Observation, place: Location | None) -> str:
    """Write another optimizer in the names of the program."""
    kind = _kind(first)
    methods = ("apply", "apply_gradients", "minimize")
    name = receiver(statement_at(context, place).source, methods) or "optimizer"
    is_thawed = set(first.paths) < set(last.paths)
    when = "a new one, after the line that sets `trainable`" if is_thawed else "one for each model"
    return f"{name} = keras.optimizers.{kind}(...)  # {when}"
