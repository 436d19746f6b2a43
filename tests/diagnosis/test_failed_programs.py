"""A program that failed, or was given nothing, is not blamed for what it had no time to do."""

from __future__ import annotations

import pytest
from cases.cases import run

pytestmark = pytest.mark.slow

LOOP = """
import numpy as np, tensorflow as tf, keras

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
train = keras.metrics.Mean()
test = keras.metrics.Mean()
data = [np.ones((4, 3), "float32")] * 2

for epoch in range(2):
    for x in data:
        train.update_state(tf.reduce_mean(model(x)))
    for x in data:
        test.update_state(tf.reduce_mean(model(x)))
    print(epoch, train.result(), test.result())
    {end}
"""


@pytest.mark.parametrize(
    "end",
    [
        "train.reset_states(); test.reset_states()",  # which Keras 3 has not
        "train.reset_state(); test.reset_states()",
        "model(data); train.reset_state(); test.reset_state()",  # two inputs instead of one
    ],
)
def test_a_metric_whose_reset_was_never_reached_is_not_reported(tmp_path, end):
    """LT513 is about a loop that reaches its next epoch without a reset."""
    assert codes_of(tmp_path, LOOP.format(end=end)).isdisjoint({"LT513"})


@pytest.mark.parametrize("end", ["pass", "train.reset_state()", "train.reset_state(); assert epoch < 1"])
def test_a_metric_that_no_line_resets_is_reported(tmp_path, end):
    """Also if the program fails later."""
    assert "LT513" in codes_of(tmp_path, LOOP.format(end=end))


NOTHING = """
import numpy as np, keras

model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
x, y = np.ones((64, 8), "float32"), np.arange(64) % 3
stop = keras.callbacks.EarlyStopping("accuracy", mode="max")
model.fit(x[100:], y[100:], callbacks=[stop], validation_data=(x, y), verbose=0)
"""


def test_a_fit_without_training_data_is_not_blamed_for_its_validation_data(tmp_path):
    """LT539 states that nothing was trained, where all names that are reported begin with `val_`."""
    (finding,) = findings_of(tmp_path, NOTHING)

    assert finding.code == "LT539"
    assert "this fit has no training data" in finding.message
    assert finding.fix == "# give fit training data: it was given no batch"


def findings_of(tmp_path, program):
    path = tmp_path / "program.py"
    path.write_text(program, encoding="utf-8")
    return run(path).timeline.findings(select=["LT"])


def codes_of(tmp_path, program):
    return {finding.code for finding in findings_of(tmp_path, program)}


FLAG = """
import numpy as np, keras
layer = keras.layers.{layer}
layer({given})
"""


@pytest.mark.parametrize(
    ("layer", "given"),
    [("Add()", "[keras.Input((3,)), 1.0]"), ("Concatenate()", "[np.ones((2, 3)), True]")],
)
def test_a_list_of_other_things_than_numbers_is_not_proposed_as_an_array(tmp_path, layer, given):
    """LT704 names the argument that Keras refuses there."""
    findings = findings_of(tmp_path, FLAG.format(layer=layer, given=given))

    assert [each for each in findings if "list of numbers" in each.message or "array(" in each.fix] == []
