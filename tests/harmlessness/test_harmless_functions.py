"""What a program finds when it pickles, profiles, inspects or converts the methods of its own layers."""

import copy
import cProfile
import inspect
import marshal
import os
import pickle
import pstats
import sys
import tracemalloc

import cloudpickle
import keras
import pytest
import tensorflow as tf
import tf_keras
import warm

import layertrace

X = tf.ones((1, 2))


class Shift(keras.layers.Layer):
    def call(self, x):
        if tf.reduce_sum(x) > 0:
            x = x + 1
        return x


class ShiftLegacy(tf_keras.layers.Layer):
    def call(self, x):
        if tf.reduce_sum(x) > 0:
            x = x + 1
        return x


class Compiled(keras.layers.Layer):
    @tf.function
    def call(self, x):
        return x + 1


class Keeps(keras.layers.Layer):
    """Keeps the arguments of its subclass, as libraries do that save hyperparameters."""

    def __init__(self, **kwargs):
        caller = inspect.currentframe().f_back
        self_line = inspect.stack()[1].code_context
        super().__init__(**kwargs)
        self.given = sorted(name for name in caller.f_locals if not name.startswith("__"))
        self.callers_name, self.has_line = caller.f_code.co_name, self_line is not None


class Given(Keeps):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)


CLASSES = pytest.mark.parametrize("cls", [Shift, ShiftLegacy])

SCRIPT = """
import pathlib, cloudpickle, keras, tensorflow as tf, layertrace

class AddOne(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.one = 1.0

    def build(self, shape):
        self.w = self.add_weight(shape=(1,), initializer="ones")

    def call(self, x):
        return x + self.one * self.w

def work(n):
    return float(AddOne()(tf.constant([float(n)]))[0])

with layertrace.trace() as timeline:
    AddOne()(tf.ones(1))
    pathlib.Path("sent").write_bytes(cloudpickle.dumps(work))
assert timeline.where(kind="call")
"""


def test_a_class_of_a_script_can_be_sent_to_another_process(engine, tmp_path):
    """cloudpickle, which joblib, Ray, Dask and Spark use, can write the classes of a script."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = warm.run(script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr

    work = cloudpickle.loads((tmp_path / "sent").read_bytes())

    assert work(1.0) == 2.0


def test_layers_and_bound_methods_are_pickled_as_ever(engine):
    """A layer can be pickled and copied, and a function of its class pickled by name."""
    with layertrace.trace():
        layer = keras.layers.Dense(2)
        layer(X)
        again = pickle.loads(pickle.dumps(layer))
        copied = copy.deepcopy(layer)
        function = pickle.loads(pickle.dumps(Shift.call))

    assert tf.reduce_all(again(X) == layer(X))
    assert tf.reduce_all(copied(X) == layer(X))
    assert function.__qualname__ == "Shift.call"


@CLASSES
def test_the_code_of_a_method_can_be_marshalled(cls, engine):
    """`Lambda.get_config` does so in both Keras."""
    with layertrace.trace():
        cls()(X)
        code = marshal.loads(marshal.dumps(cls.call.__code__))

    assert code.co_name == "call"


def test_a_profile_can_be_saved(engine, tmp_path):
    """A profiler runs during a trace, and its profile can be written and read."""
    profile = cProfile.Profile()
    with layertrace.trace() as timeline:
        layer = Shift()
        profile.enable()
        layer(X)
        profile.disable()
    profile.dump_stats(tmp_path / "out.prof")
    names = {name for _, _, name in pstats.Stats(str(tmp_path / "out.prof")).stats}

    assert "call" in names
    assert timeline.where(kind="call")


def test_a_snapshot_of_memory_can_be_read_without_us(engine, tmp_path):
    """A snapshot of tracemalloc has file names that are plain strings."""
    tracemalloc.start()
    try:
        with layertrace.trace():
            Shift()(X)
            snapshot = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()

    assert b"layertrace.record" not in pickle.dumps(snapshot)


@CLASSES
def test_autograph_converts_a_method_when_asked_to(cls, engine):
    """`tf.autograph.to_graph` and `to_code` see the original method."""
    with layertrace.trace():
        layer = cls()
        layer(X)
        converted = tf.autograph.to_graph(cls.call)(layer, X)
        code = tf.autograph.to_code(cls.call)

    assert float(converted[0][0]) == 2.0
    assert code.startswith("def tf__call")
    assert "if_stmt" in code


@pytest.mark.skipif(sys.version_info < (3, 12), reason="a wrapper has code of its own, see record/README")
@CLASSES
def test_a_method_is_where_the_author_wrote_it(cls):
    """Its file, its first line, its globals and its identity, by every way to ask."""

    def asked():
        method = cls.call
        return {
            "file": os.path.basename(inspect.getfile(method)),
            "source file": os.path.basename(inspect.getsourcefile(method)),
            "source": inspect.findsource(method)[1],
            "line": method.__code__.co_firstlineno,
            "globals": method.__globals__ is globals(),
            "identity": id(method),
            "hash in a table": {method: 1}[cls.call],
            "wrapped": hasattr(method, "__wrapped__"),
        }

    bare = asked()
    with layertrace.trace():
        cls()(X)
        traced = asked()

    assert traced == bare


@pytest.mark.skipif(sys.version_info < (3, 12), reason="a wrapper is a frame of its own, see record/README")
def test_a_method_finds_its_caller():
    """The frame above `__init__` is that of the subclass, with its variables and its line."""
    bare = Given(4)
    with layertrace.trace() as timeline:
        traced = Given(4)

    assert (traced.given, traced.callers_name, traced.has_line) == (bare.given, "__init__", True)
    assert timeline.where(kind="init")


def test_a_compiled_call_can_be_copied_and_compared(engine):
    """If `call` is a `tf.function`, each layer has its own, which can be copied."""
    with layertrace.trace() as timeline:
        layer = Compiled()
        layer(X)
        same = layer.call is layer.call
        copied = copy.copy(layer.call)
        assert float(copied(X)[0][0]) == 2.0

    assert same
    assert timeline.where(kind="call")


def test_an_alias_in_another_class_is_the_authors_function(engine):
    """A method that a class takes from another during a trace is restored with the others."""
    own = vars(Shift)["call"]
    with layertrace.trace() as timeline:

        class Alias(keras.layers.Layer):
            call = vars(Shift)["call"]

        Alias()(X)

    assert vars(Alias)["call"] is own
    assert timeline.where(kind="call")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="a wrapper is a frame of its own, see record/README")
def test_the_frames_of_an_operation_are_the_programs():
    """What TensorFlow notes as "defined at" names no frame of layertrace."""
    layer, legacy = keras.layers.Dense(2), ShiftLegacy()
    function = tf.function(lambda x: layer(x) + legacy(x))
    layer(X)
    with layertrace.trace():
        graph = function.get_concrete_function(X).graph
    frames = [frame.filename for op in graph.get_operations() for frame in op.traceback]

    assert frames
    assert not [name for name in frames if "layertrace" in name and "tests" not in name]
