"""A Keras is hooked in whatever order it is imported, and layertrace never breaks a run of pytest."""

import os
import subprocess
import sys

import pytest
import warm

PROGRAM = """
{first}
class Mine(tf.keras.layers.Layer):
    def call(self, x):
        return x

Mine(name="mine")(tf.ones(1))
"""

ORDERS = {
    "Keras first": "import keras\nimport tensorflow as tf",
    "tf_keras first": "import tf_keras\nimport keras\nimport tensorflow as tf",
    "TensorFlow first": "import tensorflow as tf\nimport keras",
    "TensorFlow alone": "import tensorflow as tf",
    "from within Keras": "from keras import layers\nimport tf_keras\nimport tensorflow as tf",
}


@pytest.mark.parametrize("first", ORDERS.values(), ids=ORDERS)
def test_tf_keras_is_recorded_in_any_order_of_imports(first, tmp_path):
    """With TF_USE_LEGACY_KERAS=1 the layers of `tf.keras` are recorded, whichever Keras comes first."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(first=first), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "layertrace", "run", str(program)],
        env={**os.environ, "TF_USE_LEGACY_KERAS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "LayertraceWarning" not in run.stderr
    assert "mine  Mine" in run.stdout + run.stderr


BROKEN = """
import layertrace.pytest_plugin.{module} as module

def fail(*arguments, **options):
    raise KeyError("not foreseen")

module.{name} = fail

def test_first(layer_timeline):
    assert {passes}

def test_second():
    pass
"""


@pytest.mark.parametrize(
    ("module", "name", "when"), [("recordings", "section", "show what"), ("recordings", "_file_name", "save")]
)
@pytest.mark.parametrize("passes", [True, False], ids=["passes", "fails"])
def test_an_error_in_a_report_is_one_line_of_it(module, name, when, passes, pytester):
    """If a report cannot be made or saved, one line reports it, and the result of the tests is the same."""
    pytester.makepyfile(BROKEN.format(module=module, name=name, passes=passes))
    result = warm.run_pytest("--layertrace=all", "--layertrace-save=kept", "-rP")

    result.assert_outcomes(passed=1 + passes, failed=not passes, warnings=name == "_file_name")
    result.stdout.fnmatch_lines([f"*layertrace could not *{when}*(KeyError: 'not foreseen'). Your test is *"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_a_run_without_a_terminal_is_recorded(pytester):
    """Without pytest's terminal plugin, tests run and record."""
    pytester.makepyfile("def test_one(layer_timeline):\n    assert not len(layer_timeline)")
    result = warm.run_pytest("-p", "no:terminal", "--layertrace=all")
    assert result.ret == 0


def test_an_exception_of_the_program_is_not_asked_for_what_it_shows(pytester):
    """An exception that fails when asked for an attribute is reported like any other."""
    pytester.makepyfile(
        """
        class Odd(Exception):
            def __getattr__(self, name):
                if name == "shown":
                    raise KeyError(name)
                raise AttributeError(name)

        def test_first(layer_timeline):
            raise Odd("not today")

        def test_second():
            pass
        """
    )
    result = warm.run_pytest("--layertrace=all")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*Odd: not today*"])
