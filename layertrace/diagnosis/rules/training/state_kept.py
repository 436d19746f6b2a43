"""LT562: A stateful RNN runs on the same data again, and was not reset in between."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import receiver_at, statement_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.timeline.event import LayerRef, Location


@rule("LT562", "state-kept", "warning", links.RNN, backends=WITH_TRAINING)
def state_kept(context: DiagnosisContext) -> Iterator[Violation]:
    """A stateful RNN runs on the same data again, and was not reset in between.

    ## Why is this bad?

    With `stateful=True`, an RNN keeps its state until the program resets it. The next `predict` begins where
    the last run ended. The same series then has another answer each time.

    ## Example

    ```python
    memory = layers.LSTM(8, stateful=True)
    model = keras.Sequential([keras.Input(batch_shape=(1, 10, 1)), memory])
    first = model.predict(series)
    again = model.predict(series)
    ```

    ## Use instead

    ```python
    memory = layers.LSTM(8, stateful=True)
    model = keras.Sequential([keras.Input(batch_shape=(1, 10, 1)), memory])
    first = model.predict(series)
    memory.reset_state()
    again = model.predict(series)
    ```

    ## Known limits

    - Reported if `predict` or `evaluate` is given data that a run since the last reset had: other data may go
      on where the last ended.
    - Arrays of at least 5 time steps are compared. A model that is called directly is not looked at.
    """
    for layer, kept in context.layer_observations("state kept"):
        often = "" if kept.times == 1 else f", {kept.times} times"
        yield Violation(
            message=f"{{layer}} is stateful, and got the same data again without a reset: {kept.name} began "
            f"with the state that the run before had left{often}.",
            layer=layer,
            location=kept.location,
            evidence=(Evidence("met the same data here", (), kept.defined_at),),
            fix=f"{_receiver(context, layer, kept.location)}.reset_state()",
            fix_place="before",
        )


def _receiver(context: DiagnosisContext, layer: LayerRef, place: Location | None) -> str:
    """Write how the program refers to a layer."""
    init = context.init_of(layer)
    source = "" if init is None else statement_at(context, init.location).source
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        body = []
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            called = ast.unparse(node.value.func)
            if called.endswith(layer.class_name) and isinstance(node.targets[0], ast.Name):
                return node.targets[0].id
    model = receiver_at(place, ("predict", "evaluate", "predict_on_batch", "test_on_batch")) or "model"
    return f'{model}.get_layer("{layer.name}")'
