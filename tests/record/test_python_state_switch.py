"""Python state is watched unless it is switched off, and a recording without it has a note."""

import random
import sys
import warnings

import pytest
import tensorflow as tf
from keras import layers

import layertrace
from layertrace.diagnosis.registry import all_rules
from layertrace.errors import LayertraceWarning
from layertrace.record.process import guard
from layertrace.record.python_state import switch, watch


class Careless(layers.Layer):
    """Does what each of the rules about Python state is about."""

    def __init__(self):
        super().__init__()
        self.calls = 0
        self.rate = 1.0
        self.last = None

    def call(self, x):
        self.calls += 1
        self.last = x
        return x * self.rate * random.random()


def recorded():
    """Trace and run a careless layer, and change its state in between."""
    layer = Careless()
    layer.build((1, 2))
    function = tf.function(layer, autograph=False)
    with layertrace.trace(report=False) as timeline:
        function(tf.ones((1, 2)))
        layer.rate = 2.0
        function(tf.ones((1, 2)))
    return timeline


def codes(timeline):
    return {finding.code for finding in timeline.findings()}.intersection(switch.RULES)


def test_state_is_watched_by_default():
    """Without the variable the rules about Python state find what is wrong, and no note is made."""
    timeline = recorded()

    assert codes(timeline) == {"LT205", "LT206", "LT208", "LT402"}
    assert timeline.notes == ()


def test_off_does_without_these_rules_and_says_so(monkeypatch):
    """With `off` these rules find nothing; the note and the report name them; the events are the same."""
    watched = recorded()
    monkeypatch.setenv("LAYERTRACE_PYTHON_STATE", "off")

    timeline = recorded()

    assert codes(timeline) == set()
    assert timeline.kinds == watched.kinds
    assert timeline.notes == (
        "LAYERTRACE_PYTHON_STATE=off, so the rules LT205, LT206, LT207, LT208, LT214, LT215, LT216, LT217 "
        "and LT402 were not checked",
    )
    assert "note: LAYERTRACE_PYTHON_STATE=off, so the rules LT205" in str(timeline)


def test_the_rules_exist():
    """The rules that the note and the page name are rules."""
    assert {rule.code for rule in all_rules()}.issuperset(switch.RULES)


def test_off_leaves_nothing_behind(monkeypatch):
    """With `off` nothing is kept of calls and traces, also where they fail or train."""
    monkeypatch.setenv("LAYERTRACE_PYTHON_STATE", "off")

    recorded()

    assert (watch._before, watch._made, watch._training) == ({}, {}, set())


def test_it_can_be_switched_on_again(monkeypatch):
    """A later recording reads the variable again."""
    monkeypatch.setenv("LAYERTRACE_PYTHON_STATE", "off")
    recorded()
    monkeypatch.setenv("LAYERTRACE_PYTHON_STATE", "on")

    assert "LT205" in codes(recorded())


def test_recordings_that_overlap_share_the_setting(monkeypatch):
    """A recording inside another one is made with the setting of that one, and has the same note."""
    monkeypatch.setenv("LAYERTRACE_PYTHON_STATE", "off")
    with layertrace.trace(report=False) as outer:
        monkeypatch.delenv("LAYERTRACE_PYTHON_STATE")
        inner = recorded()

    assert inner.notes == outer.notes
    assert codes(inner) == set()


def test_an_unknown_value_is_reported_and_changes_nothing(monkeypatch):
    """A value that is neither on nor off gets one warning with both, and state is watched."""
    monkeypatch.setenv("LAYERTRACE_PYTHON_STATE", "no")
    monkeypatch.setattr(guard, "_warned", {})

    with pytest.warns(LayertraceWarning, match="must be 'on' or 'off', got 'no'"):
        timeline = recorded()

    assert "LT205" in codes(timeline)


def test_a_newer_python_is_reported_once(monkeypatch):
    """On a Python whose bytecode is not known, one warning names both versions, the rules and the way out."""
    monkeypatch.setattr(switch, "NEWEST_PYTHON", (3, 9))
    monkeypatch.setattr(guard, "_warned", {})
    running = f"{sys.version_info.major}.{sys.version_info.minor}"

    with pytest.warns(LayertraceWarning) as warned:
        recorded()
    recorded()  # a second warning would be an error

    (message,) = [str(warning.message) for warning in warned]
    assert message == (
        "The rules LT205, LT206, LT207, LT208, LT214, LT215, LT216, LT217 and LT402 may miss problems in "
        "this program: it runs Python "
        f"{running}, and layertrace understands bytecode up to Python 3.9. Upgrade layertrace, or set "
        "LAYERTRACE_PYTHON_STATE=off to turn these rules off."
    )


def test_off_needs_no_known_bytecode(monkeypatch):
    """Where Python state is not watched, a newer Python is not warned about."""
    monkeypatch.setenv("LAYERTRACE_PYTHON_STATE", "off")
    monkeypatch.setattr(switch, "NEWEST_PYTHON", (3, 9))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        recorded()


def test_the_newest_python_is_one_that_is_tested():
    """The Python that runs the tests is not newer than the one that the constant names."""
    assert sys.version_info[:2] <= switch.NEWEST_PYTHON
