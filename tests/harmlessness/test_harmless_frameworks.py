"""Both Keras in one process, `tf.keras` that is the one or the other, and layertrace switched off."""

import functools
import os
import subprocess
import sys
import textwrap

import keras
import pytest
import tensorflow as tf
import tf_keras
import warm
from bare_and_traced import assert_same

X = tf.ones((2, 3))


@pytest.fixture
def output(tmp_path):
    """Run a program in a new Python and return the words it prints."""
    return functools.partial(_output, tmp_path / "program.py")


def _output(path, program, *, with_keras=False, **environment):
    path.write_text(textwrap.dedent(program))  # AutoGraph converts what has a file
    run = warm.run if with_keras else _run
    done = run(path, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def _run(path, env):
    return subprocess.run([sys.executable, str(path)], env=env, capture_output=True, text=True, check=False)


def test_both_keras_live_in_one_trace():
    """Layers of both are in one timeline, each with its framework, and compute the same."""

    def program():
        new, old = keras.layers.Dense(2, name="d"), tf_keras.layers.Dense(2, name="d")
        together = tf.function(lambda x: old(new(x)))
        return [new(X), old(new(X)), together(X), together.experimental_get_tracing_count()]

    timeline = assert_same(program)

    assert [(r.name, r.framework) for r in timeline.layers] == [("d", "keras"), ("d", "tf_keras")]
    assert {e.layer.framework for e in timeline.of(keras.layers.Layer)} == {"keras"}
    assert {e.layer.framework for e in timeline.of(tf_keras.layers.Layer)} == {"tf_keras"}
    assert [e.variable.source for e in timeline.variables] == ["keras", "keras", "tf_keras", "tf_keras"]


def test_one_keras_inside_the_other():
    """A layer of one that calls a layer of the other is recorded as its parent."""

    class Outer(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = tf_keras.layers.Dense(2)

        def call(self, x):
            return self.inner(x)

    timeline = assert_same(lambda: [Outer()(X), tf.function(Outer())(X)])

    inner = timeline.of(tf_keras.layers.Dense).where(kind="call")
    assert inner
    assert all(timeline[call.parent].layer.framework == "keras" for call in inner)


LEGACY = """
    import tensorflow as tf, layertrace

    class Own(tf.keras.layers.Layer):
        def build(self, shape):
            self.w = self.add_weight(shape=(1,), name="w")

        def call(self, x):
            if tf.reduce_sum(x) > 0:
                return x * self.w
            return x

    @layertrace.traced
    class Traced(tf.keras.layers.Layer):
        def call(self, x):
            return x

    tf.keras.utils.set_random_seed(1)
    with layertrace.trace() as timeline:
        model = tf.keras.Sequential([Own(), tf.keras.layers.Dense(2)])
        model.compile("sgd", "mse")
        model.fit(tf.ones((4, 3)), tf.ones((4, 2)), verbose=0)
    Traced()(tf.ones(3))
    print(sorted({e.layer.framework for e in timeline if e.layer}), len(timeline.of("own").variables))
    print(layertrace.current_timeline().kinds)
"""


def test_tf_keras_is_traced_where_tensorflow_uses_it(output):
    """With TF_USE_LEGACY_KERAS=1 `tf.keras` is tf_keras, and its layers are traced under that name."""
    assert output(LEGACY, TF_USE_LEGACY_KERAS="1") == ["['tf_keras']", "1", "['init',", "'build',", "'call']"]


def test_a_trace_loads_the_keras_that_tensorflow_would(output):
    """A trace that starts first imports the Keras that `tf.keras` will be, and not the other."""
    program = """
        import sys, layertrace
        with layertrace.trace():
            print("keras" in sys.modules, "tf_keras" in sys.modules)
    """

    assert output(program, TF_USE_LEGACY_KERAS="0") == ["True", "False"]
    assert output(program, TF_USE_LEGACY_KERAS="1")[1] == "True"


def test_a_trace_loads_no_second_keras(output):
    """If one Keras is imported, a trace does not import the other."""
    program = """
        import sys, {}, layertrace
        with layertrace.trace():
            print("keras" in sys.modules, "tf_keras" in sys.modules)
    """

    assert output(program.format("keras")) == ["True", "False"]
    assert output(program.format("tf_keras"))[1] == "True"


def test_switched_off_nothing_is_touched(output):
    """With LAYERTRACE_DISABLED=1 nothing is imported or patched; timelines are empty, with a note."""
    program = """
        import gc, sys
        import layertrace
        with layertrace.trace() as timeline:
            print("tensorflow" in sys.modules)
            import keras
            before = [vars(cls).get(name) for cls in keras.layers.Dense.__mro__ for name in vars(cls)]

            @layertrace.traced
            class Own(keras.layers.Dense):
                pass

            class Mixed(layertrace.TraceMixin, keras.layers.Dense):
                pass

            Own(2)(keras.ops.ones((2, 3)))
            Mixed(2)(keras.ops.ones((2, 3)))
            after = [vars(cls).get(name) for cls in keras.layers.Dense.__mro__ for name in vars(cls)]
            print(all(a is b for a, b in zip(before, after)), len(gc.callbacks))
        print(len(timeline), len(layertrace.current_timeline()), "LAYERTRACE_DISABLED" in timeline.notes[0])
    """

    words = output(program, LAYERTRACE_DISABLED="1")

    assert words[:2] == ["False", "True"]
    assert words[3:] == ["0", "0", "True"]


def test_a_decorated_class_is_the_class(output):
    """`traced` and `TraceMixin` leave name, module, bases and behaviour of a class as they are."""
    program = """
        import keras, layertrace

        class Own(keras.layers.Dense):
            pass

        namespace = dict(vars(Own))
        assert layertrace.traced(Own) is Own
        assert {k: v for k, v in vars(Own).items()} == namespace
        assert Own.__mro__[1] is keras.layers.Dense
        layer = Own(2)
        assert layer.get_config()["units"] == 2 and isinstance(layer, keras.layers.Dense)

        class Mixed(layertrace.TraceMixin, keras.layers.Dense):
            pass

        mixed = Mixed(2)
        mixed.build((None, 3))
        assert [w.shape for w in mixed.weights] == [(3, 2), (2,)]
        print(layertrace.current_timeline().kinds)
    """

    printed = output(program, with_keras=True)

    assert printed == ["['init',", "'init',", "'build',", "'variable',", "'variable']"]


def test_a_distributed_model_is_the_same(output):
    """Under MirroredStrategy each replica computes the same, and is recorded in its own thread."""
    program = """
        import sys, tensorflow as tf, numpy as np, contextlib, layertrace
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        import tf_keras as keras

        def run(traced):
            keras.backend.clear_session()
            keras.utils.set_random_seed(1)
            strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
            with layertrace.trace() if traced else contextlib.nullcontext() as timeline:
                with strategy.scope():
                    model = keras.Sequential([keras.layers.Dense(2), keras.layers.BatchNormalization()])
                    model.compile("sgd", "mse")
                history = model.fit(np.ones((8, 3)), np.ones((8, 2)), batch_size=4, verbose=0).history
            return history, model.get_weights(), timeline

        (a, b, _), (c, d, timeline) = run(False), run(True)
        np.testing.assert_equal((a, b), (c, d))
        print(len({e.thread for e in timeline}) > 1)
    """

    assert output(program, with_keras=True)[-1] == "True"
