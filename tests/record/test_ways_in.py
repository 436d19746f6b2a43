"""Five ways to record, in any nesting, and what each keeps."""

import asyncio

import keras
import numpy as np
import pytest
import tensorflow as tf
import warm
from keras import layers

import layertrace
from layertrace.record.recording import targets

ONES = np.ones((2, 5), "float32")


class Double(layers.Layer):
    def call(self, x):
        return 2 * x


def encoder_and_decoder():
    """Return a model with an encoder of two layers, and a decoder."""
    encoder = keras.Sequential([layers.Dense(4, name="in"), layers.Dense(3, name="out")], name="encoder")
    return keras.Sequential([layers.Input((5,)), encoder, layers.Dense(5, name="decoder")], name="model")


def names(timeline):
    """Return the names of the layers of a timeline, in order of their first events."""
    return [layer.name for layer in timeline.layers]


def test_a_layer_target_keeps_only_that_layer():
    """trace(layer) keeps the events of that one instance."""
    layer, other = Double(name="one"), Double(name="other")
    with layertrace.trace(layer) as timeline:
        layer(ONES)
        other(ONES)

    assert names(timeline) == ["one"]


def test_a_model_target_keeps_all_inside_it():
    """trace(model) keeps the model with all layers inside, and what is created inside."""
    model, other = encoder_and_decoder(), Double()
    with layertrace.trace(model) as timeline:
        model(ONES)
        other(ONES)

    assert names(timeline) == ["model", "encoder", "in", "out", "decoder"]


def test_a_class_target_keeps_its_layers_and_subclasses():
    """trace(Class) keeps the layers of the class and its subclasses, also of those defined later."""

    class Quadruple(Double):
        def call(self, x):
            return 2 * super().call(x)

    with layertrace.trace(Double) as timeline:
        keras.Sequential([layers.Dense(2), Double(name="d"), Quadruple(name="q")])(ONES)

    assert names(timeline) == ["d", "q"]


def test_a_name_target_is_a_glob_of_names_paths_and_classes():
    """trace("glob") compares with the name, the path and the class name."""
    model = encoder_and_decoder()
    with layertrace.trace("dec*", "in") as by_name, layertrace.trace("encoder/*") as by_path:
        model(ONES)
    with layertrace.trace("Sequential") as by_class:
        model(ONES)

    assert names(by_name) == ["in", "decoder"]
    assert names(by_path) == ["in", "out"]
    assert names(by_class) == ["model", "encoder"]


def test_a_name_is_left_out_with_what_is_inside():
    """`exclude` leaves out a layer, a name or a path with everything inside; a glob may be the only one."""
    model = encoder_and_decoder()
    encoder = model.layers[0]
    with (
        layertrace.trace(exclude="encoder") as without_name,
        layertrace.trace(exclude=[encoder]) as without_layer,
        layertrace.trace(exclude=["encoder/*", "dec*"]) as without_path,
    ):
        model(ONES)

    assert names(without_name) == ["model", "decoder"]
    assert names(without_layer) == ["model", "decoder"]
    assert names(without_path) == ["model", "encoder"]


def test_a_class_or_module_is_left_out_alone():
    """What is inside a layer stays if only its class or module is left out, below the layer around."""
    model = keras.Sequential([keras.Sequential([Double(name="mine")], name="inner")], name="model")
    with (
        layertrace.trace(exclude=(keras.Sequential, layers.InputLayer)) as without_class,
        layertrace.trace(exclude=["Sequential", "InputLayer"]) as without_its_name,
        layertrace.trace(exclude=["keras.*"]) as without_module,
    ):
        model(ONES)

    assert [names(part) for part in (without_class, without_its_name, without_module)] == [["mine"]] * 3
    assert {event.parent for event in without_class.where(kind="call")} == {None}


def test_an_exclusion_compares_each_layer_once(monkeypatch):
    """A name is compared when the recording ends, for each layer, not for each of its events."""
    compared = []
    monkeypatch.setattr(targets, "is_named", lambda ref, _: compared.append(ref.name))
    layer = Double(name="mine")
    with layertrace.trace(exclude=["oth*"]):
        for _ in range(20):
            layer(ONES)

    assert compared == ["mine"]


