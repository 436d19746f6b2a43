"""What `findings()` returns is a list, which an interactive session shows as a table."""

import copy
import pickle

import pytest

from layertrace.diagnosis import Finding, diagnose
from layertrace.diagnosis.finding import Findings
from layertrace.timeline import LayerRef, Location, Timeline

pytestmark = pytest.mark.reading

LAYER = LayerRef(id=1, class_name="Scale", name="scale", path="scale")
FOUND = Findings(
    Finding(
        code=f"LT10{n}", name="a-rule", severity=severity, message=f"scale (Scale) is wrong: number {n}.",
        layers=(LAYER,), location=Location("train.py", n), source=f"    x = f({n})",
    )
    for n, severity in enumerate(("error", "warning"))
)  # fmt: skip


def test_a_list_of_findings_reads_as_a_table(monkeypatch):
    """One line each, as wide as the terminal."""
    monkeypatch.setenv("COLUMNS", "60")

    assert repr(FOUND).split("\n") == [
        "  error    LT100  train.py:0  scale is wrong: number 0.",
        "  warning  LT101  train.py:1  scale is wrong: number 1.",
    ]
    assert repr(Findings()) == "[]"


def test_a_notebook_shows_findings_in_full():
    """With the line of the source, and everything escaped."""
    shown = FOUND._repr_html_()

    assert "x = f(1)" in shown
    assert shown.startswith("<pre")


def test_it_stays_a_list():
    """It compares, copies and pickles as one; `diagnose` returns it."""
    assert list(FOUND) == FOUND
    assert pickle.loads(pickle.dumps(FOUND)) == copy.copy(FOUND) == FOUND
    assert isinstance(diagnose(Timeline()), Findings)
    assert diagnose(Timeline()) == []
