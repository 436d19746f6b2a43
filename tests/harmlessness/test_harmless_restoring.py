"""What is left when the last trace has ended: nothing."""

import gc
import inspect
import itertools
import random
import sys
import threading
from unittest import mock

import keras
import pytest
import tensorflow as tf
import tf_keras
from tensorflow.python.eager.polymorphic_function import tracing_compilation

import layertrace
from layertrace.record.engines import choice
from layertrace.record.hooks import hook_points
from layertrace.record.recording import hooking, recorder

pytestmark = pytest.mark.slow


class Mine(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(1,))

    def call(self, x):
        return x


class WithFunction(Mine):
    @tf.function
    def call(self, x):
        return super().call(x)


class MineLegacy(tf_keras.Model):
    def call(self, x):
        return x


def world():
    """Return everything that a trace may replace, each as the object that is stored."""
    bases = [keras.layers.Layer, tf_keras.layers.Layer]
    owners = {cls for base in bases for sub in hook_points.subclasses(base) for cls in sub.__mro__}
    owners |= {*keras.Variable.__mro__, *type(tf.Variable).__mro__, *tf.Variable.__mro__} - {object}
    found = {(owner, name): value for owner in owners for name, value in vars(owner).items()}
    found |= {("module", name): value for name, value in vars(tracing_compilation).items()}
    found |= {("gc", index): value for index, value in enumerate(gc.callbacks)}
    found |= {("meta_path", index): value for index, value in enumerate(sys.meta_path)}
    return found


def differences(before):
    """Return the names of what is not the same object as before."""
    after = world()
    there = {owner for owner, _ in before}
    return [
        key
        for key in before.keys() | after.keys()
        if before.get(key) is not after.get(key) and key[0] in there
    ]


@pytest.fixture(autouse=True)
def _each_engine(engine):
    """Run each of these tests with each engine."""


@pytest.fixture
def unchanged():
    """Check that everything is the same at the end as at the beginning."""
    before = world()
    yield before
    assert differences(before) == []
    assert not recorder.running
    assert choice.is_idle()


def use():
    """Run every kind of hook: create, build, call and trace layers of both Keras."""
    x = tf.ones((2, 3))
    Mine()(x)
    WithFunction()(x)
    tf.function(keras.layers.Dense(2))(x)
    MineLegacy()(x)


def test_a_trace_replaces_and_puts_back(unchanged, wrapping):
    """While methods are wrapped something is replaced; afterwards each attribute is the object it was."""
    with layertrace.trace() as timeline:
        assert len(differences(unchanged)) > 300
        use()

    assert timeline


def test_an_exception_puts_back_too(unchanged):
    """However the block ends, everything is restored."""
    for error in (ValueError, KeyboardInterrupt, SystemExit):
        with pytest.raises(error), layertrace.trace():
            use()
            raise error


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_traces_may_end_in_any_order(order, unchanged, engine):
    """Three overlapping traces with different targets may end in any order."""
    traces = [layertrace.trace(), layertrace.trace(Mine), layertrace.trace("dense*", Mine())]
    timelines = [trace.start() for trace in traces]
    use()
    for index in order:
        assert differences(unchanged) or engine == "monitoring"
        traces[index].stop()
    use()

    assert all(timelines)


def test_one_object_may_start_many_times(unchanged):
    """The same `trace` may be entered again inside itself, and stopped more often than started."""
    trace = layertrace.trace()
    with trace as outer, trace as inner:
        use()
    trace.stop()
    trace.stop()

    assert len(outer) == len(inner) > 0


def test_nested_and_decorated_traces_put_back(unchanged):
    """Blocks inside blocks, decorated functions inside both, and recursion."""

    @layertrace.trace(Mine)
    def recursive(depth):
        Mine()(tf.ones((1, 1)))
        if depth:
            recursive(depth - 1)

    with layertrace.trace(), layertrace.trace():
        recursive(3)