def test_an_exclusion_narrows_the_targets():
    """With both, what is inside the model is kept except for one layer, and so are the traces around."""
    model, other = encoder_and_decoder(), Double(name="other")
    with layertrace.trace(model, exclude=["in"]) as timeline:
        tf.function(lambda x: other(model(x)))(tf.constant(ONES))

    assert names(timeline) == ["model", "encoder", "out", "decoder"]
    assert timeline.kinds.count("trace") == 1


def test_a_function_that_only_an_excluded_layer_runs_is_left_out():
    """Its traces and runs happen inside the layer, and are left out with it."""
    step = tf.function(lambda x: x + 1)

    class Runs(layers.Layer):
        def call(self, x):
            return step(x)

    layer, other = Runs(name="runs"), Double(name="other")
    with layertrace.trace(exclude=["runs"]) as timeline:
        other(layer(ONES))

    assert timeline.kinds == ["build", "call"]


def test_an_exclusion_without_a_match_is_noted():
    """A note names the glob, as for targets; anything else than a layer is an error."""
    with layertrace.trace(exclude=["decodr"]) as timeline:
        encoder_and_decoder()(ONES)

    assert timeline.notes[0].startswith("no layer matches 'decodr' (did you mean 'decoder'")
    with pytest.raises(layertrace.errors.TargetError, match="not a Keras layer"):
        layertrace.trace(exclude=[3])
    with pytest.raises(layertrace.errors.TargetError, match="cannot leave out the class int"):
        layertrace.trace(exclude=int)


def test_a_decorated_function_leaves_out_the_same_layers():
    """Each run of the function is recorded with the same targets and exclusions."""

    @layertrace.trace(exclude="encoder")
    def step():
        encoder_and_decoder()(ONES)

    step()
    assert "encoder" not in names(step.timeline)


def test_targets_keep_the_traces_around():
    """A narrowed timeline keeps the traces its events happened in, and the runs of their functions."""
    model = encoder_and_decoder()
    with layertrace.trace("decoder") as timeline:
        tf.function(lambda x: model(x))(tf.constant(ONES))
        tf.function(lambda x: x + 1)(tf.constant(ONES))

    assert timeline.matches("trace(call) run")
    assert timeline[1].parent == 0


def test_recordings_nest_and_overlap():
    """Overlapping recordings each have what happened in their own time."""
    layer = Double()
    first, second = layertrace.trace(), layertrace.trace()
    early = first.start()
    layer(ONES)
    late = second.start()
    layer(ONES)
    first.stop()
    layer(ONES)
    second.stop()
    layer(ONES)

    assert (len(early.where(kind="call")), len(late.where(kind="call"))) == (2, 2)


def test_a_trace_can_be_entered_again():
    """One trace object may be entered several times, also inside itself."""
    layer, trace = Double(), layertrace.trace()
    with trace as outer:
        layer(ONES)
        with trace as inner:
            layer(ONES)

    assert (len(outer.where(kind="call")), len(inner.where(kind="call"))) == (2, 1)


def test_a_timeline_can_be_read_while_it_grows():
    """A timeline that is read during a call has that call, without an end."""
    seen = []

    class Curious(layers.Layer):
        def call(self, x):
            seen.append(list(layertrace.current_timeline()))
            return x

    layer = Curious()
    with layertrace.trace() as timeline:
        layer(tf.constant(ONES))

    (call,) = [e for e in seen[-1] if e.kind == "call"]
    assert call.duration_ns is None
    assert timeline.where(kind="call")[0].duration_ns > 0


def test_trace_decorates_a_function():
    """@trace() makes a new recording of each run of a function."""
    layer = Double()

    @layertrace.trace()
    def step(times):
        for _ in range(times):
            layer(ONES)
        return times

    assert step(2) == 2
    assert len(step.timeline.where(kind="call")) == 2
    step(1)
    assert len(step.timeline.where(kind="call")) == 1


def test_trace_decorates_a_coroutine():
    """@trace() records a coroutine while it runs."""
    layer = Double()

    @layertrace.trace()
    async def step():
        await asyncio.sleep(0)
        layer(ONES)
        return "done"

    assert asyncio.run(step()) == "done"
    assert len(step.timeline.where(kind="call")) == 1


def test_a_full_recording_stops_with_a_note():
    """A recording keeps its first events, and its notes show that it is incomplete."""
    layer = Double()
    with layertrace.trace(max_events=100) as timeline:
        for _ in range(3000):
            layer(tf.constant(ONES))

    assert 100 <= len(timeline) < 3000
    assert timeline[0].kind == "build"
    assert "recording stopped at" in timeline.notes[0]
    assert "max_events" in str(timeline)


