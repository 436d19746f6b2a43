"""LT108: Two layers of one model have the same name."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_classes import keyword_line
from layertrace.diagnosis.user_edits import text_replaced


@rule("LT108", "duplicate-layer-name", "error", links.FUNCTIONAL_API)
def duplicate_layer_name(context: DiagnosisContext) -> Iterator[Violation]:
    """Two layers of one model have the same name.

    ## Why is this bad?

    Keras finds the layers of a model by name when it saves and loads, so it raises an error when a model
    has two layers with the same name.

    ## Example

    ```python
    x = keras.layers.Dense(2, name="a")(inputs)
    x = keras.layers.Dense(1, name="a")(x)
    ```

    ## Use instead

    ```python
    x = keras.layers.Dense(2, name="hidden")(inputs)
    x = keras.layers.Dense(1, name="output")(x)
    ```

    ## Known limits

    - Found by the exception of Keras, so only the first pair of a model is reported.
    - Layers with the same name inside a subclassed layer are allowed, and not reported.
    """
    for _, error in context.errors_from(*_CONSTRUCTORS):
        named_alike = context.layers_with_shared_name(error.message)
        if not named_alike or error.type != "ValueError":
            continue
        layer = named_alike[-1]
        inits = [
            init
            for init in context.events("init")
            if init.layer is not None and init.layer.name == layer.name
        ]
        places = {init.location for init in inits}
        once = next(iter(places)) if len(places) == 1 and len(inits) > 1 else None
        line = None if once is None else keyword_line(once, "name")
        numbered = None if line is None else text_replaced(line, r"name\s*=\s*[^,()]+", "name=None")
        yield Violation(
            message=f"{{layer}} has the same name as another layer of its model, {layer.name!r}.",
            layer=layer,
            location=line or error.location or (inits[-1].location if inits else None),
            evidence=tuple(Evidence(f"{init.layer}", (init.seq,), init.location) for init in inits[:2]),
            fix=f"{numbered}  # Keras gives each a name of its own"
            if numbered
            else f'keras.layers.{layer.class_name}(..., name="{layer.name}_2")',
            fix_place="in place" if numbered else None,
        )


_CONSTRUCTORS = (
    "keras.src.models.functional:__init__",
    "keras.src.ops.function:map_graph",
    "keras.src.models.sequential:add",
    "keras.src.models.sequential:_maybe_rebuild",
    ":map_graph_network",
)
"""Functions of Keras 3 and tf_keras that check the names of a model's layers."""
