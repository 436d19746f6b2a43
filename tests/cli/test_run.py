"""`layertrace run` runs programs as Python does, and reports what happened to layers."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import warm

from layertrace import Timeline

TRAIN = """
import sys
import numpy as np
import keras

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3)

    def call(self, x):
        return self.dense(x)

print("arguments", sys.argv[1:])
net = Net()
net(np.ones((1, 2)))
"""
FAILS = TRAIN + "\nraise SystemExit(int(sys.argv[1]))\n"
MISTAKE = TRAIN.replace("return self.dense(x)", "return keras.layers.Dense(3)(x)")


def python(*arguments, **options):
    """Run Python with arguments, and drop TensorFlow's notes about the machine."""
    env = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "COLUMNS": "100", **options.pop("env", {})}
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, env=env, **options
    )
    done.stderr = re.sub(r"(?m)^(WARNING: All log|[EIW]\d{4} |To enable the following).*\n", "", done.stderr)
    return done


def layertrace(*arguments, **options):
    return python("-m", "layertrace", *arguments, **options)


def layertrace_with_keras(*arguments, **options):
    """Run a command where Keras is imported already, which takes a fraction of the time."""
    return warm.run("-m", "layertrace", *arguments, env={"COLUMNS": "100"}, **options)


def layertrace_alone(*arguments, **options):
    """Run a command that needs no Keras where the command line is imported already."""
    return warm.run_command(*arguments, env={"COLUMNS": "100"}, **options)


