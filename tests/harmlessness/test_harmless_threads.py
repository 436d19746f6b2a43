"""Many threads in one trace: no event is lost, and each is nested where it happened."""

import itertools
import subprocess
import sys
import threading
import time
from collections import Counter

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras

import layertrace
from layertrace.record import hub

pytestmark = pytest.mark.slow

X = tf.ones((1, 2))
THREADS, CALLS = 8, 1000


def pair(k):
    """Return a class of layers that each contain another."""

    class Inner(k.layers.Layer):
        def call(self, x):
            return x

    class Outer(k.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = Inner()

        def call(self, x):
            return self.inner(x)

    return Outer


def in_threads(work, count=THREADS):
    """Run `work(number)` in many threads that begin together; return what they raised."""
    together, failures = threading.Barrier(count), []

    def run(number):
        together.wait()
        try:
            work(number)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(n,), name=f"worker {n}") for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.fixture(params=[None, 1e-5], ids=["usual switching", "switching often"])
def switching(request):
    """Make threads switch as usual, or all the time."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(request.param or before)
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])
def test_eight_threads_lose_no_event(k, switching):
    """8 threads call their own and one shared layer 1,000 times each: each call is recorded in its place."""
    outer = pair(k)
    shared, own = outer(name="shared"), [outer(name=f"own_{n}") for n in range(THREADS)]
    for layer in (shared, *own):
        layer(X)

    def work(number):
        for _ in range(CALLS):
            own[number](X)
            shared(X)

    with layertrace.trace() as timeline:
        in_threads(work)

    events = list(timeline)
    assert len(events) == THREADS * CALLS * 4
    assert sorted(e.call_index for e in timeline.of(shared)) == list(range(1, THREADS * CALLS + 1))
    for number, layer in enumerate(own):
        mine = timeline.of(layer)
        assert [e.call_index for e in mine] == list(range(1, CALLS + 1))
        assert {e.thread for e in mine} == {f"worker {number}"}
    for event in events:
        if event.parent is None:
            assert event.layer.class_name == "Outer"
            continue
        parent = events[event.parent]
        assert (parent.thread, parent.layer.class_name) == (event.thread, "Outer")
        assert parent.start_ns <= event.start_ns
        assert event.start_ns + event.duration_ns <= parent.start_ns + parent.duration_ns
        assert (event.layer.path, event.depth) == (f"{parent.layer.name}/{event.layer.name}", 1)
    inside = Counter(event.parent for event in events if event.parent is not None)
    assert set(inside.values()) == {1}


def test_layers_created_in_many_threads_are_all_recorded(switching):
    """Layers that 8 threads create, build and call at once each have a number and all their events."""
    names = [[] for _ in range(THREADS)]

    def work(number):
        for index in range(20):
            layer = keras.layers.Dense(2, name=f"dense_{number}_{index}")
            layer(X)
            names[number].append(layer.name)

    with layertrace.trace() as timeline:
        in_threads(work)

    assert len(timeline.layers) == THREADS * 20
    assert len({layer.id for layer in timeline.layers}) == THREADS * 20
    for name in itertools.chain(*names):
        life = timeline.of(name)
        assert life.matches("init build(variable{2}) call"), life.kinds
        assert len({event.thread for event in life}) == 1


class Relay(keras.layers.Layer):
    """A layer whose `call` lets other threads run before it continues."""

    def __init__(self, baton, **kwargs):
        super().__init__(**kwargs)
        self.dense, self.baton = keras.layers.Dense(2), baton

    def call(self, x):
        self.baton.release()
        time.sleep(0.002)
        self.baton.acquire()
        return self.dense(x)


def test_functions_traced_in_many_threads_are_all_recorded(switching):
    """If 8 threads trace `tf.function`s at once, each trace has its own calls inside.

    One thread runs at a time: TensorFlow 2.21 itself may crash where several trace at once (a program that
    does not import layertrace did so in 1 of 7 runs, each of 1,600 functions, switching every 1e-6 s).
    """
    baton = threading.Lock()
    layers = [Relay(baton) for _ in range(THREADS)]
    results = [None] * THREADS

    def work(number):
        with baton:
            for _ in range(5):
                function = tf.function(lambda x: layers[number](x))
                results[number] = function(X)
                assert function.experimental_get_tracing_count() in (1, 2)

    with layertrace.trace() as timeline:
        in_threads(work)

    for number, layer in enumerate(layers):
        np.testing.assert_allclose(results[number], layer.dense(X))
    traces = timeline.where(kind="trace")
    assert any(
        one.start_ns < other.start_ns < one.start_ns + one.duration_ns and one.thread != other.thread
        for one, other in itertools.permutations(traces, 2)
    )
    calls = [call for call in timeline.where(kind="call", mode="graph") if call.layer.class_name == "Relay"]
    assert len(calls) == len(traces)
    for call in calls:
        parent = timeline[call.parent]
        assert (parent.kind, parent.thread) == ("trace", call.thread)
        inside = [(event.kind, event.thread) for event in timeline if event.parent == call.seq]
        assert inside[-1] == ("call", call.thread)
    assert len({(e.function.id, e.trace) for e in traces}) == len(traces)


def test_reading_while_others_record_gives_whole_events(switching):
    """A timeline can be read while threads run: it only grows, and is consistent."""
    layer = pair(keras)()
    layer(X)
    done = threading.Event()
    sizes = []

    def work(number):
        if number:
            for _ in range(200):
                layer(X)
            return
        while not done.wait(0.001):
            events = list(timeline)
            sizes.append(len(events))
            assert [e.seq for e in events] == list(range(len(events)))
            assert all(e.parent is None or e.parent < e.seq for e in events)
            if len(events) >= 7 * 200 * 2:
                done.set()

    with layertrace.trace() as timeline:
        in_threads(work)

    assert sizes[-1] == 7 * 200 * 2


def test_threads_of_one_name_are_distinguished():
    """Two living threads of the same name have two names in the timeline."""
    layer = keras.layers.Identity()
    together = threading.Barrier(2)

    def work():
        together.wait()
        layer(X)
        together.wait()

    with layertrace.trace() as timeline:
        threads = [threading.Thread(target=work, name="twin") for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert {event.thread for event in timeline} == {"twin", "twin (2)"}


def test_an_exception_in_one_thread_leaves_the_others_alone():
    """A layer that fails in one thread closes its events there, and none elsewhere."""

    class Sometimes(keras.layers.Layer):
        def call(self, x):
            if threading.current_thread().name == "worker 3":
                raise ValueError("three")
            return x

    layer = Sometimes()
    layer(X)

    def work(number):
        for _ in range(20):
            try:
                layer(X)
            except ValueError:
                assert number == 3

    with layertrace.trace() as timeline:
        in_threads(work)

    assert len(timeline) == THREADS * 20
    failed = {event.thread.partition(" (")[0] for event in timeline.errors}  # other tests had such names too
    assert failed == {"worker 3"}
    assert len(timeline.errors) == 20
    assert all(state.span is None for state in hub.hub.living_states())


def test_a_fork_waits_for_no_thread_that_it_does_not_have(tmp_path):
    """A thread may be printing an event just when another forks: the subprocess continues."""
    program = """
import os, threading, warnings
import keras, layertrace
import tensorflow as tf

warnings.simplefilter("ignore")
layer, x, done = keras.layers.Identity(), tf.ones(1), threading.Event()

def work():
    while not done.is_set():
        layer(x)

with layertrace.trace(echo=True):
    thread = threading.Thread(target=work)
    thread.start()
    for _ in range(20):
        child = os.fork()
        if not child:
            keras.layers.Identity()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    done.set()
    thread.join()
print("done")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )

    assert done.stdout == "done\n"
