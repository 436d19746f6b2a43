"""Each check fails for the layers that break it, at their line, and for no others."""

from __future__ import annotations

import inspect
import json
import re
import sys
from pathlib import Path

import keras
import pytest
import tensorflow as tf

from layertrace.errors import ExpectationError
from layertrace.testing import check_layer
from layertrace.testing.contract.backends.loading import backend_of
from layertrace.testing.contract.check import all_checks
from layertrace.testing.contract.inputs import inputs_of

sys.path[:0] = [str(Path(__file__).parent)]

import broken_layers  # noqa: E402
import sound_layers  # noqa: E402

MARK = re.compile(r"# breaks: ([\w-]+)")


@pytest.fixture(autouse=True)
def _fresh_keras():
    """Begin each test with the same random numbers, and without what earlier modules left in Keras."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)


def marked(cls):
    """Return the check that a layer is to break, and the line."""
    lines, first = inspect.getsourcelines(cls)
    for number, line in enumerate(lines, start=first):
        mark = MARK.search(line)
        if mark is not None:
            return mark[1], number
    raise AssertionError(f"{cls.__name__} has no mark")


@pytest.mark.parametrize("cls", broken_layers.LAYERS, ids=lambda cls: cls.__name__)
def test_broken_layer_fails_just_its_check_at_its_line(cls):
    """A layer with one mistake fails the check of that mistake, at the line to blame, and no other."""
    name, line = marked(cls)
    arguments = broken_layers.ARGUMENTS.get(cls.__name__, {})

    inputs = broken_layers.INPUTS.get(cls.__name__, (broken_layers.ROWS,))

    report = check_layer(lambda: cls(**arguments), *inputs)

    failed = {result.check.name: result.finding.location.line for result in report.failed}
    assert failed == {name: line}, str(report)
    assert not report.passed


def test_each_check_is_broken_by_two_layers():
    """Each check has at least two layers that break it."""
    names = [marked(cls)[0] for cls in broken_layers.LAYERS]

    assert [check.name for check in all_checks() if names.count(check.name) < 2 and not check.is_opt_in] == []


def test_sound_layer_passes():
    """A layer without a mistake passes every check, given by a function and as it is."""
    report = check_layer(broken_layers.Sound, broken_layers.ROWS)

    assert report.passed, str(report)
    assert check_layer(broken_layers.Sound(scale=3.0), tf.zeros((2, 5))).passed


@pytest.mark.parametrize("name", sound_layers.CASES)
def test_sound_layers_of_all_kinds_pass(name):
    """Layers with children, several inputs, state, losses or random numbers pass every check that applies."""
    create, inputs = sound_layers.CASES[name]

    report = check_layer(create, *inputs)

    assert report.passed, str(report)


def test_a_class_inside_counts_before_another_of_its_name():
    """A layer of Keras is created again with the cell that it has, not with another class called `Cell`."""
    namesake = type("Cell", (broken_layers.Sound,), {})
    create, inputs = sound_layers.CASES["RNN of Cell"]

    report = check_layer(create, *inputs, select=["config-round-trip"])

    assert report.passed, str(report)
    assert namesake.__name__ == type(create().cell).__name__


@pytest.mark.parametrize("cls", [broken_layers.CountsInPython, broken_layers.LossOfAllCalls])
def test_mistake_is_found_where_the_config_is_wrong(cls):
    """What a call changes in Python, and losses that count twice, are found whatever the config lacks."""
    name = marked(cls)[0]
    forgets = broken_layers.ForgetsScale
    both = type("Both", (cls, forgets), {"get_config": forgets.get_config})

    report = check_layer(lambda: both(scale=3.0), broken_layers.ROWS, select=[name, "config-round-trip"])

    assert {result.check.name for result in report.failed} == {name, "config-round-trip"}, str(report)


def test_arrays_inputs_and_texts_name_the_same_inputs():
    """Arrays, `keras.Input`, texts and nests of these are inputs, and a dimension may be open."""
    pair = inputs_of((["float32[2, 5]", {"a": "int32[2, 3] < 7"}],))

    assert str(inputs_of((tf.zeros((2, 5)),))) == str(inputs_of(("float32[2, 5]",))) == "float32[2, 5]"
    assert str(inputs_of((keras.Input((5,)),))) == "float32[None, 5]"
    assert str(inputs_of(('["float32[2, 5]", "bool[2]"]',))) == "float32[2, 5], bool[2]"
    first, second = pair.tensors(backend_of(keras), 3)[0]
    assert first.shape == (3, 5)
    assert second["a"].shape == (3, 3)
    assert 2 < int(tf.reduce_max(inputs_of(("int32[90, 3] < 7",)).tensors(backend_of(keras))[0])) < 7


@pytest.mark.parametrize(
    ("layer", "inputs", "message"),
    [
        (3, ["float32[2, 5]"], "needs a layer, or a function that creates one, got a int"),
        (lambda: 3, ["float32[2, 5]"], "the function must return a Keras layer, got int"),
        (lambda: 1 / 0, ["float32[2, 5]"], "the function cannot create the layer: ZeroDivisionError"),
        (broken_layers.Sound, ["float31[2, 5]"], "'float31[2, 5]' is not a dtype with a shape"),
        (broken_layers.Sound, ["float32[2, x]"], "the dimension 'x' of the input"),
        (broken_layers.Sound, ["[float32"], "is not JSON"),
        (broken_layers.Sound, [], "give what to call the layer with"),
        (broken_layers.Sound, ["int32[2, 5]"], "Sound cannot be called with int32[2, 5]"),
        (broken_layers.ConfigOfOthers(), ["float32[2, 5]"], "cannot be created again from its config"),
    ],
    ids=range(9),
)
def test_bad_input_gets_one_clear_sentence(layer, inputs, message):
    """What cannot be checked raises an error with the value and the next step."""
    with pytest.raises(ExpectationError, match=re.escape(message)):
        check_layer(layer, *inputs)


def test_unknown_names_of_checks_are_refused():
    """A check that does not exist is an error, which suggests the one that was meant."""
    with pytest.raises(ExpectationError, match=r"did you mean 'gradients'\?"):
        check_layer(broken_layers.Sound, broken_layers.ROWS, select=["gradient"])
    with pytest.raises(ExpectationError, match="no check is called 'x'"):
        check_layer(broken_layers.Sound, broken_layers.ROWS, expected_failures={"x": "y"})


def test_layer_that_never_returns_fails_and_the_rest_goes_on():
    """A layer that does not return in one mode fails there within its time; the others are tried."""

    class Endless(broken_layers.Sound):
        def call(self, inputs):
            while not tf.executing_eagerly():
                pass
            return super().call(inputs)

    report = check_layer(Endless, broken_layers.ROWS, seconds=2.0, select=["modes-agree", "gradients"])

    outcomes = {result.check.name: result.outcome for result in report.results}
    assert outcomes == {"modes-agree": "failed", "gradients": "passed"}
    assert report.findings[0].message == "Endless does not return within 2 s."
    assert report.findings[0].source.strip() in ("while not tf.executing_eagerly():", "pass")


def test_fault_of_a_check_is_not_blamed_on_the_layer(monkeypatch):
    """An exception in a check itself is reported as a fault of layertrace."""
    monkeypatch.setattr("layertrace.testing.contract.checks.training.gradients._weighted", None)

    report = check_layer(broken_layers.Sound, broken_layers.ROWS, select=["gradients"])

    assert [result.outcome for result in report.results] == ["fault"]
    assert not report.passed
    assert "The layer is not to blame" in str(report)


def test_report_is_a_card_and_json():
    """A report shows a row for each check, and each failure with its line; JSON has the same."""
    report = check_layer(
        lambda: broken_layers.ForgetsScale(scale=3.0),
        broken_layers.ROWS,
        select=["gradients", "output-shape", "config-round-trip"],
    )
    card, data = str(report), json.loads(json.dumps(report.as_json()))

    assert re.search("training +✓ gradients", card)
    assert re.search("modes +– output-shape +it has no compute_output_shape", card)
    assert re.search("persistence +✗ config-round-trip +line", card)
    assert "def get_config(self):" in card
    assert "1 check passed, 1 failed, 1 not tried" in card
    assert [check["outcome"] for check in data["checks"]] == ["not applicable", "passed", "failed"]
    assert data["checks"][2]["source"].startswith("def get_config")


def test_failure_shows_its_part_of_the_timeline():
    """Each failure shows the events that show it, and the values of both sides if they differ."""
    report = check_layer(broken_layers.LeavesNormToCall, broken_layers.ROWS, select=["variables-in-build"])
    card = " ".join(str(report).split())

    assert re.search(r"call 1 leaves_norm\S* float32\[2, 5\] → float32\[2, 3\]", card)
    assert re.search(r"variable gamma float32\[3\] Ones ◄ here", card)

    report = check_layer(broken_layers.OnlyEagerScale, broken_layers.ROWS, select=["modes-agree"])
    card, data = str(report), report.as_json()["checks"][0]

    assert re.search(r"eagerly           float32\[2, 3\]\[\d\]  -?\d", card)
    assert re.search(r"in a tf.function  float32\[2, 3\]\[\d\]  -?\d", card)
    assert card.count("◄ here") == 2
    assert data["sides"][0].startswith("eagerly")
    assert sum("◄ here" in line for line in data["timeline"]) == 2


@pytest.mark.parametrize("cls", [broken_layers.ReshapesToBatch, broken_layers.ForgetsScale])
def test_exceptions_and_arguments_are_in_the_excerpt(cls):
    """The excerpt marks the call that raised, or the creation of the layer and of its copy."""
    report = check_layer(lambda: cls(**broken_layers.ARGUMENTS.get(cls.__name__, {})), broken_layers.ROWS)
    (result,) = report.failed
    marked = [event for event in result.excerpt.timeline if event.seq in result.excerpt.marked]

    if cls is broken_layers.ForgetsScale:
        assert [event.kind for event in marked] == ["init", "init"]
    else:
        assert [event.error is not None for event in marked] == [True]


def test_expected_failure_must_fail():
    """A failure that is expected counts as passed; one that does not happen does not."""
    reasons = {"config-round-trip": "the scale is a secret"}

    def passed(cls):
        make = lambda: cls(scale=3.0)  # noqa: E731
        return check_layer(
            make, broken_layers.ROWS, select=["config-round-trip"], expected_failures=reasons
        ).passed

    assert passed(broken_layers.ForgetsScale)
    assert not passed(broken_layers.Sound)


def test_global_dtype_policy_is_restored():
    """The policy of the program is what it was after the checks."""
    check_layer(broken_layers.Sound, broken_layers.ROWS, select=["dtypes"])

    assert keras.config.dtype_policy().name == "float32"


TESTS = """
import sys
sys.path.insert(0, {folder!r})
import broken_layers
from layertrace.testing import layer_checks

@layer_checks(
    lambda: broken_layers.ForgetsScale(scale=3.0),
    "float32[2, 5]",
    select=["config-round-trip", "gradients", "output-shape", "deterministic-inference"],
    expected_failures={{"config-round-trip": "a secret", "deterministic-inference": "wrong"}},
)
def test_layer(check):
    check()

@layer_checks(lambda: broken_layers.UnusedWeight(), "float32[2, 5]", select=["gradients"])
def test_broken(check):
    check()
"""


def test_pytest_runs_one_item_for_each_check(pytester):
    """Each check is a test; expected failures must fail, and what does not apply is skipped."""
    pytester.makepyfile(test_it=TESTS.format(folder=str(Path(__file__).parent)))

    result = pytester.runpytest_inprocess("-v", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore")

    result.assert_outcomes(passed=1, skipped=1, xfailed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*test_layer?deterministic-inference? FAILED*",
            "*test_layer?config-round-trip? XFAIL*",
            "*AssertionError: the weight 'bias' of UnusedWeight gets no gradient*",
        ]
    )
