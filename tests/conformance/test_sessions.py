"""Runs of pytest in subprocesses: which results they write, and how they end."""

import sys

import pytest
from compare import main
from sessions import Job, run_together


@pytest.fixture
def folder(tmp_path):
    """Return an empty folder for test files."""
    (tmp_path / "suite").mkdir()
    return tmp_path / "suite"


def bare(folder, **job):
    """Run the tests in a folder bare, without TensorFlow, which takes a second."""
    runs = run_together(Job([str(folder)], rootdir=folder, **job), folder.parent / "runs", ["bare"])
    return runs["bare"]


def test_outcomes_messages_and_warnings_are_read(folder):
    """The result has the outcome of each test, its message and its warnings; the hash seed is 0."""
    (folder / "test_a.py").write_text(
        "import os, random, sys, warnings, pytest\n"
        "def test_passed(): warnings.warn('hm', UserWarning)\n"
        "def test_failed(): assert 1 == 2, f'drawn {random.random()}'\n"
        "def test_skipped(): pytest.skip('no GPU')\n"
        "def test_same(tmp_path): assert os.environ['PYTHONHASHSEED'] == '0' and 'xdist' not in sys.modules\n"
    )
    (folder / "test_broken.py").write_text("import nonsense\n")

    first = bare(folder)
    tests = first.tests

    assert {name.partition("::")[2]: test.outcome for name, test in tests.items()} == {
        "test_failed": "failed",
        "test_passed": "passed",
        "test_same": "passed",
        "test_skipped": "skipped",
    }
    assert "drawn 0." in tests["test_a.py::test_failed"].message
    assert tests["test_a.py::test_passed"].warnings == (f"{folder / 'test_a.py'}:2: UserWarning: hm",)
    assert "No module named 'nonsense'" in first.uncollected["test_broken.py"]
    assert first.usage.cpu > 0
    assert first.usage.memory > 1
    assert not first.crash


@pytest.mark.parametrize(
    ("line", "crash"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "it was killed by SIGSEGV"),
        ("signal.pause()", "it took longer than --timeout"),
        ("os._exit(0)", "pytest ended without a result"),
    ],
)
def test_a_crash_keeps_the_results_before_it(folder, line, crash):
    """A process that crashes, hangs or exits is reported with the test that was running."""
    (folder / "test_a.py").write_text(
        f"import os, signal\ndef test_before(): pass\ndef test_it(): {line}\ndef test_after(): pass\n"
    )

    ended = bare(folder, timeout=3)

    assert ended.crash == crash
    assert ended.crashed_in == "test_a.py::test_it"
    assert list(ended.tests) == ["test_a.py::test_before"]


def test_arguments_reach_pytest(folder):
    """Options of pytest select among the tests."""
    (folder / "test_a.py").write_text("def test_one(): pass\ndef test_other(): pass\n")

    assert list(bare(folder, pytest=["-k", "one"]).tests) == ["test_a.py::test_one"]


def test_nothing_to_run_is_an_error(folder):
    """A target without a test raises an error with the output of pytest."""
    with pytest.raises(RuntimeError, match=r"not one test ran(.|\n)*no tests ran"):
        bare(folder)


@pytest.mark.conformance
def test_a_difference_of_a_traced_run_is_found(folder, capsys):
    """A test that detects the trace differs, and one that changes by itself is listed separately."""
    (folder / "test_a.py").write_text(
        "import os, sys, warnings\n"
        "import keras\n"
        "from layertrace.errors import LayertraceWarning\n"
        "def test_same(): keras.layers.Dense(2)(keras.ops.ones((1, 2)))\n"
        "def test_traced(): assert 'tracing_plugin' not in list(sys.modules), 'traced'\n"
        "def test_engine(): assert os.environ.get('LAYERTRACE_ENGINE') is None\n"
        "def test_random(): raise ValueError(os.urandom(8).hex())\n"
        "def test_ours(): warnings.warn('advice', LayertraceWarning)\n"
    )

    status = main([str(folder), "--repeat-bare", "--engine", "wrapping"])

    printed = capsys.readouterr().out
    assert status == 1
    assert "flaky by itself: test_a.py::test_random" in printed
    assert "test_a.py::test_traced\n    bare    passed\n    traced  failed" in printed
    assert "test_a.py::test_engine\n    bare    passed\n    traced  failed" in printed
    assert "layertrace stepped aside: test_a.py::test_ours: advice" in printed
    assert printed.endswith("3 differences\n")


@pytest.mark.conformance
def test_runs_of_another_python_in_turn_agree(folder, tmp_path):
    """With `--python` and `--in-turn`, the same tests have no differences, and add a row to the table."""
    (folder / "test_a.py").write_text(
        "import keras\ndef test_it(): assert keras.layers.Dense(2)(keras.ops.ones((1, 2))).shape == (1, 2)\n"
    )
    table = tmp_path / "table.md"

    status = main(
        [f"{folder}/test_a.py::test_it", "--python", sys.executable, "--in-turn", "--append", str(table)]
    )

    assert status == 0
    assert "| 1 passed |" in table.read_text()


def test_both_runs_have_folders_of_their_own(folder):
    """A file that a test writes into its folder does not disturb the other run."""
    (folder / "test_a.py").write_text("def test_it(): open('file', 'x').close()\n")
    job = Job([str(folder)], rootdir=folder)

    runs = [run_together(job, folder.parent / "runs", [name])[name] for name in ("bare", "again")]

    assert [run.tests["test_a.py::test_it"].outcome for run in runs] == ["passed", "passed"]
