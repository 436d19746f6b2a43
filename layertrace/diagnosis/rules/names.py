"""Names that two weights of a layer share, or two layers of a model."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis.case import Case, is_users
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.timeline.event import Event, LayerRef, VariableSpec

_SUBCLASSING = "https://keras.io/guides/making_new_layers_and_models_via_subclassing/"
_FUNCTIONAL = "https://keras.io/guides/functional_api/"


@rule("LT107", "duplicate-variable-name", "warning", _SUBCLASSING)
def duplicate_variable_name(case: Case) -> Iterator[Found]:
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
    for layer in case.layers:
        if not is_users(layer):
            continue
        first: dict[tuple[int | None, str], Event] = {}
        for event in case.of(layer, "variable"):
            made = event.variable
            if made is None or event.error is not None or not _is_weight_of(layer, made):
                continue
            before = first.setdefault((event.parent, made.path), event)
            if before is event:
                continue
            yield Found(
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


@rule("LT108", "duplicate-layer-name", "error", _FUNCTIONAL)
def duplicate_layer_name(case: Case) -> Iterator[Found]:
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
    places = case.raised_in(
        "keras.src.models.functional:__init__",
        "keras.src.ops.function:map_graph",
        "keras.src.models.sequential:add",
        "keras.src.models.sequential:_maybe_rebuild",
        ":map_graph_network",
    )
    for place in places:
        twice = [] if place.error is None else case.named_twice(place.error.message)
        if not twice or place.error is None or place.error.type != "ValueError":
            continue
        layer = twice[-1]
        made = [e for e in case.events("init") if e.layer is not None and e.layer.name == layer.name]
        yield Found(
            message=f"{{layer}} has the name of another layer of the same model, {layer.name!r}.",
            layer=layer,
            location=place.error.location or (made[-1].location if made else None),
            evidence=tuple(Evidence(f"{e.layer}", (e.seq,), e.location) for e in made[:2]),
            fix=f'keras.layers.{layer.class_name}(..., name="{layer.name}_2")',
        )
