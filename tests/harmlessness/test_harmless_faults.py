"""If layertrace fails, or objects behave badly, there is one warning and the program is unaffected."""

import io
import sys
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from bare_and_traced import fresh, tamed

import layertrace
from layertrace.errors import LayertraceWarning
from layertrace.record.backends.tensorflow import TensorFlow
from layertrace.record.describe import exceptions, source_lines, values
from layertrace.record.engines import monitoring, sites, wrapping
from layertrace.record.hooks import layer_calls, traces, variables
from layertrace.record.hub import hub, threads
from layertrace.record.process import guard
from layertrace.record.recording import hooking, materialize, recorder, targets

X = tf.ones((2, 3))


class Own(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = keras.layers.Dense(2)

    def build(self, input_shape):
        self.w = self.add_weight(shape=(1,))

    def call(self, x, training=None):
        return self.inner(x) * self.w


class OwnLegacy(tf_keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(1,))

    def call(self, x, training=None):
        if tf.reduce_sum(x) > 0:
            return x * self.w
        return x


class Graphed(keras.layers.Layer):
    @tf.function
    def call(self, x):
        return x + 1.0


class Fails(keras.layers.Layer):
    def call(self, x):
        raise ValueError("of the program")


def program():
    """Run every kind of hook."""
    layer, legacy = Own(), OwnLegacy()
    function = tf.function(lambda x: legacy(layer(x, training=True)))
    results = [layer(X), legacy(X), function(X), function.experimental_get_tracing_count()]
    results += [Graphed()(X)]
    results += [keras.Sequential([keras.layers.Dense(1)]).predict(X, verbose=0)]
    with pytest.raises(ValueError, match="of the program"):
        Fails()(X)
    return tamed([*results, layer.get_weights(), legacy.get_weights(), tf.Variable(1.0)])


def boom(*args, **kwargs):
    raise RuntimeError("a fault of ours")


def expected_warning():
    """Check that the block has a warning about the error."""
    return pytest.warns(LayertraceWarning, match="a fault of ours")


FAULTS = [
    (layer_calls, "defer"),
    (TensorFlow, "mode"),
    (layer_calls, "register_layer"),
    (layer_calls, "start"),
    (layer_calls, "finish"),
    (layer_calls, "nearest_layer"),
    (layer_calls, "_returned"),
    (layer_calls, "with_causes"),
    (source_lines, "caller"),
    (exceptions, "raised_at"),
    (source_lines, "location"),
    (values, "spec"),
    (variables, "describe"),
    (variables, "start"),
    (variables, "finish"),
    (variables.VariableNote, "complete"),
    (traces, "signature"),
    (traces, "start"),
    (traces, "finish"),
    (traces.traced_graphs, "add"),
    (wrapping, "wrap"),
    (wrapping, "wrap_object"),
    (materialize.EventBuilder, "read"),
    (recorder, "assign_owners"),
]
if sys.version_info >= (3, 12):
    FAULTS += [(monitoring, "variant_of"), (sites.Site, "variant_in"), (sites.Variant, "arguments_in")]


@pytest.mark.parametrize(("where", "name"), FAULTS, ids=lambda x: getattr(x, "__name__", x))
def test_an_internal_error_is_reported_and_the_program_runs(where, name, monkeypatch, internal_errors):
    """If any part of layertrace fails, the program computes the same, with one warning for each line."""
    if where is wrapping:
        monkeypatch.setenv("LAYERTRACE_ENGINE", "wrapping")
    fresh()
    bare = program()
    before = keras.layers.Dense(1)
    monkeypatch.setattr(where, name, boom)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fresh()
        with layertrace.trace():
            traced = program()
            first = len(caught)
            before(X)
            program()
        again = len(caught)

    np.testing.assert_equal(traced, bare)
    ours = [w for w in caught if w.category is LayertraceWarning]
    assert ours, "the fault was never met"
    assert all("a fault of ours" in str(w.message) for w in ours)
    assert len({str(w.message) for w in ours}) == len(ours)
    assert again - first <= 2  # the layer from before the trace, and the end
    assert threads.state.span is None
    internal_errors.clear()


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (hooking.Hooking, "hook_class"),
        (targets.Targets, "may_keep"),
        (targets.Targets, "may_choose"),
        (targets.Targets, "chosen"),
    ],
)
def test_an_error_in_selecting_is_reported_and_the_program_runs(
    where, name, monkeypatch, internal_errors, tmp_path
):
    """This includes the code that selects layers, also for classes that are created during the trace."""
    with expected_warning(), layertrace.trace("o*", Own, save=tmp_path / "run.jsonl"):
        monkeypatch.setattr(where, name, boom)

        class Late(keras.layers.Layer):
            def call(self, x):
                return x + 1.0

        assert float(Late()(tf.ones(()))) == 2.0

    assert internal_errors
    internal_errors.clear()


