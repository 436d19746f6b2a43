"""What Keras 3 does otherwise than Keras 2, which most code on the web was written for."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis.case import Case
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.timeline.event import Event
from layertrace.timeline.surroundings import Failure

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"


def _seqs(place: Event | Failure) -> tuple[int, ...]:
    return (place.seq,) if isinstance(place, Event) else ()


@rule("LT701", "name-by-position", "error", _GUIDE)
def name_by_position(case: Case) -> Iterator[Found]:
    """A weight's name is passed first, as Keras 2 had it.

    In Keras 3 the first parameter of `add_weight` is `shape`, and the name goes by keyword. Written with
    both names, the call works in Keras 2 and 3.

    Bad:

    ```python
    self.kernel = self.add_weight("kernel", shape=(input_shape[-1], 2))
    ```

    Good:

    ```python
    self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 2))
    ```
    """
    for event in case.events("variable", lambda one: "name by position" in one.flags):
        if event.error is None or event.layer is None or event.layer.framework != "keras":
            continue
        name = event.variable.name if event.variable is not None else "kernel"
        shape = event.variable.shape if event.variable is not None else None
        yield Found(
            message="{layer} passes the name of a weight to add_weight by position, where Keras 3 takes the "
            "shape: pass both by name.",
            layer=event.layer,
            location=event.location,
            evidence=(Evidence(f"add_weight({name!r}, …) was refused", (event.seq,), event.location),),
            fix=f'self.add_weight(name="{name}", shape={shape if shape else "..."})',
        )


@rule("LT702", "foreign-layer", "error", _GUIDE)
def foreign_layer(case: Case) -> Iterator[Found]:
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
    yield from _refused(case)
    told = set()
    for event in case.events("call"):
        outer = case.busy_layer(event)
        layer = event.layer
        if layer is None or outer is None or layer.framework == outer.framework or layer.id in told:
            continue
        told.add(layer.id)
        yield Found(
            message=f"{{layer}} is a layer of {layer.framework}, called inside {outer.name} "
            f"({outer.class_name}) of {outer.framework}, which neither trains nor saves its weights: use one "
            "Keras for all layers.",
            layer=layer,
            location=event.location,
            evidence=(Evidence(f"called by {outer.name}", (event.seq,), event.location),),
            fix="import tf_keras as keras  # or set TF_USE_LEGACY_KERAS=1 before importing TensorFlow",
        )


def _refused(case: Case) -> Iterator[Found]:
    for place in case.raised_in("keras.src.models.sequential:add"):
        error = place.error
        if error is None or error.type not in ("ValueError", "TypeError") or case.named_twice(error.message):
            continue  # two layers of one name are LT108
        location = error.location or (place.location if isinstance(place, Event) else None)
        version = case.versions.get("keras", "3")
        yield Found(
            message=f"{{layer}} was given an object that is no layer of Keras {version}: it is of another "
            "Keras, such as tf_keras, or no layer at all.",
            layer=place.layer,
            location=location,
            evidence=(Evidence("refused here", _seqs(place), location),),
            fix="import tf_keras as keras  # one Keras for all layers; or wrap the object:\n"
            "class Wrapped(keras.layers.Layer):\n"
            "    def __init__(self, inner):\n"
            "        super().__init__()\n"
            "        self.inner = inner\n\n"
            "    def call(self, x):\n"
            "        return self.inner(x)",
        )


@rule("LT703", "add-metric", "error", _GUIDE)
def add_metric(case: Case) -> Iterator[Found]:
    """A layer calls `add_metric`, which Keras 3 does not have any more.

    A metric is an object that the layer owns, made once in `__init__`, or one that is given to `compile`.

    Bad:

    ```python
    def call(self, x):
        self.add_metric(tf.reduce_mean(x), name="mean")
        return x
    ```

    Good:

    ```python
    def __init__(self):
        super().__init__()
        self.mean = keras.metrics.Mean(name="mean")

    def call(self, x):
        self.mean.update_state(x)
        return x
    ```
    """
    for place in case.raised_in("keras.src.layers.layer:add_metric"):
        location = place.error.location if place.error is not None else None
        yield Found(
            message="{layer} calls add_metric, which Keras 3 has removed: let the layer own a metric.",
            layer=place.layer,
            location=location,
            evidence=(Evidence("add_metric was refused", _seqs(place), location),),
            fix='self.mean = keras.metrics.Mean(name="mean")  # in __init__\n'
            "self.mean.update_state(x)  # in call",
        )


@rule("LT704", "positional-argument", "error", _GUIDE)
def positional_argument(case: Case) -> Iterator[Found]:
    """A layer is called with something by position that is no tensor.

    Keras 3 takes tensors by position only; flags such as `training` go by name.

    Bad:

    ```python
    dropout(x, True)
    ```

    Good:

    ```python
    dropout(x, training=True)
    ```
    """
    for place in case.raised_in("keras.src.layers.layer:__call__"):
        error = place.error
        if error is None or error.type != "ValueError" or error.raised_in[:1] != (_CALL,):
            continue
        layer = error.subject or place.layer
        yield Found(
            message="{layer} was called with a value by position that is no tensor, which Keras 3 refuses: "
            "pass it by name.",
            layer=layer,
            location=error.location,
            evidence=(Evidence("refused here", _seqs(place), error.location),),
            fix=f"{layer.name if layer is not None else 'layer'}(x, training=True)",
        )


_CALL = "keras.src.layers.layer:__call__"
