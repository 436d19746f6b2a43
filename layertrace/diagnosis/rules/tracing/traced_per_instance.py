"""LT204: A method that is a `tf.function` is traced for each instance of its class."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.tracing._shared import made_anew


@rule("LT204", "traced-per-instance", "warning", links.RETRACING)
def traced_per_instance(context: DiagnosisContext) -> Iterator[Violation]:
    """A method that is a `tf.function` is traced for each instance of its class.

    `@tf.function` on a method makes a function for each object. Keras compiles `fit`, `evaluate` and
    `predict` itself, so that `call` needs none.

    Bad:

    ```python
    class Scale(keras.layers.Layer):
        @tf.function
        def call(self, x):
            return 2 * x
    ```

    Good:

    ```python
    class Scale(keras.layers.Layer):
        def call(self, x):
            return 2 * x
    ```
    """
    for name, traces in made_anew(context, "new instance"):
        first = traces[0]
        count = len({event.function for event in traces}) + 1
        again = len(traces) + 1 - count
        rest = "no instance was traced twice" if not again else f"{again} traces more were for other reasons"
        yield Violation(
            message=f"{name} was traced once for each of {count} instances, since it is a tf.function; "
            f"{rest}.",
            location=first.defined_at or first.location,
            evidence=(Evidence(str(traces[-1].cause), (first.seq, traces[-1].seq), traces[-1].location),),
            fix=f"def {name}(self, ...):  # without @tf.function: fit and predict compile it",
        )
