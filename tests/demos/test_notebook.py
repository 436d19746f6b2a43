"""The notebook in `demos/` runs in a kernel, and has the outputs of today."""

import json
import sys

import pytest

pytest.importorskip("nbclient", reason="the extra dev installs it")

from demos import notebook

pytestmark = pytest.mark.slow

RUNS = 3
"""A run on a busy machine may show what others leave out, so these may be the outputs of any of three."""


@pytest.fixture(scope="module")
def cells():
    """The cells that run, with what they show today."""
    return notebook.code_cells(notebook.run())


def shown_by(cells, beginning):
    """Return what the cell shows whose source begins with a text."""
    (cell,) = [cell for cell in cells if cell.source.startswith(beginning)]
    return notebook.shown(cell)


def test_a_cell_shows_its_report_and_its_value(cells):
    """The headline names the cell, rows are its statements, and its value is that of its last line."""
    report = shown_by(cells, "%%layertrace\nmodel")

    assert report.startswith("cell  ")
    assert "call 1  sequential  float32[2, 4] → float32[2, 3]  eager" in report
    assert "nothing wrong found in 14 events of 4 layers" in report
    assert report.endswith("TensorShape([2, 3])")


def test_check_shows_the_mistake_with_its_fix(cells):
    """The finding has the line of the cell."""
    report = shown_by(cells, "%%layertrace --check")

    assert report.startswith("LT103 layer-created-in-call  cell:4")
    assert "+         self.query = keras.layers.Dense(4)" in report
    assert "1 error in 20 events of 4 layers" in report


def test_a_cell_that_fails_shows_a_card(cells):
    """The card has the line and the shapes, and the exception is the one of the program."""
    report = shown_by(cells, "%%layertrace\nclass Mix")

    assert "It was raised in call 1 of mix (Mix)" in report
    assert "[4, 4] is the shape of kernel of mix (Mix)" in report
    assert "InvalidArgumentError: Exception encountered when calling Mix.call()" in report


def test_a_frame_has_a_row_for_each_event(cells):
    """It is one of pandas, shown as a table."""
    assert "trace  graph    3" in shown_by(cells, "events = timeline.to_frame()")
    assert shown_by(cells, 'events[events.kind == "call"]').count("graph") == 6


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 knows no columns of a line")
def test_the_saved_outputs_are_fresh(cells):
    """They are those of today, except times."""
    before = notebook.content(notebook.code_cells(notebook.saved()))
    for _ in range(RUNS):
        now = notebook.content(cells)
        if now == before:
            break
        cells = notebook.code_cells(notebook.run())

    assert now == before, "to run it again: python tests/demos/notebook.py --write"


def test_the_saved_outputs_are_small_and_name_no_machine():
    """A page with the notebook opens at once, and has no folders of the machine that it was saved on."""
    outputs = [json.dumps(cell.outputs) for cell in notebook.code_cells(notebook.saved())]

    assert max(map(len, outputs)) < 40_000
    assert all(outputs[1:])
    assert [output for output in outputs if "site-packages" in output or "ipykernel" in output] == []
