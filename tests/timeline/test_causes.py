"""Differences between two signatures are named, however deep they are."""

import pytest

from layertrace.timeline import Opaque, TensorSpec
from layertrace.timeline.cause import Cause, Change
from layertrace.timeline.literals import words
from layertrace.timeline.signature_diff import changes, closest


def f32(*shape):
    return TensorSpec("float32", shape)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"x": f32(2, 3)}, {"x": f32(2, 4)}, ["x: float32[2, 4], was float32[2, 3] (dimension 1)"]),
        ({"x": f32(2)}, {"x": TensorSpec("float32", None)}, ["x: float32[...], was float32[2]"]),
        ({"x": f32(2)}, {"x": 3}, ["x: 3, was float32[2]"]),
        ({"x": True}, {"x": 1}, ["x=1, was True"]),
        ({"x": (f32(1), "a")}, {"x": (f32(1), "b")}, ["x[1]='b', was 'a'"]),
        ({"x": {"k": 1}}, {"x": {"l": 1}}, ["x['k'] is gone, was 1", "x['l'] is new: 1"]),
        ({"x": Opaque("<A #1>")}, {"x": Opaque("<A #2>")}, ["x: <A #2>, was <A #1>"]),
        ({"x": 1}, {"x": 1}, []),
        ({"x": 1}, {"x": 10**5000}, ["x=<int of 16610 bits>, was 1"]),
    ],
)
def test_changes(before, now, expected):
    """Each difference is one change, with the path to the nested value."""
    assert [str(change) for change in changes(before, now)] == expected


def test_the_last_of_the_closest_is_found():
    """The signature with the fewest differences is chosen; of equally similar ones, the last."""
    earlier = [{"x": 1, "y": 1}, {"x": 2, "y": 1}, {"x": 2, "y": 2}, {"x": 3, "y": 1}]

    index, different = closest(earlier, {"x": 4, "y": 1})

    assert index == 3
    assert [change.argument for change in different] == ["x"]


def test_words_are_those_of_python():
    """Structures are written as in Python, with specs for tensors."""
    assert words(({"a": f32(2)}, ("b",), None)) == "({'a': float32[2]}, ('b',), None)"


def test_long_floats_are_rounded_unless_they_then_look_equal():
    """A cause shows four significant digits, and all digits if only the last ones differ."""

    def shown(before, now):
        return str(Change(argument="rate", what="value", before=before, now=now))

    assert shown("0.05", "0.03333333333333333") == "rate=0.03333, was 0.05"
    assert shown("(0.1, 0.30000000000000004)", "(0.1, 0.5)") == "rate=(0.1, 0.5), was (0.1, 0.3)"
    assert shown("0.30000000000000004", "0.3") == "rate=0.3, was 0.30000000000000004"


def test_a_second_pass_reads_the_same_in_every_recording():
    """An older recording has other words for it."""
    cause = Cause(reason="second pass", detail="second pass: variables were created in the first")

    assert str(cause) == "traced twice: the first pass created the variables"
