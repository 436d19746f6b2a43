"""`layertrace.Callback` records one `fit`, on Keras 3 and tf_keras."""

import gc

import keras
import numpy as np
import pytest
import tf_keras
import warm
from keras.src.utils.python_utils import is_default

import layertrace
from layertrace.errors import TargetError, UnknownLayerError
from layertrace.record.api import is_recording

X, Y = np.ones((20, 3), "float32"), np.ones((20, 1), "float32")
BOTH = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])


def compiled(k, loss="mse"):
    """Return a model of one layer."""
    model = k.Sequential([k.layers.Input((3,)), k.layers.Dense(1, name="head")])
    model.compile("sgd", loss)
    return model


@BOTH
def test_a_fit_is_recorded_and_kept(k, tmp_path, capsys):
    """Its traces, calls and runs are in the timeline, the file and the page, and the verdict is printed."""
    file, page = tmp_path / "fit.layertrace", tmp_path / "fit.html"
    recording = layertrace.Callback(save=file, html=page, check=True)
    model = compiled(k)
    model.fit(X, Y, epochs=2, batch_size=8, verbose=0, callbacks=[recording], validation_data=(X, Y))
    runs = {run.function.role: 0 for run in recording.timeline.where(kind="run")}
    for run in recording.timeline.where(kind="run"):
        runs[run.function.role] += run.times

    assert recording.model is model
    assert runs == {"train": 6, "test": 6}
    assert recording.timeline.of("head").where(kind="call")
    assert len(layertrace.Timeline.load(file)) == len(recording.timeline)
    assert "<title>" in page.read_text(encoding="utf-8")
    assert "nothing wrong found in" in capsys.readouterr().out.splitlines()[-1]
    assert not is_recording()


@BOTH
def test_epochs_and_their_validation_are_marked(k):
    """Everything is traced in the first epoch; each has its own runs."""
    recording = layertrace.Callback()
    compiled(k).fit(
        X, Y, epochs=3, batch_size=8, verbose=0, callbacks=[recording], validation_data=(X, Y), shuffle=False
    )
    timeline = recording.timeline
    runs = [
        sum(run.times for run in timeline.during(f"epoch {number}").where(kind="run")) for number in (1, 2, 3)
    ]

    assert [mark.name for mark in timeline.marks] == [
        part for number in (1, 2, 3) for part in (f"epoch {number}", "validation")
    ]
    assert runs == [6, 6, 6]
    assert timeline.during("epoch 1").where(kind="trace")
    assert not timeline.during("epoch 2").where(kind="trace")
    assert timeline.during("validation").where(kind="run")[0].function.role == "test"
    assert all(mark.location.file == __file__ for mark in timeline.marks)


@BOTH
def test_an_evaluation_alone_marks_nothing(k):
    """The callback records a `fit`, and does not mind another use."""
    recording = layertrace.Callback()
    compiled(k).evaluate(X, Y, verbose=0, callbacks=[recording])

    with pytest.raises(UnknownLayerError, match="nothing was recorded yet"):
        recording.timeline  # noqa: B018  # the property raises


@BOTH
def test_only_the_layers_that_are_given_are_recorded(k, capsys):
    """Targets are those of `trace`, and nothing is printed by default."""
    model = compiled(k)
    recording = layertrace.Callback(model.layers[-1])
    model.fit(X, Y, verbose=0, callbacks=[recording])

    assert {layer.name for layer in recording.timeline.layers} == {"head"}
    model = compiled(k)
    recording = layertrace.Callback(exclude=model.layers[-1])
    model.fit(X, Y, verbose=0, callbacks=[recording])
    assert "head" not in {layer.name for layer in recording.timeline.layers}
    assert recording.timeline.layers
    assert capsys.readouterr().out == ""


@BOTH
def test_it_is_called_in_no_step(k):
    """Keras and tf_keras leave out what does nothing, so that a compiled step runs at its own speed."""
    recording = layertrace.Callback()
    callbacks = k.callbacks.CallbackList([recording], model=compiled(k))
    if k is tf_keras:
        assert callbacks._should_call_train_batch_hooks is False
        assert callbacks._should_call_test_batch_hooks is False
    for name in vars(keras.callbacks.Callback):
        if "batch" in name:
            assert is_default(getattr(recording, name)) == is_default(getattr(keras.callbacks.Callback, name))


@BOTH
def test_a_trained_model_is_the_same(k):
    """Losses and weights are those of a `fit` without it."""
    results = []
    for callbacks in ([], [layertrace.Callback()]):
        k.utils.set_random_seed(0)
        model = compiled(k)
        history = model.fit(X, Y, epochs=2, verbose=0, callbacks=callbacks)
        results.append((history.history, [weight.tolist() for weight in model.get_weights()]))

    assert results[0] == results[1]


@BOTH
def test_a_fit_that_fails_leaves_no_recording_behind(k):
    """Keras calls no method of a callback then: the recording ends with the callback."""

    def failing(y, predicted):
        raise LookupError("of the loss")

    def fit():
        with pytest.raises(Exception, match="of the loss"):  # tf_keras raises a class of its own
            compiled(k, failing).fit(X, Y, verbose=0, callbacks=[layertrace.Callback()])

    fit()
    gc.collect()

    assert not is_recording()


FAILING = """
import keras, numpy as np, layertrace

class Late(keras.layers.Layer):
    def call(self, x):
        return x * keras.Variable(2.0)

model = keras.Sequential([keras.layers.Dense(3), Late()])
model.compile("sgd", "mse")
ones = np.ones((4, 3), "float32")
model.fit(ones, ones, verbose=0, callbacks=[layertrace.Callback(check=True, html="fit.html")])
"""


@pytest.mark.slow
def test_a_program_whose_fit_fails_ends_with_findings_and_page(tmp_path):
    """They follow the traceback, since the program ends before Keras calls the callback again."""
    done = warm.run("-c", FAILING, cwd=tmp_path)

    assert done.returncode == 1
    assert "LT101" in done.stdout
    assert (tmp_path / "fit.html").stat().st_size > 10_000
    assert "Exception ignored" not in done.stderr


@BOTH
def test_an_interrupted_fit_is_reported_when_the_callback_goes(k, capsys):
    """As for one that failed; what runs after that is not recorded."""

    def interrupt(y, predicted):
        raise KeyboardInterrupt

    recording = layertrace.Callback(check=True)
    with pytest.raises(KeyboardInterrupt):
        compiled(k, interrupt).fit(X, Y, verbose=0, callbacks=[recording])
    assert capsys.readouterr().out == ""
    del recording
    gc.collect()

    assert not is_recording()
    assert " events of " in capsys.readouterr().out


def test_the_next_fit_ends_the_recording_of_one_that_failed(capsys):
    """The first is shown then; the timeline is that of the latest."""
    recording = layertrace.Callback(check=True)
    recording.on_train_begin()
    first = recording.timeline
    assert capsys.readouterr().out == ""
    compiled(keras).fit(X, Y, verbose=0, callbacks=[recording])

    shown = capsys.readouterr().out
    assert shown.count("nothing wrong found in") == 2
    assert recording.timeline is not first
    assert not is_recording()


def test_mistakes_are_one_sentence():
    """A target that cannot be recorded, and a timeline before the first `fit`."""
    with pytest.raises(TargetError, match="cannot trace a int"):
        layertrace.Callback(3)
    with pytest.raises(UnknownLayerError, match="nothing was recorded yet: pass this callback to fit"):
        layertrace.Callback().timeline  # noqa: B018  # the property raises
