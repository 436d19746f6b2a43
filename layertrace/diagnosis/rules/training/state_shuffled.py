"""LT568: A model with a stateful RNN is fitted to shuffled data."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.user_source import nodes_at
from layertrace.timeline.event import Location


@rule("LT568", "state-shuffled", "warning", links.RNN, backends=WITH_TRAINING)
def state_shuffled(context: DiagnosisContext) -> Iterator[Violation]:
    """A model with a stateful RNN is fitted to shuffled data.

    ## Why is this bad?

    With `stateful=True`, each batch begins with the state that the batch before has left. `fit` shuffles by
    default, so the state comes from another place of the series each time, and the model learns to ignore
    it.

    ## Example

    ```python
    memory = layers.LSTM(8, stateful=True)
    model = keras.Sequential([keras.Input(batch_shape=(1, 10, 1)), memory])
    model.fit(x, y, batch_size=1)
    ```

    ## Use instead

    ```python
    memory = layers.LSTM(8, stateful=True)
    model = keras.Sequential([keras.Input(batch_shape=(1, 10, 1)), memory])
    model.fit(x, y, batch_size=1, shuffle=False)
    ```

    ## Known limits

    - Not reported if the rows fit into one batch, or if the state is reset before each step.
    - A series that the program itself shuffles is not known, nor one that a generator yields, nor tensors
      of torch.
    """
    for model, seen in context.layer_observations("state shuffled"):
        layers = f"a stateful layer ({seen.paths[0]})"
        if len(seen.paths) > 1:
            layers = f"stateful layers ({', '.join(seen.paths)})"
        rows, batch = seen.before if isinstance(seen.before, tuple) else (0, 0)
        what = {
            "rows": f"fit shuffles its {rows} rows, of {batch} in a batch",
            "batches": "fit shuffles its batches",
        }.get(seen.name, "its dataset is shuffled")
        fix = "" if seen.name == "dataset" else _without_shuffle(seen.location)
        yield Violation(
            message=f"{{layer}} has {layers}, and {what}: each batch begins with the state of another place "
            "of the series.",
            layer=model,
            location=seen.location,
            evidence=(Evidence("shuffled here", (), seen.defined_at or seen.location),),
            fix=fix or "# fit in the order of the series: shuffle=False, and no shuffle of the dataset",
            fix_place="in place" if fix else "elsewhere",
        )


def _without_shuffle(place: Location | None) -> str:
    """Write the statement with the only call of `fit` on a line, with `shuffle=False`."""
    nodes = list(nodes_at(place))
    statement = next((node for node in nodes if isinstance(node, ast.stmt)), None)
    calls = [
        node
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fit"
    ]
    if statement is None or len(calls) != 1:
        return ""
    given = [each.value for each in calls[0].keywords if each.arg == "shuffle"]
    if given:
        return rewritten(place, statement, {given[0]: "False"})
    text = source_of(place, calls[0])
    inside = text[:-1].rstrip()
    if "\n" in text:
        return ""
    return rewritten(place, statement, {calls[0]: f"{inside.removesuffix(',')}, shuffle=False)"})
