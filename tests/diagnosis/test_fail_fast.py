"""`fail_on` stops the program at the culprit's line; a report shows what ended a recording."""

import sys
import traceback

import pytest
import tensorflow as tf
from keras import layers

import layertrace
from layertrace.errors import CulpritError, RuleError


class Scale(layers.Layer):
    def call(self, x):
        w = tf.Variable(2.0)
        return x * w


class Outer(layers.Layer):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def call(self, x):
        return self.inner(x)


X = tf.ones((1, 2))


def innermost(error):
    frames = traceback.extract_tb(error.__traceback__)
    if sys.version_info < (3, 11):  # Python 3.10 restores the frame of the hook
        frames = [frame for frame in frames if not frame.filename.startswith("<layertrace")]
    return frames[-1]


@pytest.mark.parametrize("code", ["LT101", "variable-created-in-call"])
@pytest.mark.parametrize("wrap", [lambda layer: layer, tf.function], ids=["eager", "graph"])
def test_the_program_stops_where_the_variable_is_created(code, wrap):
    """The innermost frame is the user's own, so a debugger opens there."""
    layer = Outer(Scale(name="culprit"))
    with pytest.raises(CulpritError, match="culprit") as caught:
        with layertrace.trace(fail_on=[code], report=False):
            wrap(layer)(X)

    assert innermost(caught.value).line == "w = tf.Variable(2.0)"
    assert caught.value.finding.layer.name == "culprit"


def test_a_correct_program_is_not_stopped():
    """A layer may create its variables in build."""
    with layertrace.trace(fail_on=["LT101", "LT103", "LT309"]) as timeline:
        layers.Dense(2)(X)

    assert len(timeline)


def test_a_rule_that_needs_the_whole_recording_is_rejected():
    """The error names the rule, and the rules that are possible."""
    with pytest.raises(RuleError, match=r"cannot use LT105 untracked-variable, .*; choose from .*LT101"):
        layertrace.trace(fail_on=["LT105"])


def test_an_unknown_rule_is_rejected():
    """The error is raised at once, not when the recording starts."""
    with pytest.raises(RuleError, match="no rule has a code"):
        layertrace.trace(fail_on=["LT999"])


def test_an_exception_is_reported_with_what_explains_it_first(capsys):
    """The report shows the finding, then the tree with a mark; the exception is raised unchanged."""
    with pytest.raises(ValueError, match="singleton"), layertrace.trace():
        tf.function(Scale(name="culprit"))(X)

    report = capsys.readouterr().err
    first, _, rest = report.partition("LT101")
    assert "layertrace: ValueError ended the recording" in first
    assert "culprit (Scale)" in rest.partition("\n\n")[0]
    assert "◄ LT101" in rest


def test_nested_recordings_report_once(capsys):
    """Only the innermost recording reports an exception; each exception is reported."""
    for _ in range(2):
        with pytest.raises(ValueError, match="singleton"), layertrace.trace(), layertrace.trace():
            tf.function(Scale())(X)

    assert capsys.readouterr().err.count("this is what happened before") == 2


def test_the_report_can_be_turned_off(capsys):
    """`trace(report=False)` turns it off, and leaving on purpose is not reported."""
    with pytest.raises(ValueError, match="singleton"), layertrace.trace(report=False):
        tf.function(Scale())(X)
    with pytest.raises(SystemExit), layertrace.trace():
        layers.Dense(1)(X)
        raise SystemExit

    assert "ended the recording" not in capsys.readouterr().err
