"""LT703: A layer calls `add_metric`, which Keras 3 removed."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule


@rule("LT703", "add-metric", "error", links.MIGRATING_TO_KERAS_3)
def add_metric(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer calls `add_metric`, which Keras 3 removed.

    ## Why is this bad?

    The call raises an exception. A metric of Keras 3 is an object that the layer creates once in `__init__`
    and updates in `call`, or that is passed to `compile`.

    ## Example

    ```python
    def call(self, x):
        self.add_metric(tf.reduce_mean(x), name="mean")
        return x
    ```

    ## Use instead

    ```python
    def __init__(self):
        super().__init__()
        self.mean = keras.metrics.Mean(name="mean")

    def call(self, x):
        self.mean.update_state(x)
        return x
    ```

    ## Known limits

    Only a call that failed is reported, so a recording with `tf_keras` never shows the mistake.
    """
    for place, _ in context.errors_from("keras.src.layers.layer:add_metric"):
        location = context.line(place)
        yield Violation(
            message="{layer} calls add_metric, which Keras 3 has removed: let the layer own a metric.",
            layer=context.subject(place),
            location=location,
            evidence=(Evidence("add_metric was refused", seqs(place), location),),
            fix='self.mean = keras.metrics.Mean(name="mean")  # in __init__\n'
            "self.mean.update_state(x)  # in call",
        )
