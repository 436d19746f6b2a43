"""LT702: A layer of another Keras, or an object that is not a layer, is used in a Keras 3 model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.timeline.event import LayerRef, Location


@rule("LT702", "foreign-layer", "error", links.MIGRATING_TO_KERAS_3)
def foreign_layer(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer of another Keras, or an object that is not a layer, is used in a Keras 3 model.

    ## Why is this bad?

    Keras 3 and `tf_keras` have different `Layer` classes. TensorFlow Hub, TensorFlow Probability and older
    packages create layers of `tf_keras`. `keras.Sequential` refuses them, and a subclassed Keras 3 model
    that calls one neither trains nor saves its weights.

    ## Example

    ```python
    model = keras.Sequential([hub.KerasLayer(url), keras.layers.Dense(1)])
    ```

    ## Use instead

    ```python
    import tf_keras

    model = tf_keras.Sequential([hub.KerasLayer(url), tf_keras.layers.Dense(1)])
    ```

    ## Known limits

    A foreign object that is not a Keras layer is seen only if `Sequential` refuses it, and the finding names
    the model, not the object. Among several foreign layers of one class, the finding names the first. A
    foreign layer that is stored but never called inside another layer is not seen.
    """
    yield from _refused_by_sequential(context)
    yield from _called_with_foreign_tensor(context)
    yield from _called_inside_other_keras(context)


def _called_inside_other_keras(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the layers that a layer of another Keras calls."""
    reported = set()
    for event in context.events("call") if context.has_both_keras else ():
        layer = event.layer
        if layer is None or layer.id in reported or event.parent is None:
            continue
        outer = context.enclosing_layer(event)
        if outer is None or layer.framework == outer.framework:
            continue
        reported.add(layer.id)
        yield Violation(
            message=f"{{layer}} is a layer of {layer.framework}, called inside {outer.name} "
            f"({outer.class_name}) of {outer.framework}. {outer.name} neither trains nor saves its weights; "
            "use one Keras for all layers.",
            layer=layer,
            location=event.location,
            evidence=(Evidence(f"called by {outer.name}", (event.seq,), event.location),),
            fix=_ONE_KERAS,
        )


_ONE_KERAS = "import tf_keras as keras  # or set TF_USE_LEGACY_KERAS=1 before importing TensorFlow"


def _called_with_foreign_tensor(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the layers that are called with a symbolic tensor of the other Keras, failed or not."""
    reported = set()
    for event in context.events("call", context.is_of_other_keras) if context.has_both_keras else ():
        outer, layer = context.parent(event), event.layer
        is_inner = outer is not None and context.is_of_other_keras(outer)
        if layer is not None and layer.id not in reported and not is_inner:
            reported.add(layer.id)
            yield _foreign_tensor(layer, event.location, (event.seq,))
    failure = context.failure
    if failure is None or failure.layer is None or failure.layer.framework != "tf_keras":
        return
    # tf_keras asks the shape of the tensor for its rank, an attribute that only its own shapes have.
    asks_rank = failure.error.raised_in[:1] == ("tf_keras.src.engine.input_spec:assert_input_compatibility",)
    uses_both = any(layer.framework == "keras" for layer in context.layers)
    is_reported = failure.layer.id in reported
    if asks_rank and uses_both and not is_reported and failure.error.type == "AttributeError":
        yield _foreign_tensor(failure.layer, failure.error.location, ())


def _foreign_tensor(layer: LayerRef, location: Location | None, events: tuple[int, ...]) -> Violation:
    other = "keras" if layer.framework == "tf_keras" else "tf_keras"
    return Violation(
        message=f"{{layer}} is a layer of {layer.framework}, but was called with a symbolic tensor of "
        f"{other}. {other} cannot record this call; use one Keras for all layers.",
        layer=layer,
        location=location,
        evidence=(Evidence(f"called with a tensor of {other}", events, location),),
        fix=_ONE_KERAS,
    )


def _refused_by_sequential(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield what a Sequential of either Keras refused to add."""
    for place, error in context.errors_from("tf_keras.src.engine.sequential:add"):
        layers = [layer for layer in context.layers if layer.framework == "keras"]
        quoted = [layer for layer in layers if f"name={layer.name}," in error.message]
        if error.type != "TypeError" or not quoted:
            continue
        location = context.line(place)
        yield Violation(
            message="{layer} is a layer of keras, given to a Sequential of tf_keras, which refuses it: use "
            "one Keras for all layers.",
            layer=quoted[-1],
            location=location,
            evidence=(Evidence("refused here", seqs(place), location),),
            fix="import keras  # and keras.Sequential, with layers of keras only",
        )
    for place, error in context.errors_from("keras.src.models.sequential:add"):
        is_duplicate = bool(context.layers_with_shared_name(error.message))  # reported by LT108
        if error.type not in ("ValueError", "TypeError") or is_duplicate:
            continue
        location = context.line(place)
        foreign = _refused_layer(context, error.message)
        if foreign is not None:
            init = context.init_of(foreign)
            yield Violation(
                message=f"{{layer}} is a layer of {foreign.framework}, given to {place.layer} of keras, "
                "which refuses it: use one Keras for all layers.",
                layer=foreign,
                location=location if init is None else init.location or location,
                evidence=(Evidence("refused here", seqs(place), location),),
                fix=f"keras.layers.{foreign.class_name}(...)  # from the Keras of the model; or "
                "import tf_keras as keras",
                fix_place="elsewhere",
            )
            continue
        version = context.versions.get("keras", "3")
        yield Violation(
            message=f"{{layer}} was given an object that is not a layer of Keras {version}: it belongs to "
            "another Keras, such as tf_keras, or it is not a layer.",
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


def _refused_layer(context: DiagnosisContext, message: str) -> LayerRef | None:
    """Return the layer of the other Keras that a message quotes by its class."""
    quoted = re.search(r"\(of type <class '([\w.]+)'>\)", message)
    layers = (layer for layer in context.layers if layer.framework == "tf_keras")
    return next((layer for layer in layers if quoted is not None and quoted[1] in layer.bases[:1]), None)
