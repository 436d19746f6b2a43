"""Every trace of a tf.function is recorded with its cause, every run is counted, both counts are exact."""

import threading

import keras
import numpy as np
import pytest
import tensorflow as tf
import warm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers

import layertrace
from layertrace.timeline import Change


@pytest.fixture
def dense():
    made = layers.Dense(1)
    made.build((None, 3))
    return made


def history_of(timeline, name):
    """Return the history of the only function with a name."""
    (history,) = [life for life in timeline.functions if life.name == name]
    return history


# Causes


def step_with(dense, **options):
    @tf.function(**options)
    def step(x, *args, **kwargs):
        return dense(x) if isinstance(x, tf.Tensor) and x.shape.rank == 2 else x

    return step


ONES = tf.ones((2, 3))
CAUSES = {
    "shape": ((ONES,), (tf.ones((4, 3)),), "x: float32[4, 3], was float32[2, 3] (dimension 0)"),
    "rank": ((ONES,), (tf.ones((2, 3, 1)),), "x: float32[2, 3, 1], was float32[2, 3]"),
    "dtype": ((ONES,), (tf.ones((2, 3), "int32"),), "x: int32[2, 3], was float32[2, 3]"),
    "encoding": ((tf.sparse.eye(3),), (tf.eye(3),), "x: float32[3, 3], was sparse float32[3, 3]"),
    "value": ((ONES, 0.1), (ONES, 0.2), "args_0=0.2, was 0.1"),
    "type": ((ONES, "a"), (ONES, 1), "args_0=1, was 'a'"),
    "tensor": ((ONES, 1), (ONES, tf.constant(1)), "args_0: int32[], was 1"),
    "added": ((ONES,), (ONES, 7), "args_0 is new: 7"),
    "removed": ((ONES, 7), (ONES,), "args_0 is gone, was 7"),
    "longer": ((ONES, (1,)), (ONES, (1, 2)), "args_0: (1, 2), was (1,)"),
    "nested": ((ONES, {"a": [1, 2]}), (ONES, {"a": [1, 3]}), "args_0['a'][1]=3, was 2"),
    "list": ((ONES, [1]), (ONES, (1,)), "args_0: tuple, was list"),
}


@pytest.mark.parametrize("case", CAUSES)
def test_a_retrace_names_the_argument_with_both_values(case, dense):
    """Every difference in an argument is named, with the new value and the old one."""
    first, second, cause = CAUSES[case]
    step = step_with(dense)

    with layertrace.trace() as timeline:
        step(*first)
        step(*second)

    assert [str(cause) for cause in history_of(timeline, "step").causes] == [cause]


def test_keywords_and_training_are_named(dense):
    """A new keyword argument, and a changed training flag, are named."""
    step = step_with(dense)

    with layertrace.trace() as timeline:
        step(ONES, training=False)
        step(ONES, training=True)
        step(ONES, training=True, mask=None)

    causes = [str(cause) for cause in history_of(timeline, "step").causes]
    assert causes == ["training=True, was False", "mask is new: None"]


def test_a_new_object_where_there_was_an_equal_one_is_named(dense):
    """Objects are identified by class and number, layers by name."""

    class Config:
        pass

    step, first, second = step_with(dense), Config(), Config()
    with layertrace.trace() as timeline:
        step(ONES, first)
        step(ONES, second)
        step(ONES, layers.Dense(1, name="other"))

    one_object, a_layer = (cause.changes[0] for cause in history_of(timeline, "step").causes)
    assert one_object.what == a_layer.what == "object"
    assert one_object.before.startswith("<Config #")
    assert one_object.now.startswith("<Config #")
    assert one_object.before != one_object.now
    assert a_layer.now == "<Dense other>"


class Fields(tf.experimental.ExtensionType):
    """An object with tensors in attributes that TensorFlow's own types have, too."""

    value: tf.Tensor
    components: tf.Tensor


def test_objects_of_tensors_are_described_by_their_fields(dense):
    """The changed field of an ExtensionType is named."""
    step = step_with(dense)

    with layertrace.trace() as timeline:
        step(Fields(tf.constant(1.0), tf.constant(1)))
        step(Fields(tf.constant(1.0), tf.constant([1])))

    assert [str(c) for c in history_of(timeline, "step").causes] == ["x['components']: int32[1], was int32[]"]


