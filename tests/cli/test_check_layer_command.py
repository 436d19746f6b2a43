"""`layertrace check-layer` prints a card, and its exit status is the answer."""

from __future__ import annotations

import json
import sys

import keras  # noqa: F401  # its import starts a process, which tests must not
import pytest

from layertrace.cli import main

LAYERS = """
import keras


class Head(keras.layers.Layer):
    def __init__(self, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs):
        return inputs * self.scale

    def get_config(self):
        return super().get_config()


def scaled():
    return Head(3.0)
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command in a folder with `heads.py`; return its status, output and errors."""
    (tmp_path / "heads.py").write_text(LAYERS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "heads", raising=False)

    def command(*arguments):
        with pytest.raises(SystemExit) as end:
            main(["check-layer", *arguments])
        printed = capsys.readouterr()
        return end.value.code, printed.out, printed.err

    return command


def test_status_and_card(run):
    """The status is 1 if a check fails and 0 if none does; the card shows the line."""
    status, card, _ = run("heads.py:scaled", "--input", "float32[2, 5]", "--select", "config-round-trip")

    assert status == 1
    assert "✗ config-round-trip" in card or "x config-round-trip" in card
    assert "def get_config(self):" in card
    assert run("heads:Head", "--input", "float32[2, 5]", "--select", "config-round-trip")[0] == 0


def test_json(run):
    """`--json` prints the report as data."""
    status, text, _ = run("heads:scaled", "--input", "float32[2, 5]", "--select", "gradients", "--json")

    assert status == 0
    assert json.loads(text)["checks"][0]["reason"] == "it has no trainable weights"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["heads", "--input", "float32[2]"], "'heads' does not name a layer"),
        (["nowhere:x", "--input", "float32[2]"], "cannot import nowhere"),
        (["nowhere.py:x", "--input", "float32[2]"], "the file nowhere.py does not exist"),
        (["heads:x", "--input", "float32[2]"], "heads does not have x; it has Head, scaled"),
        (["heads:Head", "--input", "float32"], "'float32' is not a dtype with a shape"),
        (["heads:Head", "--input", "float32[2]", "--call", "training"], "--call takes NAME=VALUE"),
        (["heads:Head", "--input", "float32[2]", "--select", "x"], "no check and no group is called 'x'"),
        (["heads:LAYER", "--input", "string[2]"], "heads does not have LAYER"),
        (["heads:keras", "--input", "float32[2]"], "needs a layer, or a function that creates one"),
    ],
    ids=range(9),
)
def test_bad_input_is_one_line(run, arguments, message):
    """What is wrong with the command is one line on standard error, and the status 2."""
    status, printed, error = run(*arguments)

    assert status == 2
    assert message in " ".join(error.split())
    assert printed == ""
