"""LT706 names what Keras 3 has in place of an attribute of Keras 2, and that does the same."""

from __future__ import annotations

import numpy as np
import pytest
from cases.cases import run

from layertrace import Timeline
from layertrace.diagnosis.rules.migration.removed_attribute import _OPERATIONS

pytestmark = pytest.mark.slow

MODEL = """
import numpy as np, keras
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(4)], name="net")
model.compile("sgd", "mse")
x, y = np.ones((8, 3), "float32"), np.ones((8, 4), "float32")
model.fit(x, y, verbose=0)
batches = (pair for pair in [(x, y)])
layer, weight, optimizer = model.layers[0], model.layers[0].kernel, model.optimizer
"""


@pytest.mark.parametrize(
    ("old", "new", "printed"),
    [
        ("layer.input_shape", "layer.input.shape", "(None, 3)"),
        ("layer.get_output_at(0).shape", "layer.output.shape", "(None, 2)"),
        ("layer.input_shape == layer.input_shape", "layer.input.shape == layer.input.shape", "True"),
        ("layer.get_input_shape_at(0)", "layer.input.shape", "(None, 3)"),
        ("model.predict_proba(x, verbose=0).shape", "model.predict(x, verbose=0).shape", "(8, 4)"),
        ("model.fit_generator(batches, verbose=0).epoch", "model.fit(batches, verbose=0).epoch", "[0]"),
        (
            "model.fit_generator(batches, 1, epochs=1, workers=2, verbose=0).epoch",
            "model.fit(batches, steps_per_epoch=1, epochs=1, verbose=0).epoch",
            "[0]",
        ),
        ("len(optimizer.weights)", "len(optimizer.variables)", "2"),
        (
            "[each.shape for each in optimizer.get_weights()]",
            "[each.shape for each in [keras.ops.convert_to_numpy(each) for each in optimizer.variables]]",
            "[(), ()]",
        ),
        ("weight.get_shape()[0]", "weight.shape[0]", "3"),
        ("weight.eval().shape", "keras.ops.convert_to_numpy(weight).shape", "(3, 2)"),
        ("weight.dtype.name", "weight.dtype", "float32"),
        ("keras.backend.int_shape(weight)", "weight.shape", "(3, 2)"),
        ("keras.backend.get_value(weight).shape", "keras.ops.convert_to_numpy(weight).shape", "(3, 2)"),
        (
            "[keras.backend.set_value(optimizer.learning_rate, 0.5), float(optimizer.learning_rate)][1]",
            "[optimizer.learning_rate.assign(0.5), float(optimizer.learning_rate)][1]",
            "0.5",
        ),
    ],
)
def test_the_expression_of_keras_2_is_replaced_by_one_that_runs(tmp_path, old, new, printed):
    """The program ends at the old expression, and prints what Keras 2 printed with the new one."""
    path = tmp_path / "program.py"
    path.write_text(f"{MODEL}print({old})\n", encoding="utf-8")
    (finding,) = run(path).timeline.findings(select=["LT"])

    assert (finding.code, finding.fix) == ("LT706", f"print({new})")
    path.write_text(f"{MODEL}{finding.fix}\n", encoding="utf-8")
    assert run(path).printed.strip().splitlines()[-1] == printed


@pytest.mark.parametrize(
    "program",
    [
        "class Meter: pass\nMeter().reset_states()",
        "class Meter(Mean):\n    lr = 1\nMeter(name='m').output_shape",
        "'float32'.name",
        "keras.backend.concatenate([x, x])",  # another default of axis
        "keras.backend.clip(x, min_value=0.0, max_value=1.0)",  # other names of arguments
        "keras.backend.get_session()",
        "keras.ops.averages(x)",
    ],
)
def test_a_name_without_a_counterpart_is_not_reported(tmp_path, program):
    """Neither is a name of Keras 2 in a class that is not from Keras."""
    path = tmp_path / "program.py"
    path.write_text(f"from keras.metrics import Mean\n{MODEL}{program}\n", encoding="utf-8")
    ran = run(path)

    assert type(ran.error) is AttributeError
    assert ran.timeline.findings(select=["LT706"]) == []


def test_a_saved_recording_has_the_finding(tmp_path):
    """The file keeps which attribute was missing."""
    path = tmp_path / "program.py"
    path.write_text(f"{MODEL}print(layer.output_shape)\n", encoding="utf-8")
    timeline = run(path).timeline
    timeline.save(tmp_path / "run.layertrace")
    loaded = Timeline.load(tmp_path / "run.layertrace")

    assert [str(each) for each in loaded.findings()] == [str(each) for each in timeline.findings()]
    assert [each.code for each in loaded.findings()] == ["LT706"]


HALF = np.full((2, 3), 0.5, "float32")
COMPARED = ("equal", "greater", "greater_equal", "less", "less_equal", "maximum", "minimum", "not_equal")
ARGUMENTS = {name: [HALF] for name in COMPARED}
ARGUMENTS |= {"cast": ["int32"], "clip": [0.2, 0.7], "dot": [HALF.T], "reshape": [(3, 2)]}
BOOLEAN = ("all", "any")


@pytest.mark.parametrize("name", _OPERATIONS)
def test_a_function_of_the_backend_does_the_same_in_keras_ops(name):
    """Both return equal values for the same arguments, with the defaults of both."""
    import keras
    import tf_keras

    x = np.linspace(0.1, 0.9, 6, dtype="float32").reshape(2, 3)
    x = x > 0.5 if name in BOOLEAN else x
    others = ARGUMENTS.get(name, [])
    legacy = [tf_keras.backend.constant(each) if isinstance(each, np.ndarray) else each for each in others]
    before = getattr(tf_keras.backend, name)(tf_keras.backend.constant(x, x.dtype.name), *legacy)
    now = getattr(keras.ops, name)(keras.ops.convert_to_tensor(x), *others)

    np.testing.assert_allclose(np.asarray(now), np.asarray(before), rtol=1e-6)