@pytest.fixture
def program(tmp_path):
    """A function that writes a program and returns its path."""

    def write(text, name="train.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)

    return write


LOOKS = """
import os, sys
print(sys.argv, __name__, sys.path[0], globals().get("__file__"), bool(__spec__), __package__)
print(sys.modules["__main__"].__dict__ is globals())
"""

KINDS = {
    "a script": (["{folder}/look.py", "a", "--b", "-m", "c"], None),
    "a relative script": (["look.py", "--save", "x"], None),
    "a module": (["-m", "package.inner", "--save", "x"], None),
    "a package": (["-m", "package", "a"], None),
    "a folder": (["package", "a"], None),
    "code": (["-c", LOOKS, "--quiet", "-"], None),
    "code in the same word": ([f"-c{LOOKS}", "--quiet", "-m"], None),
    "a module in the same word": (["-mpackage.inner", "--save", "x"], None),
    "standard input": (["-", "a", "-c"], LOOKS),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_program_sees_what_it_sees_with_python(kind, program, tmp_path):
    """`sys.argv`, `sys.path[0]`, `__main__` and its names are the same for each kind of program."""
    for name in ("look.py", "package/__init__.py", "package/__main__.py", "package/inner.py"):
        program(LOOKS if name != "package/__init__.py" else "", name)
    words, stdin = KINDS[kind]
    arguments = [word.format(folder=tmp_path) if "{folder}" in word else word for word in words]

    bare = python(*arguments, input=stdin, cwd=tmp_path)
    traced = layertrace("run", "-q", *arguments, input=stdin, cwd=tmp_path)

    assert (traced.stdout, traced.stderr, traced.returncode) == (bare.stdout, bare.stderr, bare.returncode)


ENDINGS = {
    "well": "",
    "with a status": "raise SystemExit(7)",
    "with a message": "import sys; sys.exit('no data')",
    "with None": "raise SystemExit",
    "with an exception": "def f():\n    raise KeyError('oh')\nf()",
    "with a cause": "try: 1 / 0\nexcept ZeroDivisionError as error: raise ValueError('bad') from error",
    "by the user": "raise KeyboardInterrupt",
    "by a signal": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "at once": "import os; os._exit(3)",
    "with a thread": "import threading, time\ndef late(): time.sleep(0.3); print('late')\n"
    "threading.Thread(target=late).start()",
    "with atexit": "import atexit; atexit.register(print, 'bye')",
    "with a hook": "import sys; sys.excepthook = lambda *a: print('mine', a[1]); raise ValueError(1)",
}


@pytest.mark.parametrize("how", ENDINGS)
def test_a_program_ends_as_it_does_with_python(how, program):
    """Output, exit status, signals and tracebacks are those of Python."""
    script = program(f"print('begun', flush=True)\n{ENDINGS[how]}\n")

    bare, traced = python(script), layertrace("run", "-q", script)

    assert (traced.stdout, traced.stderr, traced.returncode) == (bare.stdout, bare.stderr, bare.returncode)


def test_the_report_goes_to_standard_error(program):
    """The output of the program does not change; the tree follows, and a command that saves the recording."""
    done = layertrace_with_keras("run", program(TRAIN), "1")

    assert done.returncode == 0
    assert done.stdout == "arguments ['1']\n"
    assert "net (Net)" in done.stderr
    assert "call 1" in done.stderr
    assert done.stderr.splitlines()[-3].startswith("To save it:  layertrace run --save run.layertrace ")
    assert done.stderr.splitlines()[-1].partition(" · ")[0] == "nothing wrong found in 10 events of 2 layers"


def test_a_program_without_keras_does_not_load_it(program):
    """A program that never imports Keras runs without TensorFlow."""
    script = program("import sys\nprint('tensorflow' in sys.modules)\n")

    done = layertrace("run", script)

    assert done.stdout == "False\n"
    assert "no layer was created" in done.stderr


@pytest.mark.parametrize(
    ("options", "shown", "hidden"),
    [
        (["--only", "dense"], "dense  Dense", "net (Net)"),
        (["--class", "Net"], "net  Net", "Dense"),
        (["--class", "Model"], "net  Net", "Dense"),
        (["--kinds", "variable"], "kernel", "init  "),
        (["--depth", "1"], "inside", "kernel"),
    ],
)
def test_options_choose_what_is_shown(options, shown, hidden, program):
    """The report can be limited by layer, class, kind and depth."""
    done = layertrace_with_keras("run", *options, program(TRAIN))

    assert shown in done.stderr
    assert hidden not in done.stderr


def test_a_saved_recording_can_be_read_again(program, tmp_path):
    """`--save` writes it, and `report`, `check` and `diff` read it."""
    file = str(tmp_path / "run.layertrace")
    done = layertrace_with_keras("run", "--save", file, program(TRAIN))
    assert done.stderr.splitlines()[-3].startswith(f"More views:  layertrace report {file}")

    shown = layertrace_alone("report", file)
    assert "net (Net)" in shown.stdout
    assert "kernel" in layertrace_alone("report", file, "--variables").stdout
    assert layertrace_alone("report", file, "--functions").returncode == 0
    assert layertrace_alone("check", file).returncode == 0
    assert layertrace_alone("diff", file, file).returncode == 0


def test_check_reports_problems(program):
    """With `--check`, a finding that is an error makes the status 1 if that of the program is 0."""
    script = program(MISTAKE)

    assert layertrace_with_keras("run", "-q", script).returncode == 0
    checked = layertrace_with_keras("run", "--check", script)
    assert checked.returncode == 1
    assert "LT103" in checked.stderr
    quiet = layertrace_with_keras("run", "-q", "--check", script)
    assert quiet.returncode == 1
    assert "LT103" in quiet.stderr
    assert "call 1" not in quiet.stderr
    failing = program(FAILS, "fails.py")
    assert layertrace_with_keras("run", "-q", "--check", failing, "4").returncode == 4


PROCESSES = """
import multiprocessing, os, subprocess, sys

def work(name):
    import keras
    keras.layers.Dense(1, name=name)

if __name__ == "__main__":
    import keras
    keras.layers.Dense(1, name="parent")
    for how in ("fork", "spawn", "forkserver"):
        process = multiprocessing.get_context(how).Process(target=work, args=(how,))
        process.start()
        process.join()
    code = "import keras; keras.layers.Dense(1, name='started')"
    print(subprocess.run([sys.executable, "-c", code], check=True).returncode, flush=True)
    if os.fork() == 0:
        work("bare fork")
    else:
        os.wait()
"""


def test_processes_are_recorded_and_merged(program, tmp_path):
    """With `--children` each Python process has a file, forks included, and `merge` combines them.

    Processes that create no layer, such as those that multiprocessing needs, write none.
    """
    script = program(PROCESSES)
    done = layertrace_with_keras("run", "--children", "--save", "run.layertrace", script, cwd=tmp_path)
    assert (done.stdout, done.returncode) == ("0\n", 0), done.stderr

    (command,) = [line for line in done.stderr.splitlines() if line.startswith("To add its ")]
    assert command.startswith("To add its 5 processes: layertrace merge run.layertrace run.")
    merged = layertrace_alone(*command.partition("layertrace ")[2].split(), cwd=tmp_path)

    assert merged.returncode == 0, merged.stderr
    whole = Timeline.load(tmp_path / "all.layertrace")
    made = {layer.name for layer in whole.layers}
    assert made == {"parent", "fork", "spawn", "forkserver", "started", "bare fork"}
    assert len({event.thread for event in whole}) == 6
    assert whole.notes == ()


def test_children_are_found_where_a_link_leads(program, tmp_path):
    """The last command of the report names their files there, even if the program has changed its folder."""
    (tmp_path / "data").mkdir()
    (tmp_path / "link.layertrace").symlink_to("data/real.layertrace")
    inner = "import keras; keras.layers.Dense(1, name='started')"
    script = program(
        "import os, subprocess, sys\n"
        f"subprocess.run([sys.executable, '-c', {inner!r}], check=True)\n"
        "os.chdir('/')\n"
    )
    done = layertrace("run", "--children", "--save", "link.layertrace", script, cwd=tmp_path)
    (command,) = [line for line in done.stderr.splitlines() if line.startswith("To add its ")]
    assert command.startswith("To add its 1 process: layertrace merge link.layertrace "), done.stderr

    merged = layertrace_alone(*command.partition("layertrace ")[2].split(), cwd=tmp_path)

    assert merged.returncode == 0, merged.stderr
    assert [layer.name for layer in Timeline.load(tmp_path / "all.layertrace").layers] == ["started"]


def test_a_child_runs_if_its_recording_cannot_be_written(program, tmp_path):
    """It runs without a recording, and a warning gives the reason."""
    inner = "import keras; print(keras.layers.Dense(1).units)"
    env = {"LAYERTRACE_CHILDREN": "/proc/none/run.jsonl", "PYTHONPATH": _startup()}

    done = python("-c", inner, cwd=tmp_path, env=env)

    assert (done.stdout, done.returncode) == ("1\n", 0)
    assert "could not begin to record keras (FormatError: /proc/none/" in done.stderr


def _startup():
    from layertrace.record import subprocesses

    return str(Path(subprocesses.__file__).parent / "startup")


def test_a_fork_keeps_the_recordings_of_the_program(program, tmp_path):
    """With `--children` only the recording of `run` restarts in a fork; its file is in the first folder."""
    script = program(
        """
import os, keras, layertrace
tracer = layertrace.trace()
timeline = tracer.start()
if os.fork() == 0:
    keras.layers.Dense(1)
    print("child sees", len(timeline), flush=True)
    os._exit(0)
os.wait()
os.chdir("/")
keras.layers.Dense(2)
"""
    )
    late = program(
        """
import os, subprocess, sys
subprocess.run([sys.executable, "-c", "import keras; keras.layers.Dense(1)"])
os.chdir("/")
""",
        "late.py",
    )

    done = layertrace_with_keras("run", "-q", "--children", "--save", "a.layertrace", script, cwd=tmp_path)
    late_done = layertrace("run", "--children", "--save", "b[1].layertrace", late, cwd=tmp_path)

    assert (done.stdout, done.returncode) == ("child sees 1\n", 0)
    (file,) = tmp_path.glob("b*.*.layertrace")
    command = f"To add its 1 process: layertrace merge 'b[1].layertrace' '{file.name}' -o all.layertrace"
    assert command in late_done.stderr.splitlines()


def test_keras_can_be_inspected_without_an_import(program):
    """A program reads the data and the file name of the package as it does with Python."""
    script = program(
        "import importlib.util, pkgutil\n"
        "print(len(pkgutil.get_data('keras', '__init__.py')))\n"
        "print(importlib.util.find_spec('keras').loader.get_filename('keras'))\n"
    )

    assert layertrace("run", "-q", script).stdout == python(script).stdout


def test_all_tests_of_a_run_are_recorded(program, tmp_path):
    """The plugin stops recordings that a test left running, but not that of `run`; also with xdist."""
    program(
        "import keras, pytest\n\n"
        "@pytest.mark.parametrize('n', range(4))\n"
        "def test_one(n, layer_timeline):\n    keras.layers.Dense(1, name=f'd{n}')\n",
        "test_some.py",
    )
    arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "test_some.py"]

    alone = layertrace_with_keras("run", "-q", "--save", "one.layertrace", *arguments, cwd=tmp_path)
    spread = layertrace(
        "run", "-q", "--children", "--save", "two.layertrace", *arguments, "-n", "2", cwd=tmp_path
    )

    assert (alone.returncode, spread.returncode) == (0, 0), spread.stdout
    names = [f"d{n}" for n in range(4)]
    assert [layer.name for layer in Timeline.load(tmp_path / "one.layertrace").layers] == names
    parts = [Timeline.load(path) for path in tmp_path.glob("two.*.layertrace")]
    assert sorted(layer.name for part in parts for layer in part.layers) == names


def test_a_program_may_change_its_folder(program, tmp_path):
    """Files are saved in the folder where the command was started."""
    script = program("import os, keras\nkeras.layers.Dense(1)\nos.chdir('/')\n")

    done = layertrace_with_keras("run", "--save", "a.layertrace", "--html", "a.html", script, cwd=tmp_path)

    assert done.returncode == 0
    assert "Warning" not in done.stderr
    assert Timeline.load(tmp_path / "a.layertrace").kinds == ["init"]
    assert (tmp_path / "a.html").stat().st_size > 10_000


def test_an_invalid_setting_is_reported_before_the_program_runs(program, tmp_path):
    """If the program itself writes it, tree and page are still made, and the status is the program's."""
    program("[tool.layertrace]\nignore = ['LT9']\n", "pyproject.toml")
    early = layertrace_with_keras("run", program(TRAIN), cwd=tmp_path)
    (tmp_path / "pyproject.toml").unlink()
    spoils = FAILS + "\n"
    spoils = "open('pyproject.toml', 'w').write('[tool.layertrace]\\nignore = [\"LT9\"]')\n" + spoils
    command = "run", "--check", "--html", "late.html", program(spoils), "3"
    late = layertrace_with_keras(*command, cwd=tmp_path)

    assert (early.returncode, early.stdout) == (2, "")
    assert "no rule has a code that begins with 'LT9'" in early.stderr
    assert late.returncode == 3
    assert late.stderr.count("no rule has a code that begins with 'LT9'") == 1
    assert "nothing was checked: the rules did not run" in late.stderr
    assert "net (Net)" in late.stderr
    assert '"checked":false' in (tmp_path / "late.html").read_text()


def test_an_unknown_layer_hides_nothing(program):
    """A typo in `--only` or `--class` is reported with the valid values, and every layer is shown."""
    done = layertrace_with_keras("run", "--class", "Dens", program(TRAIN))

    message = "no layer has a class that matches 'Dens'; the classes are Net, Dense; showing all layers"
    assert message in done.stderr
    assert "net (Net)" in done.stderr


def test_live_prints_while_the_program_runs(program):
    """Without a terminal, a line every five seconds shows what is going on, and counts."""
    script = program(
        "import keras, time\nfor n in range(12):\n    keras.layers.Dense(n + 1)\n    time.sleep(0.5)\n"
    )

    done = layertrace_with_keras("run", "-q", "--live", script)

    assert re.search(
        r"layertrace  \d+ s  no layer is running; last: init  dense_\d+ \(Dense\) .* \d+ layers", done.stderr
    )


def test_an_interrupted_program_is_reported(program, tmp_path):
    """Ctrl-C ends the program by the signal, as always, and the recording until then is saved."""
    script = program("import keras, time\nkeras.layers.Dense(3)\nprint('go', flush=True)\ntime.sleep(60)\n")
    command = [sys.executable, "-m", "layertrace", "run", "-q", "--save", "run.layertrace", script]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # which may be ignored here
    ) as running:  # fmt: skip
        assert running.stdout.readline() == "go\n"
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate()

    assert running.returncode == -signal.SIGINT
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert Timeline.load(tmp_path / "run.layertrace").kinds == ["init"]


