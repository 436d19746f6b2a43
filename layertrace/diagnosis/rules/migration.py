"""What Keras 3 does otherwise than Keras 2, which most code on the web was written for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.case import Case
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import dotted, nodes_at, parameters
from layertrace.timeline.context import Failure
from layertrace.timeline.event import Event, LayerRef, Location

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
            fix=f'self.add_weight(name="{name}", shape={_shape_given(event) or shape or "..."})',
        )


def _shape_given(event: Event) -> str | None:
    """Return the shape that is passed to `add_weight`, as it is written."""
    for node in nodes_at(event.location):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("add_weight"):
            named = [one.value for one in node.keywords if one.arg == "shape"]
            given = (*named, *node.args[1:2])
            return ast.unparse(given[0]) if given else None
    return None


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
    yield from _given_foreign_tensors(case)
    told = set()
    for event in case.events("call"):
        layer = event.layer
        if layer is None or layer.id in told or event.parent is None:
            continue
        outer = case.busy_layer(event)
        if outer is None or layer.framework == outer.framework:
            continue
        told.add(layer.id)
        yield Found(
            message=f"{{layer}} is a layer of {layer.framework}, called inside {outer.name} "
            f"({outer.class_name}) of {outer.framework}, which neither trains nor saves its weights: use one "
            "Keras for all layers.",
            layer=layer,
            location=event.location,
            evidence=(Evidence(f"called by {outer.name}", (event.seq,), event.location),),
            fix=_ONE_KERAS,
        )


_ONE_KERAS = "import tf_keras as keras  # or set TF_USE_LEGACY_KERAS=1 before importing TensorFlow"


def _given_foreign_tensors(case: Case) -> Iterator[Found]:
    """Find layers that are called with a symbolic tensor of the other Keras, whether that failed or not."""
    told = set()
    for event in case.events("call", case.is_of_other_keras):
        outer, layer = case.parent(event), event.layer
        inner = outer is not None and case.is_of_other_keras(outer)
        if layer is not None and layer.id not in told and not inner:
            told.add(layer.id)
            yield _foreign_tensor(layer, event.location, (event.seq,))
    failure = case.failure
    if failure is None or failure.layer is None or failure.layer.framework != "tf_keras":
        return
    # It asks the tensor's shape for its rank, which all of its own shapes have.
    asked = failure.error.raised_in[:1] == ("tf_keras.src.engine.input_spec:assert_input_compatibility",)
    both = any(layer.framework == "keras" for layer in case.layers)
    if asked and both and failure.layer.id not in told and failure.error.type == "AttributeError":
        yield _foreign_tensor(failure.layer, failure.error.location, ())


def _foreign_tensor(layer: LayerRef, location: Location | None, seqs: tuple[int, ...]) -> Found:
    other = "keras" if layer.framework == "tf_keras" else "tf_keras"
    return Found(
        message=f"{{layer}} is a layer of {layer.framework}, called with a symbolic tensor of {other}, which "
        "knows nothing of it: use one Keras for all layers.",
        layer=layer,
        location=location,
        evidence=(Evidence(f"called with a tensor of {other}", seqs, location),),
        fix=_ONE_KERAS,
    )


def _refused(case: Case) -> Iterator[Found]:
    for place in case.raised_in("tf_keras.src.engine.sequential:add"):
        error = place.error
        given = [layer for layer in case.layers if layer.framework == "keras"]
        named = [layer for layer in given if error is not None and f"name={layer.name}," in error.message]
        if error is None or error.type != "TypeError" or not named:
            continue
        location = case.line(place)
        yield Found(
            message="{layer} is a layer of keras, given to a Sequential of tf_keras, which refuses it: use "
            "one Keras for all layers.",
            layer=named[-1],
            location=location,
            evidence=(Evidence("refused here", _seqs(place), location),),
            fix="import keras  # and keras.Sequential, with layers of keras alone",
        )
    for place in case.raised_in("keras.src.models.sequential:add"):
        error = place.error
        if error is None or error.type not in ("ValueError", "TypeError") or case.named_twice(error.message):
            continue  # two layers of one name are LT108
        location = case.line(place)
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
        location = case.line(place)
        yield Found(
            message="{layer} calls add_metric, which Keras 3 has removed: let the layer own a metric.",
            layer=case.subject(place),
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
        layer = error.subject or case.subject(place)
        yield Found(
            message="{layer} was called with a value by position that is no tensor, which Keras 3 refuses: "
            "pass it by name.",
            layer=layer,
            location=case.line(place),
            evidence=(Evidence("refused here", _seqs(place), case.line(place)),),
            fix=_by_name(case, case.line(place), layer),
        )


def _by_name(case: Case, line: Location | None, layer: LayerRef | None) -> str:
    """Write the call again, with what is no tensor under the name of the parameter that it was meant for."""
    state = case.state(layer)
    names = parameters(state.methods.get("call"))[1:] if state is not None else []
    for node in nodes_at(line):
        plain = [one for one in node.args if _is_plain(one)] if isinstance(node, ast.Call) else []
        if not isinstance(node, ast.Call) or not plain or dotted(node.func)[:1].isupper():
            continue
        at = node.args.index(plain[0])
        given = [ast.unparse(one) for one in node.args[:at]]
        is_flag = isinstance(plain[0], ast.Constant) and isinstance(plain[0].value, bool)
        name = names[at] if at < len(names) else "training" if is_flag else "argument"
        return f"{ast.unparse(node.func)}({', '.join([*given, f'{name}={ast.unparse(plain[0])}'])})"
    name = names[1] if len(names) > 1 else "training"
    return f"{layer.name if layer is not None else 'layer'}(x, {name}=...)"


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is not None


_CALL = "keras.src.layers.layer:__call__"
