"""`layertrace check-layer` prints a card, and its exit status is the answer."""

from __future__ import annotations

import json
import re
import sys

import keras  # noqa: F401  # its import starts a process, which tests must not
import pytest

from layertrace.cli import main
from layertrace.testing.contract import examples

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

WITHOUT_FUNCTION = """
import keras


class Unbuilt(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.LayerNormalization()

    def build(self, input_shape):
        self.scale = self.add_weight(shape=())

    def call(self, inputs):
        return self.norm(inputs) * self.scale


class Forgets(keras.layers.Layer):
    def __init__(self, factor=1.0):
        super().__init__()
        self.factor = factor

    def build(self, input_shape):
        pass

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return {"factor": self.factor + 1}
"""

PACKAGE = {
    "__init__.py": """
from heads.layers import Base, Gate, Head, Shift, Table
""",
    "layers.py": """
import keras
from keras.layers import Dense
from layertrace.testing import example


class Base(keras.layers.Layer):
    pass


class Gate(Base):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)

    def call(self, inputs):
        return inputs


class Shift(Base):
    def call(self, inputs):
        return inputs + 1


class Table(Base):
    def call(self, inputs):
        return {**inputs}


class Head(Base):
    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs):
        return inputs * self.scale

    def get_config(self):
        return {**super().get_config(), "scale": 1.0}


@example("float32[2, 3]", expected_failures={"config-round-trip": "a secret"})
def secret():
    return Head(2.0)


@example("float32[2, 3]")
def head():
    return Head(3.0)
""",
    "broken_examples.py": """
from heads.layers import Gate, Head
from layertrace.testing import example


@example("float32[2, 3]")
def no_head():
    return Head()


@example("float31[2, 3]")
def gate():
    return Gate(1)


@example()
def without_inputs():
    return Gate(1)
""",
    "empty/__init__.py": "",
    "empty/inner.py": "from heads.layers import Base\n\nclass Inner(Base):\n    call = lambda self, x: x\n",
    "empty/test_inner.py": "raise AssertionError('tests are not imported')",
}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command in a folder with `heads.py`; return its status, output and errors."""
    (tmp_path / "heads.py").write_text(LAYERS)
    monkeypatch.setattr(examples, "_examples", {})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "heads"]:
        monkeypatch.delitem(sys.modules, name)

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


def test_no_line_of_the_command_line_is_in_a_timeline(run, tmp_path):
    """A class without a function of its own is created at its line, and called by no line of the user's."""
    (tmp_path / "heads.py").write_text(WITHOUT_FUNCTION)
    _, output, _ = run("heads.py:Unbuilt", "--input", "float32[2, 5]", "--select", "variables-in-build")

    assert places(output) == [("call", ""), ("build", "heads.py:14"), ("variable", "heads.py:14")]

    _, output, _ = run("heads.py:Forgets", "--input", "float32[2, 5]", "--select", "config-round-trip")

    assert places(output) == [("init", "heads.py:17"), ("init", "heads.py:17")]


def places(output):
    """Return the kind and the line of each event in a card."""
    events = re.findall(r"[─-] \d+ +(.+)", output)
    return [(event.split()[0], "".join(re.findall(r"\S+\.py:\d+", event))) for event in events]


@pytest.fixture
def package(tmp_path, run, monkeypatch):
    """Run the command in a folder with the package `heads`."""
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "heads.py").unlink()
    for name, text in PACKAGE.items():
        (tmp_path / "heads" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "heads" / name).write_text(text)
    return run


def test_package_has_a_row_for_each_layer(package):
    """A package is checked by its exports, with examples or without; the cards of what fails follow."""
    status, printed, _ = package("heads", "--select", "config-round-trip")

    assert status == 1
    rows = [re.sub(" +", " ", line).strip() for line in printed.splitlines()]
    assert rows[0] == "heads 6 layers"
    assert [re.sub(r" [\d.]+ .?s$", "", row) for row in rows[2:8]] == [
        "– Base it is a base class: it has no call of its own",
        "– Gate it needs units",
        "✓ Head secret float32[2, 3]",
        "✗ Head head float32[2, 3] config-round-trip",
        "✓ Shift float32[2, 5] guessed",
        "– Table it refuses all inputs that were guessed",
    ]
    assert "return Gate(…)" in printed
    assert printed.count("def get_config(self):") == 1
    assert rows[-1].startswith("2 layers passed, 1 failed, 3 not tried")


