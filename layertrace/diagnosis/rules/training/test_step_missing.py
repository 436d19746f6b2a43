"""LT526: A model has a `train_step` of its own, and is evaluated with the `test_step` of Keras."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule


@rule("LT526", "test-step-missing", "error", links.CUSTOM_TRAIN_STEP)
def test_step_missing(context: DiagnosisContext) -> Iterator[Violation]:
    """A model has a `train_step` of its own, and is evaluated with the `test_step` of Keras.

    ## Why is this bad?

    `evaluate`, and `fit` with validation data, run `test_step`. That of Keras computes the loss given to
    `compile`. A model that computes its loss in `train_step` is compiled without one, so validation ends the
    program.

    ## Example

    ```python
    def train_step(self, data): ...
    model.compile(optimizer)
    model.fit(dataset, validation_data=validation)
    ```

    ## Use instead

    ```python
    def train_step(self, data): ...

    def test_step(self, data):
        loss = ...  # as in train_step, without the gradients
        return {"loss": loss}
    ```

    ## Known limits

    - Found by the exception of Keras.
    """
    for place, error in context.errors_from(*_LOSSES):
        if error.type != "ValueError" or "loss" not in error.message.lower():
            continue
        for state in context.states.values():
            train_step = state.methods.get("train_step")
            is_run = any(call.layer == state.layer for call in context.events("call"))
            if train_step is None or "test_step" in state.methods or not is_run:
                continue
            yield Violation(
                message="{layer} has a train_step of its own and no test_step. Validation ran the one of "
                "Keras, which needs a loss, but compile was given none.",
                layer=state.layer,
                location=train_step,
                evidence=(Evidence(f"{error}", seqs(place), context.line(place)),),
                fix="def test_step(self, data):\n    ...  # the loss of train_step, without the gradients\n"
                '    return {"loss": loss}',
                fix_place="elsewhere",
            )
            break


_LOSSES = ("keras.src.trainers.trainer:_compute_loss", "keras.src.trainers.trainer:compute_loss")
"""The functions of Keras 3.0 to 3.15 that compute the loss given to `compile`."""