def test_methods_are_described_by_their_object():
    """Its attributes do not matter, nor whether it can be referred to weakly."""

    class Agent:
        target = layers.Dense(1)

        def step(self, x):
            return x

    class Slotted:
        __slots__ = ()

        def step(self, x):
            return x

    with layertrace.trace() as timeline:
        for owner in (Agent(), Agent(), Slotted(), Slotted()):
            tf.function(owner.step)(ONES)

    agent, slotted = (str(cause) for life in timeline.functions for cause in life.causes)
    assert agent.startswith("<Agent #")
    assert slotted.startswith("<Slotted>")


def test_the_closest_earlier_trace_is_the_one_compared_with(dense):
    """Of several earlier signatures, the one with the fewest differences explains the retrace."""
    step = step_with(dense)

    with layertrace.trace() as timeline:
        step(tf.ones((2, 3)), 1)
        step(tf.ones((4, 3)), 2)
        step(tf.ones((2, 3)), 3)

    cause = history_of(timeline, "step").causes[-1]
    assert cause.compared_with == 1
    assert cause.changes == (Change(argument="args_0", what="value", before="1", now="3"),)


def test_traces_before_the_recording_explain_later_ones(dense):
    """A retrace is explained by a trace from before the recording."""
    step = step_with(dense)
    step(tf.ones((2, 3)))

    with layertrace.trace() as timeline:
        step(tf.ones((5, 3)))

    (event,) = timeline.where(kind="trace")
    assert event.trace == 2
    assert str(event.cause) == "x: float32[5, 3], was float32[2, 3] (dimension 0)"


def test_reduce_retracing_shows_the_relaxed_dimension(dense):
    """With reduce_retracing, the second trace covers all sizes, and the events show that."""
    step = step_with(dense, reduce_retracing=True)

    with layertrace.trace() as timeline:
        for size in range(1, 6):
            step(tf.ones((size, 3)))

    life = history_of(timeline, "step")
    assert [str(cause) for cause in life.causes] == ["x: float32[None, 3], was float32[1, 3] (dimension 0)"]
    assert life.runs == 5
    assert all(event.graph.reduce_retracing for event in life.traces)


def test_recreated_functions_count_as_new_ones():
    """A model for each fold is many functions, each traced once."""
    with layertrace.trace() as timeline:
        for _ in range(3):
            model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
            model.predict(np.ones((2, 2)), verbose=0)

    lives = [life for life in timeline.functions if life.name == "one_step_on_data_distributed"]
    assert [life.traced for life in lives] == [1, 1, 1]
    assert [cause.reason for life in lives[1:] for cause in life.causes] == ["new model"] * 2


def test_functions_for_other_variables_are_functions_of_their_own():
    """A function for each of two layers is expected; one for the same layer again or for none is not."""

    def stepping(layer):
        return tf.function(lambda x: 1.0 if layer is None else layer(x))

    first, second = layers.Dense(2), layers.Dense(2)
    with layertrace.trace() as timeline:
        for layer in (first, second, first, None):
            stepping(layer)(tf.ones((1, 3)))

    causes = [cause for life in timeline.functions for cause in life.causes if cause.reason != "second pass"]
    assert [(cause.reason, cause.is_expected) for cause in causes] == [
        ("new variables", True), ("new function", False), ("new function", False),
    ]  # fmt: skip
    assert str(causes[0]) == "tf.function number 2 from the same code, for other variables"


@pytest.mark.parametrize("k", ["keras", "tf_keras"])
def test_each_instance_has_traces_of_its_own(k):
    """A tf.function on call is one function for each layer."""

    class Scale(pytest.importorskip(k).layers.Layer):
        @tf.function
        def call(self, x):
            return x * 2

    with layertrace.trace() as timeline:
        for number in range(3):
            Scale(name=f"scale_{number}")(ONES)

    causes = [str(cause) for life in timeline.functions for cause in life.causes]
    assert len(timeline.where(kind="trace")) == 3
    assert [cause.split(" is ")[0] for cause in causes] == ["<Scale scale_1>", "<Scale scale_2>"]


