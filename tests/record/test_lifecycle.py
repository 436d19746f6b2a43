"""Every kind of layer shows its history: created, built and called, once each and in order."""

import copy
from contextlib import suppress

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import layertrace

ONES = np.ones((2, 5), "float32")


class Double(layers.Layer):
    def call(self, x):
        return 2 * x


class Scaled(layers.Layer):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], self.units))

    def call(self, x):
        return x @ self.kernel

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [layers.Dense(4, name="first"), layers.Dense(4, name="second")]
        self.heads = {"main": layers.Dense(1, name="head")}

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.heads["main"](x)


class Rated(layers.Layer):
    def __init__(self, rate=0.1, shape=(1, 1), start="zeros", **kwargs):
        super().__init__(**kwargs)


def test_arguments_equal_to_their_default_are_marked():
    """An init keeps all arguments that were passed, and names those that change nothing."""
    with layertrace.trace() as timeline:
        Rated(rate=float("0.1"), shape=1, start=keras.initializers.Zeros())
        Rated(rate=0.2)
        config = {"class_name": "GlorotUniform", "config": {}}
        layers.LSTM.from_config({"units": 3, "kernel_initializer": config})

    first, second, lstm, *_ = timeline.where(kind="init")
    assert first.arguments.keys() == {"rate", "shape", "start"}
    assert first.at_default == ("rate", "shape")
    assert second.at_default == ()
    assert lstm.at_default == ("kernel_initializer",)


def test_a_dtype_policy_is_described_by_its_name():
    """A policy that a layer passes on is shown by the name of its dtype."""
    with layertrace.trace() as timeline:
        layers.Dense(3, dtype=keras.DTypePolicy("mixed_float16"))

    assert str(timeline[0].arguments["dtype"]) == "<DTypePolicy mixed_float16>"


def test_a_layer_is_created_built_and_called():
    """A layer is created, then built at its first call, then called, each recorded once."""
    with layertrace.trace() as timeline:
        layer = layers.Dense(3)
        layer(ONES)
        layer(ONES)

    assert timeline.kinds == ["init", "build", "variable", "variable", "call", "call"]
    assert timeline.matches("init build(variable{2}) call{2}")
    assert [e.call_index for e in timeline.where(kind="call")] == [1, 2]


def test_build_sees_the_input_shape():
    """The build event has the shape that Keras passed to build."""
    with layertrace.trace() as timeline:
        Scaled(10)(np.ones((10, 5), "float32"))

    (build,) = timeline.where(kind="build")
    assert build.arguments == {"input_shape": (10, 5)}
    assert timeline.where(kind="init")[0].arguments == {"units": 10}


def test_super_chains_are_one_event():
    """A chain of super().__init__(), super().build() and super().call() is one event each."""

    class Once(Scaled):
        def __init__(self):
            super().__init__(2)

        def build(self, input_shape):
            super().build(input_shape)

        def call(self, x):
            return super().call(x)

    class Twice(Once):
        def __init__(self):
            super().__init__()

        def build(self, input_shape):
            super().build(input_shape)

        def call(self, x):
            return super().call(x)

    with layertrace.trace() as timeline:
        Twice()(ONES)

    assert timeline.kinds == ["init", "build", "variable", "call"]
    assert timeline[0].defined_at.line == Twice.__init__.__code__.co_firstlineno


def test_multiple_inheritance_is_one_event():
    """Methods from a mixin are hooked, too, and recorded once."""

    class Mixin:
        def __init__(self, **kwargs):
            super().__init__(**kwargs)

        def call(self, x):
            return super().call(x) + 1

    class Both(Mixin, Double):
        pass

    with layertrace.trace() as timeline:
        Both()(ONES)

    assert timeline.kinds == ["init", "build", "call"]


def test_a_layer_that_calls_itself_is_called_twice():
    """A layer that calls itself is called inside of its own call."""

    class Again(layers.Layer):
        def call(self, x, times=1):
            return self(x, times=times - 1) if times else x

    with layertrace.trace() as timeline:
        Again()(tf.constant(ONES), times=1)

    assert timeline.where(kind="call").matches("call(call)")


def test_direct_calls_of_call_and_build_are_recorded():
    """layer.build(shape) and layer.call(x) are recorded just like layer(x)."""
    with layertrace.trace() as timeline:
        layer = Scaled()
        layer.build((None, 5))
        layer.call(tf.constant(ONES))

    assert timeline.kinds == ["init", "build", "variable", "call"]