WRONG = {
    "no program": (["run"], "nothing to run; pass a script, -m MODULE, -c CODE"),
    "a missing script": (["run", "none.py"], "cannot find the program none.py"),
    "a script that does not compile": (["run", "broken.py"], "broken.py:2 does not compile: "),
    "code that does not compile": (["run", "-c", "a b"], "<string>:1 does not compile: invalid syntax"),
    "a kind": (
        ["run", "--kinds", "initt", "fine.py"],
        "unknown kind 'initt'; choose from init, build, call",
    ),
    "children without a file": (["run", "--children", "fine.py"], "--children needs --save FILE"),
    "a file of no format": (
        ["run", "--save", "x.txt", "fine.py"],
        "x.txt ends in none of .layertrace, .jsonl",
    ),
    "a file instead of a folder": (
        ["run", "--save", "fine.py/x.jsonl", "fine.py"],
        "fine.py/x.jsonl cannot be written",
    ),
    "a missing recording": (["report", "none.layertrace"], "none.layertrace cannot be read: No such file"),
    "another file": (["report", "fine.py"], "fine.py cannot be read: it is not a recording"),
    "a missing recording to check": (["check", "none.layertrace"], "none.layertrace cannot be read"),
    "a missing recording to compare": (["diff", "none.layertrace", "none.layertrace"], "cannot be read"),
    "a missing recording to export": (["export", "none.layertrace", "-o", "x.html"], "cannot be read"),
    "a missing recording to merge": (["merge", "none.layertrace", "-o", "x.jsonl"], "cannot be read"),
    "a rule": (["check", "--select", "LT999", "fine.py"], "no rule has a code that begins with 'LT999'"),
}


