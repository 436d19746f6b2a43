"""LT206: An attribute of a layer changed after the function that uses it was traced."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.tracing._shared import (
    attribute_path,
    function_recreation,
    stale_run,
    weight_creation,
    weight_name,
)
from layertrace.diagnosis.rules.tracing.weights_added_after_trace import layers_with_late_weights
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Opaque


@rule("LT206", "stale-attribute", "error", links.FREE_VARIABLES)
def stale_attribute(context: DiagnosisContext) -> Iterator[Violation]:
    """An attribute of a layer changed after the function that uses it was traced.

    ## Why is this bad?

    Python attributes are constants of a graph, and TensorFlow does not check them to decide whether to
    trace again. The graph keeps the value of its trace, while an eager call uses the new one.

    ## Example

    ```python
    model.predict(x)
    layer.alpha = 5.0
    model.predict(x)
    ```

    ## Use instead

    ```python
    # in build
    self.alpha = self.add_weight(shape=(), initializer="ones", trainable=False)
    # in the program
    layer.alpha.assign(5.0)
    model.predict(x)
    ```

    ## Known limits

    - Seen only if the graph runs again after the change, and the traced code reads the attribute.
    - An attribute that `call` itself changes is reported as LT205, and `trainable` as LT207.
    """
    changed_in_call = {
        (layer.id, observation.name) for layer, observation in context.layer_observations("changed in call")
    }
    late = layers_with_late_weights(context)
    for layer, observation in context.layer_observations("changed after trace"):
        # What `enable_lora` sets comes with weights, which are LT211.
        if layer.id in late and not is_user_defined(layer):
            continue
        if observation.name == "trainable" or (layer.id, observation.name) in changed_in_call:
            continue
        name = attribute_path(observation.name).removeprefix("self.")
        before, now = _shown(observation.before), _shown(observation.now)
        stale = stale_run(context, layer, observation.location)
        fix = _as_weight(observation, layer)
        yield Violation(
            message=f"{{layer}} has {name}={now} now, but the graph that ran here was traced with {before} "
            "and does not see the change.",
            layer=layer,
            location=observation.location,
            evidence=(
                Evidence(f"{name}: {before} → {now}", seqs(stale.run or stale.trace), observation.location),
            ),
            fix=fix or function_recreation(context, stale.trace, observation.location),
            fix_place=None if fix else "before",
        )


def _shown(value: object) -> str:
    return str(value) if isinstance(value, Opaque) else repr(value)


def _as_weight(observation: Observation, layer: LayerRef) -> str | None:
    """Write how a weight holds the value, whose changes a graph sees; None if it cannot hold it."""
    is_number = isinstance(observation.now, (int, float)) and not isinstance(observation.now, bool)
    if is_number and is_user_defined(layer):
        creation = weight_creation(observation.name, observation.before)
        return f"{creation}  # in build\nlayer.{weight_name(observation.name)}.assign({observation.now!r})"
    return None
