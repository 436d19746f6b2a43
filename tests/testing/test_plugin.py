"""The pytest plugin, in real runs of pytest, whose reports are compared whole."""

import re
from pathlib import Path

import pytest
import warm
from golden import assert_golden

from layertrace import Timeline

SAMPLE = Path(__file__).parent / "sample" / "test_sample.py"


@pytest.fixture
def run(pytester, monkeypatch):
    """Run the sample by itself, as a process, in 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    pytester.makepyfile(test_sample=SAMPLE.read_text(encoding="utf-8"))

    def run(*options):
        return warm.run_pytest("-p", "no:hypothesispytest", *options)

    return run


def whole(result):
    """Return a report without what differs from run to run, and from machine to machine."""
    said = "\n".join(result.outlines)
    said = re.sub(r"(?m)^(platform|rootdir|plugins|cachedir|configfile):? .*\n", "", said)
    said = re.sub(r" in \d+\.\d+s( \([\d:]+\))?", " in 1.00s", said)
    said = re.sub(r"(?m)^\x1b.*1\.00s.*$", lambda line: re.sub("=+", "=" * 33, line[0]), said)
    said = re.sub(r"0x[0-9a-f]+", "0x1234", said)
    return re.sub(r"(?m)^(=+) (.*1\.00s.*?) =+$", r"= \2 =", said)


OUTCOMES = {"passed": 11, "failed": 8, "errors": 2}


@pytest.mark.parametrize(("name", "options"), {"quiet": ["-q"], "normal": [], "verbose": ["-v"]}.items())
def test_the_report_shows_what_happened_to_layers(name, options, run):
    """Failed tests that record show the tree; with -q it is short, with -v long."""
    result = run(*options)

    result.assert_outcomes(**OUTCOMES)
    assert_golden(f"plugin_{name}", whole(result))


def test_the_report_is_as_colourful_as_the_terminal(run):
    """With --color=yes, trees have the colours that they have in a terminal."""
    result = run("--color=yes", "-k", "plain_assertion or finding")

    assert_golden("plugin_colour", whole(result))


def test_processes_of_xdist_report_the_same(run):
    """With pytest-xdist every report has its tree, in the width and colour of the terminal."""
    options = ["--layertrace=failed", "-k", "plain_assertion or without_the", "--color=yes"]

    shown = [_sections(run(*options, *more)) for more in ([], ["-n2"])]

    assert len(shown[0]) == 2
    assert sorted(shown[0]) == sorted(shown[1])


def _sections(result):
    said = whole(result)
    return re.findall(r"(?ms)^-+ layertrace -+$\n(.*?)(?=^\S*(?:_{5}|={5}))", said)


@pytest.mark.parametrize("mode", ["off", "failed", "all"])
def test_the_option_chooses_whose_trees_are_shown(mode, run):
    """`off` shows none, `failed` records every test and shows those that fail, `all` those that pass, too."""
    result = run(f"--layertrace={mode}", "-k", "plain_assertion or without_the_fixture or traces_within")

    result.assert_outcomes(passed=1, failed=2)
    assert_golden(f"plugin_{mode}", whole(result))


def test_settings_are_the_defaults_of_options(run, pytester):
    """`layertrace`, `layertrace_save` and `layertrace_only` can stand in the settings of pytest."""
    pytester.makeini(
        "[pytest]\nlayertrace = failed\nlayertrace_save = kept\nlayertrace_only =\n  dense\n  mine"
    )

    result = run("-k", "without_the_fixture or not_reached")

    result.assert_outcomes(passed=1, failed=1)
    assert "dense  MyDense" in result.stdout.str()
    kept = {path.name.partition("-")[0]: Timeline.load(path) for path in (pytester.path / "kept").iterdir()}
    assert {name: [layer.name for layer in one.layers] for name, one in kept.items()} == {
        "test_sample.py_test_is_not_reached_by_it": ["mine"],
        "test_sample.py_test_without_the_fixture_fails": ["dense"],
    }


@pytest.mark.parametrize("more", [[], ["-n2"]], ids=["alone", "xdist"])
def test_each_test_has_a_file(more, run, pytester):
    """`--layertrace-save` writes one timeline for each test, with names that a file can have."""
    run("--layertrace-save=kept", "-k", "parameter or unittest", *more)

    kept = sorted((pytester.path / "kept").iterdir())
    assert [re.sub(r"-\w{8}\.", ".", path.name) for path in kept] == [
        "test_sample.py_TestOfUnittest_test_it.layertrace",
        "test_sample.py_test_of_a_parameter[2].layertrace",
        "test_sample.py_test_of_a_parameter[3].layertrace",
    ]
    assert Timeline.load(kept[1]).kinds == ["init", "build", "variable", "call"]


def test_golden_timelines_are_written_when_wanted(pytester):
    """`--layertrace-update` writes them, and takes effect for that run only."""
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

    assert [list(one) for one in outcomes] == [["failed"], ["passed"], ["passed"]]
    assert (pytester.path / "golden" / "dense.txt").read_text() == (
        "init  dense (Dense)  units=3\n"
        "build  dense (Dense)  input_shape=(None, 2)\n"
        "  variable  kernel  float32[2, 3]  GlorotUniform\n"
        "  variable  bias  float32[3]  Zeros\n"
    )


WRONG_MARKERS = {
    "max_trace=1": "does not take 'max_trace'; it takes max_traces, no_findings, lifecycle, only, all by",
    "1": "does not take 1 by position; it takes max_traces, no_findings, lifecycle, only, all by name",
    "max_traces=-1": "max_traces=-1 is no count; give a whole number from 0 on",
    "no_findings=3": "no_findings=3 is neither True or False nor codes such as ['LT1']",
    "no_findings=['LT999']": "no rule has a code that begins with 'LT999'",
    "lifecycle='init biuld'": "no event has the kind 'biuld'; did you mean 'build'?",
    "lifecycle={'encoder': 'init'}": "no layer 'encoder' in this timeline; it has no layer at all",
    "only=[3]": "cannot trace a int: it is no Keras layer, layer class, model or name",
}


def test_a_wrong_marker_is_told_with_what_is_possible(pytester):
    """A slip in the marker is one sentence, and no failed assertion."""
    marked = [
        f"@pytest.mark.layertrace({given})\ndef test_{n}(): pass" for n, given in enumerate(WRONG_MARKERS)
    ]
    pytester.makepyfile("import pytest\n" + "\n".join(marked))

    result = pytester.runpytest_subprocess("--color=no")

    said = result.stdout.str()
    assert set(result.parseoutcomes()) == {"errors", "failed"}
    assert "Traceback" not in said
    assert "AssertionError" not in said
    for sentence in WRONG_MARKERS.values():
        assert sentence in said


def test_a_wrong_mode_is_a_usage_error(pytester):
    """A mode that there is not is refused with those that there are, in the settings, too."""
    by_option = pytester.runpytest_subprocess("--layertrace=some")
    pytester.makeini("[pytest]\nlayertrace = some")
    by_setting = pytester.runpytest_subprocess()

    assert by_option.ret == by_setting.ret == pytest.ExitCode.USAGE_ERROR
    by_option.stderr.fnmatch_lines(["*argument --layertrace: invalid choice: 'some' (choose from *off*all*"])
    by_setting.stderr.fnmatch_lines(["ERROR: layertrace = 'some' is no mode; it is one of off, failed, all"])


def test_a_run_that_does_not_record_loads_nothing(pytester):
    """Neither TensorFlow nor Keras nor rich nor the rest of layertrace come with the plugin."""
    pytester.makepyfile(
        """
        import sys

        def test_nothing_came():
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
    """With --layertrace=all, too, Keras is not imported until the program does so; then it is recorded."""
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
    """`pytest --fixtures` and `--markers` tell what there is."""
    fixtures = pytester.runpytest_subprocess("--fixtures").stdout.str()
    markers = pytester.runpytest_subprocess("--markers").stdout.str()

    assert re.search(r"layer_timeline .*\n    Everything that happens to layers", fixtures)
    assert re.search(r"assert_max_traces .*\n    Give a context manager", fixtures)
    assert "@pytest.mark.layertrace(max_traces=1, no_findings=True, lifecycle=" in markers


def test_traced_classes_begin_anew_in_each_test(pytester):
    """What `@traced` records for the whole program does not go from one test into the next."""
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