def test_a_second_pass_is_recognized(dense):
    """TensorFlow traces once more because variables were created in the first pass."""
    late = layers.Dense(2)
    step = tf.function(lambda x: late(x))

    with layertrace.trace() as timeline:
        step(ONES)

    first, second = timeline.where(kind="trace")
    assert (first.cause, first.graph.second_pass) == (None, False)
    assert str(second.cause) == "traced twice: the first pass created the variables"
    assert second.graph.second_pass


def test_another_graph_around_is_a_cause():
    """A function is traced again inside a graph that is not a tf.function's."""
    step = tf.function(lambda x: x + 1)

    with layertrace.trace() as timeline:
        step(ONES)
        with tf.Graph().as_default():
            step(tf.ones((2, 3)))

    (cause,) = timeline.functions[0].causes
    assert cause.reason == "context"
    assert "another graph" in str(cause)


# What a trace shows


def test_a_trace_shows_its_options():
    """jit_compile, the number of ops, and the lines of caller and definition are in the event."""

    @tf.function(jit_compile=True)
    def double(x):
        return x * 2

    with layertrace.trace() as timeline:
        double(ONES)

    (event,) = timeline.where(kind="trace")
    assert event.graph.jit_compile
    assert event.graph.ops == len(double.get_concrete_function(ONES).graph.get_operations())
    assert event.location.function == "test_a_trace_shows_its_options"
    assert event.defined_at.function == "double"
    assert event.duration_ns > 0


def test_a_trace_that_fails_is_closed_and_explains_the_next_one(dense):
    """A failing trace keeps its error; it counts as an attempt, not as a trace that TensorFlow keeps."""
    fails = [True]

    @tf.function
    def moody(x):
        if fails:
            fails.clear()
            raise ValueError("not today")
        return dense(x)

    with layertrace.trace() as timeline:
        with pytest.raises(ValueError, match="not today"):
            moody(ONES)
        moody(ONES)

    first, second = timeline.where(kind="trace")
    assert first.error.type == "ValueError"
    assert first.duration_ns is not None
    assert (first.trace, second.trace) == (1, 2)
    assert second.cause.reason == "failed before"
    life = history_of(timeline, "moody")
    assert (life.traced, life.runs) == (1, 1)
    assert life.traced == moody.experimental_get_tracing_count()


def test_nested_functions_nest(dense):
    """The trace of an inner function lies inside that of the outer, and its layers inside that."""
    inner = step_with(dense)

    @tf.function
    def outer(x):
        return inner(x) + 1

    with layertrace.trace() as timeline:
        outer(ONES)

    assert timeline.matches("trace(trace(call)) run")
    assert [life.runs for life in timeline.functions] == [1, 0]


# Runs


def test_thousands_of_runs_are_one_event(dense):
    """Runs with nothing between them are counted on one event, exactly."""
    step = step_with(dense)
    step(ONES)

    with layertrace.trace() as timeline:
        for _ in range(5000):
            step(ONES)

    (event,) = timeline
    assert (event.kind, event.times, event.traced_before, event.trace) == ("run", 5000, 1, 1)
    assert 0 < event.first_ns < event.duration_ns
    shown = " ".join(str(timeline).split())
    assert "traced before this recording (1 trace); its layers record no events" in shown


def test_runs_keep_their_order_among_other_events(dense):
    """An event between two runs separates them."""
    step = step_with(dense)

    with layertrace.trace() as timeline:
        for size in (1, 1, 2, 2, 1):
            step(tf.ones((size, 3)))
        dense(ONES)
        step(ONES)

    assert timeline.kinds == ["trace", "call", "run", "trace", "call", "run", "call", "run"]
    assert [event.times for event in timeline.where(kind="run")] == [2, 3, 1]


def test_runs_are_read_while_they_are_counted(dense):
    """A timeline that is read during the recording shows the runs so far."""
    step = step_with(dense)

    with layertrace.trace() as timeline:
        seen = []
        for _ in range(3):
            step(ONES)
            seen.append(history_of(timeline, "step").runs)

    assert seen == [1, 2, 3]