def test_a_layer_from_before_still_shows_its_build():
    """An existing layer that is not built when the trace starts shows its build and its calls."""
    implicit, explicit, built = layers.Dense(3), Scaled(), layers.Dense(3)
    built(ONES)

    with layertrace.trace() as timeline:
        implicit(ONES)
        explicit.build((None, 5))
        built(ONES)

    assert timeline.of(implicit).kinds == ["build", "variable", "variable", "call"]
    assert timeline.of(explicit).kinds == ["build", "variable"]
    assert timeline.of(explicit)[0].arguments == {"input_shape": (None, 5)}
    assert timeline.of(built).kinds == ["call"]


def test_a_layer_created_in_one_trace_is_built_in_the_next():
    """A layer from an earlier trace shows its build once in a later one."""
    with layertrace.trace():
        layer = layers.Dense(3)
    with layertrace.trace() as timeline:
        layer(ONES)

    assert timeline.kinds == ["build", "variable", "variable", "call"]


def test_layers_in_lists_and_dicts_are_recorded():
    """Layers held in lists and dicts of a subclassed model run inside its call."""
    with layertrace.trace() as timeline:
        model = Net()
        model(ONES)
        model(ONES)

    calls = timeline.where(kind="call", mode="eager")
    assert calls.matches("call(call{3}) call(call{3})")
    assert [e.layer.name for e in calls[1:4]] == ["first", "second", "head"]


def test_a_model_without_build_is_called_symbolically_first():
    """Keras builds the children of a model without build() by calling it symbolically, once."""
    with layertrace.trace() as timeline:
        model = Net()
        model(ONES)
        model(ONES)

    modes = [e.mode for e in timeline.of(model).where(kind="call")]
    assert modes == ["symbolic", "eager", "eager"]
    first = timeline.of(model).where(kind="call", mode="symbolic")[0]
    assert {e.mode for e in timeline.children(first)} == {"symbolic"}
    assert [e.kind for e in timeline.children(first)] == ["build", "call"] * 3


