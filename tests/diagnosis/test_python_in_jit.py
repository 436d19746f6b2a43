"""The code that changes Python state in each run of a graph fits the file that it is written into."""

import pytest

from layertrace.diagnosis.python_in_jit import by_callback, counted
from layertrace.timeline import Location

pytestmark = pytest.mark.reading

BODY = """
log = []


@run
def step(loss):
    log.append(loss)
"""


def callback_in(tmp_path, head, backend="jax"):
    """Return the code for `log.append(loss)` in a file that begins with these lines, and its other edits."""
    path = tmp_path / "program.py"
    path.write_text(head + BODY, encoding="utf-8")
    line = len(head.splitlines()) + BODY.splitlines().index("    log.append(loss)") + 1
    return by_callback(Location(str(path), line, "step"), "log", backend)


@pytest.mark.parametrize(
    ("head", "line", "code"),
    [
        ('"""A step."""\nfrom jax import jit as run\n', 2, "import jax\nfrom jax import jit as run"),
        (
            "from __future__ import annotations\nfrom jax import (\n    jit as run,\n)\n",
            2,
            "import jax\nfrom jax import (",
        ),
        ('"""A step."""\n', 3, "import jax\nlog = []"),
    ],
)
def test_jax_is_imported_in_a_file_without_a_plain_import(head, line, code, tmp_path):
    """Before its first import, or else its first statement, but after what has to stand first."""
    changed, edits = callback_in(tmp_path, head)

    assert changed == "jax.debug.callback(log.append, loss)"
    assert [(edit.location.line, edit.code) for edit in edits] == [(line, code)]


def test_jax_is_not_imported_twice(tmp_path):
    """A module of it binds its name, too."""
    assert callback_in(tmp_path, "import jax.numpy\nfrom jax import jit as run\n")[1] == ()


@pytest.mark.parametrize(
    ("head", "name", "lines"),
    [
        ("import tensorflow\n", "tensorflow", []),
        ("import keras, tensorflow as t\n", "t", []),
        ("import keras\n", "tf", ["import tensorflow as tf\nimport keras"]),
    ],
)
def test_tensorflow_is_called_by_its_name_in_the_file(head, name, lines, tmp_path):
    """Where the file does not import it, an edit does."""
    changed, edits = callback_in(tmp_path, head, "tensorflow")

    assert changed == f"{name}.py_function(log.append, [loss], [])"
    assert [edit.code for edit in edits] == lines


def test_a_shape_is_not_given_to_python(tmp_path):
    """It may be unknown in a graph, and TensorFlow makes a tensor of what it passes on."""
    path = tmp_path / "program.py"
    path.write_text("def call(self, x):\n    self.shapes.append(x.shape)\n    return x\n")
    place = Location(str(path), 2, "call")

    assert by_callback(place, "self.shapes", "tensorflow") == ("", ())
    assert by_callback(place, "self.shapes")[0] == "jax.debug.callback(self.shapes.append, x.shape)"


def test_a_length_of_nothing_is_not_the_length_of_a_list(tmp_path):
    """A method may call a `len` of its own without arguments."""
    path = tmp_path / "program.py"
    path.write_text("def call(self, x):\n    self.seen.append(x)\n    return x * len() + len(self.seen)\n")
    place = Location(str(path), 2, "call")

    assert counted(place, Location(str(path), 1, "call"), "self.seen") == ("", ())
