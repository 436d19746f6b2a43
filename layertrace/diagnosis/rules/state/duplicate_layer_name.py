"""LT108: Two layers of one model have the same name."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule


@rule("LT108", "duplicate-layer-name", "error", links.FUNCTIONAL_API)
def duplicate_layer_name(context: DiagnosisContext) -> Iterator[Violation]:
    """Two layers of one model have the same name.

    Names are how Keras finds the layers of a model when it saves and loads, so they must differ.

    Bad:

    ```python
    x = keras.layers.Dense(2, name="a")(inputs)
    x = keras.layers.Dense(1, name="a")(x)
    ```

    Good:

    ```python
    x = keras.layers.Dense(2, name="hidden")(inputs)
    x = keras.layers.Dense(1, name="output")(x)
    ```
    """
    places = context.raised_in(
        "keras.src.models.functional:__init__",
        "keras.src.ops.function:map_graph",
        "keras.src.models.sequential:add",
        "keras.src.models.sequential:_maybe_rebuild",
        ":map_graph_network",
    )
    for place in places:
        twice = [] if place.error is None else context.named_twice(place.error.message)
        if not twice or place.error is None or place.error.type != "ValueError":
            continue
        layer = twice[-1]
        made = [e for e in context.events("init") if e.layer is not None and e.layer.name == layer.name]
        yield Violation(
            message=f"{{layer}} has the name of another layer of the same model, {layer.name!r}.",
            layer=layer,
            location=place.error.location or (made[-1].location if made else None),
            evidence=tuple(Evidence(f"{e.layer}", (e.seq,), e.location) for e in made[:2]),
            fix=f'keras.layers.{layer.class_name}(..., name="{layer.name}_2")',
        )
