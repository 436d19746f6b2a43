"""Tests that read the recording of one program share it."""

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import keras
with open({runs!r}, "a") as file:
    file.write("ran ")
{then}
"""


def test_a_program_runs_once_until_its_text_changes(run_once, tmp_path):
    """The second run of a program is that of the first; with another text it runs again."""
    runs, path = tmp_path / "runs.txt", tmp_path / f"{tmp_path.name}.py"

    def results(then):
        path.write_text(PROGRAM.format(runs=str(runs), then=then), encoding="utf-8")
        return [run_once(path) for _ in range(2)]

    first, again = results("keras.layers.Dense(2, name='head')\nprint('done')")
    _, failed = results("raise ValueError('wrong')")

    assert runs.read_text() == "ran ran "
    assert list(again.timeline) == list(first.timeline)
    assert [layer.name for layer in again.timeline.layers] == ["head"]
    assert again.printed == first.printed == "done\n"
    assert (type(failed.error), str(failed.error)) == (ValueError, "wrong")