def test_each_recording_counts_for_itself(dense):
    """Overlapping recordings each have the runs of their own time."""
    step = step_with(dense)
    step(ONES)

    with layertrace.trace() as outer:
        for _ in range(3):
            step(ONES)
        with layertrace.trace() as inner:
            for _ in range(5):
                step(ONES)
        for _ in range(7):
            step(ONES)

    assert history_of(outer, "step").runs == 15
    assert history_of(inner, "step").runs == 5
    assert [history_of(t, "step").traced_before for t in (outer, inner)] == [1, 1]


def test_a_run_that_fails_is_recorded_with_its_error():
    """An op that fails while a function runs leaves a run with the exception."""

    @tf.function
    def check(x):
        tf.debugging.assert_positive(x)
        return x

    with layertrace.trace() as timeline:
        check(ONES)
        with pytest.raises(tf.errors.InvalidArgumentError):
            check(-ONES)

    (failed,) = timeline.errors
    assert (failed.kind, failed.error.type) == ("run", "InvalidArgumentError")
    assert history_of(timeline, "check").runs == 2


def test_concrete_functions_are_counted_with_their_function(dense):
    """A run of a ConcreteFunction belongs to the function that it is a trace of."""
    step = step_with(dense)

    with layertrace.trace() as timeline:
        concrete = step.get_concrete_function(tf.TensorSpec((None, 3)))
        for _ in range(4):
            concrete(ONES)

    life = history_of(timeline, "step")
    assert (life.traced, life.runs) == (1, 4)


def test_functions_run_eagerly_are_marked(dense):
    """With run_functions_eagerly, a function is plain Python: no trace, its layers inside its run."""
    step = step_with(dense)
    tf.config.run_functions_eagerly(True)
    try:
        with layertrace.trace() as timeline:
            step(ONES)
    finally:
        tf.config.run_functions_eagerly(False)

    assert timeline.matches("run(call)")
    assert "run_functions_eagerly" in str(timeline[0].cause)
    assert timeline[1].mode == "eager"


def test_targets_keep_the_functions_they_run_in(dense):
    """A recording of one layer has only the functions that call it."""
    other = step_with(layers.Dense(1))
    step = step_with(dense)

    with layertrace.trace(dense) as timeline:
        step(ONES)
        other(ONES)

    assert timeline.matches("trace(call) run")


def test_a_recording_may_begin_while_a_function_runs():
    """A recording that starts during a run leaves that run out, and counts all later ones."""
    inner = layertrace.trace()
    timelines = []

    def begin(x):
        if not timelines:
            timelines.append(inner.start())
        return x

    step = tf.function(lambda x: tf.numpy_function(begin, [x], tf.float32))
    with layertrace.trace() as outer:
        for _ in range(10):
            step(ONES)
        inner.stop()

    assert outer.functions[0].runs == 10
    assert timelines[0].functions[0].runs == 9


def test_runs_in_two_threads_are_counted_apart(dense):
    """Threads do not separate each other's runs."""
    step = step_with(dense)
    step(ONES)

    def work():
        for _ in range(200):
            step(ONES)

    with layertrace.trace() as timeline:
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    assert [event.times for event in timeline] == [200, 200]


def test_foreign_threads_are_not_added_to_those_of_python():
    """A function that a py_function runs is counted, and adds no thread to the program."""
    inner = tf.function(lambda x: x + 1.0)
    inner(tf.constant(1.0))
    outer = tf.function(lambda x: tf.py_function(inner, [x], tf.float32))

    with layertrace.trace() as timeline:
        before = threading.active_count()
        for _ in range(50):
            outer(tf.constant(1.0))
        after = threading.active_count()

    assert after == before
    assert sorted(life.runs for life in timeline.functions) == [50, 50]
    assert len(timeline) < 20


def test_what_this_recording_traced_was_not_traced_before():
    """This holds even if the run that it was traced for failed."""

    @tf.function
    def check(x):
        tf.debugging.assert_less(x, 0.0)
        return x

    with layertrace.trace() as timeline:
        for _ in range(3):
            with pytest.raises(tf.errors.InvalidArgumentError):
                check(ONES)

    assert timeline.kinds == ["trace", "run", "run", "run"]
    assert timeline.functions[0].traced_before == 0


