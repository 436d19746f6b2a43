"""What `compare.py` counts as a difference."""

import json
from collections import Counter

import pytest
from compare import main
from differences import differences, flaky
from report import print_report, row
from runs import TOO_LONG, Run, Test, read_run
from steady_text import steady
from suites import SUITES, with_installed_tf_keras
from targets import located, rootdir_of

pytestmark = pytest.mark.reading

GPU = Test("skipped", "no GPU")
ENDS = {"dense_test.py::test_it": Test("passed"), "dense_test.py::test_gpu": GPU}
BARE = Run(ENDS)


def run(*, faults=(), events=7, crash="", crashed_in="", **ends):
    """Return a run like the bare one, with some tests replaced."""
    changed = {f"dense_test.py::{name}": end for name, end in ends.items()}
    kinds = Counter(call=events)
    return Run(ENDS | changed, kinds=kinds, faults=faults, crash=crash, crashed_in=crashed_in)


def test_equal_runs_have_no_difference():
    """Two runs whose tests ended alike have no difference."""
    assert not list(differences(BARE, run()))


def test_another_outcome_is_a_difference():
    """A test that passes bare and fails traced is shown with both outcomes and messages."""
    assert list(differences(BARE, run(test_it=Test("failed", "KeyError: 'a'")))) == [
        "dense_test.py::test_it\n    bare    passed\n    traced  failed: KeyError: 'a'"
    ]


def test_another_message_is_a_difference():
    """A test that fails or is skipped for another reason is a difference."""
    assert len(list(differences(BARE, run(test_gpu=Test("skipped", "no Keras"))))) == 1


def test_a_warning_of_one_run_is_a_difference():
    """A warning that only one run issued, or issued more often, is shown; the order does not count."""
    bare = Run({"a_test.py::test": Test("passed", "", ("one", "two"))}, kinds=Counter(call=1))
    other = Run({"a_test.py::test": Test("passed", "", ("two", "two", "one"))}, kinds=Counter(call=1))
    turned = Run({"a_test.py::test": Test("passed", "", ("two", "one"))}, kinds=Counter(call=1))

    assert list(differences(bare, other)) == ["a_test.py::test\n    only traced warned: two"]
    assert not list(differences(bare, turned))


def test_a_test_that_only_one_run_has_is_a_difference():
    """A test that was not collected in one of the runs is shown."""
    (difference,) = differences(BARE, run(test_new=Test("passed")))

    assert "bare    did not run" in difference


def test_a_fault_of_layertrace_is_a_difference():
    """If layertrace stepped aside, that is a difference, although every outcome is the same."""
    assert list(differences(BARE, run(faults=("record a call",)))) == [
        "layertrace stepped aside: record a call"
    ]


def test_a_trace_that_recorded_nothing_is_a_difference():
    """A traced run without an event proves nothing, so it counts as a difference."""
    assert list(differences(BARE, run(events=0))) == ["layertrace recorded nothing"]


def test_only_what_both_ran_is_compared_after_a_crash():
    """A crash of the traced run is one difference, not one for each test that it did not reach."""
    bare = run(test_later=Test("passed"))

    assert list(differences(bare, run(crash="it was killed by SIGSEGV", crashed_in="b_test.py::test"))) == [
        "the traced run ended early: it was killed by SIGSEGV, in b_test.py::test"
    ]


def test_a_crash_of_both_runs_is_not_a_difference():
    """A crash in the same test, or a time limit that both exceed, is not caused by layertrace."""
    crashed = run(crash="it was killed by SIGSEGV", crashed_in="b_test.py::test")
    bare = run(crash=TOO_LONG, crashed_in="c_test.py::test")
    traced = run(crash=TOO_LONG, crashed_in="b_test.py::test")

    assert not list(differences(crashed, crashed))
    assert not list(differences(bare, traced))


def test_a_test_that_is_flaky_by_itself_is_left_out():
    """A test that differs between two bare runs is listed separately, and is not a difference."""
    traced = run(test_it=Test("failed", "0.1 != 0.2"))
    unsteady = flaky(BARE, run(test_it=Test("failed", "0.3 != 0.2")))

    assert unsteady == {
        "dense_test.py::test_it": "    bare        passed\n    bare again  failed: 0.3 != 0.2"
    }
    assert not list(differences(BARE, traced, frozenset(unsteady)))


# What is removed from messages


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("<Dense object at 0x7f8521312ac0>", "<Dense object at 0x7f8521312ad0>"),
        ("No file /runs/bare/temporary/tmpa1b2/a.keras", "No file /runs/bare/temporary/tmpc3/a.keras"),
        ("key 140234567890123", "key 139876543210987"),
        ("This process (pid=940) is multi-threaded", "This process (pid=10523) is multi-threaded"),
        ("in __autograph_generated_fileab12.py", "in __autograph_generated_filecd.py"),
        ("1/1 - 0s - 12ms/step", "1/1 - 1s - 9ms/step"),
    ],
)
def test_what_changes_by_itself_does_not_count(first, second):
    """Addresses, names of temporary and generated files, and timings are replaced in all messages."""
    assert steady(first, "/runs/bare") == steady(second, "/runs/bare")


@pytest.mark.parametrize("text", ["loss: 0.12345678901234", "(None, 10)", "step 3 of 10", "model_1.keras"])
def test_what_does_not_change_by_itself_counts(text):
    """Numbers, shapes and names are compared unchanged."""
    assert steady(text, "/runs/bare") == text