def test_a_failing_listener_is_reported_and_the_program_runs(internal_errors):
    """If passing on a record fails, the program continues, and no event stays open."""
    fresh()
    bare = program()
    with expected_warning():
        fresh()
        with layertrace.trace():
            hub.emit = boom
            traced = program()

    np.testing.assert_equal(traced, bare)
    assert threads.state.span is None
    internal_errors.clear()


def test_a_failing_echo_is_reported_and_the_program_runs(monkeypatch, internal_errors):
    """If printing an event fails, the program and the recording continue."""
    fresh()
    bare = program()
    with expected_warning():
        fresh()
        with layertrace.trace(echo=True) as timeline:
            monkeypatch.setattr(recorder.running[0].echo, "_line", boom)
            traced = program()

    np.testing.assert_equal(traced, bare)
    assert timeline.where(kind="call")
    internal_errors.clear()


def test_a_closed_standard_error_breaks_no_echo(monkeypatch, internal_errors):
    """If standard error is closed during a trace, the program continues."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with warnings.catch_warnings(record=True), layertrace.trace(echo=True):
        stream.close()
        assert keras.layers.Dense(2)(X).shape == (2, 2)
    internal_errors.clear()


@pytest.mark.parametrize("stderr", [None, "closed", "there"])
@pytest.mark.parametrize("handling", ["error", "raising hook"])
def test_a_warning_of_layertrace_is_never_an_exception(stderr, handling, monkeypatch, internal_errors):
    """A warning never raises: not with `-W error`, nor if showing it fails, nor without standard error."""
    stream = io.StringIO()
    if stderr == "closed":
        stream.close()
    monkeypatch.setattr(sys, "stderr", None if stderr is None else stream)
    monkeypatch.setattr(layer_calls, "defer", boom)
    with warnings.catch_warnings():
        warnings.simplefilter("error" if handling == "error" else "always")
        if handling == "raising hook":
            monkeypatch.setattr(warnings, "showwarning", boom)
        with layertrace.trace():
            assert Own()(X, training=True).shape == (2, 2)

    assert internal_errors
    internal_errors.clear()
    if stderr == "there":
        assert "a fault of ours" in stream.getvalue()


class Hostile:
    """Raises on every access, with a message that cannot be shown."""

    def __getattr__(self, name):
        raise Unspeakable

    def __raise(self, *args):
        raise Unspeakable

    __len__ = __bool__ = __eq__ = __repr__ = __str__ = __iter__ = __array__ = __call__ = __raise
    __hash__ = None


class Unspeakable(Exception):
    def __str__(self):
        raise ZeroDivisionError


class HostileList(list):
    def __len__(self):
        raise ZeroDivisionError

    def __getitem__(self, index):
        raise ZeroDivisionError

    def __iter__(self):
        raise ZeroDivisionError


class HostileDict(dict):
    def items(self):
        raise ZeroDivisionError

    def __len__(self):
        raise ZeroDivisionError


class HostileShape:
    dtype = "float32"

    @property
    def shape(self):
        raise ZeroDivisionError


class HostileName(str):
    def __len__(self):
        raise ZeroDivisionError

    def __eq__(self, other):
        raise ZeroDivisionError

    __hash__ = str.__hash__


class Endless(dict):
    """Contains itself."""

    def __init__(self):
        super().__init__()
        self["self"] = self


class Impatient:
    """Counts reads of its value, which may be expensive to compute."""

    looks = 0

    def __array__(self, dtype=None, copy=None):
        type(self).looks += 1
        return np.ones(3)

    __iter__ = __len__ = __repr__ = __array__


HOSTILE = [Hostile, HostileList, HostileDict, HostileShape, HostileName, Endless, Impatient, object, type]


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_arguments_may_be_anything(make, internal_errors):
    """Arguments that raise when they are read reach the method unchanged."""

    class Takes(keras.layers.Layer):
        def call(self, x, thing=None, *rest, **others):
            return x, thing, rest, others

    thing = make("x") if make is HostileName else str if make is type else make()
    layer = Takes()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with layertrace.trace() as timeline:
            out = layer.call(thing, thing, thing, other=[thing])
        assert "call" in timeline.kinds or caught
        str(timeline)

    assert all(found is thing for found in (out[0], out[1], out[2][0], out[3]["other"][0]))
    assert Impatient.looks == 0
    assert all(w.category is LayertraceWarning for w in caught)
    internal_errors.clear()


def test_layers_may_define_what_they_like(internal_errors):
    """A layer with its own equality, hash, truth, length, name and attributes is recorded as any other."""

    class Strange(keras.layers.Layer):
        __hash__ = None

        def __eq__(self, other):
            raise ZeroDivisionError

        def __bool__(self):
            raise ZeroDivisionError

        def __len__(self):
            return 0

        def __repr__(self):
            raise ZeroDivisionError

        @property
        def path(self):
            raise ZeroDivisionError

        def call(self, x):
            return x

    with layertrace.trace() as timeline:
        layer = Strange.__new__(Strange)
        Strange.__init__(layer)
        layer.call(X)
        tf.function(layer.call)(X)

    assert timeline.of(layer).where(kind="call")
    assert not internal_errors


def test_parameters_may_have_any_name():
    """Parameters with the names that wrappers use get the values that are passed."""

    class Names(keras.layers.Layer):
        def call(self, hub, method, original, span, result, *, begin=1, end=2, make=3, **observe):
            return hub, method, original, span, result, begin, end, make, observe

    def lambda_(self, x):
        return x

    lambda_.__name__ = "class"

    class Keyword(keras.layers.Layer):
        call = lambda_

    class Lambda(keras.layers.Layer):
        call = lambda self, x, *rest: (x, rest)  # noqa: E731

    with layertrace.trace() as timeline:
        assert Names().call(1, 2, 3, 4, 5, end=6, other=7) == (1, 2, 3, 4, 5, 1, 6, 3, {"other": 7})
        assert Keyword().call(1) == 1
        assert Lambda().call(1, 2, 3) == (1, (2, 3))

    assert len(timeline.where(kind="call")) == 3


def test_a_full_stack_is_not_an_internal_error(internal_errors):
    """A hook without room on the stack does not warn: the program itself fails next."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            raise RecursionError("maximum recursion depth exceeded")
        except RecursionError:
            guard.report_internal_error("record a call")

    assert guard._warned == {}


def test_the_warning_about_an_internal_error_helps(monkeypatch, internal_errors):
    """The warning names what layertrace was doing, what failed and where; the program is unaffected."""
    monkeypatch.setattr(layer_calls, "defer", boom)
    with pytest.warns(LayertraceWarning) as caught, layertrace.trace():
        Own()(X, training=True)
    internal_errors.clear()

    text = str(caught[0].message)
    assert "could not record a" in text
    assert "RuntimeError: a fault of ours" in text
    assert f"{__file__}:" in text
    assert "Your program is unaffected. Please report this." in text
    assert guard._warned == {}