def run(program, **environment):
    """Run a program in a process of its own and return what it prints."""
    done = warm.run("-c", program, env=environment)
    assert done.returncode == 0, done.stderr
    assert "LayertraceWarning" not in done.stderr
    return done.stdout.split()


def test_a_glob_without_a_match_is_noted():
    """When the recording ends, a note names the glob, similar names and the layers that were seen."""
    with layertrace.trace("encodr/*", "dec*") as timeline:
        encoder_and_decoder()(ONES)

    assert names(timeline) == ["decoder"]
    (note,) = timeline.notes
    assert note.startswith("no layer matches 'encodr/*' (did you mean 'encoder/*'?); the layers are ")


def test_a_report_on_a_layer_looks_into_the_recording_that_ended_last(capsys):
    """`report` prints what happened to a layer after the `with` block; without a layer, all of it."""
    with layertrace.trace():
        layer = layers.Dense(3, name="mine")
        layer(ONES)
    layertrace.report(layer)
    of_layer = capsys.readouterr().out
    layertrace.report()

    assert "init" in of_layer
    assert "mine" in of_layer
    assert "mine" in capsys.readouterr().out
    with layertrace.trace(), pytest.raises(layertrace.errors.UnknownLayerError):
        layertrace.report(layer)


def test_a_report_on_a_model_includes_what_is_inside(capsys):
    """The layers of a model are shown with it, and no other layer is."""
    model, other = encoder_and_decoder(), Double(name="other")
    with layertrace.trace():
        model(ONES)
        other(ONES)
    layertrace.report(model)

    shown = capsys.readouterr().out
    assert "decoder" in shown
    assert "encoder" in shown
    assert "other" not in shown


TRACED = """
import layertrace, keras, numpy as np
{make}
MyDense(3)(np.ones((1, 2), "float32"))
print(*layertrace.current_timeline().kinds)
keras.layers.Dense(3)(np.ones((1, 2), "float32"))
print(len(layertrace.current_timeline()))
with layertrace.trace() as timeline:
    assert layertrace.current_timeline() is timeline
"""


@pytest.mark.parametrize(
    "make",
    [
        "@layertrace.traced\nclass MyDense(keras.layers.Dense): pass",
        "class MyDense(layertrace.TraceMixin, keras.layers.Dense): pass",
    ],
    ids=["traced", "TraceMixin"],
)
def test_a_traced_class_records_into_the_process_wide_timeline(make):
    """@traced and TraceMixin record every layer of the class for the whole program, and no other."""
    assert run(TRACED.format(make=make)) == ["init", "build", "variable", "variable", "call", "5"]


def test_disabled_records_nothing():
    """LAYERTRACE_DISABLED=1 switches off every way to record."""
    program = """
import layertrace, keras, numpy as np
before = vars(keras.layers.Dense)["call"]
@layertrace.traced
class Mine(keras.layers.Dense): pass
with layertrace.trace() as timeline:
    Mine(2)(np.ones((1, 2), "float32"))
    assert vars(keras.layers.Dense)["call"] is before
assert len(layertrace.current_timeline()) == 0
print(len(timeline), *timeline.notes)
"""
    assert run(program, LAYERTRACE_DISABLED="1")[:3] == ["0", "LAYERTRACE_DISABLED", "is"]


def test_a_keras_imported_during_a_trace_is_hooked():
    """tf_keras is hooked as well if it is first imported during a recording."""
    program = """
import layertrace, keras, numpy as np
with layertrace.trace() as timeline:
    import tf_keras
    tf_keras.layers.Dense(2)(np.ones((1, 2), "float32"))
print(*timeline.kinds, timeline[0].layer.framework)
"""
    assert run(program) == ["init", "build", "variable", "variable", "call", "tf_keras"]


def test_the_user_s_line_is_known_from_a_string_too():
    """Events caused by code from `python -c` name its lines."""
    program = """
import layertrace, keras, numpy as np
with layertrace.trace() as timeline:
    keras.layers.Dense(2)(np.ones((1, 2), "float32"))
print({str(event.location) for event in timeline})
"""
    assert run(program) == ["{'<string>:4'}"]