def test_both_folders_read_the_same():
    """The folder that a run works in is replaced, since each run has its own."""
    assert steady("saved to /runs/bare/a", "/runs/bare") == steady("saved to /runs/traced/a", "/runs/traced")


# Reading the files of a run


def test_a_crashed_run_is_read_up_to_its_crash(tmp_path):
    """After a crash, the tests that ended are known, and so is the one that was running."""
    lines = [
        ["started", "a"], ["ended", "a", "passed", ""], ["warned", "a", "x.py:1: UserWarning: hm"],
        ["started", "b"], ["ended", "b", "failed", "no"], ["ended", "b", "error", "in teardown"],
        ["started", "c"], ["ended", "c", "passed", ""],
    ]  # fmt: skip
    (tmp_path / "outcomes.jsonl").write_text("\n".join(map(json.dumps, lines)) + '\n["warn')

    read = read_run(tmp_path, crash="it was killed by SIGSEGV")

    assert read.crashed_in == "c"
    assert read.tests == {
        "a": Test("passed", "", ("x.py:1: UserWarning: hm",)),
        "b": Test("failed, error", "no\nin teardown"),
    }


def test_addresses_in_names_of_tests_do_not_count(tmp_path):
    """Addresses in ids are replaced, and ids that are equal afterwards are numbered."""
    names = [f"a_test.py::test[<function at {address}>]" for address in ("0x7f8521312ac0", "0x7f8521312ad0")]
    lines = [["ended", name, "passed", ""] for name in names]
    (tmp_path / "outcomes.jsonl").write_text("\n".join(map(json.dumps, [*lines, ["finished"]])))

    assert list(read_run(tmp_path).tests) == [
        "a_test.py::test[<function at <address>>]",
        "a_test.py::test[<function at <address>>] #2",
    ]


def test_a_run_without_an_end_crashed(tmp_path):
    """`os._exit(0)` in a test ends pytest with status 0, but without a result."""
    (tmp_path / "outcomes.jsonl").write_text('["started", "a"]\n')

    assert read_run(tmp_path).crash == "pytest ended without a result"


def test_the_report_shows_what_could_not_be_compared(capsys):
    """Files that were not collected and the test where a run ended are printed before the differences."""
    traceback = "Traceback:\na_test.py:1: in <module>\nE   ModuleNotFoundError: No module named 'jax'"
    bare = Run(ENDS, uncollected={"a_test.py": traceback})

    print_report({"bare": bare, "traced": run(crash="it was killed by SIGSEGV", crashed_in="b")}, {}, ["x"])

    assert capsys.readouterr().out.splitlines() == [
        "bare    1 passed, 1 skipped, 1 not collected in 0 s, 0 s of CPU time, 0 MB at most",
        "traced  1 passed, 1 skipped in 0 s, 0 s of CPU time, 0 MB at most",
        "events  7: 7 call",
        "the traced run ended early, after 2 tests: it was killed by SIGSEGV, in b",
        "only 2 tests were compared",
        "not collected: a_test.py: ModuleNotFoundError: No module named 'jax'",
        "x",
        "1 difference",
    ]


def test_a_row_has_the_numbers_of_both_runs():
    """A row for the table in README.md has the numbers of the bare and of the traced run."""
    assert row("keras.src", {"bare": BARE, "traced": run()}, {}, ["x"]) == (
        "| keras.src | 1 passed, 1 skipped | 0 / 0 | 0 / 0 | 0 / 0 | 7 | not asked | 1 |"
    )


# Targets and suites


def test_files_are_located_and_packages_stay_names(tmp_path):
    """A target is a package, or a file, folder or `file::test` that exists."""
    (tmp_path / "test_a.py").touch()

    assert located("test_a.py::test_it", tmp_path) == f"{tmp_path / 'test_a.py'}::test_it"
    assert located("keras.src.layers") == "keras.src.layers"
    assert rootdir_of([f"{tmp_path / 'test_a.py'}::test_it"], "unused") == tmp_path


def test_tests_of_tf_keras_import_the_wheel(tmp_path):
    """`tf_keras.engine` of the repository becomes `tf_keras.src.engine`, as in the wheel."""
    source = tmp_path / "source/tf_keras/layers/core_test.py"
    source.parent.mkdir(parents=True)
    lines = {
        "import tf_keras": "import tf_keras.src as tf_keras",
        "import tf_keras as keras": "import tf_keras.src as keras",
        "from tf_keras.engine import training": "from tf_keras.src.engine import training",
        "    from tf_keras import layers": "    from tf_keras.src import layers",
        "from tf_keras.protobuf import versions_pb2": "from tf_keras.protobuf import versions_pb2",
        "import tf_keras_other": "import tf_keras_other",
    }
    source.write_text("\n".join(lines))

    folder = with_installed_tf_keras(tmp_path / "source", tmp_path / "copy")

    copy = (folder / "layers/core_test.py").read_text()
    assert copy.splitlines() == list(lines.values())


@pytest.mark.parametrize("arguments", [["--all", "keras.src.layers"], ["--suite", "tf-keras"]])
def test_what_makes_no_sense_is_refused(arguments, capsys):
    """--all with parts, and a suite without the checkout that it needs, are usage errors."""
    with pytest.raises(SystemExit):
        main(arguments)

    assert "give" in capsys.readouterr().err


def test_suites_name_their_parts():
    """Each suite has at least one part."""
    assert all(suite.parts for suite in SUITES.values())
