"""The command line, run as processes."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import warm

from layertrace.cli import command_line, loaded
from layertrace.cli.commands import debug


def layertrace(*words):
    """Run a command that needs no TensorFlow, and return the finished process."""
    return warm.run_command(*words, env={"COLUMNS": "100"})


def layertrace_with_keras(*words):
    """Run a command where Keras is imported already, and return the finished process."""
    return warm.run("-m", "layertrace", *words, env={"COLUMNS": "100"})


def test_demo_shows_the_tutorial_and_the_bug():
    """`layertrace demo` shows the tutorial layer, then the bug with its layer, line and trace."""
    done = layertrace_with_keras("demo")

    assert done.returncode == 0, done.stderr
    assert "init×1 build×1 call×2" in done.stdout
    assert "LT101 variable-created-in-call" in done.stdout
    assert "gcn_1 (GCN) creates a tf.Variable" in done.stdout
    assert "trace 2 of predict" in done.stdout


def test_demo_lists_and_refuses():
    """`layertrace demo --list` lists the demos; an unknown one is an error of one line, with status 2."""
    listed = layertrace("demo", "--list").stdout
    unknown = layertrace("demo", "nothing")

    assert [line.split()[0] for line in listed.splitlines()][:2] == ["check_layer", "fit"]
    assert unknown.returncode == 2
    assert "unknown demo nothing; choose from check_layer, fit, " in unknown.stderr
    assert "Traceback" not in unknown.stderr


def test_explain_prints_the_page_of_a_check():
    """`explain` also takes the name of a check of layers, and lists these."""
    page, listed = layertrace("explain", "config-round-trip"), layertrace("explain", "checks")

    assert page.returncode == 0, page.stderr
    assert page.stdout.startswith("check config-round-trip  error\n")
    assert "Known limits" in page.stdout
    assert "lifecycle    build-once\n" in listed.stdout


def test_debug_shows_the_version_of_a_nightly(tmp_path, monkeypatch):
    """`keras-nightly` brings the package `keras`; the name of what brought it stands behind its version."""
    installed = tmp_path / "some_package_nightly-3.1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: some-package-nightly\nVersion: 3.1\n")
    (installed / "top_level.txt").write_text("some_package\n")
    monkeypatch.syspath_prepend(tmp_path)

    assert debug._version("some_package") == "3.1 (some-package-nightly)"
    assert debug._version("another_package") == "not installed"


def test_debug_shows_versions_engine_and_hooks():
    """`layertrace debug` shows the versions, the engine, the hooks and each private part that is used."""
    done = layertrace_with_keras("debug")

    assert done.returncode == 0, done.stderr
    engine = "monitoring" if sys.version_info >= (3, 12) else "wrapping"
    assert f"engine       {engine}: " in done.stdout
    assert not re.search("(?m)^wrapped ", done.stdout)
    assert "tensorflow   2." in done.stdout
    assert "hooked       keras: " in done.stdout
    assert "found        keras.src.layers.layer.Layer._lock" in done.stdout
    assert "found        tensorflow.python.framework.ops.EagerTensor._shape_tuple" in done.stdout
    assert "MISSING" not in done.stdout


def test_version():
    """`--version` prints the version."""
    assert "0.1.0" in layertrace("--version").stdout


COMMANDS = [command_line, *map(loaded, command_line.commands)]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_help_fits_a_terminal_of_80_columns(command):
    """The help of each command fits, each option has a help text, and no summary of a command is cut."""
    context = click.Context(command, info_name="layertrace command", terminal_width=80)
    usage, *lines = command.get_help(context).splitlines()
    options = [option for option in command.get_params(context) if isinstance(option, click.Option)]

    assert len(usage) <= 80
    assert [line for line in lines if len(line) > 80 or line.endswith("...")] == []
    assert [option.name for option in options if not option.help] == []


def test_hooks_of_pre_commit_run_commands_that_exist():
    """Each hook has an id of its own, and runs in the environment of the project, which has Keras."""
    text = (Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    hook = r"^- id: (\S+)\n(?:  .*\n)*?  entry: layertrace (\S+)\n  language: system$"
    entries = re.findall(hook, text, re.MULTILINE)

    assert len(entries) == text.count("- id: ") == 2
    assert all(name == f"layertrace-{command}" for name, command in entries)
    assert {command for _, command in entries} <= set(command_line.commands)


@pytest.mark.parametrize("name", command_line.commands)
def test_a_command_is_listed_with_its_own_help(name):
    """The short help in `layertrace --help`, which imports no command, is that of the command itself."""
    listed, command = command_line.commands[name], loaded(name)

    assert command.name == name
    assert listed.get_short_help_str() == command.get_short_help_str(limit=80)


HEAVY = ["rich", "layertrace.timeline", "layertrace.record.api", "tensorflow"]


@pytest.mark.parametrize(
    ("words", "absent"),
    [
        (["--help"], [*HEAVY, "layertrace.cli.commands.run"]),
        (["--version"], [*HEAVY, "layertrace.cli.commands.run"]),
        (["run", "-q", "-c", "pass"], ["rich", "layertrace.diagnosis", "layertrace.cli.commands.report"]),
        (["explain", "LT101"], ["layertrace.record.api", "layertrace.render.page"]),
    ],
    ids=lambda words: words[0],
)
def test_a_command_imports_what_it_needs(words, absent):
    """A command imports no other command, and what draws a report only if it draws one."""
    program = (
        "import atexit, sys; from layertrace.cli import main\n"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr)); main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert set(absent) & set(done.stderr.split()) == set()


def test_explain_prints_the_page_of_a_rule():
    """`explain` takes a code or a name, and lists all rules without one; an unknown code is an error."""
    page = layertrace("explain", "LT101")
    listed = layertrace("explain")
    unknown = layertrace("explain", "LT0")

    assert page.returncode == 0, page.stderr
    assert page.stdout.startswith("LT101 variable-created-in-call  error\n")
    assert "Use instead" in page.stdout
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


def test_check_runs_a_program_and_reports_problems(tmp_path):
    """The output of the program does not change; findings go to standard error, and an error is status 1."""
    program = tmp_path / "app.py"
    program.write_text(PROGRAM)
    done = layertrace_with_keras("check", str(program), "eager")
    ignored = layertrace_with_keras("check", "--ignore", "LT101", str(program), "eager")

    assert done.stdout == "['eager'] __main__\n"
    assert "LT101 variable-created-in-call" in done.stderr
    assert "app.py:5" in done.stderr
    assert done.returncode == 1
    assert "nothing wrong found without LT101 in 4 events of 1 layer" in ignored.stderr
    assert "variable-created-in-call" not in ignored.stderr
    assert ignored.returncode == 0, ignored.stderr


def test_check_ends_as_the_program_does(tmp_path):
    """The status of the program stays, and its traceback is printed before the findings."""
    program = tmp_path / "app.py"
    program.write_text(PROGRAM)
    left = layertrace_with_keras("check", str(program), "eager", "7")
    failed = layertrace_with_keras("check", str(program), "graph")

    assert left.returncode == 7
    assert failed.returncode == 1
    assert failed.stderr.index("ValueError: ") < failed.stderr.index("LT101")


def test_check_refuses_what_it_cannot_run(tmp_path):
    """A missing program, a module and an unknown code are errors of one line, with status 2."""
    missing = layertrace("check", str(tmp_path / "none.py"))
    unknown = layertrace("check", "--select", "LT999", __file__)
    module = layertrace("check", "--ignore", "LT3", "-m", "json")

    assert [done.returncode for done in (missing, unknown, module)] == [2, 2, 2]
    assert "use layertrace run --check -m MODULE or -c CODE" in module.stderr
    assert "cannot find the program" in missing.stderr
    assert "no rule has a code that begins with 'LT999'" in unknown.stderr
    assert "Traceback" not in missing.stderr + unknown.stderr