def test_concrete_functions_run_as_graphs_even_where_functions_run_eagerly():
    """run_functions_eagerly does not affect an existing trace."""
    concrete = tf.function(lambda x: x + 1).get_concrete_function(ONES)
    tf.config.run_functions_eagerly(True)
    try:
        with layertrace.trace() as timeline:
            concrete(ONES)
            concrete(ONES)
    finally:
        tf.config.run_functions_eagerly(False)

    assert timeline.functions[0].runs == 2
    assert [event.cause for event in timeline] == [None] * len(timeline)


# Ways in


def model_of(k, **options):
    model = k.Sequential([k.layers.Input((3,)), k.layers.Dense(1)])
    model.compile("sgd", "mse", **options)
    return model


X, Y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")
WAYS = {
    "fit": lambda model: model.fit(X, Y, batch_size=4, verbose=0),
    "evaluate": lambda model: model.evaluate(X, Y, batch_size=4, verbose=0),
    "predict": lambda model: model.predict(X, batch_size=4, verbose=0),
    "train_on_batch": lambda model: [model.train_on_batch(X, Y) for _ in range(2)],
    "test_on_batch": lambda model: [model.test_on_batch(X, Y) for _ in range(2)],
    "predict_on_batch": lambda model: [model.predict_on_batch(X) for _ in range(2)],
}


@pytest.mark.parametrize("k", ["keras", "tf_keras"])
@pytest.mark.parametrize("way", WAYS)
def test_models_show_their_traces_and_runs(way, k):
    """For every way to run a model, its step is traced with the layers inside, and both batches are runs."""
    model = model_of(pytest.importorskip(k))

    with layertrace.trace() as timeline:
        WAYS[way](model)

    calls = timeline.of(model).where(kind="call", mode="graph")
    assert calls
    assert {call.function for call in calls} <= {life.function for life in timeline.functions}
    assert max(life.runs for life in timeline.functions) == 2


def test_a_model_that_runs_eagerly_has_no_traces():
    """run_eagerly=True leaves nothing to trace but tf.data's functions: every step's calls are eager."""
    model = model_of(keras, run_eagerly=True)

    with layertrace.trace(model) as timeline:
        model.fit(X, Y, batch_size=4, verbose=0)

    assert {call.mode for call in timeline.where(kind="call")} == {"eager"}
    assert not timeline.where(kind="trace")


def test_a_training_loop_of_ones_own(dense):
    """A step with a GradientTape, traced once and run thrice."""
    optimizer = keras.optimizers.SGD()
    optimizer.build(dense.trainable_variables)

    @tf.function
    def train(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(dense(x))
        optimizer.apply_gradients(
            zip(tape.gradient(loss, dense.trainable_variables), dense.trainable_variables, strict=True)
        )
        return loss

    with layertrace.trace() as timeline:
        for _ in range(3):
            train(ONES)

    assert (history_of(timeline, "train").traced, history_of(timeline, "train").runs) == (1, 3)


def test_functions_of_layers_and_with_signatures(dense):
    """tf.function(layer) and input_signature are traced once for all sizes."""
    signed = tf.function(lambda x: dense(x), input_signature=[tf.TensorSpec((None, 3))])
    of_layer = tf.function(dense)

    with layertrace.trace() as timeline:
        for size in (1, 2):
            signed(tf.ones((size, 3)))
            of_layer(ONES)

    assert [(life.traced, life.runs) for life in timeline.functions] == [(1, 2), (1, 2)]


def test_a_saved_model_is_traced_while_it_is_written(dense, tmp_path):
    """Exporting traces the served function; the loaded one runs without any layer."""
    model = model_of(keras)
    with layertrace.trace() as timeline:
        model.export(tmp_path / "m", verbose=False)
    assert timeline.of(model).where(kind="call", mode="graph")

    loaded = tf.saved_model.load(tmp_path / "m")
    with layertrace.trace() as timeline:
        loaded.serve(X)
    assert timeline.where(kind="run")
    assert not timeline.where(kind="call")


def test_bodies_of_loops_and_branches_belong_to_the_function_around(dense):
    """What runs in while_loop, cond and map_fn bodies carries the function and trace around them."""

    @tf.function
    def looping(x):
        x = tf.map_fn(lambda row: dense(row[None])[0], x)
        x = tf.cond(tf.reduce_sum(x) > 0, lambda: x + 1, lambda: x)
        return tf.while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, y + dense(ONES)), [0, x])

    with layertrace.trace() as timeline:
        looping(ONES)

    calls = timeline.where(kind="call")
    assert len(calls) == 2
    assert {(call.function.name, call.trace, call.mode) for call in calls} == {("looping", 1, "graph")}


