"""Commands that read a recording show a good one, and refuse a bad one in one line."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import warm

from layertrace import Timeline

TWO_STEPS = """
import keras
import tensorflow as tf

class Net(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.dense = keras.layers.Dense(units)

    def call(self, x):
        return self.dense(x)

net = Net(3)

@tf.function
def step(x):
    return net(x)

step(tf.ones((1, 2)))
step(tf.ones((2, 2)))
"""


def layertrace(*arguments, cwd, **environment):
    """Run a command in a folder."""
    return warm.run_command(*arguments, cwd=cwd, env={"COLUMNS": "100", **environment})


def record(*arguments, cwd):
    """Run a program that uses Keras under trace."""
    return warm.run("-m", "layertrace", "run", "-q", *arguments, cwd=cwd)


def cold(*arguments, cwd, **environment):
    """Run a command in a folder, in a process that has imported nothing."""
    return subprocess.run(
        [sys.executable, "-m", "layertrace", *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=cwd, timeout=120,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "COLUMNS": "100", **environment},
    )  # fmt: skip


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A folder with the recordings of a program, before and after a change."""
    folder = tmp_path_factory.mktemp("recorded")
    for name, program in {
        "before": TWO_STEPS,
        "after": TWO_STEPS.replace("Dense(units)", 'Dense(units, name="head")') + "step(tf.ones((3, 2)))\n",
    }.items():
        (folder / "train.py").write_text(program)
        done = record("--save", f"{name}.layertrace", "train.py", cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(recorded, tmp_path):
    """A new folder with copies of these recordings."""
    for file in recorded.glob("*.layertrace"):
        shutil.copy(file, tmp_path)
    return tmp_path


REPORTS = {
    "the tree": ([], ["net (Net)", "trace 2 step", "float32[2, 2], was float32[1, 2]"]),
    "a table": (["--table"], ["class", "net", "Dense"]),
    "marks": (["--marks"], ["no marks: timeline.mark(...) makes them"]),
    "functions": (["--functions"], ["step", "2", "x: float32[2, 2], was float32[1, 2]"]),
    "variables": (["--variables"], ["dense/kernel", "float32[2, 3]", "GlorotUniform", "build"]),
    "a life chart": (["--life"], ["net Net", "dense Dense", "i init", "step ran", "1 2", "b ··"]),
    "two of them": (["--table", "--variables"], ["class", "GlorotUniform"]),
    "one layer": (["--only", "net/dense", "--kinds", "variable"], ["kernel", "bias"]),
    "all of it": (["--all", "--no-findings", "--depth", "9"], ["bias", "call 2"]),
}


@pytest.mark.parametrize("what", REPORTS)
def test_a_report_shows_what_was_asked_for(what, recorded):
    """The options choose a tree, or one or several tables."""
    options, expected = REPORTS[what]

    done = layertrace("report", "before.layertrace", *options, cwd=recorded)

    assert (done.returncode, done.stderr) == (0, "")
    assert [text for text in expected if text not in re.sub(r"\s+", " ", done.stdout)] == []


def test_a_report_suggests_the_next_level():
    """It is one more than those that the report has been asked for."""
    report = "report", "gan.layertrace"
    folder = Path(__file__).parents[1] / "render" / "recordings"

    assert "more: --depth 3 " in layertrace(*report, cwd=folder).stdout
    assert "more: --depth 2 " in layertrace(*report, "--depth", "1", cwd=folder).stdout


def test_a_report_of_one_kind_has_no_other(recorded):
    """`--kinds` omits all other kinds."""
    shown = layertrace("report", "before.layertrace", "--kinds", "variable", cwd=recorded).stdout

    assert "kernel" in shown
    assert "build" not in shown


def test_reading_needs_no_tensorflow(recorded, tmp_path):
    """A recording is shown, checked, compared, exported and merged where TensorFlow cannot be imported."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nfor name in ('tensorflow', 'keras', 'tf_keras'):\n    sys.modules[name] = None\n"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    for command in (
        ["report", "before.layertrace"],
        ["check", "before.layertrace"],
        ["diff", "before.layertrace", "before.layertrace"],
        ["export", "before.layertrace", "-o", tmp_path / "run.html"],
        ["merge", "before.layertrace", "after.layertrace", "-o", tmp_path / "all.layertrace"],
        ["explain", "LT101"],
    ):
        done = cold(*command, cwd=recorded, PYTHONPATH=path)
        errors = re.sub(r"^Wrote 19 events to \S+\n$", "", done.stderr)  # `export` prints it there
        assert (done.returncode, errors) == (0, ""), command


def test_check_prints_the_findings_of_a_file(recorded):
    """They go to standard output; a finding that is not an error leaves the status 0."""
    mistakes = Path(__file__).parents[1] / "render/recordings/mistakes.layertrace"
    done = layertrace("check", mistakes, "--select", "LT105", cwd=recorded)
    chosen = layertrace("check", "after.layertrace", "--ignore", "LT3", cwd=recorded)

    assert done.returncode == 0
    assert "warning  LT105  mistakes.py" in done.stdout
    assert chosen.stdout.splitlines()[-1].startswith("nothing wrong found without LT3 in ")


@pytest.mark.parametrize(
    "command",
    [
        ("export", "before.layertrace", "-o", "before.layertrace", "--format", "txt"),
        ("merge", "before.layertrace", "after.layertrace", "-o", "./after.layertrace"),
    ],
    ids=lambda command: command[0],
)
def test_a_recording_is_not_overwritten_by_itself(command, folder):
    """The command refuses an output file that is one of its inputs."""
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    done = layertrace(*command, cwd=folder)

    assert done.returncode == 2
    assert "would be overwritten; choose another OUT" in done.stderr
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_check_takes_one_recording(recorded):
    """A second one is an error, and is not ignored."""
    done = layertrace("check", "before.layertrace", "after.layertrace", cwd=recorded)

    assert done.returncode == 2
    assert "check reads one recording, got after.layertrace as well" in done.stderr


def test_export_can_write_to_a_pipe(recorded):
    """Standard output has the export and nothing else."""
    where = ("-o", "/dev/stdout", "--format", "perfetto")
    done = layertrace("export", "before.layertrace", *where, cwd=recorded)

    assert json.loads(done.stdout)["traceEvents"]


def test_an_error_in_a_file_makes_the_status_1(folder):
    """The status of `check` is 1, as for a program."""
    program = TWO_STEPS.replace("return self.dense(x)", "return keras.layers.Dense(3)(x)")
    (folder / "bad.py").write_text(program.replace("@tf.function\n", ""))
    record("--save", "bad.layertrace", "bad.py", cwd=folder)

    done = layertrace("check", "bad.layertrace", cwd=folder)

    assert done.returncode == 1
    assert "LT103 layer-created-in-call" in done.stdout


def test_diff_shows_what_changed(recorded):
    """The status is 0 if nothing changed, and 1 for a renamed layer and an additional trace."""
    same = layertrace("diff", "before.layertrace", "before.layertrace", cwd=recorded)
    other = layertrace("diff", "before.layertrace", "after.layertrace", cwd=recorded)
    everything = layertrace("diff", "before.layertrace", "after.layertrace", "--all", cwd=recorded)

    assert same.returncode == 0
    assert same.stdout.startswith("before does the same as before")
    assert everything.stdout.startswith(other.stdout)
    assert "  inputs  " in everything.stdout
    assert other.returncode == 1
    assert "head" in other.stdout
    assert "float32[3, 2]" in other.stdout


def _is_html(file):
    text = file.read_text()
    return text.startswith("<!doctype html>") and text.rstrip().endswith("</html>")


EXPORTS = {
    "run.html": _is_html,
    "run.perfetto.json": lambda file: len(json.loads(file.read_text())["traceEvents"]) > 5,
    "run.records.jsonl": lambda file: {json.loads(line)["kind"] for line in file.read_text().splitlines()}
    == {"init", "build", "variable", "call", "trace", "run"},
    "run.svg": lambda file: ET.parse(file).getroot().tag.endswith("svg"),
    "run.txt": lambda file: re.search(r"trace 2 +step", file.read_text()) is not None,
}


@pytest.mark.parametrize("name", EXPORTS)
def test_export_writes_the_formats_of_other_tools(name, folder):
    """The suffix of the file determines the format, unless `--format` does."""
    written = layertrace("export", "before.layertrace", "-o", name, cwd=folder)
    assert written.returncode == 0, written.stderr
    assert written.stdout == ""
    assert re.fullmatch(rf"Wrote \d+ events to {name}\n", written.stderr)
    assert EXPORTS[name](folder / name)

    format_ = {"json": "perfetto"}.get(name.split(".")[-1], name.split(".")[-1])
    layertrace("export", "before.layertrace", "-o", "other.name", "--format", format_, cwd=folder)
    assert EXPORTS[name](folder / "other.name")


def test_merge_writes_one_recording_of_all(folder):
    """It has the events of each, and the names of threads distinguish them."""
    files = ["before.layertrace", "after.layertrace"]
    parts = [Timeline.load(folder / file) for file in files]

    done = layertrace("merge", *files, "-o", "all.layertrace", cwd=folder)

    whole = Timeline.load(folder / "all.layertrace")
    assert done.stdout == f"Wrote {len(whole)} events of 2 recordings to all.layertrace\n"
    assert len(whole) == sum(map(len, parts))
    assert {event.thread.partition(":")[0] for event in whole} == set(files)


HEAD = b'{"layertrace": "1.0"}\n'
BOMB_LINE = b'{"new": "' + b" " * 1_000_000 + b'"}\n'
BAD = {
    "missing": (None, "No such file"),
    "empty": (b"", "it is empty"),
    "a folder": (..., "Is a directory"),
    "another format": (b"\x89PNG\r\n\x1a\n" + bytes(100), "it is not a recording; `layertrace run"),
    "other JSON": (b'{"traceEvents": []}\n', "it is not a recording; `layertrace run --save FILE`"),
    "a newer version": (b'{"layertrace": "2.0"}\n', "upgrade with `pip install -U layertrace`"),
    "no version": (b'{"layertrace": "one"}\n', "'one' is not a valid version"),
    "a damaged line": (HEAD + b'{"event": 0, "kind"\n', "line 2: it is not a JSON object"),
    "an unknown kind": (HEAD + b'{"event": 0, "kind": "nap"}\n', "Invalid enum value 'nap'"),
    "a broken reference": (HEAD + b'{"event": 0, "kind": "call", "layer": 7}\n', "to the undefined id 7"),
    "damaged compression": (gzip.compress(HEAD)[:15] + bytes(60), "its compression is damaged"),
    "a bomb": (gzip.compress(HEAD + BOMB_LINE * 80), "it expands to more than 100 times its"),
    "a bomb of one line": (gzip.compress(HEAD + b" " * 20_000_000), "a line is longer than 16 MiB"),
}
READERS = {
    "report": ["report", "{bad}"],
    "check": ["check", "{bad}"],
    "diff": ["diff", "before.layertrace", "{bad}"],
    "export": ["export", "{bad}", "-o", "out.html"],
    "merge": ["merge", "before.layertrace", "{bad}", "-o", "out.layertrace"],
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_recording_is_an_error_of_one_line(what, folder):
    """Every command that reads one has status 2, and leaves neither a traceback nor a partly written file."""
    content, message = BAD[what]
    bad = folder / "bad.layertrace"
    if content is ...:
        bad.mkdir()
    elif content is not None:
        bad.write_bytes(content)
    before = sorted(folder.iterdir())

    for command in READERS.values():
        done = layertrace(*[part.format(bad=bad.name) for part in command], cwd=folder)
        assert (done.returncode, done.stdout) == (2, ""), (command, done)
        assert len(done.stderr.splitlines()) == 1
        assert done.stderr.startswith("Error: bad.layertrace cannot be read: ")
        assert message in done.stderr
    assert sorted(folder.iterdir()) == before


def test_a_bomb_takes_no_memory(folder):
    """A file is refused before all of it is read, and a claim of a billion events allocates nothing."""
    (folder / "bomb.layertrace").write_bytes(BAD["a bomb"][0])
    claim = b'{"event": 1000000000, "kind": "call"}\n{"closed": 1000000000}\n'
    (folder / "claim.jsonl").write_bytes(HEAD + claim)
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (800 * 2**20,) * 2)\n"
        "from layertrace.cli import main; main(sys.argv[1:])"
    )
    for file, status in {"bomb.layertrace": 2, "claim.jsonl": 0}.items():
        command = [sys.executable, "-c", limited, "report", file]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr


def test_a_truncated_recording_is_shown(folder):
    """The events that it has are shown, with a note that it is truncated."""
    whole = (folder / "before.layertrace").read_bytes()  # too small to be compressed
    (folder / "cut.layertrace").write_bytes(whole[: len(whole) // 2])

    done = layertrace("report", "cut.layertrace", cwd=folder)

    assert done.returncode == 0
    assert "init" in done.stdout
    assert "the recording is truncated" in re.sub(r"\s+", " ", done.stdout)


OUTPUTS = {
    "export to a folder that is a file": ["export", "before.layertrace", "-o", "before.layertrace/x.html"],
    "export to a folder": ["export", "before.layertrace", "-o", "folder.html"],
    "export to no format": ["export", "before.layertrace", "-o", "x.docx"],
    "export in no format": ["export", "before.layertrace", "-o", "x.html", "--format", "docx"],
    "export to a full disk": ["export", "before.layertrace", "-o", "/dev/full", "--format", "txt"],
    "merge to a folder": ["merge", "before.layertrace", "-o", "folder.layertrace"],
    "merge to no format": ["merge", "before.layertrace", "-o", "x.html"],
    "run to a folder": ["run", "--save", "folder.layertrace", "fine.py"],
    "run to a page in a folder that is a file": ["run", "--html", "fine.py/x.html", "fine.py"],
    "run to a page that is a folder": ["run", "--html", "folder.html", "fine.py"],
    "run to a page without its suffix": ["run", "--html", "fine.py", "fine.py"],
}


@pytest.mark.parametrize("what", OUTPUTS)
def test_an_unwritable_output_is_an_error_of_one_line(what, folder):
    """It is reported before a program runs, and leaves no partly written file."""
    (folder / "fine.py").write_text("print('ran')\n")
    for name in ("folder.html", "folder.layertrace"):
        (folder / name).mkdir()
    before = sorted(folder.rglob("*"))

    done = layertrace(*OUTPUTS[what], cwd=folder)

    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert done.stderr.count("Error: ") == 1
    assert sorted(folder.rglob("*")) == before
    assert (folder / "fine.py").read_text() == "print('ran')\n"


def test_check_identifies_a_recording_by_its_first_bytes(folder):
    """Its name does not matter; a data file that is not a recording is not run as a program, either."""
    (folder / "before.layertrace").rename(folder / "kept.txt")
    (folder / "other.json").write_text("[1]")

    assert "in 19 events of 2 layers" in layertrace("check", "kept.txt", cwd=folder).stdout
    refused = layertrace("check", "other.json", cwd=folder)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "it is not a recording" in refused.stderr


def test_check_reports_that_there_was_nothing_to_check(folder):
    """A program without layers is not called correct; if recording is disabled, the program does not run."""
    (folder / "idle.py").write_text("print('ran')\n")

    idle = layertrace("check", "idle.py", cwd=folder)
    disabled = layertrace("check", "idle.py", cwd=folder, LAYERTRACE_DISABLED="1")

    assert (idle.returncode, idle.stdout) == (2, "ran\n")
    assert idle.stderr.startswith("nothing was recorded: no layer was created, built or called\n")
    assert "layertrace run --children --save run.layertrace idle.py\n" in idle.stderr
    assert idle.stderr.endswith("\n\nnothing was checked: no layer was created, built or called\n")
    assert (disabled.returncode, disabled.stdout) == (2, "")
    assert "LAYERTRACE_DISABLED is set" in disabled.stderr


def test_merge_distinguishes_files_of_the_same_name(folder):
    """They may be in different folders; the same file twice is an error."""
    for name in ("one", "two"):
        (folder / name).mkdir()
        shutil.copy(folder / "before.layertrace", folder / name / "run.layertrace")

    layertrace("merge", "one/run.layertrace", "two/run.layertrace", "-o", "all.layertrace", cwd=folder)
    same = "one/../one/run.layertrace"
    twice = layertrace("merge", "one/run.layertrace", same, "-o", "x.jsonl", cwd=folder)

    whole = Timeline.load(folder / "all.layertrace")
    assert {event.thread.partition(":")[0] for event in whole} == {"one/run.layertrace", "two/run.layertrace"}
    assert (twice.returncode, twice.stdout) == (2, "")
    assert "is given twice" in twice.stderr


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("explain LT10", ["LT101", "LT102"]),
        ("demo gcn", ["gcn_in_cnn_eager"]),
        ("export x.jsonl --format p", ["perfetto"]),
        ("report x.jsonl --kinds init,b", ["init,build"]),
        ("check --select LT20", ["LT201"]),
        ("run tra", ["tra"]),
    ],
)
def test_a_shell_completes(words, offered, folder):
    """It completes codes, demos, kinds and formats, and leaves files to the shell."""
    words = f"layertrace {words}"
    done = layertrace(
        cwd=folder, _LAYERTRACE_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(words.count(" "))
    )

    values = [line.partition(",")[2] for line in done.stdout.splitlines()]
    assert values[: len(offered)] == offered
