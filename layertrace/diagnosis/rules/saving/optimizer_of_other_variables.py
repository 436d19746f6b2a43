"""LT604: An optimizer is given variables that it was not built with."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule


@rule("LT604", "optimizer-of-other-variables", "error", links.SAVING)
def optimizer_of_other_variables(context: DiagnosisContext) -> Iterator[Violation]:
    """An optimizer is given variables that it was not built with.

    An optimizer keeps slots (momenta, say) for the variables that it saw first. For a second model it
    takes one of its own, or one that is built with the variables of both.

    Bad:

    ```python
    optimizer = keras.optimizers.Adam()
    for model in (a, b):
        step(model, optimizer)
    ```

    Good:

    ```python
    for model in (a, b):
        step(model, keras.optimizers.Adam())
    ```
    """
    for place in context.raised_in(":_check_variables_are_known", ":_get_variable_index"):
        error = place.error
        updates = context.observations("update")
        if error is None or not updates:
            continue
        last = updates[-1]
        known = next((one for one in updates if one.name == last.name), last)
        new = [path for path in last.paths if path not in known.paths] or list(last.paths)
        shown = ", ".join(known.paths[:2])
        yield Violation(
            message=f"The optimizer {known.name.strip('<>')} was built with {len(known.paths)} variables "
            f"({shown}{', …' if len(known.paths) > 2 else ''}), and then given {new[0]}, which it does "
            f"not know.",
            location=context.line(place),
            evidence=(Evidence("given other variables", (), context.line(place)),),
            fix="optimizer.build(a.trainable_variables + b.trainable_variables)  # before the first step;\n"
            "# or make one optimizer for each model",
        )
