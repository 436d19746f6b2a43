"""LT204: A method that is a `tf.function` is traced for every instance of its class."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.tracing._recreated import recreated_functions


@rule("LT204", "traced-per-instance", "warning", links.RETRACING)
def traced_per_instance(context: DiagnosisContext) -> Iterator[Violation]:
    """A method that is a `tf.function` is traced for every instance of its class.

    ## Why is this bad?

    `@tf.function` on a method creates a function for every object, and each of them has to be traced.
    Keras compiles `fit`, `evaluate` and `predict` itself, so `call` needs no `tf.function` of its own.

    ## Example

    ```python
    class Scale(keras.layers.Layer):
        @tf.function
        def call(self, x):
            return 2 * x
    ```

    ## Use instead

    ```python
    class Scale(keras.layers.Layer):
        def call(self, x):
            return 2 * x
    ```

    ## Known limits

    - Reported if there are five or more instances of the same class.
    - Methods outside of any layer that train a model, or run at least five times for each of their traces,
      are taken to be worth their trace.
    """
    for name, traces in recreated_functions(context, "new instance"):
        first, last = traces[0], traces[-1]
        count = len({event.function for event in traces}) + 1
        more = len(traces) + 1 - count
        others = f"{more} more traces had other causes" if more else "no instance was traced twice"
        yield Violation(
            message=f"{name} was traced once for each of {count} instances, because it is a tf.function; "
            f"{others}.",
            location=first.defined_at or first.location,
            evidence=(Evidence(str(last.cause), (first.seq, last.seq), last.location),),
            fix=f"def {name}(self, ...):  # without @tf.function: fit and predict compile it",
        )