def test_package_as_json(package):
    """The same is there as data."""
    status, printed, _ = package("heads", "--select", "config-round-trip", "--output-format", "json")

    data = json.loads(printed)
    assert status == 1
    outcomes = {(row["layer"], row.get("example")): row["outcome"] for row in data["layers"]}
    assert outcomes == {
        ("Base", None): "not tried",
        ("Gate", None): "not tried",
        ("Head", "secret"): "passed",
        ("Head", "head"): "failed",
        ("Shift", None): "passed",
        ("Table", None): "not tried",
    }
    assert data["layers"][3]["checks"][0]["location"]["line"] == 37


def test_modules_of_an_empty_package_are_searched(package):
    """A package that exports no layer is searched, without its tests; nothing failed, so the status is 0."""
    status, printed, _ = package("heads.empty", "--input", "float32[2, 3]", "--select", "modes-agree")

    assert status == 0
    assert "Inner  float32[2, 3]" in printed


def test_mistakes_in_examples_are_failures(package):
    """An example that raises, or whose inputs are wrong, is a row with one sentence, and the status is 1."""
    status, printed, _ = package(
        "heads.empty", "--examples", "heads.broken_examples", "--select", "modes-agree"
    )

    text = " ".join(printed.split())
    assert status == 1
    assert "no_head its example raises TypeError: Head.__init__() missing 1 required" in text
    assert "Gate gate the input 'float31[2, 3]' is not a dtype" in text
    assert 'Gate without_inputs its example has no inputs; write @example("float32[2, 5]")' in text


def test_one_layer_has_the_inputs_of_its_example(package):
    """The function of an example needs no `--input`."""
    status, printed, _ = package("heads.layers:head", "--select", "modes-agree")

    assert status == 0
    assert "Head  float32[2, 3]" in printed


def test_json(run):
    """`--output-format json` prints the report as data."""
    options = ["--input", "float32[2, 5]", "--select", "gradients", "--output-format", "json"]
    status, text, _ = run("heads:scaled", *options)

    assert status == 0
    assert json.loads(text)["checks"][0]["reason"] == "it has no trainable weights"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([":heads", "--input", "float32[2]"], "':heads' is not MODULE or MODULE:NAME"),
        (["heads:Head"], "give what to call heads:Head with, such as --input 'float32[2, 5]'"),
        (["heads.Head"], "To check this one layer, write heads:Head"),
        (["json"], "json has no layer classes and no examples; write MODULE:NAME"),
        (["nowhere:x", "--input", "float32[2]"], "cannot import nowhere"),
        (["nowhere.py:x", "--input", "float32[2]"], "the file nowhere.py does not exist"),
        (["heads:x", "--input", "float32[2]"], "heads does not have x; it has Head, scaled"),
        (["heads:Head", "--input", "float32"], "'float32' is not a dtype with a shape"),
        (["heads:Head", "--input", "float32[2]", "--call", "training"], "--call takes NAME=VALUE"),
        (["heads:Head", "--input", "float32[2]", "--select", "x"], "no check and no group is called 'x'"),
        (["heads:LAYER", "--input", "string[2]"], "heads does not have LAYER"),
        (["heads:keras", "--input", "float32[2]"], "needs a layer, or a function that creates one"),
    ],
    ids=range(12),
)
def test_bad_input_is_one_line(run, arguments, message):
    """What is wrong with the command is one line on standard error, and the status 2."""
    status, printed, error = run(*arguments)

    assert status == 2
    assert message in " ".join(error.split())
    assert printed == ""