def test_a_call_that_fails_while_shapes_are_inferred_is_symbolic():
    """Keras passes on the eager tensor of the first call; still the failure belongs to its scratch graph."""

    class Picky(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = layers.Dense(2)

        def call(self, x):
            if not self.inner.built:
                raise ValueError("not yet")
            return self.inner(x)

    with layertrace.trace() as timeline, suppress(ValueError):
        Picky()(ONES)

    assert (timeline.errors[0].kind, timeline.errors[0].mode) == ("call", "symbolic")


def test_a_shape_that_is_asked_for_is_a_symbolic_call():
    """A call with a constant in Keras's scratch graph is symbolic, even if the layer ran eagerly before."""
    model = Net()
    model(ONES)
    with layertrace.trace() as timeline:
        model(ONES)
        keras.src.backend.compute_output_spec(model.call, ONES)

    assert [e.mode for e in timeline.of(model).where(kind="call")] == ["eager", "symbolic"]


def test_sequential_runs_its_layers():
    """A Sequential is one layer around its own; the Functional that Keras keeps in it is not recorded."""
    with layertrace.trace() as timeline:
        model = keras.Sequential([layers.Input((5,)), Double(), layers.Dense(2)])
        model(ONES)

    assert timeline.where(kind="call", mode="eager").matches("call(call call)")
    assert "Functional" not in {layer.class_name for layer in timeline.layers}


def test_a_sequential_is_recorded_alike_in_each_call():
    """Later calls are recorded in a hurry, without the Functional that a Sequential has inside."""
    model = keras.Sequential([keras.Input((5,)), Double()])
    with layertrace.trace() as timeline:
        for _ in range(4):
            model(tf.ones((2, 5)))

    calls = [(event.layer.class_name, event.parent, str(event.inputs)) for event in timeline]
    assert calls == [
        call
        for n in range(4)
        for call in (("Sequential", None, "float32[2, 5]"), ("Double", 2 * n, "float32[2, 5]"))
    ]


def test_keywords_of_a_later_call_are_recorded():
    """A method with `**kwargs` is recorded in a hurry only where nothing is passed through them."""

    class Open(layers.Layer):
        def call(self, x, scale=1, **kwargs):
            return x

    layer, x = Open(), tf.ones((2, 5))
    with layertrace.trace(layer) as timeline:
        for arguments in ({}, {}, {"shift": 3}, {"scale": 2}, {}):
            layer(x, **arguments)

    assert [dict(event.arguments) for event in timeline.where(kind="call")] == [
        {}, {}, {"shift": 3}, {"scale": 2}, {}
    ]  # fmt: skip


def test_lines_that_call_layers_in_turns_are_distinguished():
    """Each call has the line that made it, also where the last call of the method was on another one."""
    first, second, x = Double(), Double(), tf.ones((2, 5))
    with layertrace.trace() as timeline:
        for _ in range(3):
            first(x)
            second(x)

    lines = [event.location.line for event in timeline.where(kind="call")]
    assert lines == [lines[0], lines[0] + 1] * 3


def test_a_functional_model_in_a_sequential_is_recorded():
    """A Functional that the user puts into a Sequential is recorded, unlike Keras's own."""
    inputs = layers.Input((5,))
    inner = keras.Model(inputs, Double(name="double")(inputs), name="inner")
    model = keras.Sequential([layers.Input((5,)), inner])

    with layertrace.trace() as timeline:
        model(ONES)

    assert [e.layer.name for e in timeline] == ["sequential", "inner", "double"]


def test_functional_models_nest():
    """A functional model inside another runs its layers inside its own call."""
    inputs = layers.Input((5,))
    inner = keras.Model(inputs, Double()(inputs))
    outer = keras.Model(inputs, inner(Double()(inputs)))

    with layertrace.trace() as timeline:
        outer(ONES)

    assert timeline.matches("call(call call(call))")


def test_a_shared_layer_is_one_layer():
    """A layer that two models share keeps its identity and its count of calls."""
    shared = layers.Dense(5)
    first, second = keras.Sequential([shared]), keras.Sequential([shared])

    with layertrace.trace() as timeline:
        first(ONES)
        second(ONES)

    calls = timeline.of(shared).where(kind="call", mode="eager")
    assert len({e.layer.id for e in calls}) == 1
    assert [e.call_index for e in timeline.of(shared).where(kind="call")][-1] == len(
        timeline.of(shared).where(kind="call")
    )


def test_two_layers_with_one_name_stay_two():
    """Layers are distinguished by identity, not by name."""
    with layertrace.trace() as timeline:
        first, second = Double(name="same"), Double(name="same")
        first(ONES)

    assert len(timeline.layers) == 2
    assert timeline.of(second).kinds == ["init"]


def test_a_layer_created_in_build_is_inside_it():
    """A layer that another creates in build() is created and built inside that build."""

    class Lazy(layers.Layer):
        def build(self, input_shape):
            self.inner = layers.Dense(2)
            self.inner.build(input_shape)

        def call(self, x):
            return self.inner(x)

    with layertrace.trace() as timeline:
        Lazy()(ONES)

    assert timeline.matches("init build(init build(variable{2})) call(call)")
    assert timeline[2].layer.path == "lazy/dense"


def test_a_layer_created_in_call_is_created_in_each_call():
    """A layer created in call() is another instance each time."""

    class Wasteful(layers.Layer):
        def call(self, x):
            return Double()(x)

    layer = Wasteful()
    with layertrace.trace() as timeline:
        layer(ONES)
        layer(ONES)

    assert timeline.where(lambda e: e.layer.class_name == "Double", kind="init").kinds == ["init"] * 2
    assert len(timeline.of(Double).layers) == 2


def test_an_rnn_probes_its_cell():
    """RNN calls a custom cell once more than there are steps, when it runs eagerly."""

    class Cell(layers.Layer):
        state_size = 3

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], 3), name="kernel")

        def call(self, x, states):
            return x @ self.kernel, [states[0]]

    with layertrace.trace() as timeline:
        cell = Cell()
        layers.RNN(cell)(np.ones((1, 5, 2), "float32"))

    assert len(timeline.of(cell).where(kind="build")) == 1
    assert len(timeline.of(cell).where(kind="call", mode="eager")) == 6


def test_bidirectional_makes_copies_of_its_layer():
    """Bidirectional creates two copies of its layer from its config."""
    with layertrace.trace() as timeline:
        layers.Bidirectional(layers.LSTM(2))(np.ones((1, 5, 2), "float32"))

    assert len(timeline.of(layers.LSTM).where(kind="init")) == 3
    assert len(timeline.of(layers.LSTM).where(kind="call", mode="eager")) == 2


