"""`layertrace check --output-format`, run as processes: one document, whatever the program prints."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
import stories
import warm

from layertrace.render.formats.choose import FORMATS

PROGRAM = """
import atexit, subprocess, sys
import keras, tensorflow as tf

class Scale(keras.layers.Layer):
    def call(self, x):
        return x * tf.Variable(2.0)

print("from the program")
print("in a row", end="")
subprocess.run([sys.executable, "-c", "print('from a process')"])
atexit.register(print, "at exit")
Scale()(tf.ones((1, 2)))
if len(sys.argv) > 1:
    raise KeyError("no such scale")
"""
PRINTED = ("from the program", "in a row", "from a process", "at exit")

IDLE = "print('ran')\n"
READ = {
    "json": json.loads,
    "sarif": json.loads,
    "junit": ET.fromstring,
    "github": lambda text: [line for line in text.splitlines() if line.startswith("::")],
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "app.py").write_text(PROGRAM)
    (tmp_path / "idle.py").write_text(IDLE)
    stories.tutorial().save(tmp_path / "run.layertrace")
    return tmp_path


def check(*words, cwd, **environment):
    """Check something that needs no TensorFlow."""
    return warm.run_command("check", *words, cwd=cwd, env={"COLUMNS": "100", **environment})


def check_with_keras(*words, cwd):
    """Check a program where Keras is imported already."""
    return warm.run("-m", "layertrace", "check", *words, cwd=cwd, env={"COLUMNS": "100"})


@pytest.mark.parametrize("name", FORMATS)
def test_the_document_is_alone_on_standard_output(name, folder):
    """What the program, its processes and its functions at exit print is on standard error."""
    done = check_with_keras("--output-format", name, "app.py", cwd=folder)

    assert READ[name](done.stdout)
    assert done.returncode == 1
    assert "variable-created-in-call" in done.stdout
    for printed in PRINTED:
        assert printed not in done.stdout
        assert printed in done.stderr
    assert "LT101" not in done.stderr


def test_a_finding_is_at_its_line_in_the_folder(folder):
    """With the columns of the expression, where Python knows them."""
    done = check_with_keras("--output-format", "github", "./app.py", cwd=folder)

    columns = ",col=20,endColumn=36" if sys.version_info >= (3, 11) else ""
    assert done.stdout.startswith(f"::error file=app.py,line=7{columns},title=LT101 variable-created-in")


def test_a_crash_is_in_the_document(folder):
    """The traceback is on standard error, as ever, and the status is that of the program."""
    done = check_with_keras("--output-format", "json", "app.py", "crash", cwd=folder)
    problem = json.loads(done.stdout)["verdict"]["problem"]

    assert done.returncode == 1
    assert (problem["name"], problem["file"], problem["line"]) == ("exception", "app.py", 15)
    assert "KeyError: 'no such scale'" in done.stderr


def test_a_file_has_the_document_and_the_log_the_report(folder):
    """The program's own output stays where it is; the file is in the folder of the command."""
    (folder / "app.py").write_text(f"import os\nos.chdir('..')\n{PROGRAM}")
    done = check_with_keras("--output-format", "sarif", "-o", "found.sarif", "app.py", cwd=folder)
    plain = check_with_keras("app.py", cwd=folder)

    results = json.loads((folder / "found.sarif").read_text())["runs"][0]["results"]
    artifact = results[0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert (results[0]["ruleId"], artifact["uri"]) == ("LT101", "app.py")
    assert all(printed in done.stdout for printed in PRINTED)
    assert "LT101 variable-created-in-call" in done.stderr
    assert (done.stdout, done.returncode) == (plain.stdout, plain.returncode)


def test_a_file_is_not_clean_if_the_program_is_killed(folder):
    """An earlier file is replaced before the program begins."""
    check("--output-format", "github", "--output-file", "found.txt", "run.layertrace", cwd=folder)
    clean = (folder / "found.txt").read_text()
    (folder / "dies.py").write_text("import os\nos._exit(0)\n")
    check("--output-format", "github", "--output-file", "found.txt", "dies.py", cwd=folder)

    assert clean == "layertrace: nothing wrong found in 5 events of 1 layer\n"
    assert (folder / "found.txt").read_text().startswith("::error title=layertrace%3A not-checked::")


def test_a_pipe_gets_one_document(folder):
    """What a killed program leaves in a file would be read first."""
    words = f"{sys.executable} -m layertrace check --output-format json -o /dev/stderr run.layertrace"
    done = subprocess.run(
        words.split(), cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )

    assert json.loads(done.stderr)["verdict"]["complete"]
    assert "nothing wrong found" in done.stdout


UNCHECKED = {
    "a program without layers": (["idle.py"], {}),
    "a program that does not exist": (["none.py"], {}),
    "a program that does not compile": (["wrong.py"], {}),
    "a recording that cannot be read": (["bad.layertrace"], {}),
    "recording is disabled": (["idle.py"], {"LAYERTRACE_DISABLED": "1"}),
    "no rule is left": (["run.layertrace", "--ignore", "LT"], {}),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("case", UNCHECKED)
def test_nothing_checked_is_an_error_in_each_format(case, name, folder):
    """The status is 2, as without a format, and the document is whole."""
    words, environment = UNCHECKED[case]
    (folder / "wrong.py").write_text("def f(:\n")
    (folder / "bad.layertrace").write_text("{}")
    done = check("--output-format", name, *words, cwd=folder, **environment)
    plain = check(*words, cwd=folder, **environment)

    assert (done.returncode, plain.returncode) == (2, 2)
    assert READ[name](done.stdout)
    assert "not-checked" in done.stdout
    assert "nothing was checked" in done.stdout


@pytest.mark.parametrize("name", FORMATS)
def test_a_recording_can_be_checked_in_each_format(name, folder):
    """Without TensorFlow; the status is 0, and nothing else is printed."""
    done = check("run.layertrace", "--output-format", name, cwd=folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing wrong found in 5 events of 1 layer" in done.stdout or name == "sarif"
    assert "not-checked" not in done.stdout


def test_a_document_that_cannot_be_written_is_not_a_success(folder):
    """A full disk makes the status 2; a file that cannot be written is refused before the program runs."""
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m layertrace check --output-format json idle.py > /dev/full"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60, env={**os.environ},
    )  # fmt: skip
    refused = check("--output-format", "json", "-o", ".", "idle.py", cwd=folder)
    itself = check("--output-format", "json", "-o", "./idle.py", "idle.py", cwd=folder)

    assert done.returncode == 2
    assert "the output cannot be written: No space left on device" in done.stderr
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "cannot be written: Is a directory" in refused.stderr
    assert (itself.returncode, itself.stdout) == (2, "")
    assert "--output-file would overwrite idle.py" in itself.stderr
    assert (folder / "idle.py").read_text() == IDLE


@pytest.mark.parametrize("stream", ["2>&-", ">&-"])
def test_a_closed_stream_is_not_a_success(stream, folder):
    """Without standard error, the document is still alone."""
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m layertrace check --output-format json idle.py {stream}"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.returncode == 2
    if stream == "2>&-":
        assert json.loads(done.stdout)["verdict"]["problem"]["name"] == "not-checked"
    else:
        assert done.stderr == "Error: the output cannot be written: standard output is closed\n"


def test_a_file_is_for_a_document(folder):
    """The text goes where it always does, so a shell can redirect it."""
    done = check("-o", "found.txt", "run.layertrace", cwd=folder)

    assert done.returncode == 2
    assert "--output-file needs --output-format json, github, sarif or junit" in done.stderr
    assert not (folder / "found.txt").exists()


def test_a_module_that_prints_does_not_break_the_json_of_its_layers(folder):
    """`check-layer` keeps standard output for its document, too."""
    (folder / "layers.py").write_text(
        "import keras\nprint('imported')\n\nclass Loud(keras.layers.Layer):\n"
        "    def call(self, x):\n        return x\n"
    )
    words = ["layers.py:Loud", "--input", "float32[2, 3]", "--select", "gradients", "--output-format", "json"]
    done = warm.run("-m", "layertrace", "check-layer", *words, cwd=folder)

    assert json.loads(done.stdout)["layer"] == "Loud"
    assert "imported\n" in done.stderr
