"""What the user sees when a traced program raises: type, message, chain, and no frames of layertrace."""

import re
import sys
import traceback

import keras
import pytest
import tensorflow as tf
import tf_keras
from bare_and_traced import both, steady

import layertrace

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])
X = tf.ones((2, 3))


class OwnError(Exception):
    """Has its own constructor, so that Keras cannot rebuild it."""

    def __init__(self, code, *, hint):
        super().__init__(f"{code}: {hint}")


def raising(k, where, error):
    """Return a layer that raises in one of its methods, through a super call."""

    def fail(here):
        if here == where:
            error()

    class Base(k.layers.Layer):
        def __init__(self):
            super().__init__()
            fail("__init__")

        def build(self, input_shape):
            self.w = self.add_weight(shape=(1,), name="w")
            fail("build")

        def call(self, x):
            fail("call")
            return x

    class Raising(Base):
        def __init__(self):
            super().__init__()

        def build(self, input_shape):
            super().build(input_shape)

        def call(self, x):
            return super().call(x)

    return Raising


def value_error():
    raise ValueError("bad\nvalue")


def own_error():
    raise OwnError(3, hint="there")


def key_error():
    raise KeyError("k")


def chained_error():
    try:
        raise LookupError("first")
    except LookupError as error:
        raise RuntimeError("second") from error


def suppressed_error():
    try:
        raise LookupError("first")
    except LookupError:
        raise TypeError("second") from None


def context_error():
    try:
        raise LookupError("first")
    except LookupError:
        int("x")


def interrupt():
    raise KeyboardInterrupt


def leave():
    raise SystemExit(3)


def stop_iteration():
    raise StopIteration("value")


def op_error():
    tf.reshape(tf.ones(3), (2,))


def noted_error():
    error = ValueError("noted")
    error.attribute = 1
    raise error


ERRORS = [
    value_error,
    own_error,
    key_error,
    chained_error,
    suppressed_error,
    context_error,
    interrupt,
    leave,
    stop_iteration,
    op_error,
    noted_error,
]


def as_data(error):
    """Return an exception as data, with the exceptions that it came from."""
    if error is None:
        return None
    return {
        "type": type(error).__qualname__,
        "message": steady(str(error)),
        "args": len(error.args),
        "attributes": sorted(vars(error)),
        "cause": as_data(error.__cause__),
        "context": None if error.__suppress_context__ else as_data(error.__context__),
        "suppressed": error.__suppress_context__,
        "notes": getattr(error, "__notes__", None),
        "frames": frames(error) if sys.version_info >= (3, 11) else None,  # 3.10 puts frames back in
    }


def frames(error):
    """Return the frames of a traceback.

    AutoGraph's own are left out: it takes one step more to convert what is behind a hook.
    """
    found = traceback.extract_tb(error.__traceback__)
    return [
        (re.sub("__autograph_generated_file[^.]+", "…", frame.filename), frame.lineno, frame.name)
        for frame in found
        if not frame.filename.endswith(("bare_and_traced.py", "autograph/impl/api.py"))
    ]


def error_of(action):
    """Return what an action raises, as data."""
    try:
        action()
    except BaseException as error:
        return as_data(error)
    return None


def assert_same_errors(use, k, where):
    """Compare many errors in one method of a layer, bare and traced."""
    makers = {error.__name__: raising(k, where, error) for error in ERRORS}

    def program():
        return {name: error_of(lambda make=make: use(make())) for name, make in makers.items()}

    bare, traced, timeline = both(program)
    assert all(bare.values())
    for name, wanted in bare.items():  # one by one, since they are long
        assert traced[name] == wanted
    return timeline


def assert_same_error(action):
    bare, traced, timeline = both(lambda: error_of(action))
    assert bare is not None
    assert traced == bare
    return timeline


@KERAS
@pytest.mark.parametrize("where", ["__init__", "build", "call"])
@pytest.mark.parametrize("filtered", [True, False], ids=["filtered", "whole"])
def test_an_exception_is_the_same(k, where, filtered):
    """In an eager call, type, message, cause, context, attributes and each frame are the same."""
    switch = k.config if k is keras else tf.debugging
    (switch.enable_traceback_filtering if filtered else switch.disable_traceback_filtering)()
    try:
        timeline = assert_same_errors(lambda layer: layer(X), k, where)
    finally:
        switch.enable_traceback_filtering()

    assert len(timeline.errors) == len(ERRORS)


