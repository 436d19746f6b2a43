"""What a traced program computes: outputs, gradients, graphs, traces, random numbers."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from bare_and_traced import assert_same, both, functions_in, look_at

pytestmark = pytest.mark.slow

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])

X = np.linspace(-1, 1, 40, dtype="float32").reshape(10, 4)
Y = np.linspace(0, 1, 20, dtype="float32").reshape(10, 2)


def own_layer(k):
    """Return a class with all that layers do: weights, `training`, a loss, a layer created in `build`."""

    class Own(k.layers.Layer):
        def __init__(self, units=3, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
            self.steps = self.add_weight(shape=(), trainable=False, name="steps")
            self.inner = k.layers.Dense(2)
            self.inner.build((None, self.units))
            super().build(input_shape)

        def call(self, inputs, training=False, scale=2.0):
            if training:
                self.steps.assign_add(1.0)
            self.add_loss(tf.reduce_sum(self.kernel**2))
            return self.inner(inputs @ self.kernel * scale)

    return Own


@KERAS
def test_an_eager_call_gives_the_same(k):
    """Outputs, losses, gradients and updates of an eager call are the same, bit by bit."""
    own = own_layer(k)

    def program():
        layer = own()
        with tf.GradientTape() as tape:
            out = layer(X, training=True)
            loss = tf.reduce_sum(out) + sum(layer.losses)
        gradients = tape.gradient(loss, layer.trainable_variables)
        return [out, loss, gradients, layer.get_weights(), [v.name for v in layer.weights]]

    assert_same(program)


@KERAS
def test_a_tf_function_has_the_same_traces_and_ops(k):
    """A function is traced equally often, into graphs with the same ops and names."""
    own = own_layer(k)

    def program():
        layer, dense = own(), k.layers.Dense(1)

        @tf.function
        def step(x, training):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(dense(layer(x, training=training)))
            return tape.gradient(loss, layer.trainable_variables)

        gradients = [step(tf.constant(X[:n]), training) for n in (2, 2, 3) for training in (True, False)]
        return [gradients, look_at(step), layer.get_weights()]

    timeline = assert_same(program)

    assert timeline.where(kind="call", mode="graph")


@KERAS
def test_an_old_graph_has_the_same_ops(k):
    """A `tf.Graph` as in TensorFlow 1 gets the same ops with the same names."""

    def program():
        layer = k.layers.Softmax()
        with tf.Graph().as_default() as graph:
            layer.call(tf.compat.v1.placeholder("float32", (None, 4)))
        return [(op.type, op.name) for op in graph.get_operations()]

    assert_same(program)


@KERAS
def test_fit_evaluate_and_predict_give_the_same(k):
    """History, weights, predictions, and the functions that Keras traced for them are the same."""
    own = own_layer(k)

    def program():
        model = k.Sequential([own(), k.layers.BatchNormalization(), k.layers.Dropout(0.5), k.layers.Dense(2)])
        model.compile(k.optimizers.Adam(), "mse")
        history = model.fit(X, Y, batch_size=4, epochs=2, verbose=0).history
        loss = model.evaluate(X, Y, batch_size=4, verbose=0)
        predicted = model.predict(X, batch_size=4, verbose=0)
        made = (model.train_function, model.test_function, model.predict_function)
        functions = [f for one in made for f in functions_in(one)]
        assert functions
        return [history, loss, predicted, model.get_weights(), [look_at(f) for f in functions]]

    timeline = assert_same(program)

    assert timeline.where(kind="trace")


@KERAS
def test_a_functional_model_gives_the_same(k):
    """A model with branches, a shared layer and two outputs is the same, with the same config."""

    def program():
        a, b = k.Input((4,)), k.Input((4,), name="b")
        shared = own_layer(k)(name="shared")
        joined = k.layers.Concatenate()([shared(a), shared(b, scale=0.5)])
        model = k.Model([a, b], [joined, k.layers.Dense(1)(joined)])
        return [
            model([X, -X]),
            [layer.name for layer in model.layers],
            [v.name for v in model.weights],
            [str(t.shape) for t in model.outputs],
            str(model.get_config()["layers"][-1]),
        ]

    assert_same(program)


@KERAS
def test_a_subclassed_model_that_builds_by_being_called_gives_the_same(k):
    """A model whose layers are built by Keras's symbolic call is the same."""

    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.parts = [k.layers.Dense(3, activation="relu"), own_layer(k)()]
            self.cells = k.layers.RNN(k.layers.StackedRNNCells([k.layers.GRUCell(2), k.layers.LSTMCell(2)]))

        def call(self, inputs, training=None):
            for part in self.parts:
                inputs = part(inputs)
            return self.cells(inputs[:, None] + tf.zeros((1, 3, 1)))

    def program():
        model = Net()
        model.compile("sgd", "mse")
        history = model.fit(X, Y, verbose=0).history
        return [history, model(X), model.get_weights(), [v.name for v in model.weights]]

    assert_same(program)


