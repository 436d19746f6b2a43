"""Rules read the source of the program: one tree for each file, and what is derived from that."""

import ast
import linecache

import pytest

from layertrace.diagnosis.layer_expressions import layer_calls_at
from layertrace.diagnosis.method_edits import in_init
from layertrace.diagnosis.rules.tracing._called_once import created_for_call
from layertrace.diagnosis.user_source import methods_beside, tree_of
from layertrace.timeline import Location

pytestmark = pytest.mark.reading

SOURCE = """import jax

class Net:
    def call(self, x):
        return x

for x in data:
    y = jax.jit(lambda x: x)(x)
"""


@pytest.fixture
def place(tmp_path):
    """Return where a method is defined in a file that has to be parsed again, after 300 others."""
    file = tmp_path / "net.py"
    file.write_text(SOURCE)
    call = Location(str(file), 4, "call")
    assert list(methods_beside(call)) == ["call"]
    assert created_for_call(Location(str(file), 8)) is not None
    for number in range(300):
        other = f"other_{number}.py"
        linecache.cache[other] = (5, None, ["x = 1\n"], other)
        assert tree_of(other) is not None
        del linecache.cache[other]
    return call


def test_a_file_that_is_parsed_again_has_its_methods(place):
    """Functions of the first tree are not those of the second."""
    assert methods_beside(place) == {"call": place}
    assert in_init(place, "self.w = 1").location == place


def test_what_is_around_a_call_is_found_again(place):
    """The loop around it is one of the tree that is read."""
    assert created_for_call(Location(place.file, 8)).around == "loop"


SPREAD = """self.body, self.head = (
    layers.Dense(8),
    layers.Dense(3),
)
y = self.head(
    self.body(
        x
    )
)
"""


@pytest.mark.parametrize(
    ("line", "columns", "code"),
    [
        (2, (4, 19), "layers.Dense(8)"),
        (3, (4, 19), "layers.Dense(3)"),
        (5, (4, None), "self.head(self.body(x))"),
        (6, (4, None), "self.body(x)"),
    ],
)
def test_a_call_is_found_by_its_line_and_its_columns(tmp_path, line, columns, code):
    """Calls of one statement may begin in the same column of several lines, or end on another line."""
    file = tmp_path / "net.py"
    file.write_text(SPREAD)

    found = layer_calls_at(Location(str(file), line, "call", columns))

    assert [ast.unparse(call) for call in found] == [code]