def test_classes_made_in_a_trace_are_put_back(unchanged, engine):
    """A class that is defined while a trace runs gets its own methods back."""
    with layertrace.trace() as timeline:

        class Late(keras.layers.Layer):
            def call(self, x):
                return x

        class LateLegacy(tf_keras.layers.Layer):
            def call(self, x):
                return x

        methods = [vars(cls)["call"] for cls in (Late, LateLegacy)]
        Late()(tf.ones(3))
        LateLegacy()(tf.ones(3))
        is_replaced = [vars(cls)["call"] for cls in (Late, LateLegacy)] != methods
        assert is_replaced == (engine == "wrapping")

    assert [vars(cls)["call"] for cls in (Late, LateLegacy)] == methods
    assert {layer.class_name for layer in timeline.layers} == {"Late", "LateLegacy"}


def test_an_unbuilt_layer_keeps_its_own_build(unchanged):
    """Keras 3 keeps `build` on the layer; it stays the same object, also if it runs in a trace."""
    layers = [Mine(), keras.layers.Dense(1), keras.Sequential([keras.layers.Dense(1)]), WithFunction()]
    before = [vars(layer).get("build") for layer in layers]
    held = [inspect.getclosurevars(build).nonlocals["original_build_method"] for build in before]
    first, second = layertrace.trace(), layertrace.trace()
    first.start()
    timeline = second.start()
    for layer in layers:
        layer.build((2, 3))
    first.stop()
    second.stop()

    assert len(timeline.where(kind="build")) > len(layers)
    assert all(vars(layer).get("build") is one for layer, one in zip(layers, before, strict=True))
    after = [inspect.getclosurevars(build).nonlocals["original_build_method"] for build in before]
    assert after == held


def test_a_layer_made_in_a_trace_works_after_it(unchanged):
    """A layer that was created in a trace and keeps its hook builds and runs like any other."""
    with layertrace.trace() as timeline:
        layer = Mine()
    events = len(timeline)

    assert layer(tf.ones((2, 1))).shape == (2, 1)
    assert layer.built
    assert len(timeline) == events


def test_what_others_patched_meanwhile_is_left_alone(unchanged, wrapping):
    """A patch of the program over a hook is kept when the trace ends."""

    def theirs(self, x):
        return x

    with layertrace.trace():
        hook = vars(Mine)["call"]
        Mine.call = theirs
    try:
        assert vars(Mine)["call"] is theirs
    finally:
        Mine.call = hook.__wrapped__


@pytest.mark.parametrize(
    "ends", ["first patch second", "patch first second", "patch second first", "second patch first"]
)
def test_a_patch_of_the_program_may_contain_the_start_of_a_trace(ends, unchanged):
    """That trace records what was put in place; one that began before records the original again."""

    def patched(self, x):
        return 2 * x

    def calls(timeline):
        return [event.kind for event in timeline].count("call")

    def run():
        return Mine()(tf.ones((1, 1))).numpy()

    original = vars(Mine)["call"]
    first, patch, second = layertrace.trace(), mock.patch.object(Mine, "call", patched), layertrace.trace()
    running = {"first": first, "patch": patch, "second": second}
    timelines = {"first": first.start()}
    patch.start()
    timelines["second"] = second.start()
    assert run() == 2
    assert calls(timelines["second"]) == 1
    for name in ends.split():
        running.pop(name).stop()
        before = calls(timelines["first"])
        assert run() == (2 if "patch" in running else 1)
        if "first" in running and "patch" not in running:
            assert calls(timelines["first"]) == before + 1
    assert vars(Mine)["call"] is original


def test_a_program_that_empties_lists_of_callbacks_can_stop(unchanged, monkeypatch):
    """A program may empty `gc.callbacks` and `sys.meta_path` while a trace runs; stopping is silent."""
    callbacks, finders = list(gc.callbacks), list(sys.meta_path)
    with layertrace.trace():
        gc.callbacks.clear()
        sys.meta_path[:] = finders
    gc.callbacks[:] = callbacks


