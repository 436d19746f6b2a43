"""LT107: Two weights of one layer have the same name."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.timeline.event import Event, LayerRef, VariableSpec


@rule("LT107", "duplicate-variable-name", "warning", links.SUBCLASSING)
def duplicate_variable_name(context: DiagnosisContext) -> Iterator[Violation]:
    """Two weights of one layer have the same name.

    Keras 3 says nothing. Weights are told apart by position then; HDF5 files of Keras 2 fail on it, and
    whoever looks for a weight by its path finds two.

    Bad:

    ```python
    self.u = self.add_weight(shape=(2,), name="w")
    self.v = self.add_weight(shape=(2,), name="w")
    ```

    Good:

    ```python
    self.u = self.add_weight(shape=(2,), name="u")
    self.v = self.add_weight(shape=(2,), name="v")
    ```
    """
    for layer in context.layers:
        if not is_user_defined(layer):
            continue
        first: dict[tuple[int | None, str], Event] = {}
        for event in context.of(layer, "variable"):
            made = event.variable
            if made is None or event.error is not None or not _is_weight_of(layer, made):
                continue
            before = first.setdefault((event.parent, made.path), event)
            if before is event:
                continue
            yield Violation(
                message=f"{{layer}} has two weights named {made.name!r}: give each a name of its own.",
                layer=layer,
                location=event.location,
                evidence=(
                    Evidence(f"{before.variable}", (before.seq,), before.location),
                    Evidence(f"{made}", (event.seq,), event.location),
                ),
                fix=f'self.add_weight(shape={tuple(made.shape or ())}, name="{made.name}_2")',
            )


def _is_weight_of(layer: LayerRef, made: VariableSpec) -> bool:
    """Tell a named weight that a layer makes by `add_weight` from what a metric or an optimizer makes in it.

    Keras 3 puts the name of whoever adds a weight before that of the weight (`add_weight` of
    `layers/layer.py`, `metrics/metric.py`, Keras 3.0 to 3.15); in tf_keras a metric is a layer itself.
    """
    if made.source == "tf" or made.name.startswith(("variable", "Variable")):
        return False  # the name that Keras gives to a weight without one
    adder = made.path.rpartition("/")[0].rpartition("/")[2]
    return made.source == "tf_keras" or adder == layer.name
