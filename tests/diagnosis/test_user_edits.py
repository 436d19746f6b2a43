"""Fixes in the user's own names: one expression of the line is replaced."""

import ast

import pytest

from layertrace.diagnosis.user_edits import argument_as_tensor, created_once
from layertrace.timeline import Location

pytestmark = pytest.mark.reading


def created(tmp_path, line, columns=None):
    """Return the fix for a line in a `call` that creates a Dense."""
    file = tmp_path / f"model_{abs(hash(line))}.py"
    file.write_text(f"class Net:\n    def call(self, x, width=3):\n        {line}\n", encoding="utf-8")
    return created_once(Location(str(file), 3, "call", columns), "Dense", "dense", "call")


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        (
            "query = layers.Dense(self.units)(x)",
            "self.query = layers.Dense(self.units)  # in __init__\nquery = self.query(x)  # in call",
        ),
        ("return Dense(4)(x)", "self.dense = Dense(4)  # in __init__\nreturn self.dense(x)  # in call"),
        ("x = Dense(4)(x)  # é", "self.dense = Dense(4)  # in __init__\nx = self.dense(x)  # in call"),
        ("é = 'ü' + Dense()(x)", "self.dense = Dense()  # in __init__\né = 'ü' + self.dense(x)  # in call"),
    ],
)
def test_a_layer_is_created_once(tmp_path, line, fix):
    """It is kept under the name of the variable, or under that of its class, and used in its place."""
    shown = created(tmp_path, line)

    assert shown == fix
    assert [ast.unparse(ast.parse(part)) for part in shown.replace("return ", "").split("\n")]


@pytest.mark.parametrize(
    "line",
    [
        "y = Dense(width)(x)",
        "y = [Dense(n)(x) for n in (1, 2)]",
        "y = Dense(4)(Dense(4)(x))",
        "y = make()(x)",
        "y = Dense(\n            4)(x)",
        "a = 1; y = Dense(4)(x)",
    ],
)
def test_a_layer_that_cannot_be_moved_has_no_edit(tmp_path, line):
    """It depends on a variable of the method, or the line has several candidates."""
    assert created(tmp_path, line) is None


def test_columns_choose_among_several_calls(tmp_path):
    """Python knows which of the calls created the layer."""
    shown = created(tmp_path, "y = Dense(4)(x) + Dense(5)(x)", (26, 34))

    assert shown.splitlines()[1] == "y = Dense(4)(x) + self.dense(x)  # in call"


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("step(x, 0.1 / (n + 1))", "step(x, tf.constant(0.1 / (n + 1)))"),
        ("loss = step(x, rate=n)", "loss = step(x, rate=tf.constant(n))"),
        ("loss = net.step(x, n)", "loss = net.step(x, tf.constant(n))"),
        ("step(*both)", None),
        ("step(x)", None),
        ("other(x, n)", None),
    ],
)
def test_an_argument_becomes_a_tensor(tmp_path, line, fix):
    """By position or by name, also of a method."""
    file = tmp_path / f"train_{abs(hash(line))}.py"
    file.write_text(f"def step(x, rate):\n    return x\nfor n in range(3):\n    {line}\n", encoding="utf-8")
    place = Location(str(file), 4)

    assert argument_as_tensor(place, "step", Location(str(file), 1), "rate") == fix


def test_a_line_that_is_unknown_has_no_edit():
    """The source may be elsewhere."""
    assert created_once(Location("/nowhere.py", 3), "Dense", "dense", "call") is None
    assert created_once(None, "Dense", "dense", "call") is None
    assert argument_as_tensor(None, "step", None, "rate") is None
