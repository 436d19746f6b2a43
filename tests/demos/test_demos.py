"""Every demo runs by itself and shows what it promises."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

DEMOS = Path(__file__).parents[2] / "demos"

SHOWN = {
    "fit": ["symbolic: Keras infers shapes", "trace 2 of one_step_on_data  second pass"],
    "gcn_in_cnn_eager": ["gcn_1 (GCN) made 4 variables in 3 calls", "and keeps 0", "call ×3  cnn"],
    "gcn_in_cnn_mended": ["trace 2 of predict  second pass"],
    "gcn_in_cnn_traced": ["refused: ValueError", "gcn_1 (GCN) makes a variable at", "in trace 2 of predict"],
    "many_layers": ["157 layers", "expanded_conv_project", "2,270,794"],
    "tutorial": ["init×1 build×1 call×2 · 1 variable, 50 parameters", "input_shape=(10, 5)"],
    "tutorial_legacy": ["init×1 build×1 call×2 · 1 variable, 50 parameters", "input_shape=(10, 5)"],
}


def test_every_demo_is_checked():
    """No demo is left out of the table above."""
    assert {path.stem for path in DEMOS.glob("*.py")} == set(SHOWN)


@pytest.mark.parametrize("name", SHOWN)
def test_a_demo_runs_and_shows(name):
    """A demo runs by itself, and its output has the lines that it is there for."""
    done = subprocess.run(
        [sys.executable, str(DEMOS / f"{name}.py")],
        capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "120"},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    for text in SHOWN[name]:
        assert text in done.stdout
