"""The line that `layertrace run --live` shows."""

from __future__ import annotations

from collections import Counter

import pytest

from layertrace.cli.progress_line import progress_line
from layertrace.record.recording.progress import OpenSpan, Seen
from layertrace.render.wording.glyphs import ASCII, UNICODE
from layertrace.timeline import Event, LayerRef

DEEP = [
    OpenSpan("trace", "train"),
    OpenSpan("trace", "one_step"),
    *(OpenSpan("call", f"block_{n}") for n in range(6)),
]
COUNTS = {"layers": 84, "kinds": Counter(call=244, trace=3), "runs": 21}


def _line(width: int = 110, glyphs=UNICODE, **seen: object) -> str:
    state = {
        "seconds": 27.4, "kinds": Counter(), "layers": 0, "runs": 0, "open": (), "importing": None,
        "is_loaded": True, "traced": None, "running": None, "variables": (), "last": None, **seen,
    }  # fmt: skip
    return progress_line(Seen(**state), width, glyphs).plain


def _doing(**seen: object) -> str:
    return _line(**seen).removeprefix("layertrace  27 s  ")


def test_the_path_of_what_is_open_is_shown():
    """The first function that is traced stands for those inside it, and each layer is named once."""
    spans = [OpenSpan("trace", "train"), OpenSpan("trace", "one_step"), OpenSpan("call", "block_3"),
             OpenSpan("call", "dense_7"), OpenSpan("build", "dense_7")]  # fmt: skip

    assert _line(100, open=spans, **COUNTS) == (
        "layertrace  27 s  tracing train › block_3 › dense_7          84 layers  244 calls  3 traces  21 runs"
    )


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"importing": "tensorflow"}, "importing TensorFlow"),
        ({"is_loaded": False}, "waiting for the program to import Keras"),
        ({}, "no layer was created yet"),
        ({"open": [OpenSpan("init", "net"), OpenSpan("init", "head")]}, "creating net › head"),
        ({"open": [OpenSpan("call", "net", is_symbolic=True)]}, "inferring shapes in net"),
        (
            {"open": [OpenSpan("trace", "train")], "variables": ["loss", "adam/a", "adam/b"]},
            "tracing train › adam variables 2",
        ),
        ({"traced": "train"}, "running train for the first time"),
        ({"running": ("train", 1200)}, "running train ×1,200"),
    ],
)  # fmt: skip
def test_it_is_stated_what_the_program_does(seen, expected):
    """Without an open layer, the line states what else is going on; counts of zero are left out."""
    assert _doing(**seen) == expected


def test_between_layers_the_last_event_is_shown():
    """A program that does something else for a while shows what its layers did last."""
    dense = LayerRef(id=1, class_name="Dense", name="dense", path="dense")

    line = _doing(last=Event(seq=0, kind="init", layer=dense), layers=1)
    assert line.startswith("no layer is running; last: init  dense (Dense)")
    assert line.endswith("1 layer")


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 160])
def test_a_line_is_as_wide_as_the_terminal(width):
    """The middle of the path goes first, then counts; the function and the innermost layer stay."""
    line = _line(width, open=DEEP, **COUNTS)

    assert len(line) <= width
    if width >= 60:
        assert "tracing train" in line
        assert "block_5" in line
        assert "84 layers" in line


def test_old_encodings_get_signs_they_can_show():
    """A terminal without Unicode gets only ASCII."""
    assert _line(50, ASCII, open=DEEP, **COUNTS).isascii()