@pytest.mark.parametrize("what", WRONG)
def test_bad_input_is_an_error_of_one_line(what, program, tmp_path):
    """The exit status is 2, without a traceback or a partly written file."""
    program("print('ran')", "fine.py")
    program("x = 1\nx = = 2\n", "broken.py")
    arguments, message = WRONG[what]

    done = layertrace_alone(*arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert message in re.sub(r"\s+", " ", done.stderr)
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.py", "fine.py"]


def test_help_lists_the_commands(tmp_path):
    """The commands are listed in the order of use, and the help of each names it in its usage."""
    listed = layertrace_alone("--help", cwd=tmp_path).stdout
    names = re.findall(r"(?m)^  ([\w-]+)  ", listed.partition("Commands:")[2])

    order = "run report check check-layer explain diff export merge demo debug"
    assert names == order.split()
    for name in names:
        assert "layertrace " in layertrace_alone(name, "--help").stdout.partition("Usage:")[2]


PROGRAMS_OF_OTHERS = {
    "MobileNetV2": ["-c", "import keras; print(keras.applications.MobileNetV2(weights=None).count_params())"],
    "a summary": [
        "-c",
        "import keras; keras.applications.ResNet50(weights=None, input_shape=(32, 32, 3)).summary()",
    ],
    "tests of Dense": [
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--pyargs",
        "keras.src.layers.core.dense_test",
        "-k",
        "not quant",  # these take half a minute, and call no other methods
    ],
    "tests of RNN": [
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--pyargs",
        "keras.src.layers.rnn.rnn_test",
    ],
    "tests of Sequential": [
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--pyargs",
        "keras.src.models.sequential_test",
    ],
}


@pytest.mark.parametrize("name", PROGRAMS_OF_OTHERS)
def test_programs_of_others_run_as_with_python(name, tmp_path):
    """Large programs of other projects have the same output and status."""
    env = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    bare = warm.run(*PROGRAMS_OF_OTHERS[name], cwd=tmp_path, env=env)
    traced = warm.run("-m", "layertrace", "run", "-q", *PROGRAMS_OF_OTHERS[name], cwd=tmp_path, env=env)

    assert _steady(traced.stdout) == _steady(bare.stdout)
    assert traced.returncode == bare.returncode


def _steady(output):
    return re.sub(r"\d+\.\d+s( \([\d:]+\))?|^.*warnings?.*$|0x\w+", "", output)
