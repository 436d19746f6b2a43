"""LT107: Two weights of one layer have the same name."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import CreatedVariable, DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_edits import text_replaced
from layertrace.timeline.event import LayerRef, VariableSpec


@rule("LT107", "duplicate-variable-name", "warning", links.SUBCLASSING, backends=ANY_BACKEND)
def duplicate_variable_name(context: DiagnosisContext) -> Iterator[Violation]:
    """Two weights of one layer have the same name.

    ## Why is this bad?

    Keras 3 accepts it silently and distinguishes the weights by position only. Saving to an HDF5 file of
    Keras 2 fails, and code that looks for a weight by its path finds two.

    ## Example

    ```python
    self.u = self.add_weight(shape=(2,), name="w")
    self.v = self.add_weight(shape=(2,), name="w")
    ```

    ## Use instead

    ```python
    self.u = self.add_weight(shape=(2,), name="u")
    self.v = self.add_weight(shape=(2,), name="v")
    ```

    ## Known limits

    - Weights without a name, and raw instances of `tf.Variable`, are not compared.
    - Two weights are compared only if the same `__init__`, `build` or `call` creates them.
    - Variables of metrics and optimizers inside a layer are not weights of that layer.
    """
    for layer in context.layers:
        if not is_user_defined(layer):
            continue  # tests/cases/clean/recurrent_layers_of_all_kinds.py
        first: dict[tuple[int | None, str], CreatedVariable] = {}
        for variable in context.created_variables(layer):
            event, spec, _ = variable
            if event.error is not None or not _is_named_weight(layer, spec):
                continue
            earlier = first.setdefault((event.parent, spec.path), variable)
            if earlier is variable:
                continue
            yield Violation(
                message=f"{{layer}} has two weights named {spec.name!r}; give each weight its own name.",
                layer=layer,
                location=event.location,
                evidence=(
                    Evidence(f"{earlier.spec}", (earlier.event.seq,), earlier.event.location),
                    Evidence(f"{spec}", (event.seq,), event.location),
                ),
                fix=_fix(earlier, variable),
            )


def _fix(earlier: CreatedVariable, variable: CreatedVariable) -> str:
    """Write the line that creates the later weight with another name; a loop numbers its weights."""
    event, spec, _ = variable
    if earlier.event.location == event.location:
        return f'self.add_weight(..., name=f"{spec.name}_{{n}}")  # n: the number of the weight in the loop'
    renamed = text_replaced(event.location, rf"([\"']){spec.name}\1", f'"{spec.name}_2"')
    return renamed or f'self.add_weight(shape={tuple(spec.shape or ())}, name="{spec.name}_2")'


def _is_named_weight(layer: LayerRef, spec: VariableSpec) -> bool:
    """Return whether a variable is a weight that the layer itself adds, with a name of the user's.

    Keras 3 puts the name of the object that adds a weight before the name of the weight (`add_weight` of
    `layers/layer.py`, `metrics/metric.py`, Keras 3.0 to 3.15); in tf_keras a metric is itself a layer.
    """
    if spec.source == "tf" or spec.name.startswith(("variable", "Variable")):
        # The name that Keras gives to a weight without one:
        # tests/cases/clean/legacy_layers_built_by_calling.py
        return False
    adder = spec.path.rpartition("/")[0].rpartition("/")[2]
    # A layer may have two metrics of one class: tests/cases/clean/metrics_and_optimizers_inside.py
    return spec.source == "tf_keras" or adder == layer.name
