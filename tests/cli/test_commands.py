"""The command line, run as processes."""

import sys

import warm


def layertrace(*words):
    """Run a command and return the finished process."""
    return warm.run("-m", "layertrace", *words, env={"COLUMNS": "100"})


def test_demo_shows_the_tutorial_and_the_story():
    """`layertrace demo` shows the tutorial layer, then the bug with its layer, line and trace."""
    done = layertrace("demo")

    assert done.returncode == 0, done.stderr
    assert "init×1 build×1 call×2" in done.stdout
    assert "LT101 variable-created-in-call" in done.stdout
    assert "gcn_1 (GCN) makes a tf.Variable" in done.stdout
    assert "trace 2 of predict" in done.stdout


def test_demo_lists_and_refuses():
    """`layertrace demo --list` names the demos; an unknown one gets one sentence and status 2."""
    listed = layertrace("demo", "--list").stdout
    unknown = layertrace("demo", "nothing")

    assert [line.split()[0] for line in listed.splitlines()][:2] == ["fit", "fit_and_predict"]
    assert unknown.returncode == 2
    assert "no demo nothing; there are fit, " in unknown.stderr
    assert "Traceback" not in unknown.stderr


def test_debug_shows_versions_engine_and_hooks():
    """`layertrace debug` shows the versions, the engine, and each private part that can be hooked."""
    done = layertrace("debug")

    assert done.returncode == 0, done.stderr
    engine = "monitoring" if sys.version_info >= (3, 12) else "wrapping"
    assert f"engine       {engine}: " in done.stdout
    assert "wrapped" not in done.stdout.replace("wrapping", "").replace("wrappers", "")
    assert "tensorflow   2." in done.stdout
    assert "hooked       keras: " in done.stdout
    assert "MISSING" not in done.stdout


def test_help_and_version():
    """`--help` names the commands, `--version` the version."""
    assert "demo" in layertrace("--help").stdout
    assert "0.1.0" in layertrace("--version").stdout


def test_explain_prints_the_page_of_a_rule():
    """By code or name; without one, a list; an unknown one gets one sentence and status 2."""
    page = layertrace("explain", "LT101")
    listed = layertrace("explain")
    unknown = layertrace("explain", "LT0")

    assert page.returncode == 0, page.stderr
    assert page.stdout.startswith("LT101 variable-created-in-call (error)")
    assert "Good:" in page.stdout
    assert page.stdout == layertrace("explain", "variable-created-in-call").stdout
    assert "LT101  error    variable-created-in-call" in listed.stdout
    assert unknown.returncode == 2
    assert "no rule has a code that begins with 'LT0'; there are LT101" in unknown.stderr
    assert "Traceback" not in unknown.stderr


PROGRAM = """
import sys, keras, tensorflow as tf
class Scale(keras.layers.Layer):
    def call(self, x):
        return x * tf.Variable(2.0)
print(sys.argv[1:], __name__)
layer = Scale()
layer(tf.ones((1, 2)))
if sys.argv[1:] == ["graph"]:
    tf.function(layer)(tf.ones((1, 2)))
sys.exit(0 if len(sys.argv) < 3 else int(sys.argv[2]))
"""


def test_check_runs_a_program_and_tells_what_is_wrong(tmp_path):
    """Its output stays its own; findings go to standard error, and the status says that there is an error."""
    program = tmp_path / "app.py"
    program.write_text(PROGRAM)
    done = layertrace("check", str(program), "eager")
    ignored = layertrace("check", "--ignore", "LT101", str(program), "eager")

    assert done.stdout == "['eager'] __main__\n"
    assert "LT101 variable-created-in-call" in done.stderr
    assert "app.py:5" in done.stderr
    assert done.returncode == 1
    assert "LT101" not in ignored.stderr
    assert ignored.returncode == 0, ignored.stderr


def test_check_passes_on_how_a_program_ends(tmp_path):
    """An exit status of its own; its traceback as ever, and then the findings."""
    program = tmp_path / "app.py"
    program.write_text(PROGRAM)
    left = layertrace("check", str(program), "eager", "7")
    failed = layertrace("check", str(program), "graph")

    assert left.returncode == 7
    assert failed.returncode == 1
    assert failed.stderr.index("ValueError: ") < failed.stderr.index("LT101")


def test_check_refuses_what_it_cannot_run(tmp_path):
    """A missing program and an unknown code: one sentence, status 2."""
    missing = layertrace("check", str(tmp_path / "none.py"))
    unknown = layertrace("check", "--select", "LT999", __file__)

    assert (missing.returncode, unknown.returncode) == (2, 2)
    assert "there is no program" in missing.stderr
    assert "no rule has a code that begins with 'LT999'" in unknown.stderr
    assert "Traceback" not in missing.stderr + unknown.stderr