def test_dataset_maps_are_traces(dense):
    """A function passed to Dataset.map is traced once; a second map is not a retrace of the first."""
    with layertrace.trace() as timeline:
        for _ in range(2):
            list(tf.data.Dataset.from_tensors(ONES).map(dense))

    traces = timeline.where(kind="trace")
    assert len(traces) == 2
    assert [event.cause for event in traces] == [None, None]
    assert len(timeline.where(kind="call", mode="graph")) == 2


def test_lines_of_equal_functions_are_distinguished(dense):
    """Two callers with calls at the same offset in their code keep their own lines."""
    step = step_with(dense)

    def first():
        return step(ONES)

    def second():
        return step(ONES)

    step(ONES)
    with layertrace.trace() as timeline:
        first()
        second()

    assert [event.location.function.rpartition(".")[2] for event in timeline] == ["first", "second"]


REPLICAS = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, layertrace, tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    dense = keras.layers.Dense(1)
    dense.build((None, 2))
def ops():
    function = tf.function(lambda x: strategy.run(dense, args=(x,)))
    function(tf.ones((1, 2)))
    return len(function.get_concrete_function(tf.ones((1, 2))).graph.get_operations())
bare = ops()
with layertrace.trace() as timeline:
    traced = ops()
print(bare == traced, sorted(e.replica for e in timeline.where(kind="call")))
"""


def test_replicas_are_numbered_without_an_op_of_ours():
    """Calls in a MirroredStrategy have the number of their replica, and the graph is the same as untraced."""
    done = warm.run("-c", REPLICAS)

    assert done.stdout.split("\n")[0] == "True [0, 1]", done.stderr


# Exactness


class Bump(layers.Layer):
    """Counts in Python how often its function is traced and, on the device, how often it runs."""

    def __init__(self):
        super().__init__()
        self.traced = 0
        self.ran = tf.Variable(0, trainable=False)

    @tf.function
    def step(self, x, y=None):
        self.traced += 1
        self.ran.assign_add(1)
        return x


ARGUMENTS = st.one_of(
    st.tuples(st.integers(1, 3), st.integers(1, 2)).map(tf.ones),
    st.sampled_from(["float32", "int32", "float64"]).map(lambda dtype: tf.ones((2,), dtype)),
    st.sampled_from([0, 1, True, 1.0, "a", None]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    calls=st.lists(st.tuples(st.integers(0, 1), ARGUMENTS, ARGUMENTS), min_size=1, max_size=12),
    start=st.integers(0, 4),
)
def test_counts_are_exact_for_any_sequence_of_calls(calls, start):
    """Traces and runs equal TensorFlow's own count, and those of side effects in the body."""
    bumps = [Bump(), Bump()]
    for which, x, y in calls[:start]:
        bumps[which].step(x, y)
    before = [(bump.traced, int(bump.ran)) for bump in bumps]

    with layertrace.trace() as timeline:
        for which, x, y in calls[start:]:
            bumps[which].step(x, y)

    lives = {life.function.id: life for life in timeline.functions}
    expected = [
        (bump.traced - traced, int(bump.ran) - ran)
        for bump, (traced, ran) in zip(bumps, before, strict=True)
        if int(bump.ran) > ran
    ]
    assert sorted((life.traced, life.runs) for life in lives.values()) == sorted(expected)
    counts = [(life.traced_before or 0) + life.traced for life in lives.values()]
    assert sorted(counts) == sorted(
        bump.step.experimental_get_tracing_count()
        for bump, (_, ran) in zip(bumps, before, strict=True)
        if int(bump.ran) > ran
    )
