"""On a backend that is not recorded, layertrace refuses in one sentence, and the program runs as without it.

`.ci/run` runs these tests in an environment that has OpenVINO, JAX and no TensorFlow.
"""

from __future__ import annotations

import importlib.util

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("openvino") is None, reason="needs OpenVINO, as in .ci/run"),
]

PROGRAM = """
import sys
import keras
import numpy as np

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model(np.ones((4, 3)))
print("done", keras.backend.backend(), "tensorflow" in sys.modules)
"""
SENTENCE = (
    "layertrace does not record Keras on its 'openvino' backend yet: set KERAS_BACKEND=tensorflow before "
    "Keras is imported"
)


@pytest.fixture
def refused(start, tmp_path):
    """Return a function that runs a command on OpenVINO, next to a program with layers."""
    (tmp_path / "program.py").write_text(PROGRAM)
    return lambda *command: start("openvino", *command, COLUMNS="400")


def test_a_program_runs_and_the_report_states_why_it_is_empty(refused):
    """The status is that of the program."""
    done = refused("-m", "layertrace", "run", "program.py")

    assert done.returncode == 0
    assert "done openvino False" in done.stdout
    assert done.stderr.splitlines()[-1] == f"nothing was checked: {SENTENCE}"


def test_check_fails_as_it_judged_nothing(refused):
    """Its status is not 0, which would be a clean program."""
    done = refused("-m", "layertrace", "check", "program.py")

    assert done.returncode == 2
    assert SENTENCE in done.stdout + done.stderr


def test_a_trace_raises_one_sentence(refused):
    """It is a `BackendError`, which is a `DependencyError`."""
    done = refused("-c", "import keras, layertrace\nwith layertrace.trace(): pass")

    assert done.stderr.splitlines()[-1] == f"layertrace.errors.BackendError: {SENTENCE}"


def test_a_trace_does_not_import_tensorflow_first(refused):
    """Where no Keras is imported yet, the trace imports Keras, which knows its backend."""
    done = refused("-c", "import layertrace\nwith layertrace.trace(): pass")

    assert done.stderr.splitlines()[-1] == f"layertrace.errors.BackendError: {SENTENCE}"


def test_a_decorated_class_is_defined_and_works(refused):
    """One warning and the report state that it is not recorded."""
    done = refused(
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

print(*[float(keras.ops.convert_to_numpy(layer(np.ones(1)))[0]) for layer in (Double(), Triple())])
layertrace.report()
""",
    )

    assert done.returncode == 0
    assert "2.0 3.0" in done.stdout
    assert done.stderr.count("LayertraceWarning") == 1
    assert f"nothing was checked: {SENTENCE}" in done.stdout


def test_only_tests_that_ask_for_a_timeline_fail(refused, tmp_path):
    """The plugin leaves the others alone."""
    (tmp_path / "test_layer.py").write_text(
        "import keras\n"
        "def test_asks(layer_timeline): keras.layers.Identity()(keras.ops.ones(1))\n"
        "def test_does_not(): keras.layers.Identity()(keras.ops.ones(1))\n"
    )
    done = refused("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_layer.py")

    assert "1 passed, 1 error" in done.stdout
    assert SENTENCE in done.stdout


def test_check_layer_refuses(refused, tmp_path):
    """Its status means that nothing was checked."""
    (tmp_path / "mine.py").write_text("import keras\ndef make(): return keras.layers.Identity()\n")
    done = refused("-m", "layertrace", "check-layer", "mine.py:make", "--input", "float32[2, 3]")

    assert done.returncode == 2
    assert done.stderr.splitlines() == [f"Error: {SENTENCE}"]
