"""LT411: A layer updates a metric in `call`, which `fit` on JAX gives no value there."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import rule
from layertrace.timeline.event import ErrorRef, Location


@rule("LT411", "metric-updated-in-call", "error", links.TRAINING, backends=("jax",))
def metric_updated_in_call(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer updates a metric in `call`, which `fit` on JAX gives no value there.

    ## Why is this bad?

    `fit` on JAX passes the values of variables through its functions, and gives the forward pass only those
    of weights and seeds. A metric has no value there: its update raises `TypeError: 'NoneType' object is not
    callable`. On TensorFlow and torch the same program runs.

    ## Example

    ```python
    def call(self, x):
        self.x_mean.update_state(keras.ops.mean(x))
        return self.dense(x)
    ```

    ## Use instead

    ```python
    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        self.x_mean.update_state(keras.ops.mean(x))
        return super().compute_metrics(x, y, y_pred, sample_weight)
    ```

    ## Known limits

    - Reported if the update raised. A metric that is updated eagerly, outside of `fit`, is fine.
    """
    seen: set[Location] = set()
    for event in context.errors:
        error, layer = event.error, event.layer
        place = None if error is None else error.location
        is_call = event.kind == "call" and event.mode == "graph"
        if error is None or layer is None or place is None or place in seen or not is_call:
            continue
        if not _has_no_value(error):
            continue
        seen.add(place)
        yield Violation(
            message="{layer} updates a metric in call. On JAX, a metric has no value inside call while "
            "fit trains.",
            layer=layer,
            location=place,
            evidence=(Evidence(f"raised {error.type}", (event.seq,), place),),
            fix="def compute_metrics(self, x, y, y_pred, sample_weight=None):  # of the model\n"
            f"    {statement_at(context, place).source or 'self.metric.update_state(...)'}\n"
            "    return super().compute_metrics(x, y, y_pred, sample_weight)\n"
            "# and remove the update from call",
            fix_place="elsewhere",
        )


def _has_no_value(error: ErrorRef) -> bool:
    """Return whether an exception comes from a variable of a metric whose value Keras has taken away."""
    functions = error.raised_in
    is_update = any(each.startswith("keras.src.metrics.") for each in functions)
    return is_update and bool(functions) and functions[0] == "keras.src.backend.common.variables:value"
