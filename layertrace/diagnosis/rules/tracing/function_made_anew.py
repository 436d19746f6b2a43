"""LT203 function-made-anew."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.tracing._shared import made_anew


@rule("LT203", "function-made-anew", "warning", links.RETRACING)
def function_made_anew(context: DiagnosisContext) -> Iterator[Violation]:
    """A `tf.function`, or a model with its train and predict functions, is made anew in each turn of a loop.

    Each has to be traced, although the code is the same; no single function is traced twice. Models that
    are trained, for each fold of a cross-validation say, are meant to be new, and so is a function that
    runs many times.

    Bad:

    ```python
    for batch in batches:
        model = make_model()
        model.predict(batch)
    ```

    Good:

    ```python
    model = make_model()
    for batch in batches:
        model.predict(batch)
    ```
    """
    for name, traces in made_anew(context, "new function"):
        location = traces[-1].location
        functions = len({event.function for event in traces}) + 1
        yield Violation(
            message=f"{functions} functions named {name} were made from the same code and traced once "
            f"each: a new "
            "model, or a new tf.function, in each turn of a loop.",
            location=location,
            evidence=(Evidence(str(traces[-1].cause), (traces[0].seq, traces[-1].seq), location),),
            fix="# make the model (or the tf.function) once, before the loop; for a few calls of each,\n"
            "# model(x, training=False) needs no tracing",
        )
