"""The operation between layers of a functional model that drops a mask is found from its tensors."""

import keras
import pytest
import tensorflow as tf
import tf_keras

import layertrace

MODULES = [pytest.param(keras, id="keras"), pytest.param(tf_keras, id="tf_keras")]


def dropped_before_an_lstm(module, between):
    """Return what dropped the mask between an embedding and an LSTM, with the name of the embedding."""
    layers = module.layers
    with layertrace.trace() as timeline:
        ids = module.Input((6,), dtype="int32")
        words = layers.Embedding(9, 4, mask_zero=True, name="words")(ids)
        kept = layers.LSTM(2, name="reader")(between(layers, words, ids))
    assert kept is not None
    states = timeline.surroundings.states
    (reader,) = [state for state in states.values() if state.layer.name == "reader"]
    if reader.mask_dropped is None:
        return None
    maker, dropper, name, _ = reader.mask_dropped
    return states[maker].layer.name, name if not dropper else states[dropper].layer.class_name, bool(dropper)


@pytest.mark.parametrize("module", MODULES)
def test_an_operator_drops_the_mask_before_layers_that_would_pass_it_on(module):
    """A normalization and a dropout stand between the product and the LSTM, and one before it."""

    def scaled(layers, h, ids):
        return layers.Dropout(0.1)(layers.LayerNormalization()(layers.Dropout(0.1)(h) * 2.0))

    maker, name, is_layer = dropped_before_an_lstm(module, scaled)

    assert (maker, name.lower(), is_layer) == ("words", "multiply", False)


def test_a_sum_with_a_tensor_without_a_mask_has_none():
    """In Keras 3, `Add` returns a mask only if all of its inputs have one; in tf_keras, if one has."""

    def added(layers, h, ids):
        return layers.Add()([layers.Embedding(9, 4)(ids), h])

    assert dropped_before_an_lstm(keras, added) == ("words", "Add", True)
    assert dropped_before_an_lstm(tf_keras, added) is None
    assert dropped_before_an_lstm(keras, lambda layers, h, ids: layers.Add()([h, h])) is None


def test_a_model_inside_may_return_a_mask_when_it_runs():
    """Keras 3 attaches none to its symbolic output, and one to each tensor that it returns."""

    def added(layers, h, ids):
        inputs = keras.Input((6,), dtype="int32")
        inner = keras.Model(inputs, layers.Embedding(9, 4, mask_zero=True)(inputs))
        return layers.Add()([h, inner(ids)])

    assert dropped_before_an_lstm(keras, added) is None


@pytest.mark.parametrize(
    ("module", "concatenate"),
    [(keras, keras.ops.concatenate), (tf_keras, tf.concat)],
    ids=["keras", "tf_keras"],
)
def test_concatenated_steps_have_no_mask_whatever_their_number(module, concatenate):
    """A step that is put before all others makes 7 of 6."""
    maker, name, is_layer = dropped_before_an_lstm(
        module, lambda layers, h, ids: concatenate([layers.Embedding(9, 4)(ids)[:, :1], h], axis=1)
    )

    assert (maker, name.lower()[:6], is_layer) == ("words", "concat", False)


@pytest.mark.filterwarnings("ignore:.*does not support masking")
@pytest.mark.parametrize("module", MODULES)
def test_a_layer_that_ends_the_mask_is_not_an_operation(module):
    """Keras itself warns of a convolution, whose steps are others."""
    assert dropped_before_an_lstm(module, lambda layers, h, ids: layers.Conv1D(4, 2)(h) * 2.0) is None


@pytest.mark.parametrize("between", [
    lambda h, ids: h * keras.ops.cast(ids != 0, "float32")[..., None],
    lambda h, ids: keras.ops.where((ids != 0)[..., None], h, 0.0),
    lambda h, ids: keras.ops.transpose(h, (0, 2, 1)),
    lambda h, ids: keras.ops.cast(h, "float32") + 0.0 * keras.ops.cast(ids, "float32")[..., None],
], ids=["weighted", "chosen", "transposed", "a number for each step"])  # fmt: skip
def test_operations_that_use_the_mask_or_move_the_steps_are_not_reported(between):
    """Padding is 0 then, or the LSTM reads other steps."""
    assert dropped_before_an_lstm(keras, lambda layers, h, ids: between(h, ids)) is None


def test_a_cast_that_changes_nothing_returns_the_tensor_with_its_mask():
    """Keras 3 returns the very tensor, so the mask arrives when the model runs."""
    assert dropped_before_an_lstm(keras, lambda layers, h, ids: keras.ops.cast(h, "float32")) is None
    assert dropped_before_an_lstm(keras, lambda layers, h, ids: keras.ops.cast(h, "float16")) is not None
