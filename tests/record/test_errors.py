"""Exceptions are recorded where they arise and where they pass, and stay unchanged."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from keras import layers

import layertrace
from layertrace.errors import (
    BackendError,
    DependencyError,
    LayertraceWarning,
    TargetError,
    UnknownLayerError,
)
from layertrace.record import api
from layertrace.record.backends import loading
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.process import guard
from layertrace.render.tables.verdict import verdict

ONES = np.ones((2, 5), "float32")


class Broken(layers.Layer):
    def call(self, x):
        raise RuntimeError("broken on purpose")


class Around(layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = Broken()
        self.built = True

    def call(self, x):
        return self.inner(x)


def test_an_error_is_recorded_where_it_arises_and_where_it_passes():
    """The innermost event is the origin, with the user's line; its ancestors only let the exception pass."""
    layer = Around()
    layer.inner.built = True
    with layertrace.trace() as timeline, pytest.raises(RuntimeError, match="broken on purpose"):
        layer(ONES)

    around, inner = timeline.where(kind="call")
    assert (around.error.origin, inner.error.origin) == (False, True)
    assert inner.error.type == "RuntimeError"
    assert "broken on purpose" in inner.error.message
    assert inner.error.location.line == Broken.call.__code__.co_firstlineno + 1
    assert [e.layer.class_name for e in timeline.errors] == ["Broken"]
    assert inner.outputs is None
    assert inner.duration_ns > 0


def test_what_came_before_an_error_stays():
    """Everything up to the failure is in the timeline."""
    with layertrace.trace() as timeline, pytest.raises(RuntimeError):
        keras.Sequential([layers.Dense(2), Broken()])(ONES)

    assert timeline.of(layers.Dense).matches("init build(variable{2}) call*")


def test_an_error_in_init_is_recorded():
    """A layer whose __init__ fails is an event with an error, under the name it would have had."""

    class NeverReady(layers.Layer):
        def __init__(self):
            super().__init__()
            raise KeyError("no")

    with layertrace.trace() as timeline, pytest.raises(KeyError):
        NeverReady()

    assert timeline.kinds == ["init"]
    assert timeline[0].layer.name == "never_ready"
    assert timeline[0].error.type == "KeyError"


def test_the_same_layer_can_fail_again():
    """Two failures of one layer are two origins."""
    layer = Broken()
    layer.built = True
    with layertrace.trace() as timeline:
        for _ in range(2):
            with pytest.raises(RuntimeError):
                layer(tf.constant(ONES))

    assert len(timeline.errors) == 2


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (7, "cannot trace a int: it is not a Keras layer, layer class, model or name."),
        (dict, "cannot trace the class dict: it is not a Keras layer, layer class, model or name."),
        ("  ", "an empty name stands for no layer"),
        (keras.metrics.Mean, "cannot trace the class Mean"),
    ],
)
def test_a_wrong_target_gets_one_sentence(target, message):
    """A target that cannot be traced is refused at once, with a list of what can be."""
    with pytest.raises(TargetError) as raised:
        layertrace.trace(target)

    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


def test_traced_refuses_other_things_than_layer_classes():
    """@traced on another class than a Keras layer raises an error that names the class and the next step."""

    class Plain:
        pass

    with pytest.raises(TargetError, match="the class Plain: it is not a Keras layer class"):
        layertrace.traced(Plain)
    with pytest.raises(TargetError, match="with layertrace.trace"):
        layertrace.traced(Broken())


def test_trace_refuses_to_decorate_a_class():
    """@trace() on a class points to @traced."""
    with pytest.raises(TargetError, match="@layertrace.traced"):
        layertrace.trace()(Broken)


def test_trace_refuses_to_keep_nothing():
    """max_events below 1 is refused."""
    with pytest.raises(TargetError, match="at least 1"):
        layertrace.trace(max_events=0)


def test_another_backend_is_refused(monkeypatch):
    """Keras on another backend is refused with the variable to set."""
    monkeypatch.setattr(keras.backend, "backend", lambda: "openvino")
    monkeypatch.setattr(Loaded, "backend", None)
    monkeypatch.setattr(loading, "loaded", list)  # tf_keras is loaded, too

    with pytest.raises(BackendError, match="'openvino' backend yet: set KERAS_BACKEND=tensorflow"):
        layertrace.trace().start()