def test_time_distributed_calls_once_a_step():
    """TimeDistributed calls its layer for each of the timesteps."""
    inner = layers.Dense(2)
    with layertrace.trace() as timeline:
        layers.TimeDistributed(inner)(np.ones((1, 5, 2), "float32"))

    assert len(timeline.of(inner).where(kind="call", mode="eager")) == 5


def test_lambda_and_preprocessing_layers_are_layers():
    """A Lambda and a preprocessing layer are recorded like any other."""
    with layertrace.trace() as timeline:
        layers.Lambda(lambda x: x + 1)(ONES)
        layers.Rescaling(0.5)(ONES)

    assert [layer.class_name for layer in timeline.layers] == ["Lambda", "Rescaling"]
    assert timeline.where(kind="call").kinds == ["call", "call"]


def test_tf_function_on_call_is_called_and_traced():
    """A layer whose call is a tf.function is called each time and traced once."""

    class Compiled(layers.Layer):
        @tf.function
        def call(self, x):
            return x + 1

    layer = Compiled()
    with layertrace.trace() as timeline:
        for _ in range(3):
            layer(tf.constant(ONES))

        assert layer.call.experimental_get_tracing_count() == 1
    assert timeline.where(kind=["call", "trace"]).matches("call(trace) call call")
    assert str(timeline.where(kind="call")[0].inputs) == "float32[2, 5]"


@pytest.mark.parametrize(
    "again", [lambda m: m.from_config(m.get_config()), keras.models.clone_model, copy.deepcopy]
)
def test_copies_are_layers_of_their_own(again):
    """from_config, clone_model and deepcopy create other layers, which are recorded."""
    model = keras.Sequential([layers.Input((5,)), layers.Dense(2, name="d")])

    with layertrace.trace() as timeline:
        other = again(model)
        other(ONES)

    (layer,) = timeline.of("d").layers
    assert timeline.of("d").matches("init build(variable{2}) call*")
    assert layer.id != 0
    assert timeline.of("d").where(kind="call", mode="eager").kinds == ["call"]


def test_load_model_makes_and_builds(tmp_path):
    """A loaded model is created and built again."""
    model = keras.Sequential([layers.Input((5,)), layers.Dense(2, name="d")])
    model.save(tmp_path / "m.keras")

    with layertrace.trace() as timeline:
        keras.models.load_model(tmp_path / "m.keras")(ONES)

    assert timeline.of("d").matches("init build(variable{2}) call+")


def test_fit_explains_why_call_runs_three_times():
    """In a first fit, call runs symbolically, then in two traces of one step, and never again."""
    model = Net()
    model.compile("adam", "mse")
    with layertrace.trace() as timeline:
        model.fit(np.ones((16, 5)), np.ones((16, 1)), batch_size=4, epochs=3, verbose=0)

    calls = timeline.of(model).where(kind="call")
    assert [(e.mode, e.trace) for e in calls] == [("symbolic", 1), ("graph", 1), ("graph", 2)]
    assert {e.function.name for e in calls} == {"one_step_on_data"}
    traces = timeline.where(kind="trace", function="one_step_on_data")
    causes = [event.cause and str(event.cause) for event in traces]
    assert causes == [None, "traced twice: the first pass created the variables"]


def test_nested_structures_stay_nested():
    """Inputs and outputs that are dicts and lists are recorded as dicts and tuples of specs."""

    class Merge(layers.Layer):
        def call(self, inputs):
            return {"sum": inputs["a"] + inputs["b"][0], "rest": list(inputs["b"])}

    with layertrace.trace() as timeline:
        Merge()({"a": ONES, "b": [ONES, ONES]})

    (call,) = timeline.where(kind="call")
    spec = layertrace.timeline.TensorSpec("float32", (2, 5))
    assert call.inputs == {"a": spec, "b": (spec, spec)}
    assert call.outputs == {"sum": spec, "rest": (spec, spec)}


def test_arguments_training_and_masks_are_recorded():
    """A call has its other arguments, `training`, and whether a mask was passed."""

    class Picky(layers.Layer):
        supports_masking = True

        def call(self, x, factor=1.0, training=None, mask=None):
            return x * factor

    layer = Picky()
    with layertrace.trace() as timeline:
        layer(tf.constant(ONES), factor=2.0, training=True)
        layer(tf.constant(ONES), mask=tf.ones((2,), bool))

    first, second = timeline.where(kind="call")
    assert (first.arguments, first.training, first.mask) == ({"factor": 2.0}, True, False)
    assert (second.arguments, second.training, second.mask) == ({}, None, True)
