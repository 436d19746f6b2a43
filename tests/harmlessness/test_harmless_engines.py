"""The two engines: monitoring replaces nothing, both record the same, and a bad setting gets one warning."""

import functools
import sys
import types

import keras
import pytest
import tensorflow as tf
import tf_keras
from bare_and_traced import fresh

import layertrace
from layertrace.errors import LayertraceWarning
from layertrace.record.engines import choice
from layertrace.record.engines.monitoring import monitoring
from layertrace.record.frameworks import tensorflow_private
from layertrace.record.hooks import hook_points
from layertrace.testing import golden_text

needs_monitoring = pytest.mark.skipif(
    sys.version_info < (3, 12), reason="sys.monitoring is there from Python 3.12 on"
)
X = tf.ones((2, 3))


def decorated(method):
    """Decorate a method as people do: every wrapper has the same code."""

    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        return method(self, *args, **kwargs)

    return wrapper


class Base(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(1,), name="w")

    def call(self, x, scale=1.0):
        return x * self.w * scale


class Child(Base):
    @decorated
    def build(self, input_shape):
        super().build(input_shape)

    @decorated
    def call(self, x, scale=1.0):
        return self.twice(super().call(x, scale=scale))

    @decorated
    def twice(self, x):
        return 2 * x


class Compiled(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = keras.layers.Dense(2)

    @tf.function
    def call(self, x):
        return self.inner(x)


class Branches(tf_keras.layers.Layer):
    def call(self, x):
        if tf.reduce_sum(x) > 0:
            return x + 1.0
        return x


def scaled(base):
    """Return a class whose methods share their code with those of every other class created here."""

    class Scaled(base):
        def call(self, x):
            return super().call(x) + 1.0

    return Scaled


class Keeps(keras.layers.Layer):
    """Calls its own method, which is not a super call."""

    def call(self, x, again=True):
        return self.call(x, again=False) if again else x


class Pauses(keras.layers.Layer):
    """A generator: its code runs when items are read."""

    def call(self, x):
        yield x


class Refused(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight("kernel", shape=(3, 1))  # refused by Python or by Keras


def program():
    """Run every kind of hook, on each kind of function."""
    results = [Child()(X, scale=2.0), Compiled()(X), Compiled()(X), Branches()(X), Keeps()(X)]
    results += [scaled(scaled(Base))()(X), list(Pauses().call(X))]
    inner, outer = Child(), Branches()
    outer(inner(X))
    results += [tf.function(lambda x: outer(inner(x)))(X)]
    model = keras.Sequential([keras.layers.Dense(2), Child()])
    model.compile("adam", "mse")
    model.fit(X, tf.ones((2, 2)), batch_size=1, epochs=2, verbose=0)
    legacy = tf_keras.Sequential([tf_keras.layers.Dense(2), Branches()])
    legacy.compile("sgd", "mse")
    legacy.fit(X, tf.ones((2, 2)), verbose=0)
    with pytest.raises((TypeError, ValueError), match="add_weight"):
        Refused()(X)
    model.predict(X, verbose=0)
    return [*results, model.get_weights()]


@needs_monitoring
def test_both_engines_record_the_same_timeline(monkeypatch):
    """A program with decorators, super calls, tf.functions, AutoGraph, generators and fit on both Keras."""
    recorded = {}
    for engine in ("wrapping", "monitoring"):
        monkeypatch.setenv(choice.ENGINE, engine)
        fresh()
        before = Child()
        with layertrace.trace() as timeline:
            before(X)
            program()
        recorded[engine] = golden_text(timeline)

    assert recorded["monitoring"] == recorded["wrapping"]
    assert recorded["monitoring"].count("\n") > 100


@needs_monitoring
def test_monitoring_replaces_no_attribute():
    """During a trace every attribute of Keras, of TensorFlow and of the user's classes is what it was."""
    classes = [*hook_points.subclasses(keras.layers.Layer), *hook_points.subclasses(tf_keras.layers.Layer)]
    classes += [cls for layer in classes for cls in layer.__mro__]
    classes += [*keras.Variable.__mro__, *keras.optimizers.Adam.__mro__, *type(tf.Variable).__mro__]
    classes += [*tf_keras.optimizers.SGD.__mro__]
    owners = [
        *classes,
        *(tensorflow_private.home(part)[0] for part in tensorflow_private.PARTS),
        keras.src.layers.layer,
    ]
    owners = [owner for owner in owners if isinstance(owner, type)]
    layer = Base()
    different = {id(owner): owner for owner in owners}
    before = {key: (owner, dict(vars(owner))) for key, owner in different.items()}
    own = dict(vars(layer))

    with layertrace.trace() as timeline:
        Child()(X)
        layer.build((2, 3))
        Compiled()(X)
        during = {key: dict(vars(owner)) for key, (owner, _) in before.items()}
        during_layer = vars(layer)["build"], vars(layer)["quantize"]

    assert len(timeline) > 10
    assert during_layer == (own["build"], own["quantize"])
    for key, (owner, attributes) in before.items():
        changed = [name for name, value in attributes.items() if during[key].get(name) is not value]
        home = f"{owner.__module__}.{owner.__qualname__}"
        labels = {f"{home}.{name}" for name in changed if "_abc_" not in name}
        assert labels <= choice.observed_by_wrapping().keys()  # what has no code to observe


@needs_monitoring
def test_a_generator_is_wrapped_and_nothing_else_is():
    """A `call` that is a generator has no start to observe: only this method is wrapped, and restored."""
    fresh()
    own, other = vars(Pauses)["call"], vars(Child)["call"]
    with layertrace.trace() as timeline:
        during = vars(Pauses)["call"], vars(Child)["call"]
        assert list(Pauses().call(X))

    assert during[0] is not own
    assert during[1] is other
    assert vars(Pauses)["call"] is own
    assert [event.kind for event in timeline.of("pauses")] == ["init", "call"]


@needs_monitoring
def test_a_callable_without_python_code_is_wrapped():
    """A method compiled to C has no code object: it is wrapped, recorded and restored."""

    class Native(keras.layers.Layer):
        call = functools.partialmethod(Base.twice if hasattr(Base, "twice") else Child.twice.__wrapped__)

    own = vars(Native)["call"]
    with layertrace.trace() as timeline:
        result = Native().call(X)

    assert float(result[0][0]) == 2.0
    assert vars(Native)["call"] is own
    assert "call" in timeline.kinds


@needs_monitoring
def test_tools_of_the_program_keep_their_ids_and_events():
    """A profiler that watches the same code sees every start, before, in and after a trace."""
    tool, seen = sys.monitoring.PROFILER_ID, []
    sys.monitoring.use_tool_id(tool, "theirs")
    started = sys.monitoring.events.PY_START
    code = Base.call.__code__
    try:
        sys.monitoring.register_callback(tool, started, lambda code, offset: seen.append(code.co_name))
        sys.monitoring.set_local_events(tool, code, started)
        layer = Base()
        layer(X)
        with layertrace.trace() as timeline:
            layer(X)
            assert sys.monitoring.get_local_events(tool, code) == started
        layer(X)
        assert sys.monitoring.get_local_events(tool, code) == started
    finally:
        sys.monitoring.set_local_events(tool, code, 0)
        sys.monitoring.register_callback(tool, started, None)
        sys.monitoring.free_tool_id(tool)

    assert seen == ["call"] * 3
    assert len(timeline.where(kind="call")) == 1


def traced_child():
    """Trace a layer, and return the timeline."""
    with layertrace.trace() as timeline:
        Child()(X)
    return timeline


@pytest.fixture
def no_tool_id_left():
    """Reserve every free tool id."""
    taken = [number for number in range(6) if sys.monitoring.get_tool(number) is None]
    for number in taken:
        sys.monitoring.use_tool_id(number, f"tool {number}")
    yield
    for number in taken:
        sys.monitoring.free_tool_id(number)


@needs_monitoring
def test_without_a_free_tool_id_methods_are_wrapped_after_one_warning(no_tool_id_left, internal_errors):
    """The program continues and is recorded."""
    with pytest.warns(LayertraceWarning, match="No tool id of sys.monitoring is left") as warned:
        timelines = [traced_child(), traced_child()]

    assert len(warned) == 1
    assert "by wrapping" in str(warned[0].message)
    assert all(timeline.where(kind="call") for timeline in timelines)
    internal_errors.clear()


@needs_monitoring
@pytest.mark.parametrize("how", ["events", "local events", "tool id"])
def test_a_tool_that_takes_events_away_is_named_in_the_notes(how):
    """If a debugger resets the events of layertrace, the recording has a note about it."""
    with layertrace.trace() as timeline:
        tool = next(n for n in range(6) if sys.monitoring.get_tool(n) == "layertrace")
        Child()(X)
        if how == "events":
            sys.monitoring.set_events(tool, 0)
        elif how == "local events":
            sys.monitoring.set_local_events(tool, vars(Base)["call"].__code__, 0)
        else:
            sys.monitoring.free_tool_id(tool)
        assert Child()(X).shape == (2, 3)

    assert any("events are missing" in note for note in timeline.notes)
    assert monitoring.is_on is False
    with layertrace.trace() as again:
        Child()(X)
    assert again.where(kind="call")
    assert not again.notes


def test_an_unknown_engine_costs_one_sentence(monkeypatch, internal_errors):
    """The default engine is used, and the warning names the two that exist."""
    monkeypatch.setenv(choice.ENGINE, "magic")
    with pytest.warns(LayertraceWarning, match="LAYERTRACE_ENGINE='magic' is not an engine") as warned:
        with layertrace.trace() as timeline:
            Child()(X)

    assert len(warned) == 1
    assert "'monitoring' or 'wrapping'" in str(warned[0].message)
    assert timeline.where(kind="call")
    internal_errors.clear()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="from Python 3.12 on there is sys.monitoring")
def test_monitoring_on_an_old_python_costs_one_sentence(monkeypatch, internal_errors):
    """Python 3.10 and 3.11 have no `sys.monitoring`: methods are wrapped."""
    monkeypatch.setenv(choice.ENGINE, "monitoring")
    with pytest.warns(LayertraceWarning, match=r"needs Python 3\.12 or later"):
        with layertrace.trace() as timeline:
            Child()(X)

    assert timeline.where(kind="call")
    internal_errors.clear()


def test_a_recording_that_ends_in_mid_call_leaves_nothing_open(engine):
    """The next recording starts without a parent, also inside the same call."""
    trace = layertrace.trace()

    class Ends(keras.layers.Layer):
        def call(self, x):
            trace.stop()
            return x

    trace.start()
    Ends()(X)
    with layertrace.trace() as timeline:
        Child()(X)

    assert [event.kind for event in timeline if timeline.parent(event) is None] == ["init", "build", "call"]


@needs_monitoring
def test_a_stack_that_is_nearly_full_holds_as_many_layers_as_bare():
    """If the program fills the stack, the monitoring engine needs none of it."""

    class Nest(keras.layers.Layer):
        def __init__(self, inner):
            super().__init__()
            self.inner, self.built = inner, True

        def call(self, x):
            return self.inner(x)

    def deepest():
        low, high = 1, 400
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if fits(middle) else (low, middle - 1)
        return low

    def fits(depth):
        layer = keras.layers.Identity()
        for _ in range(depth):
            layer = Nest(layer)
        try:
            layer(X)
        except RecursionError:
            return False
        return True

    bare = deepest()
    with layertrace.trace(report=False):
        traced = deepest()

    assert traced == bare


def test_methods_of_a_mock_that_outlives_its_recording_are_restored(engine):
    """A mock that starts in one recording and ends in the next leaves the original method."""
    own = vars(Base)["call"]
    first = layertrace.trace()
    first.start()
    hooked = vars(Base)["call"]
    Base.call = lambda self, x: x
    first.stop()
    with layertrace.trace():
        Base.call = hooked

    assert vars(Base)["call"] is own


def test_attributes_set_on_a_method_are_kept(engine):
    """`Counts.call.times += 1`, an attribute of a function, works in a trace, too."""

    class Counts(keras.layers.Layer):
        def call(self, x):
            Counts.call.times += 1
            return x

    Counts.call.times = 0
    own = vars(Counts)["call"]
    with layertrace.trace():
        layer = Counts()
        layer(X)
        layer(X)

    assert own.times == 2
    assert isinstance(own, types.FunctionType)
    assert not hasattr(own, "__wrapped__")
