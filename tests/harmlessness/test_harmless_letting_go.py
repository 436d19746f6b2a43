"""What a timeline keeps alive: nothing of the program."""

import gc
import threading
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras

import layertrace
from layertrace.record import hub
from layertrace.timeline.registry import live_layers

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])

X = tf.ones((2, 3))


@pytest.fixture
def is_let_go(collected):
    """Run a program that returns objects, and return whether all of them are deleted."""

    def run(program, when="in the trace"):
        bare = [weakref.ref(thing) for thing in program()]
        collected()
        assert not any(ref() for ref in bare), "without a trace it is kept alive by others"
        with layertrace.trace() as timeline:
            during = [weakref.ref(thing) for thing in program()]
            collected()
            gone_during = not any(ref() for ref in during)
        collected()
        assert timeline.kinds
        return (gone_during or when == "after it") and not any(ref() for ref in during)

    return run


@KERAS
def test_layers_tensors_and_variables_are_let_go(k, is_let_go):
    """A layer and its tensors can be collected while the timeline exists, even while it records."""

    class Own(k.layers.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(shape=(3, 2))

        def call(self, x, training=None):
            return x @ self.w

    def program():
        layer, x = Own(), tf.ones((2, 3))
        out = layer(x, training=True)
        return [layer, x, out, *layer.weights]

    assert is_let_go(program)


@KERAS
def test_classes_are_let_go(k, is_let_go):
    """A layer class that is created in a function can be collected, also after a `tf.function` traced it."""

    def program():
        class Own(k.layers.Layer):
            def call(self, x):
                return x * 2

        layer = Own()
        tf.function(lambda x: layer(x))(tf.ones((2, 3)))
        k.backend.clear_session()
        return [Own, layer]

    assert is_let_go(program, when="after it")


@KERAS
def test_models_are_let_go(k, is_let_go):
    """A fitted model can be collected, with the functions and graphs that Keras created for it."""

    def program():
        model = k.Sequential([k.layers.Dense(2), k.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
        k.backend.clear_session()
        return [model, *model.layers, *model.weights]

    assert is_let_go(program)


@KERAS
def test_functions_and_graphs_are_let_go(k, is_let_go):
    """A traced function can be collected, with its graphs and the symbolic tensors in them."""

    def program():
        layer, symbolic = k.layers.Dense(2), []

        @tf.function
        def function(x):
            symbolic.append(layer(x))
            return symbolic[-1]

        function(X)
        graph = function.get_concrete_function(X).graph
        return [function, graph, layer, *symbolic]

    assert is_let_go(program)


@KERAS
def test_a_class_and_what_its_methods_close_over_are_let_go(k, is_let_go):
    """After the trace a class created in it can be collected, and a layer in the closure of its `call`."""

    def program():
        inner = k.layers.Dense(2)
        function = tf.function(lambda x: inner(x))

        class Own(k.layers.Layer):
            def call(self, x):
                return function(x)

        layer = Own()
        layer(X)
        return [layer, inner, function]

    assert is_let_go(program, when="after it")


def side_by_side(k):
    """Return a layer whose inner layers share an initializer and get the same tensor."""

    class Own(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.shared = k.initializers.GlorotUniform(seed=1)
            self.heads = [k.layers.Dense(2, kernel_initializer=self.shared) for _ in range(2)]
            self.returned = []

        def build(self, shape):
            for head in self.heads:
                head.build(shape)

        def call(self, x):
            inside = x * 2
            self.returned.append(weakref.ref(inside))
            return self.heads[0](inside) + self.heads[1](inside)

    return Own()


@KERAS
@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "traced"])
def test_what_is_shared_is_let_go(k, compiled, is_let_go):
    """Tensors that several calls were given can be collected, and initializers that several layers share."""

    def program():
        layer, x = side_by_side(k), tf.ones((2, 3))
        function = tf.function(layer) if compiled else layer
        out = function(x)
        inside = [tensor for reference in layer.returned if (tensor := reference()) is not None]
        return [layer, layer.shared, function, x, out, *inside]

    assert is_let_go(program)


def test_a_tensor_inside_a_call_is_let_go_before_the_call_ends(collected):
    """A call that makes a large tensor for a layer, and drops it, has room for the next."""
    gone = []

    class Own(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            shared = keras.initializers.GlorotUniform(seed=1)
            self.heads = [keras.layers.Dense(3, kernel_initializer=shared) for _ in range(2)]

        def build(self, shape):
            for head in self.heads:
                head.build(shape)

        def call(self, x):
            for head in self.heads:
                large = x * 2
                reference = weakref.ref(large)
                x = head(large)
                del large
                collected()
                gone.append(reference() is None)
            return x

    Own()(X)
    without, gone[:] = gone[:], []
    with layertrace.trace():
        Own()(X)

    assert gone == without == [True, True]


def test_a_tensor_of_the_program_keeps_nothing_of_ours(collected):
    """The spans of a recording are deleted with it, although a tensor that many calls got lives on."""
    x = tf.ones((2, 3))
    threads = len(hub.hub.living_states())

    def work():
        for function in (side_by_side(keras), tf.function(side_by_side(keras))):
            function(x)

    with layertrace.trace() as timeline:
        for _ in range(3):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
    seen = [each.what for each in timeline.surroundings.observations]
    del thread, timeline
    with layertrace.trace():  # `last_timeline` keeps the last one
        pass
    collected()

    assert "same input" in seen
    assert len(hub.hub.living_states()) <= threads + 1
    assert x.shape == (2, 3)


def test_a_failed_call_keeps_nothing(collected):
    """What a call was given is forgotten if it raises."""
    x = tf.ones((2, 3))
    threads = len(hub.hub.living_states())

    class Failed(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inside = side_by_side(keras)

        def call(self, x):
            self.inside(x)
            raise ValueError("no")

    def work():
        for function in (Failed(), tf.function(Failed())):
            with pytest.raises(ValueError, match="no"):
                function(x)

    with layertrace.trace():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    del thread
    collected()

    assert len(hub.hub.living_states()) <= threads + 1
    assert x.shape == (2, 3)


@KERAS
def test_what_failed_is_let_go(k, is_let_go):
    """A layer that raised can be collected, with the exception and what it refers to."""

    class Failed(ValueError):
        pass

    def program():
        inner = k.layers.Dense(2)
        held = []

        class Own(k.layers.Layer):
            def call(self, x):
                inner(x)
                raise Failed("no")

        layer = Own()
        try:
            layer(X)
        except Failed as error:
            held.append(error)
            error.with_traceback(None)
        return [layer, inner, held.pop()]

    assert is_let_go(program, when="after it")


def test_initializers_and_arguments_are_let_go(is_let_go):
    """Arguments can be collected: initializers, arrays, and all that a layer is created with."""

    class Thing:
        def __call__(self, shape, dtype=None):
            return tf.zeros(shape)

    class Own(keras.layers.Layer):
        def __init__(self, thing, array):
            super().__init__()
            self.thing = thing

        def build(self, input_shape):
            self.w = self.add_weight(shape=(1,), initializer=self.thing)
            self.v = tf.Variable(tf.ones(3))

        def call(self, x):
            return x

    def program():
        thing, array = Thing(), np.ones(3)
        layer = Own(thing, array)
        layer(X)
        return [layer, thing, array, layer.v]

    assert is_let_go(program)


def test_an_unbuilt_layer_whose_build_was_hooked_is_let_go(collected):
    """A layer that existed before the trace, and was never built, can be collected during it."""
    layer = keras.layers.Dense(1)
    reference = weakref.ref(layer)
    with layertrace.trace():
        del layer
        collected()

        assert reference() is None


def test_targets_are_held_as_long_as_the_trace(collected):
    """A layer that is given to `trace` lives as long as the `trace` object, and no longer."""
    layer = keras.layers.Dense(1)
    reference = weakref.ref(layer)
    with layertrace.trace(layer) as timeline:
        layer(X)
    del layer
    collected()

    assert reference() is None
    assert timeline.kinds


def test_registers_shrink(collected):
    """What is kept about objects is deleted with them."""
    collected()
    before = len(live_layers.by_id)
    with layertrace.trace():
        for _ in range(10):
            keras.layers.Dense(1)(X)
        assert len(live_layers.by_id) >= before
    keras.backend.clear_session()
    collected()

    assert len(live_layers.by_id) <= before


def test_a_thread_leaves_nothing_behind():
    """Threads that have ended leave no state behind after the end of the recording."""
    before = len(hub.hub.living_states())
    layer = keras.layers.Identity()
    with layertrace.trace() as timeline:
        for _ in range(50):
            thread = threading.Thread(target=layer, args=(X,))
            thread.start()
            thread.join()
    del thread
    gc.collect()

    assert len(timeline.where(kind="call")) == 50
    assert len(hub.hub.living_states()) <= before + 1


def test_a_timeline_lives_without_the_trace(collected):
    """The recorder drops its raw records when it stops; the timeline gives the same answers."""
    trace = layertrace.trace()
    timeline = trace.start()
    keras.layers.Dense(1)(X)
    during = timeline.kinds
    trace.stop()

    assert timeline.kinds == during
    assert timeline._source.records.items == []
