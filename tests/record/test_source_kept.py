"""A recording keeps the source of the lines that caused its events, for findings that are read elsewhere."""

import linecache
import runpy
import sys

import keras
import pytest

import layertrace
from layertrace import Timeline
from layertrace.record.process import guard
from layertrace.render import findings, verdict
from layertrace.render.console import written

PROGRAM = '''
import keras


class Outer(keras.layers.Layer):
    def call(self, x):
        inner = keras.layers.Dense(2)(x)
        return inner + keras.layers.Dense(
            2
        )(x)


outer = Outer()
for _ in range(2):
    outer(keras.ops.ones((1, 2)))
'''


def test_findings_of_a_saved_recording_show_the_source(tmp_path, monkeypatch):
    """The program and what Python remembers of it are gone."""
    monkeypatch.chdir(tmp_path)
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    with layertrace.trace(report=False, save="run.layertrace"):
        kept = runpy.run_path(str(program))
    assert kept
    program.unlink()
    monkeypatch.setattr(linecache, "cache", {})

    found = Timeline.load("run.layertrace").findings(select=["LT103"])

    assert [finding.source for finding in found] == [
        "        inner = keras.layers.Dense(2)(x)",
        "        return inner + keras.layers.Dense(",
    ]
    if sys.version_info >= (3, 11):
        assert [finding.location.columns for finding in found] == [(16, 37), (23, None)]
    assert "   7 │         inner = keras.layers.Dense(2)(x)" in written(findings(found), encoding="utf-8")


def test_the_cell_of_a_notebook_has_its_source(monkeypatch):
    """IPython gives Python the source of cells, which are not files."""
    name = "/tmp/ipykernel_81/3141592653.py"  # as IPython names it
    lines = PROGRAM.splitlines(keepends=True)
    monkeypatch.setitem(linecache.cache, name, (len(PROGRAM), None, lines, name))
    with layertrace.trace(report=False) as timeline:
        names = {"__name__": "__main__"}
        exec(compile(PROGRAM, name, "exec"), names)  # as IPython runs cells

    found = timeline.findings(select=["LT103"])
    shown = written(findings(found), encoding="utf-8")

    assert "cell:7" in shown
    assert "   7 │         inner = keras.layers.Dense(2)(x)" in shown


def test_code_without_a_file_has_no_frame():
    """Python does not keep the source of `-c` and of `exec`."""
    with layertrace.trace(report=False) as timeline:
        names = {"__name__": "__main__"}
        exec(compile(PROGRAM, "<string>", "exec"), names)  # as `-c` does

    shown = written(findings(timeline.findings(select=["LT103"])), encoding="utf-8")

    assert "<string>:7" in shown
    assert "│" not in shown


def test_a_fault_of_layertrace_is_noted(monkeypatch, recwarn):
    """A recording that may lack events is never called complete."""
    with layertrace.trace(report=False) as timeline:
        keras.layers.Dense(2)(keras.ops.ones((1, 2)))
        with guard.guarded("record a call"):
            raise RuntimeError("a fault")

    assert timeline.notes == ("layertrace could not record a call, so events may be missing",)
    assert verdict(timeline, []).sentence.startswith("incomplete (layertrace could not record a call")
    assert recwarn


@pytest.mark.parametrize("fault", [KeyboardInterrupt, SystemExit])
def test_leaving_on_purpose_is_not_a_crash(fault):
    """Only an exception is a failure."""
    with pytest.raises(fault), layertrace.trace(report=False) as timeline:
        keras.layers.Dense(2)(keras.ops.ones((1, 2)))
        raise fault

    assert not verdict(timeline, []).is_failed