@KERAS
@pytest.mark.parametrize(
    "wrap",
    [
        lambda k: k.layers.TimeDistributed(k.layers.Dense(2)),
        lambda k: k.layers.Bidirectional(k.layers.LSTM(2, return_sequences=True)),
        lambda k: k.layers.RNN([k.layers.LSTMCell(2), k.layers.GRUCell(3)]),
    ],
    ids=["TimeDistributed", "Bidirectional", "RNN"],
)
def test_wrappers_of_layers_give_the_same(k, wrap):
    """Layers that copy, build and call another layer give the same results."""
    x = X.reshape(2, 5, 4)

    def program():
        layer = wrap(k)
        inputs = k.Input((5, 4))
        model = k.Model(inputs, layer(inputs))
        return [model(x), tf.function(model)(x), layer.get_weights(), [v.name for v in layer.weights]]

    assert_same(program)


@KERAS
def test_masks_reach_the_layers_that_take_them(k):
    """An implicit mask reaches the same layers, and masks the same steps."""
    ids = np.array([[1, 2, 0, 0], [3, 0, 0, 0]])

    def program():
        model = k.Sequential([k.layers.Embedding(4, 3, mask_zero=True), k.layers.LSTM(2)])
        return [model(ids), tf.function(model)(tf.constant(ids)), model.layers[0].compute_mask(ids)]

    assert_same(program)


@KERAS
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_mixed_precision_gives_the_same(k, policy):
    """Inputs and weights are cast as they are without a trace."""

    def program():
        layer = k.layers.Dense(3, dtype=policy)
        out = layer(X)
        return [tf.cast(out, "float64"), str(out.dtype), [str(v.dtype) for v in layer.weights]]

    assert_same(program)


def test_sparse_inputs_give_the_same():
    """A sparse tensor stays sparse on its way through a layer, and a trace adds no op to the graph."""
    sparse = tf.sparse.from_dense(np.eye(4, dtype="float32"))

    def program():
        dense = keras.layers.Dense(3)
        function = tf.function(lambda x: dense(x))
        return [dense(sparse), function(sparse), look_at(function)]

    assert_same(program)


def test_ragged_inputs_give_the_same():
    """A ragged tensor stays ragged on its way through a layer, and a trace adds no op to the graph."""
    ragged = tf.ragged.constant([[1, 2, 3], [4]])

    def program():
        embedding = tf_keras.layers.Embedding(5, 2)
        function = tf.function(lambda x: embedding(x))
        return [embedding(ragged), function(ragged), look_at(function)]

    assert_same(program)


def test_compiled_by_xla_a_layer_gives_the_same():
    """`jit_compile=True` compiles the same program."""

    def program():
        layer = keras.layers.Dense(3, activation="gelu")
        layer.build((None, 4))
        function = tf.function(lambda x: layer(x), jit_compile=True)
        return [function(tf.constant(X)), look_at(function)]

    assert_same(program)


@KERAS
def test_forward_mode_hessians_and_jacobians_are_the_same(k):
    """Nested tapes, jacobians (which trace with `pfor`) and forward accumulators see the same ops."""

    def program():
        layer = k.layers.Dense(2, activation="tanh")
        x = tf.constant(X[:2])
        layer(x)
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                y = tf.reduce_sum(layer(x) ** 2)
            first = inner.gradient(y, layer.trainable_variables)
        second = outer.jacobian(first[1], layer.trainable_variables)
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as forward:
            out = layer(x)
        return [first, second, forward.jvp(out)]

    assert_same(program)


