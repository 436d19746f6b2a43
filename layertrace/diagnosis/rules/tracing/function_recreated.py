"""LT203: A `tf.function` or a model is recreated in every iteration of a loop, and traced each time."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.tracing._shared import recreated_functions


@rule("LT203", "function-recreated", "warning", links.RETRACING)
def function_recreated(context: DiagnosisContext) -> Iterator[Violation]:
    """A `tf.function` or a model is recreated in every iteration of a loop, and traced each time.

    ## Why is this bad?

    Every new `tf.function`, and every new model with its train and predict functions, has to be traced,
    although the code is the same. No single function is traced twice, so TensorFlow's own counts look
    harmless.

    ## Example

    ```python
    for batch in batches:
        model = make_model()
        model.predict(batch)
    ```

    ## Use instead

    ```python
    model = make_model()
    for batch in batches:
        model.predict(batch)
    ```

    ## Known limits

    - Reported if there are five or more functions of the same code.
    - Functions that train a model, such as those of a cross-validation, are taken to be intended, and so
      are functions that run at least five times for each of their traces.
    - Models that are created or used on different lines are taken to be different models.
    - Functions that Keras's own layers and TensorFlow create for themselves are ignored.
    """
    for name, traces in recreated_functions(context, "new function"):
        location = traces[-1].location
        count = len({event.function for event in traces}) + 1
        function = traces[-1].function
        role = None if function is None else function.role
        yield Violation(
            message=f"Keras created {count} {role} functions and traced each of them; create the model once, "
            "outside the loop."
            if role is not None
            else f"{count} tf.functions named {name} were created from the same code and traced once "
            "each; create the model or function once, outside the loop.",
            location=location,
            evidence=(Evidence(str(traces[-1].cause), (traces[0].seq, traces[-1].seq), location),),
            fix="# create the model (or the tf.function) once, before the loop; for a few calls of each,\n"
            "# model(x, training=False) needs no tracing",
        )
