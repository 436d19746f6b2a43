"""On a backend that is not recorded, layertrace refuses in one sentence, and the program runs as without it.

`.ci/run` runs these tests in an environment that has JAX and no TensorFlow.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs JAX, which .ci/run installs"),
]

PROGRAM = """
import sys
import keras
import numpy as np

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
print("done", keras.backend.backend(), "tensorflow" in sys.modules)
"""
SENTENCE = (
    "layertrace does not record Keras on its 'jax' backend yet: set KERAS_BACKEND=tensorflow before Keras is "
    "imported"
)


@pytest.fixture
def start(tmp_path):
    """Return a function that runs a command in a folder with a `tensorflow` that must not be imported."""
    (tmp_path / "tensorflow.py").write_text("print('TensorFlow was imported')\n")
    (tmp_path / "program.py").write_text(PROGRAM)
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(tmp_path), "COLUMNS": "400"}

    def start(*command):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "TensorFlow was imported" not in done.stdout
        assert "report this" not in done.stderr
        return done

    return start


def test_a_program_runs_and_the_report_states_why_it_is_empty(start):
    """The status is that of the program."""
    done = start("-m", "layertrace", "run", "program.py")

    assert done.returncode == 0
    assert "done jax False" in done.stdout
    assert done.stderr.splitlines()[-1] == f"nothing was checked: {SENTENCE}"


def test_check_fails_as_it_judged_nothing(start):
    """Its status is not 0, which would be a clean program."""
    done = start("-m", "layertrace", "check", "program.py")

    assert done.returncode == 2
    assert SENTENCE in done.stdout + done.stderr


def test_a_trace_raises_one_sentence(start):
    """It is a `BackendError`, which is a `DependencyError`."""
    done = start("-c", "import keras, layertrace\nwith layertrace.trace(): pass")

    assert done.stderr.splitlines()[-1] == f"layertrace.errors.BackendError: {SENTENCE}"


def test_a_trace_does_not_import_tensorflow_first(start):
    """Where no Keras is imported yet, the trace imports Keras, which knows its backend."""
    done = start("-c", "import layertrace\nwith layertrace.trace(): pass")

    assert done.stderr.splitlines()[-1] == f"layertrace.errors.BackendError: {SENTENCE}"


def test_a_decorated_class_is_defined_and_works(start):
    """One warning and the report state that it is not recorded."""
    done = start(
        "-c",
        """
import keras, layertrace, numpy as np

@layertrace.traced
class Double(keras.layers.Layer):
    def call(self, x):
        return 2 * x

class Triple(layertrace.TraceMixin, keras.layers.Layer):
    def call(self, x):
        return 3 * x

print(Double()(np.ones(1)), Triple()(np.ones(1)))
layertrace.report()
""",
    )

    assert done.returncode == 0
    assert "[2.] [3.]" in done.stdout
    assert done.stderr.count("LayertraceWarning") == 1
    assert f"nothing was checked: {SENTENCE}" in done.stdout


def test_only_tests_that_ask_for_a_timeline_fail(start, tmp_path):
    """The plugin leaves the others alone."""
    (tmp_path / "test_layer.py").write_text(
        "import keras\n"
        "def test_asks(layer_timeline): keras.layers.Identity()(keras.ops.ones(1))\n"
        "def test_does_not(): keras.layers.Identity()(keras.ops.ones(1))\n"
    )
    done = start("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_layer.py")

    assert "1 passed, 1 error" in done.stdout
    assert SENTENCE in done.stdout


def test_check_layer_refuses(start, tmp_path):
    """Its status means that nothing was checked."""
    (tmp_path / "mine.py").write_text("import keras\ndef make(): return keras.layers.Identity()\n")
    done = start("-m", "layertrace", "check-layer", "mine.py:make", "--input", "float32[2, 3]")

    assert done.returncode == 2
    assert done.stderr.splitlines() == [f"Error: {SENTENCE}"]
