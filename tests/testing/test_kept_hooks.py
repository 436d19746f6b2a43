"""Hooks stay in place between the recordings of one `check_layer`, and no longer."""

import sys
from pathlib import Path
from unittest import mock

import keras
import pytest

import layertrace
from layertrace.record.engines import choice
from layertrace.record.recording import hooking
from layertrace.record.recording.kept_hooks import hooks_kept
from layertrace.testing import check_layer

sys.path[:0] = [str(Path(__file__).parent)]

import broken_layers  # noqa: E402


@pytest.fixture
def engines(monkeypatch):
    """The times at which an engine was started."""
    started, enter = [], choice.enter
    monkeypatch.setattr(hooking.choice, "enter", lambda: started.append(choice.is_idle()) or enter())
    return started


def test_the_checks_of_a_layer_share_their_hooks(engines):
    """Functions are hooked once for all checks, and restored after the last one."""
    original = vars(broken_layers.Sound)["call"]

    report = check_layer(broken_layers.Sound, broken_layers.ROWS, select=["lifecycle"])

    assert report.passed
    assert len(engines) > 3
    assert engines.count(True) == 1
    assert choice.is_idle()
    assert vars(broken_layers.Sound)["call"] is original


def test_a_recording_between_kept_hooks_has_only_its_own_events(engine):
    """Where hooks are kept, recordings have the events of their blocks, also of classes that are new."""
    layer = keras.layers.Dense(1)
    with hooks_kept():
        layer(keras.ops.ones((2, 3)))
        New = type("New", (broken_layers.Sound,), {})
        with layertrace.trace(report=False) as first:
            New()(keras.ops.ones((2, 5)))
        New()(keras.ops.ones((2, 5)))
        with layertrace.trace(report=False) as second:
            layer(keras.ops.ones((2, 3)))

    assert [event.kind for event in first if event.kind in ("init", "build", "call")] == [
        "init",
        "build",
        "call",
    ]
    assert [event.kind for event in second if event.kind in ("init", "build", "call")] == ["call"]
    assert choice.is_idle()


def test_a_recording_between_kept_hooks_hooks_nothing_again(engine, monkeypatch):
    """It uses the hooks that are in place, and hooks only a class that is new."""
    hooked, real = [], hooking.Hooking._hook

    def hook(self, point, engine):
        hooked.append(point)
        real(self, point, engine)

    monkeypatch.setattr(hooking.Hooking, "_hook", hook)
    with hooks_kept():
        hooked.clear()
        with layertrace.trace(report=False):
            assert hooked == []
            New = type("New", (broken_layers.Sound,), {"call": lambda self, x: x})
            New()(keras.ops.ones((2, 5)))

    assert [(point.owner, point.name) for point in hooked] == [(New, "call")]
    assert choice.is_idle()


def test_a_recording_that_outlives_the_block_keeps_the_hooks(engine):
    """Hooks that a recording uses stay until it stops, although the block that kept them has ended."""
    original = vars(broken_layers.Sound)["call"]
    with hooks_kept(), hooks_kept():
        trace = layertrace.trace(report=False)
        timeline = trace.start()
    broken_layers.Sound()(keras.ops.ones((2, 5)))
    trace.stop()

    assert [event.kind for event in timeline if event.kind in ("init", "build", "call")] == [
        "init",
        "build",
        "call",
    ]
    assert choice.is_idle()
    assert vars(broken_layers.Sound)["call"] is original


def test_kept_hooks_are_restored_after_an_exception(monkeypatch):
    """If the block raises, or hooking fails, nothing stays hooked."""
    with pytest.raises(ZeroDivisionError), hooks_kept():
        raise ZeroDivisionError

    assert choice.is_idle()

    monkeypatch.setattr(hooking, "subclasses", lambda cls: 1 / 0)
    with pytest.raises(ZeroDivisionError), hooks_kept():
        pass

    assert choice.is_idle()


def test_a_method_replaced_between_kept_hooks_is_recorded(engine):
    """What a program assigns to a method, or patches for a while, is recorded by the next recording."""

    def twice(self, x):
        return 2 * x

    def kinds():
        with layertrace.trace(report=False) as timeline:
            Mine()(keras.ops.ones((2, 5)))
        return [event.kind for event in timeline if event.kind in ("init", "build", "call")]

    Mine = type("Mine", (keras.layers.Layer,), {"call": lambda self, x: x})
    original = Mine.call
    with hooks_kept():
        recorded = [kinds()]
        with mock.patch.object(Mine, "call", twice):
            recorded.append(kinds())
        recorded.append(kinds())
        Mine.call = twice
        recorded += [kinds(), kinds()]
        assert original is not Mine.call

    assert recorded == [["init", "build", "call"]] * 5
    assert choice.is_idle()
    assert vars(Mine)["call"] is twice