def test_traces_may_start_and_stop_in_many_threads(unchanged):
    """Each thread starts, uses and stops its own traces, in random order."""
    failures = []

    def work(seed):
        choose = random.Random(seed)
        mine = []
        try:
            for _ in range(30):
                if mine and choose.random() < 0.5:
                    mine.pop(choose.randrange(len(mine))).stop()
                else:
                    mine.append(choose.choice([layertrace.trace(), layertrace.trace(Mine)]))
                    mine[-1].start()
                Mine()(tf.ones((1, 1)))
        except Exception as error:
            failures.append(error)
        finally:
            for trace in mine:
                trace.stop()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures


def test_a_trace_may_end_in_another_thread(unchanged):
    """A trace may be stopped by another thread than the one that started it."""
    trace = layertrace.trace()
    timeline = trace.start()
    use()
    thread = threading.Thread(target=trace.stop)
    thread.start()
    thread.join()
    events = len(timeline)
    use()

    assert len(timeline) == events > 0


def test_starting_disturbs_no_other_thread(unchanged):
    """While one thread starts traces, others create tensors, which a search of the heap would break."""
    layer = keras.layers.Dense(1)
    failures, done = [], threading.Event()

    def work():
        while not done.is_set():
            try:
                assert tf.ones((1, 1, 2, 3)).shape.rank == 4
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for _ in range(10):
            with layertrace.trace(layer):
                pass
        done.set()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)

    assert not failures


def test_a_trace_that_ends_while_a_layer_is_made_elsewhere_leaves_nothing(unchanged):
    """A thread that was about to hook a new class when the trace ended does not hook it."""
    Late = type("Late", (keras.layers.Layer,), {"call": lambda self, x: x})
    trace = layertrace.trace()
    with recorder._lock:  # the other thread comes as far as this lock, and has to wait
        trace.start()
        recorder.running[0].hooking._classes.pop(id(Late))  # as if it were made just now
        waiting = threading.Thread(target=Late)
        waiting.start()
        while waiting.is_alive() and not _waits(waiting):
            pass
        trace.stop()
    waiting.join()

    assert choice.is_idle()


def _waits(thread):
    frame = sys._current_frames().get(thread.ident)
    return frame is not None and frame.f_code.co_name == "hook_new_class"


def test_a_class_that_cannot_be_hooked_is_left_out(unchanged, monkeypatch, internal_errors):
    """If hooking a class fails, its layers work, the others are recorded, and everything is restored."""
    real = hooking.class_points

    def broken(cls):
        if cls is Mine:
            raise RuntimeError("a class that we do not understand")
        return real(cls)

    monkeypatch.setattr(hooking, "class_points", broken)
    with layertrace.trace() as timeline:
        use()

    assert internal_errors
    internal_errors.clear()
    assert "WithFunction" in {layer.class_name for layer in timeline.layers}


def test_a_trace_that_cannot_start_leaves_nothing(unchanged, monkeypatch):
    """If starting a trace fails, what was hooked is restored."""

    def broken(cls):
        assert not choice.is_idle()
        raise RuntimeError("out of luck")

    monkeypatch.setattr(hooking, "subclasses", broken)
    with pytest.raises(RuntimeError, match="out of luck"), layertrace.trace():
        pass


def test_a_class_that_refuses_to_be_patched_is_left_out(unchanged, wrapping, internal_errors):
    """A class whose metaclass allows no new attributes still works, and is named in one warning."""

    class Sealed(type(keras.layers.Layer)):
        def __setattr__(cls, name, value):
            raise AttributeError("sealed")

    class Locked(keras.layers.Layer, metaclass=Sealed):
        def call(self, x):
            return x

    with layertrace.trace():
        assert Locked()(tf.ones(3)).shape == (3,)

    assert internal_errors
    internal_errors.clear()
