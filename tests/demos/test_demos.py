"""Every demo runs by itself and shows what its docstring promises."""

from pathlib import Path

import pytest
import warm

import layertrace
from layertrace.record.describe import source_lines

DEMOS = Path(__file__).parents[2] / "demos"

SHOWN = {
    "check_layer": [
        "✓ build-once",
        "✗ variables-in-build",
        "✗ config-round-trip",
        "the layer has scale=2.0",
    ],
    "fit": [
        "symbolic: Keras infers shapes",
        "trace 2  train step of net",
        "traced twice: the first pass created the variables",
    ],
    "fit_and_predict": [
        "3 layers · 67 parameters · 4 traces",
        "trace 2  predict of net",
        "last batch: 4 rows, not 8",
    ],
    "gcn_in_cnn_eager": ["gcn_1 (GCN) created 4 variables in 3 calls", "and keeps 0", "call ×3  cnn"],
    "gcn_in_cnn_fixed": ["trace 2  predict", "traced twice: the first pass created the variables"],
    "gcn_in_cnn_traced": ["refused: ValueError", "LT101", "gcn_1 (GCN) creates a tf.Variable", "trace 2 of "
    "predict"],
    "many_layers": ["157 layers", "expanded_conv_project", "2,270,794"],
    "retrace_instances": [
        "trace 1  call  x: float32[2, 4]",
        "<Scale scale_1> is instance 2; each is traced separately",
        "<Scale scale_2> is instance 3; each is traced separately",
    ],
    "retrace_models": [
        "3 layers · 3 traces · 3 runs",
        "model 3 from line ",
        "init×1 build×1 call×1 traced · 1 trace · 3 runs",
    ],
    "retrace_shapes": [
        "trace 4  each_shape",
        "x: float32[None, 4], was float32[1, 4] (dimension 0)",
        "as a graph, without Python",
    ],
    "retrace_values": [
        "factor=0.3, was 0.2",
        "factor: float32[], was 0.3",
        "as a graph, without Python",
    ],
    "traced_before": [
        "no layers · 3 runs",
        "traced before this recording (1 trace); its layers record no events",
    ],
    "tutorial": ["init×1 build×1 call×2 · 1 variable, 50 parameters", "input_shape=(10, 5)"],
    "tutorial_legacy": ["init×1 build×1 call×2 · 1 variable, 50 parameters", "input_shape=(10, 5)"],
}


def test_every_demo_is_checked():
    """The table above has all demos."""
    assert {path.stem for path in DEMOS.glob("*.py")} == {*SHOWN, "test_my_layer"}


@pytest.mark.parametrize("name", SHOWN)
def test_a_demo_runs_and_shows(name):
    """A demo runs by itself, and prints the lines that it exists for."""
    done = warm.run(DEMOS / f"{name}.py", env={"COLUMNS": "120"})

    assert done.returncode == 0, done.stderr
    for text in SHOWN[name]:
        assert text in done.stdout


def test_installed_demos_are_programs_of_users():
    """A wheel has the demos inside the package; their lines are still recorded as those of the user."""
    package = Path(layertrace.__file__).parent

    assert not source_lines.is_internal(str(package / "demos" / "tutorial.py"))
    assert source_lines.is_internal(str(package / "record" / "api.py"))


def test_the_tests_of_a_layer_pass():
    """The demo of the expectations is a test file, and passes as one."""
    done = warm.run("-m", "pytest", "-q", "-p", "no:cacheprovider", DEMOS / "test_my_layer.py")

    assert "6 passed" in done.stdout
    assert done.returncode == 0