def test_a_custom_gradient_is_kept():
    """A gradient that the user wrote is used."""

    class Reverse(keras.layers.Layer):
        @tf.custom_gradient
        def reverse(self, x):
            return x, lambda upstream: -upstream

        def call(self, x):
            return self.reverse(x)

    def program():
        layer, x = Reverse(), tf.constant(X)
        with tf.GradientTape() as tape:
            tape.watch(x)
            out = layer(x)
        return tape.gradient(out, x)

    assert_same(program)


def test_recomputing_for_the_gradient_is_kept():
    """A layer that `keras.remat` runs again in the backward pass gives the same results."""

    def program():
        dense = keras.layers.Dense(3, activation="tanh")
        x = tf.constant(X)
        dense(x)
        with tf.GradientTape() as tape:
            out = keras.remat(dense)(x)
        return [out, tape.gradient(out, dense.trainable_variables)]

    assert_same(program)


def test_keras_stateless_calls_give_the_same():
    """`stateless_call` returns its outputs and its new variables, and changes no variable."""

    def program():
        layer = keras.layers.BatchNormalization()
        layer.build((None, 4))
        trainable = [v.value for v in layer.trainable_variables]
        others = [v.value for v in layer.non_trainable_variables]
        return [layer.stateless_call(trainable, others, X, training=True), layer.get_weights()]

    assert_same(program)


def test_raw_variables_are_the_same():
    """A `tf.Variable` has its value, name, shape and trainability, whatever code creates it."""

    def program():
        seen = []

        def creator(following, **kwargs):
            seen.append(sorted(kwargs))
            return following(**kwargs)

        class Raw(keras.layers.Layer):
            def build(self, _):
                self.v = tf.Variable([1.0], name="mine", trainable=False)
                self.w = tf.Variable(lambda: tf.ones((2,)), shape=tf.TensorShape(None))

            def call(self, x):
                return x + self.v + tf.reduce_sum(self.w)

        layer = Raw()
        with tf.variable_creator_scope(creator):
            out = layer(X)
        return [out, layer.v, layer.v.name, layer.v.trainable, str(layer.w.shape), layer.w, seen]

    timeline = assert_same(program)

    assert len(timeline.variables) == 2


def test_run_functions_eagerly_stays_eager():
    """`tf.config.run_functions_eagerly` works under a trace, and the events are marked as eager."""

    def program():
        layer = keras.layers.Dense(2)
        tf.config.run_functions_eagerly(True)
        try:
            return tf.function(lambda x: layer(x))(tf.constant(X))
        finally:
            tf.config.run_functions_eagerly(False)

    timeline = assert_same(program)

    assert not timeline.where(mode="graph")


def test_a_trace_inside_a_tf_function_changes_nothing():
    """A recording may begin and end while TensorFlow traces a function."""
    import layertrace

    def program():
        layer = keras.layers.Dense(2)
        layer.build((None, 4))

        @tf.function
        def function(x):
            with layertrace.trace():
                return layer(x)

        return [function(tf.constant(X)), look_at(function)]

    assert_same(program)


def test_datasets_map_layers_the_same():
    """A layer used inside `tf.data` gives the same elements."""

    def program():
        layer = keras.layers.Rescaling(2.0)
        data = tf.data.Dataset.from_tensor_slices(X).map(layer, num_parallel_calls=2).batch(4)
        return list(data)

    assert_same(program)


def test_random_layers_draw_the_same_numbers():
    """A trace draws no random numbers, in a graph or outside."""

    def program():
        drop = keras.layers.Dropout(0.5, seed=3)
        noise = tf_keras.layers.GaussianNoise(1.0, seed=3)
        function = tf.function(lambda x: noise(drop(x, training=True), training=True))
        x = tf.constant(X)
        return [drop(x, training=True), function(x), function(x), tf.random.uniform((3,))]

    assert_same(program)


def test_what_a_layer_returns_is_passed_on_as_it_is():
    """Whatever `call` returns, `layer.call(...)` returns the very same object."""
    thing = object()

    class Odd(keras.layers.Layer):
        def call(self, x):
            return thing

    bare, traced, _ = both(lambda: Odd().call(1))

    assert bare is traced is thing
