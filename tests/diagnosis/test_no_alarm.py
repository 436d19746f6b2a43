"""Keras's own architectures, and the demos without a mistake, have no finding above a note."""

import contextlib
import io
import runpy

import pytest
from diagnosis.applications import findings_of
from diagnosis.scoreboard import DEMOS, SHOWS_A_MISTAKE

import layertrace

pytestmark = pytest.mark.slow

PROGRAMS = [path for path in sorted(DEMOS.glob("*.py")) if not path.stem.startswith("test_")]


@pytest.mark.parametrize("name", ["MobileNetV2", "ResNet50", "EfficientNetB0", "ConvNeXtTiny"])
def test_an_architecture_has_no_finding(name):
    """`python tests/diagnosis/applications.py` checks all of them."""
    assert [str(finding) for finding in findings_of(name) if finding.severity != "note"] == []


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_demo_has_the_findings_that_it_shows(path):
    """A demo has these findings and no other."""
    with layertrace.trace(report=False) as timeline, contextlib.redirect_stdout(io.StringIO()):
        runpy.run_path(str(path), run_name="__main__")

    findings = timeline.findings(select=["LT"], ignore=[])
    expected = SHOWS_A_MISTAKE.get(path.stem, set())
    assert {finding.code for finding in findings if finding.severity != "note"} == expected


FORGOTTEN = """
import keras


class Pool(keras.layers.Layer):
    def call(self, inputs, {name}):
        return inputs


Pool(name="pool")(keras.Input((6, 8)))
"""


@pytest.mark.parametrize("name", ["mask", "context"])
def test_an_argument_that_the_program_forgot_is_not_an_input_of_several(name, tmp_path):
    """LT312 is about what Keras passes; the card of the exception has what is known."""
    path = tmp_path / "forgotten.py"
    path.write_text(FORGOTTEN.format(name=name))
    with pytest.raises(TypeError), layertrace.trace(report=False) as timeline:
        runpy.run_path(str(path), run_name="__main__")

    assert timeline.findings(select=["LT"]) == []
