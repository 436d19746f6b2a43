"""Messages hold for programs such as Keras's examples, where the layer of a finding is not its culprit."""

import pytest
from cases.cases import HERE, run

pytestmark = pytest.mark.slow

MASKED = HERE / "lt403_python_branch_on_tensor" / "another_sizes_in_a_tensor.py"
SHARED = HERE / "lt501_training_not_passed" / "another_helper_of_both_steps.py"
ENDPOINT = """
import keras, numpy as np

class Endpoint(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.loss_of = keras.losses.BinaryCrossentropy(from_logits=True)
        self.accuracy = keras.metrics.BinaryAccuracy(name="accuracy")
    def call(self, logits, targets):
        self.add_loss(self.loss_of(targets, logits))
        self.accuracy.update_state(targets, logits)
        return keras.ops.sigmoid(logits)

inputs, targets = keras.Input((4,)), keras.Input((1,))
model = keras.Model([inputs, targets], Endpoint()(keras.layers.Dense(1)(inputs), targets))
model.compile("sgd")
model.fit([np.ones((4, 4)), np.ones((4, 1))], verbose=0)
"""


def test_a_function_of_keras_that_needs_a_value_is_named(tmp_path):
    """The line has neither an `if` nor a loop: `keras.ops.tile` takes the tensor of sizes apart."""
    path = tmp_path / "masked.py"
    text = MASKED.read_text().replace("def call(self, x)", "def call(self, x, other)")
    path.write_text(text.replace("Causal()(inputs)", "Causal()(inputs, inputs)"))
    (finding,) = run(path).timeline.findings(select=["LT403"])

    assert "causal (Causal) passes a tensor to keras.ops.tile, which needs its value" in finding.message
    assert finding.fix.startswith("keras.ops.tile(x, (batch_size, 1, 1))")
    assert finding.evidence[0].text == "input x float32[None, 6, 8], other float32[None, 6, 8]"


def test_the_sizes_may_be_a_tuple_that_has_a_tensor(tmp_path):
    """This is what the fix suggests."""
    path = tmp_path / "masked.py"
    path.write_text(MASKED.read_text().replace("ops.tile(mask, times)", "ops.tile(mask, (size, 1, 1))"))
    ran = run(path)

    assert ran.error is None
    assert ran.timeline.findings(select=["LT403"]) == []


def test_a_model_that_returns_probabilities_has_no_message_that_it_returns_logits(tmp_path):
    """The logits go to the metric of an endpoint layer, and the model returns their sigmoid."""
    path = tmp_path / "endpoint.py"
    path.write_text(ENDPOINT)
    (finding,) = run(path).timeline.findings(select=["LT532"])

    assert finding.message.startswith("BinaryAccuracy counts only those logits of functional (Functional)")
    assert "returns logits" not in finding.message


def test_a_helper_of_two_steps_gets_its_training_from_the_step_that_trains():
    """With `training=True` in the helper, `evaluate` would drop, too."""
    (finding,) = run(SHARED).timeline.findings(select=["LT501"])

    assert [edit.code for edit in finding.edits] == [
        "rebuilt = self.net(x, training=training)  # finds: LT501 drop",
        "def calculate_loss(self, x, training=False):",
        "with tf.GradientTape() as tape: loss = self.calculate_loss(x, training=True)",
    ]


def test_a_fix_names_what_the_program_calls_the_layer():
    """The model is `backbone` for Keras, and `base` in the program."""
    path = HERE / "lt546_training_overridden" / "another_thawed_for_fine_tuning.py"
    (finding,) = run(path).timeline.findings(select=["LT546"])

    assert finding.layer.name == "backbone"
    assert finding.fix.startswith("for layer in base.layers:\n")


TWO_FITS = """
import keras, numpy as np
images, y = np.linspace(0.0, 1.0, 192, dtype="float32").reshape(16, 2, 2, 3), np.ones((16, 1))
inputs = keras.Input((2, 2, 3))
hidden = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(inputs))
model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
model.compile("sgd", "mse")
model.fit(images, y, verbose=0)
model.fit(images, y, verbose=0)
"""


def test_two_fits_to_data_that_is_scaled_are_one_finding(tmp_path):
    """The fix changes both lines."""
    path = tmp_path / "two_fits.py"
    path.write_text(TWO_FITS)
    (finding,) = run(path).timeline.findings(select=["LT575"])

    assert [edit.location.line for edit in finding.edits] == [8, 9]
    assert finding.location.line == 8
