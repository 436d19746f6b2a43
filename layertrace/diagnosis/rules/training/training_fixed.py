"""LT517: A batch normalization runs in training mode while the model predicts."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.training._shared import given_training, role_of, training_calls, with_training
from layertrace.diagnosis.user_source import parameters
from layertrace.timeline.event import Event


@rule("LT517", "training-fixed", "warning", links.TRANSFER_LEARNING)
def training_fixed(context: DiagnosisContext) -> Iterator[Violation]:
    """A batch normalization runs in training mode while the model predicts.

    ## Why is this bad?

    `training=True` in a call inside a model holds in `predict` and `evaluate`, too. Batch normalization then
    uses the mean and variance of the batch, so an answer depends on the other rows of its batch, and its
    moving statistics change with each prediction.

    ## Example

    ```python
    def call(self, x, training=None):
        return self.head(self.trunk(x, training=True))
    ```

    ## Use instead

    ```python
    def call(self, x, training=None):
        return self.head(self.trunk(x, training=training))
    ```

    ## Known limits

    - Only batch normalization is reported. Dropout that stays on is often meant, to estimate uncertainty.
    - A functional model is not reported: Keras 3.15 passes it the `training` of the whole model.
    - Reported if the model was called with `training=False`, or by `predict` or `evaluate`. A model that you
      call with `training=True` yourself is not reported.
    """
    reported: set[int] = set()
    for layer, call in training_calls(context, "BatchNormalization"):
        state = context.state(layer)
        # A frozen normalization runs in inference mode whatever it receives.
        if state is not None and state.trainable is False:
            continue
        chain = [call, *(outer for outer in context.ancestors(call) if outer.kind == "call")]
        fixed = _where_it_was_fixed(context, chain)
        if fixed is None or fixed.layer is None or fixed.layer.id in reported:
            continue
        reported.add(fixed.layer.id)
        holder = context.call_defined_at(chain[chain.index(fixed) + 1].layer)
        fix = with_training(fixed.location, "training")
        if fix is not None and "training" not in parameters(holder):
            fix += "  # and def call(..., training=None)"
        yield Violation(
            message="{layer} is called with training=True when the model predicts, too: "
            f"{'it' if layer == fixed.layer else f'its {layer.name}'} uses the statistics of each batch, so "
            "an answer depends on the other rows of its batch.",
            layer=fixed.layer,
            location=fixed.location,
            evidence=(
                Evidence("training=True in a model that predicts", (fixed.seq, call.seq), fixed.location),
                Evidence("the model called for prediction", (chain[-1].seq,), chain[-1].location),
            ),
            fix=fix or f"{fixed.layer.name}(x, training=training)",
            fix_place="in place" if fix else None,
        )


def _where_it_was_fixed(context: DiagnosisContext, chain: list[Event]) -> Event | None:
    """Return the outermost call with `training=True` inside a model that predicts.

    Args:
        context: The recording.
        chain: The call of a layer, then those around it, innermost first.
    """
    inner = [at for at, call in enumerate(chain) if call.training is True]
    outermost = chain[-1]
    if inner[-1] + 1 == len(chain):
        return None
    around = chain[inner[-1] + 1 :]
    # A `training=False` that is also the default is not among the arguments of an event.
    is_told = any(call.training is False or given_training(call.location) == "constant" for call in around)
    predicts = is_told or role_of(context, outermost) in ("test", "predict")
    return chain[inner[-1]] if predicts and outermost.mode != "symbolic" else None