def test_on_another_backend_a_decorated_class_is_defined(monkeypatch):
    """It is not recorded, as a warning states, so that the module of the class is imported all the same."""
    monkeypatch.setattr(keras.backend, "backend", lambda: "openvino")
    monkeypatch.setattr(Loaded, "backend", None)
    monkeypatch.setattr(loading, "loaded", list)
    monkeypatch.setattr(api, "_program", None)
    monkeypatch.setattr(guard, "_warned", {})

    with pytest.warns(LayertraceWarning, match="not record Keras on its 'openvino' backend yet"):

        @layertrace.traced
        class Doubled(layers.Layer):
            pass

    assert Doubled.__name__ == "Doubled"
    assert "'openvino' backend" in layertrace.current_timeline().notes[0]


def test_tf_keras_is_recorded_beside_keras_on_another_backend(monkeypatch):
    """A note names the Keras that is not."""
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with layertrace.trace() as timeline:
        tf_keras.layers.Dense(1)(tf.zeros((2, 3)))

    assert [event.kind for event in timeline.of("dense")][:2] == ["init", "build"]
    (note,) = timeline.notes
    assert note.startswith("layertrace records one backend in a process, here 'tensorflow', and keras")


def test_a_crash_on_another_backend_is_not_said_to_be_without_layers(monkeypatch):
    """The verdict names the backend: the layers were not seen."""
    monkeypatch.setattr(loading, "refusals", lambda: ["layertrace does not record this Keras"])
    with pytest.raises(ZeroDivisionError), layertrace.trace() as timeline:
        raise ZeroDivisionError

    assert verdict(timeline, []).sentence.endswith("; layertrace does not record this Keras")


def test_an_old_tensorflow_is_refused(monkeypatch):
    """A TensorFlow that is too old is refused with the command that updates it."""
    monkeypatch.setattr(tf, "__version__", "2.15.1")
    monkeypatch.setattr(Loaded, "backend", None)

    older = r"TensorFlow 2\.15\.1 is older .* pip install 'tensorflow>=2\.16'"
    with pytest.raises(DependencyError, match=older):
        layertrace.trace().start()


def test_report_of_an_unknown_layer_explains_how_to_record_it():
    """report(layer) without a recording of the layer raises an error that explains how to record it."""
    with pytest.raises(UnknownLayerError, match="Record it first: put @layertrace.traced"):
        layertrace.report(layers.Dense(1))


def test_a_missing_private_part_is_reported_once(monkeypatch, request):
    """If TensorFlow lacks a private part, one warning names what is missing, and everything else works."""
    from layertrace.record.frameworks import tensorflow_private
    from layertrace.record.process import guard

    part = tensorflow_private.PARTS["create_concrete_function"]
    monkeypatch.setitem(
        tensorflow_private.PARTS,
        "create_concrete_function",
        replace(part, name="_gone"),
    )
    monkeypatch.setattr(guard, "_warned", {})
    tensorflow_private._found.cache_clear()
    request.addfinalizer(tensorflow_private._found.cache_clear)
    layer = layers.Dense(2)
    layer(ONES)
    with pytest.warns(LayertraceWarning, match="traces of tf.functions are not recorded") as warned:
        with layertrace.trace() as timeline:
            tf.function(lambda x: layer(x))(tf.constant(ONES))

    assert len([w for w in warned if w.category is LayertraceWarning]) == 1
    assert timeline.of(layer).where(kind="call").kinds == ["call"]
    assert [e.mode for e in timeline.where(kind="call")] == ["graph"]


def test_a_long_message_keeps_its_beginning_and_its_end():
    """TensorFlow writes what went wrong below a long traceback, and Keras above long arguments."""
    message = f"first {'x' * 9000} last"
    with pytest.raises(ValueError), layertrace.trace(report=False) as timeline:
        raise ValueError(message)

    kept = timeline.failure.error.message
    assert kept.startswith("first")
    assert kept.endswith("last")
    assert len(kept) < 4100
