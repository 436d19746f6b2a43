"""LT702: A layer of another Keras, or an object that is no layer, is used inside a Keras 3 model."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.migration._shared import seqs
from layertrace.timeline.event import LayerRef, Location


@rule("LT702", "foreign-layer", "error", links.MIGRATING_TO_KERAS_3)
def foreign_layer(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer of another Keras, or an object that is no layer, is used inside a Keras 3 model.

    Keras 3 and `tf_keras` have a `Layer` class each. TensorFlow Hub, TensorFlow Probability and older
    packages make layers of `tf_keras`; `keras.Sequential` refuses them, and a subclassed Keras 3 model
    that calls one neither trains nor saves its weights.

    Bad:

    ```python
    model = keras.Sequential([hub.KerasLayer(url), keras.layers.Dense(1)])
    ```

    Good:

    ```python
    import tf_keras

    model = tf_keras.Sequential([hub.KerasLayer(url), tf_keras.layers.Dense(1)])
    ```
    """
    yield from _refused(context)
    yield from _given_foreign_tensors(context)
    told = set()
    for event in context.events("call"):
        layer = event.layer
        if layer is None or layer.id in told or event.parent is None:
            continue
        outer = context.enclosing_layer(event)
        if outer is None or layer.framework == outer.framework:
            continue
        told.add(layer.id)
        yield Violation(
            message=f"{{layer}} is a layer of {layer.framework}, called inside {outer.name} "
            f"({outer.class_name}) of {outer.framework}, which neither trains nor saves its weights: use one "
            "Keras for all layers.",
            layer=layer,
            location=event.location,
            evidence=(Evidence(f"called by {outer.name}", (event.seq,), event.location),),
            fix=_ONE_KERAS,
        )


_ONE_KERAS = "import tf_keras as keras  # or set TF_USE_LEGACY_KERAS=1 before importing TensorFlow"


def _given_foreign_tensors(context: DiagnosisContext) -> Iterator[Violation]:
    """Find layers that are called with a symbolic tensor of the other Keras, whether that failed or not."""
    told = set()
    for event in context.events("call", context.is_of_other_keras):
        outer, layer = context.parent(event), event.layer
        inner = outer is not None and context.is_of_other_keras(outer)
        if layer is not None and layer.id not in told and not inner:
            told.add(layer.id)
            yield _foreign_tensor(layer, event.location, (event.seq,))
    failure = context.failure
    if failure is None or failure.layer is None or failure.layer.framework != "tf_keras":
        return
    # It asks the tensor's shape for its rank, which all of its own shapes have.
    asked = failure.error.raised_in[:1] == ("tf_keras.src.engine.input_spec:assert_input_compatibility",)
    both = any(layer.framework == "keras" for layer in context.layers)
    if asked and both and failure.layer.id not in told and failure.error.type == "AttributeError":
        yield _foreign_tensor(failure.layer, failure.error.location, ())


def _foreign_tensor(layer: LayerRef, location: Location | None, seqs: tuple[int, ...]) -> Violation:
    other = "keras" if layer.framework == "tf_keras" else "tf_keras"
    return Violation(
        message=f"{{layer}} is a layer of {layer.framework}, called with a symbolic tensor of {other}, which "
        "knows nothing of it: use one Keras for all layers.",
        layer=layer,
        location=location,
        evidence=(Evidence(f"called with a tensor of {other}", seqs, location),),
        fix=_ONE_KERAS,
    )


def _refused(context: DiagnosisContext) -> Iterator[Violation]:
    for place in context.raised_in("tf_keras.src.engine.sequential:add"):
        error = place.error
        given = [layer for layer in context.layers if layer.framework == "keras"]
        named = [layer for layer in given if error is not None and f"name={layer.name}," in error.message]
        if error is None or error.type != "TypeError" or not named:
            continue
        location = context.line(place)
        yield Violation(
            message="{layer} is a layer of keras, given to a Sequential of tf_keras, which refuses it: use "
            "one Keras for all layers.",
            layer=named[-1],
            location=location,
            evidence=(Evidence("refused here", seqs(place), location),),
            fix="import keras  # and keras.Sequential, with layers of keras alone",
        )
    for place in context.raised_in("keras.src.models.sequential:add"):
        error = place.error
        if (
            error is None
            or error.type not in ("ValueError", "TypeError")
            or context.named_twice(error.message)
        ):
            continue  # two layers of one name are LT108
        location = context.line(place)
        version = context.versions.get("keras", "3")
        yield Violation(
            message=f"{{layer}} was given an object that is no layer of Keras {version}: it is of another "
            "Keras, such as tf_keras, or no layer at all.",
            layer=place.layer,
            location=location,
            evidence=(Evidence("refused here", seqs(place), location),),
            fix="import tf_keras as keras  # one Keras for all layers; or wrap the object:\n"
            "class Wrapped(keras.layers.Layer):\n"
            "    def __init__(self, inner):\n"
            "        super().__init__()\n"
            "        self.inner = inner\n\n"
            "    def call(self, x):\n"
            "        return self.inner(x)",
        )