@KERAS
@pytest.mark.parametrize(
    "use",
    [
        lambda k, layer: tf.function(layer)(X),
        lambda k, layer: tf.function(lambda x: layer(x))(X),
        lambda k, layer: tf.function(lambda x: layer.call(x))(X),
        lambda k, layer: tf.function(layer, autograph=False)(X),
        lambda k, layer: layer(k.Input((3,))),
        lambda k, layer: k.Sequential([k.layers.Dense(3), layer])(X),
        lambda k, layer: k.Sequential([layer, k.layers.Dense(3)]).predict(X, verbose=0),
        lambda k, layer: list(tf.data.Dataset.from_tensors(X).map(layer)),
    ],
    ids=["layer", "function", "call", "without AutoGraph", "symbolic", "Sequential", "predict", "dataset"],
)
def test_an_exception_in_a_graph_is_the_same(k, use):
    """Errors that Keras, TensorFlow and AutoGraph rebuild during a trace are the same."""
    assert_same_errors(lambda layer: use(k, layer), k, "call")


@KERAS
def test_errors_of_keras_itself_are_the_same(k):
    """Wrong arguments, wrong shapes and forgotten super calls are reported as without a trace."""

    class Forgetful(k.layers.Layer):
        def __init__(self):
            self.units = 3

        def call(self, x):
            return x

    class Frugal(k.layers.Layer):
        def call(self, x, y):
            return x + y

    for action in (
        lambda: k.layers.Dense(-1),
        lambda: k.layers.Dense(),
        lambda: k.layers.Dense(2, nonsense=3),
        lambda: k.layers.Dense(2)(tf.ones(())),
        lambda: k.layers.Conv2D(1, 2)(X),
        lambda: k.layers.Dense(2)(),
        lambda: k.layers.Dense(2).call(X),
        lambda: Forgetful()(X),
        lambda: Frugal()(X),
        lambda: Frugal()(X, z=X),
        lambda: k.layers.Layer().add_weight(shape=(1,), initializer="nonsense"),
        lambda: k.layers.Layer(1, 2, 3),
        lambda: k.Sequential([1]),
    ):
        bare, traced, _ = both(lambda action=action: error_of(action))
        assert traced == bare


def test_the_error_of_the_story_is_the_same():
    """A variable created in `call` inside a `tf.function` fails with TensorFlow's own message."""

    class GCN(keras.layers.Layer):
        def call(self, x):
            return x @ tf.Variable(tf.ones((3, 4)))

    class GCNLegacy(tf_keras.layers.Layer):
        def call(self, x):
            return x @ tf.Variable(tf.ones((3, 4)))

    for cls in (GCN, GCNLegacy):
        timeline = assert_same_error(lambda cls=cls: tf.function(cls())(X))
        assert timeline.errors


def test_a_wrong_call_of_a_method_gives_the_same_error():
    """A call with missing or unknown arguments names the method and the arguments as without a trace."""

    class Own(keras.layers.Layer):
        def call(self, x, *, scale):
            return x

    for action in (
        lambda: Own().call(),
        lambda: Own().call(1, 2, scale=1),
        lambda: Own().call(1),
        lambda: Own().build(),
        lambda: Own(1),
    ):
        bare, traced, _ = both(lambda action=action: error_of(action))
        assert bare is not None
        assert (traced["type"], traced["message"]) == (bare["type"], bare["message"])


def test_a_program_that_handles_an_exception_goes_on_the_same():
    """An exception that a layer caught is deleted, and `sys.exception()` around a call is unchanged."""

    class Handles(keras.layers.Layer):
        def call(self, x):
            try:
                raise KeyError(1)
            except KeyError:
                pass
            return x, str(sys.exc_info()[1])

    def program():
        try:
            raise ValueError("around")
        except ValueError:
            return Handles()(X)[1], str(sys.exc_info()[1])

    bare, traced, _ = both(program)

    assert traced == bare == ("around", "around")


def test_after_a_trace_its_layers_raise_the_same():
    """A layer that was created in a trace raises without a frame of layertrace after the trace."""

    def program(traced):
        cls = raising(keras, "build", value_error)
        if traced:
            with layertrace.trace():
                layer = cls()
        else:
            layer = cls()
        return error_of(lambda: layer(X))

    bare, traced = program(False), program(True)

    assert traced == bare


def test_recursion_ends_with_the_same_error():
    """A layer that calls itself without end raises a RecursionError, and the trace continues."""

    class Endless(keras.layers.Layer):
        def call(self, x):
            return self.call(x)

    bare, traced, _ = both(lambda: error_of(lambda: Endless()(X)))

    assert traced["type"] == bare["type"] == "RecursionError"
