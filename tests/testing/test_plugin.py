"""The pytest plugin in real runs of pytest, whose reports are compared whole."""

import re
import shutil
from pathlib import Path

import pytest
import warm
from golden import assert_golden

from layertrace import Timeline

SAMPLE = Path(__file__).parent / "sample" / "test_sample.py"


@pytest.fixture
def run(pytester, monkeypatch):
    """A function that runs the sample in a process, in 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    pytester.makepyfile(test_sample=SAMPLE.read_text(encoding="utf-8"))

    def run(*options):
        return warm.run_pytest("-p", "no:hypothesispytest", *options)

    return run


def whole(result):
    """Return a report without what differs between runs and between machines."""
    report = "\n".join(result.outlines)
    report = re.sub(r"(?m)^(platform|rootdir|plugins|cachedir|configfile):? .*\n", "", report)
    report = re.sub(r" in \d+\.\d+s( \([\d:]+\))?", " in 1.00s", report)
    report = re.sub(r"(?m)^\x1b.*1\.00s.*$", lambda line: re.sub("=+", "=" * 33, line[0]), report)
    report = re.sub(r"0x[0-9a-f]+", "0x1234", report)
    return re.sub(r"(?m)^(=+) (.*1\.00s.*?) =+$", r"= \2 =", report)


OUTCOMES = {"passed": 11, "failed": 8, "errors": 2}


@pytest.mark.parametrize(("name", "options"), {"quiet": ["-q"], "normal": [], "verbose": ["-v"]}.items())
def test_the_report_shows_what_happened_to_layers(name, options, run):
    """Failed tests that record show the tree, which is short with -q and long with -v."""
    result = run(*options)

    result.assert_outcomes(**OUTCOMES)
    assert_golden(f"plugin_{name}", whole(result))


def test_the_report_has_the_colours_of_the_terminal(run):
    """With --color=yes, trees have the same colours as in a terminal."""
    result = run("--color=yes", "-k", "plain_assertion or finding")

    assert_golden("plugin_colour", whole(result))


def test_workers_of_xdist_report_and_save_the_same(run, pytester):
    """With pytest-xdist every report has its tree, in the width and colours of the terminal, and a file."""
    options = ["--layertrace=failed", "--layertrace-save=kept", "--color=yes"]
    chosen = ["-k", "plain_assertion or without_the or parameter or unittest"]

    alone = _sections(run(*options, *chosen)), _saved(pytester)
    shutil.rmtree(pytester.path / "kept")
    sections, saved = _sections(run(*options, *chosen, "-n2")), _saved(pytester)

    assert len(sections) == 2
    assert sorted(sections) == sorted(alone[0])
    assert [name for name, _ in saved] == [
        "test_sample.py_TestOfUnittest_test_it.layertrace",
        "test_sample.py_test_of_a_parameter[2].layertrace",
        "test_sample.py_test_of_a_parameter[3].layertrace",
        "test_sample.py_test_plain_assertion_fails.layertrace",
        "test_sample.py_test_without_the_fixture_fails.layertrace",
    ]
    assert saved[1][1] == ["init", "build", "variable", "call"]
    assert saved == alone[1]


def _sections(result):
    return re.findall(r"(?ms)^-+ layertrace -+$\n(.*?)(?=^\S*(?:_{5}|={5}))", whole(result))


def _saved(pytester):
    """Return the names of the files in `kept`, without their hashes, and the kinds of their events."""
    files = sorted((pytester.path / "kept").iterdir())
    return [(re.sub(r"-\w{8}\.", ".", path.name), Timeline.load(path).kinds) for path in files]


@pytest.mark.parametrize("mode", ["off", "failed", "all"])
def test_the_option_chooses_whose_trees_are_shown(mode, run):
    """`off` shows no trees; `failed` records every test and shows those that fail, `all` shows every test."""
    result = run(f"--layertrace={mode}", "-k", "plain_assertion or without_the_fixture or traces_within")

    result.assert_outcomes(passed=1, failed=2)
    assert_golden(f"plugin_{mode}", whole(result))


def test_settings_are_the_defaults_of_options(run, pytester):
    """The settings `layertrace`, `layertrace_save` and `layertrace_only` of pytest take effect."""
    pytester.makeini(
        "[pytest]\nlayertrace = failed\nlayertrace_save = kept\nlayertrace_only =\n  dense\n  mine"
    )

    result = run("-k", "without_the_fixture or not_reached")

    result.assert_outcomes(passed=1, failed=1)
    assert "dense  MyDense" in result.stdout.str()
    kept = {path.name.partition("-")[0]: Timeline.load(path) for path in (pytester.path / "kept").iterdir()}
    assert {name: [layer.name for layer in timeline.layers] for name, timeline in kept.items()} == {
        "test_sample.py_test_is_not_reached_by_it": ["mine"],
        "test_sample.py_test_without_the_fixture_fails": ["dense"],
    }


def test_each_test_has_a_file(run, pytester):
    """`--layertrace-save` writes one timeline for each test, with valid file names."""
    run("--layertrace-save=kept", "-k", "parameter or unittest")

    saved = _saved(pytester)
    assert [name for name, _ in saved] == [
        "test_sample.py_TestOfUnittest_test_it.layertrace",
        "test_sample.py_test_of_a_parameter[2].layertrace",
        "test_sample.py_test_of_a_parameter[3].layertrace",
    ]
    assert saved[1][1] == ["init", "build", "variable", "call"]


def test_golden_timelines_are_written_on_request(pytester):
    """`--layertrace-update` writes them in that run only."""
    pytester.makepyfile(
        """
        import keras, layertrace
        from layertrace.testing import assert_unchanged_by

        def test_it(layer_timeline):
            keras.layers.Dense(3).build((None, 2))
            assert_unchanged_by(layer_timeline, "golden/dense.txt")
        """
    )

    outcomes = [
        warm.run_pytest("-q", *options).parseoutcomes()
        for options in ([], ["--layertrace-update"], [])
    ]

    assert [list(outcome) for outcome in outcomes] == [["failed"], ["passed"], ["passed"]]
    assert (pytester.path / "golden" / "dense.txt").read_text() == (
        "init  dense (Dense)  units=3\n"
        "build  dense (Dense)  input_shape=(None, 2)\n"
        "  variable  kernel  float32[2, 3]  GlorotUniform\n"
        "  variable  bias  float32[3]  Zeros\n"
    )


WRONG_MARKERS = {
    "max_trace=1": "does not accept 'max_trace'; it accepts max_traces, no_findings, lifecycle, only, all",
    "1": "does not accept 1 by position; it accepts max_traces, no_findings, lifecycle, only, all by",
    "max_traces=-1": "max_traces must be a non-negative integer, got -1",
    "no_findings=3": "no_findings must be True, False or a list of codes such as ['LT1'], got 3",
    "no_findings=['LT999']": "no rule has a code that begins with 'LT999'",
    "lifecycle='init biuld'": "unknown kind 'biuld'; did you mean 'build'?",
    "lifecycle={'encoder': 'init'}": "no layer 'encoder' in this timeline; it has no layer at all",
    "only=[3]": "cannot trace a int: it is not a Keras layer, layer class, model or name",
}


def test_a_mistake_in_the_marker_is_reported_in_one_line(pytester):
    """The message lists the valid values, and is not a failed assertion."""
    marked = [
        f"@pytest.mark.layertrace({given})\ndef test_{n}(): pass" for n, given in enumerate(WRONG_MARKERS)
    ]
    pytester.makepyfile("import pytest\n" + "\n".join(marked))

    result = pytester.runpytest_subprocess("--color=no")

    report = result.stdout.str()
    assert set(result.parseoutcomes()) == {"errors", "failed"}
    assert "Traceback" not in report
    assert "AssertionError" not in report
    for message in WRONG_MARKERS.values():
        assert message in report


def test_a_wrong_mode_is_a_usage_error(pytester):
    """An unknown mode is refused with a list of the modes, on the command line and in the settings."""
    by_option = pytester.runpytest_subprocess("--layertrace=some")
    pytester.makeini("[pytest]\nlayertrace = some")
    by_setting = pytester.runpytest_subprocess()

    assert by_option.ret == by_setting.ret == pytest.ExitCode.USAGE_ERROR
    by_option.stderr.fnmatch_lines(["*argument --layertrace: invalid choice: 'some' (choose from *off*all*"])
    by_setting.stderr.fnmatch_lines(["ERROR: layertrace must be one of off, failed, all, got 'some'"])


def test_a_run_that_does_not_record_loads_nothing(pytester):
    """The plugin alone loads neither TensorFlow nor Keras nor rich nor the rest of layertrace."""
    pytester.makepyfile(
        """
        import sys

        def test_nothing_is_loaded():
            heavy = {"tensorflow", "keras", "tf_keras", "rich", "lark", "msgspec"}
            assert not heavy & set(sys.modules)
            ours = {name for name in sys.modules if name.startswith("layertrace")}
            assert ours == {
                "layertrace", "layertrace.pytest_plugin",
                "layertrace.testing", "layertrace.testing.verbosity",
            }
        """
    )

    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_a_test_without_keras_does_not_load_it(pytester):
    """Even with --layertrace=all, Keras is imported only by the program, and is recorded then."""
    pytester.makepyfile(
        """
        import sys

        def test_without():
            assert "tensorflow" not in sys.modules

        def test_with(layer_timeline):
            import keras
            keras.layers.Dense(3)
            assert layer_timeline.kinds == ["init"]
        """
    )

    pytester.runpytest_subprocess("--layertrace=all").assert_outcomes(passed=2)


def test_fixtures_and_marker_are_listed(pytester):
    """`pytest --fixtures` and `--markers` describe them."""
    fixtures = pytester.runpytest_subprocess("--fixtures").stdout.str()
    markers = pytester.runpytest_subprocess("--markers").stdout.str()

    assert re.search(r"layer_timeline .*\n    Return the timeline of this test", fixtures)
    assert re.search(r"assert_max_traces .*\n    Return a context manager", fixtures)
    assert "@pytest.mark.layertrace(max_traces=1, no_findings=True, lifecycle=" in markers


def test_traced_classes_start_again_in_each_test(pytester):
    """A class with `@traced` is recorded all the time, but the events of a test do not reach the next."""
    pytester.makepyfile(
        """
        import keras, layertrace, pytest

        @layertrace.traced
        class Mine(keras.layers.Layer):
            pass

        @pytest.mark.parametrize("name", ["one", "two"])
        def test_alone(name):
            Mine(name=name)
            assert [layer.name for layer in layertrace.current_timeline().layers] == [name]
        """
    )

    warm.run_pytest().assert_outcomes(passed=2)
