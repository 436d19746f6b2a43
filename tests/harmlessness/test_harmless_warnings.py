"""Warnings have the same text, category, file and line, and appear as often."""

import subprocess
import sys
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from bare_and_traced import both
from tensorflow.core.framework.tensor_pb2 import TensorProto

import layertrace
from layertrace.record.frameworks.graph_constants import constant

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])

X = tf.ones((2, 3))


def warnings_of(action, filter_="always", **what):
    """Return the warnings of an action, as a user sees them."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.resetwarnings()
        warnings.simplefilter(filter_, **what)
        action()
    # AutoGraph caches what it converts, and Python 3.13 warns about how it does: only in the first run.
    caught = [w for w in caught if "___pyct_anno" not in str(w.message)]
    return [(str(w.message), w.category.__name__, w.filename, w.lineno) for w in caught]


def assert_same_warnings(action, **what):
    bare, traced, _ = both(lambda: warnings_of(action, **what))
    assert bare
    assert traced == bare


@KERAS
@pytest.mark.parametrize("where", ["__init__", "build", "call"])
@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_a_warning_names_the_same_line(k, where, level):
    """`stacklevel` counts the same frames from any method of a layer, also through a super call."""

    def warn(here):
        if here == where:
            warnings.warn("careful", DeprecationWarning, stacklevel=level)

    class Base(k.layers.Layer):
        def __init__(self):
            warn("__init__")
            super().__init__()

        def build(self, input_shape):
            warn("build")

        def call(self, x):
            warn("call")
            return x

    class Warning_(Base):
        def __init__(self):
            super().__init__()

        def build(self, input_shape):
            super().build(input_shape)

        def call(self, x):
            return super().call(x)

    assert_same_warnings(lambda: Warning_()(X))
    assert_same_warnings(lambda: tf.function(Warning_(), autograph=False)(X))


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_a_warning_names_the_same_line_behind_other_hooks(level):
    """`stacklevel` counts the same frames behind the hooks of `build`, a `tf.function` and its trace."""

    class Late(keras.layers.Layer):
        def build(self, input_shape):
            warnings.warn("build", UserWarning, stacklevel=level)

        @tf.function
        def call(self, x):
            warnings.warn("call", UserWarning, stacklevel=level)
            return x

    layers = [Late(), Late()]

    assert_same_warnings(lambda: layers.pop()(X))


def test_a_warning_of_keras_itself_names_the_users_line():
    """The warning of `Layer.__init__` about `input_shape` names the line that passed it."""

    class Own(keras.layers.Dense):
        def __init__(self, **kwargs):
            super().__init__(2, **kwargs)

    assert_same_warnings(lambda: (keras.layers.Dense(2, input_shape=(3,)), Own(input_dim=3)))
    bare, _, _ = both(lambda: warnings_of(lambda: keras.layers.LSTM(2, input_shape=(3, 2))))
    assert "input_shape" in bare[0][0]


def test_a_warning_is_shown_as_often():
    """A warning that Python shows once for each line is shown once."""

    class Loud(keras.layers.Layer):
        def call(self, x):
            warnings.warn("loud", UserWarning, stacklevel=2)
            return x

    class Louder(Loud):
        def call(self, x):
            return super().call(super().call(x))

    def action():
        layer = Louder()
        for _ in range(3):
            layer(X)

    for filter_ in ("default", "module", "once"):
        assert_same_warnings(action, filter_=filter_)


@KERAS
def test_filters_by_module_see_the_same_modules(k):
    """A warning attributed to a module of Keras is filtered with it, and one of the user's with theirs."""

    class Base(k.layers.Layer):
        def call(self, x):
            warnings.warn("one", UserWarning, stacklevel=2)
            return x

    class Own(Base):
        def call(self, x):
            return super().call(x)

    def program():
        shown = {}
        for module in (r"keras\.", r"tf_keras\.", "layertrace", __name__.replace(".", r"\.")):
            with warnings.catch_warnings(record=True) as caught:
                warnings.resetwarnings()
                warnings.simplefilter("always")
                warnings.filterwarnings("ignore", module=module)
                for layer in (Base(), Own()):
                    layer(X)
            shown[module] = len(caught)
        return shown

    bare, traced, _ = both(program)

    assert traced == bare
    assert len(set(bare.values())) > 1


def test_a_warning_that_is_an_error_is_one():
    """If the program turns warnings into errors, its own warnings are, with the same traceback."""

    class Loud(keras.layers.Layer):
        def build(self, input_shape):
            warnings.warn("loud", UserWarning, stacklevel=2)

    def program():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(UserWarning, match="loud") as caught:
                Loud()(X)
        places = [str(entry.path) + str(entry.lineno) for entry in caught.traceback][1:]
        if sys.version_info < (3, 11):  # which puts our frames back in
            places = [place for place in places if not place.startswith("<layertrace")]
        return places

    bare, traced, _ = both(program)

    assert traced == bare


PROGRAM = """
import warnings
import numpy as np
import {k}, layertrace

class Own({k}.layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(1,))

    def call(self, x):
        return x * self.w

with layertrace.trace() as timeline:
    model = {k}.Sequential([Own(), {k}.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    model.predict(np.ones((4, 2)), verbose=0)
print(len(timeline) > 10)
"""


@pytest.mark.parametrize("k", ["keras", "tf_keras"])
def test_w_error_breaks_no_traced_program(k):
    """`python -W error` runs a traced program to its end, without a warning of layertrace."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-c", PROGRAM.format(k=k)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "True\n", done.stderr
    assert "Warning" not in done.stderr.replace("WARNING: All log messages", "")


def _once(dtype, shape):
    """Return a message of a tensor of halves that holds its value once, as TensorFlow shortens it."""
    half = np.full(1, 0.5, tf.as_dtype(dtype).as_numpy_dtype)
    message = TensorProto(dtype=tf.as_dtype(dtype).as_datatype_enum)
    message.tensor_shape.CopyFrom(tf.TensorShape(shape).as_proto())
    if half.itemsize == 1:
        message.float8_val = half.tobytes()
    else:
        message.half_val.extend(half.view("u2").tolist())
    return message


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float8_e5m2"])
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_constants_of_a_graph_are_read_without_a_warning(dtype, shape):
    """NumPy warns from 2.5 on of the way in which `tf.get_static_value` reads these types."""
    with layertrace.trace(), tf.Graph().as_default(), warnings.catch_warnings():
        warnings.simplefilter("error")
        same = constant(tf.constant(np.full(shape, 0.5, tf.as_dtype(dtype).as_numpy_dtype)))
        filled = constant(tf.raw_ops.Const(value=_once(dtype, shape), dtype=dtype))
    assert same.shape == filled.shape == shape
    assert (same == 0.5).all()
    assert (filled == 0.5).all()


def test_only_constants_of_a_graph_are_read():
    with layertrace.trace(), tf.Graph().as_default():
        assert constant(tf.constant([1, 2]) + 1) is None
        assert constant(tf.constant(["a"])).tolist() == [b"a"]
        assert constant(tf.constant(2.5)) == 2.5


def test_a_comparison_in_half_precision_warns_nothing():
    """A compiled function compares halves with a constant, which layertrace reads."""

    class Kept(keras.layers.Layer):
        def call(self, x):
            return tf.cast(x > 0.5, x.dtype)

    def action():
        layer = Kept(dtype="float16")
        tf.function(layer)(tf.ones((2, 3), tf.float16))

    bare, traced, _ = both(lambda: warnings_of(action))
    assert traced == bare
