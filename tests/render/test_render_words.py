"""Values, shapes, durations and counts are formatted concisely."""

import pytest
from hand_made import spec
from rich.console import Console
from rich.text import Text

from layertrace.render.wording.formatting import (
    arguments,
    counted,
    duration,
    first_line,
    shortened,
    structure,
    tensors,
)
from layertrace.render.wording.glyphs import ASCII, UNICODE, glyphs_for, printable
from layertrace.render.wording.wrapping import wrapped
from layertrace.timeline import Opaque


@pytest.mark.parametrize(
    ("nanoseconds", "expected"),
    [
        (0, "0 µs"),
        (85_000, "85 µs"),
        (99_499, "99 µs"),
        (99_500, "0.1 ms"),
        (2_140_000, "2.1 ms"),
        (9_949_999, "9.9 ms"),
        (9_950_000, "10 ms"),
        (88_000_000, "88 ms"),
        (999_499_999, "999 ms"),
        (999_500_000, "1.0 s"),
        (59_940_000_000, "59.9 s"),
        (59_950_000_000, "1 min 0 s"),
        (7_265_000_000_000, "121 min 5 s"),
    ],
)
def test_durations_have_two_or_three_figures(nanoseconds, expected):
    """No duration is rounded up to the next unit."""
    assert duration(nanoseconds) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "None"),
        (True, "True"),
        (0.1, "0.1"),
        (2.0, "2.0"),
        (0.00392156862745098, "0.003922"),
        (12345.678, "12345.7"),
        (1e-7, "1e-07"),
        (float("nan"), "nan"),
        ("relu", "'relu'"),
        ((10, 5), "(10, 5)"),
        ((3,), "(3,)"),
        ((), "()"),
        ({"a": 1}, "{a: 1}"),
        (Opaque("<GlorotUniform>"), "<GlorotUniform>"),
        (Opaque("<DTypePolicy mixed_float16>"), "mixed_float16"),
        ((spec("float32[4, None]"), spec("int64[]")), "(float32[4, None], int64[])"),
        (tuple(range(10)), "(0, 1, 2, 3, 4, 5, … 4 more)"),
        ((((((1,),),),),), "(((((…,),),),),)"),
        ("x" * 100, f"'{'x' * 25}…{'x' * 12}'"),
        ("a\nb\x1b[31m", r"'a\nb\x1b[31m'"),
    ],
)
def test_long_values_are_shortened(value, expected):
    """Long values are shortened, visibly."""
    assert structure(value) == expected


def test_an_enormous_int_is_described_by_its_size():
    """A huge int is described by its size, since Python refuses to format it."""
    assert structure(10**5000) == "<int of 16610 bits>"


def test_several_tensors_are_shown_by_name():
    """The inputs of a call have no brackets around them."""
    came = {"query": spec("float32[2, 3]"), "value": (spec("float32[2]"),)}

    assert tensors(came) == "query: float32[2, 3], value: (float32[2],)"


def test_arguments_read_as_in_a_call():
    """Up to six arguments are shown as in a call."""
    assert arguments({"units": 3, "activation": "relu"}) == "units=3, activation='relu'"
    assert arguments({f"a{n}": n for n in range(9)}).endswith("a5=5, … 3 more")


@pytest.mark.parametrize(
    ("class_name", "config", "expected"),
    [
        ("Zeros", {}, "Zeros"),
        ("GlorotUniform", {"seed": None}, "GlorotUniform"),
        (
            "VarianceScaling",
            {"scale": 2.0, "mode": "fan_out", "distribution": "truncated_normal", "seed": None},
            "VarianceScaling(2.0, 'fan_out')",
        ),
        ("L1L2", {"l1": 0.01, "l2": 0.02, "l3": 3}, "L1L2(l1=0.01, l2=0.02, l3=3)"),
        ("DTypePolicy", {"name": "mixed_float16"}, "mixed_float16"),
    ],
)
def test_a_config_is_shown_as_the_call_that_creates_the_object(class_name, config, expected):
    """A serialized object has its class and the arguments that differ from the defaults."""
    assert structure({"module": "keras", "class_name": class_name, "config": config}) == expected


@pytest.mark.parametrize(
    ("number", "noun", "expected"),
    [
        (0, "error", "0 errors"),
        (1, "variable", "1 variable"),
        (1250, "parameter", "1,250 parameters"),
        (2, "further class", "2 further classes"),
    ],
)
def test_counts_agree_with_their_nouns(number, noun, expected):
    """A noun is singular for one, and plural otherwise."""
    assert counted(number, noun) == expected


def test_the_middle_is_cut_out():
    """Beginning and end are kept, and the text is exactly as wide as allowed."""
    cut = shortened("abcdefghijklmnopqrstuvwxyz", 10)

    assert (cut, len(cut)) == ("abcdef…xyz", 10)
    assert len(shortened("abcdefghijklmnopqrstuvwxyz", 10, ASCII)) == 10


def test_the_first_line_that_is_not_empty():
    """Keras begins some messages with an empty line and colour codes."""
    assert first_line("\n\x1b[1m\x1b[0m\n  \x1b[1mreal\x1b[0m reason \nmore") == "real reason"
    assert first_line(" \n ") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ünïcode 層", "plain ünïcode 層"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\tb\r\n", r"a\tb\r\n"),
        ("right\u202eleft", r"right\u202eleft"),
        ("half \ud800", r"half \ud800"),
        ("\x9b31mred", r"\x9b31mred"),
    ],
)
def test_text_by_others_is_made_harmless(text, expected):
    """Colour codes are removed; control characters and direction marks are escaped."""
    assert printable(text) == expected


def test_text_by_others_can_be_encoded():
    """Characters that an old encoding lacks are escaped, others are kept."""
    assert glyphs_for("cp1252").user("Größe 層") == r"Größe \u5c64"
    assert glyphs_for("no such encoding").user("Größe") == r"Gr\xf6\xdfe"
    assert glyphs_for("UTF-8") is UNICODE
    assert glyphs_for("utf-8", legacy_windows=True) is ASCII


def test_the_layers_of_a_sequential_are_named():
    """The list is that of the program, with names; what the recording left out is counted."""
    layers = (spec("float32[None, 8]"), *(Opaque(f"<Dense dense_{number}>") for number in range(3)))
    many = (*layers, Opaque("… 9 more"))

    assert structure(layers) == "[float32[None, 8], dense_0, dense_1, dense_2]"
    assert structure(many).endswith("dense_2, … 9 more]")
    assert structure((Opaque("<Dense a>"), 3)) == "(<Dense a>, 3)"
    assert structure((spec("float32[2]"), spec("float32[2]"))) == "(float32[2], float32[2])"
    assert structure((Opaque("<function f>"),)) == "(<function f>,)"


@pytest.mark.parametrize("value", ["[4, 64, 64]", "1 min 21 s", "16.3 s", "850 µs"])
def test_shapes_and_durations_stay_in_one_line(value):
    """Where a line breaks, a shape and a time are not torn apart."""
    for width in range(len(value), 30):
        lines = wrapped(Text(f"layers, the rest {value}: gradients"), Console(), width)
        assert any(value in line.plain for line in lines)
