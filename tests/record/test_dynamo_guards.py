"""torch's words for a guard that failed become the change that they are about."""

import pytest

from layertrace.record.describe.dynamo_guards import arguments_of, cause_of_guards, first_words
from layertrace.timeline.event import Opaque, TensorSpec

X = TensorSpec("float32", (2, 3))
FIRST = {"x": X, "alpha": 0.1, "data": ((X, X),)}


def cause(*reasons, now=FIRST, **values):
    """Return why a function is compiled that was compiled once; `values` stand at paths of its state."""
    earlier = {"0/0": (4, FIRST)}
    return cause_of_guards(reasons, now, earlier.get, lambda path: values.get(path, Opaque("?")))


@pytest.mark.parametrize(
    ("reason", "now", "text"),
    [
        ("tensor 'x' size mismatch at index 0. expected 2, actual 5", {"x": TensorSpec("float32", (5, 3))},
         "x: float32[5, 3], was float32[2, 3] (dimension 0)"),
        ("tensor 'data[0][1]' dtype mismatch. expected Float, actual Int",
         {"data": ((X, TensorSpec("int32", (2, 3))),)}, "data[0][1]: int32[2, 3], was float32[2, 3]"),
        ("alpha == 0.1                 # y = x * alpha  # a.py:2 in f\nUser stack trace:\n  File",
         {"alpha": 0.2}, "alpha=0.2, was 0.1"),
        ("len(data) == 1", {"data": ((X, X), X)}, "data: ((float32[2, 3], float32[2, 3]), float32[2, 3]), "
         "was ((float32[2, 3], float32[2, 3]),)"),
    ],
)  # fmt: skip
def test_an_argument_is_described_as_on_other_backends(reason, now, text):
    """Both descriptions are those of the argument; other arguments that differ are not named."""
    found = cause(f"0/0: {reason}", now={**FIRST, "other": 1, **now})

    assert str(found) == text
    assert (found.reason, found.compared_with, len(found.changes)) == ("signature", 4, 1)


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("0/7: tensor 'x' size mismatch at index 1. expected 2, actual 5", "x: 5, was 2 (dimension 1)"),
        ("0/7: tensor '___stack0' rank mismatch. expected 2, actual 1", "stack[0]: rank 1, was rank 2"),
        ("0/7: tensor 'self.table' dtype mismatch. expected Float, actual Int", "self.table: Int, was Float"),
        ("0/7: G['config'].rate == 3", "config.rate=4, was 3"),
        ("0/7: G['config'].other == 3", "torch's guard failed: config.other == 3"),
        ("0/0: x.alpha == 3", "torch's guard failed: x.alpha == 3"),
        ("0/7: GLOBAL_STATE changed: grad_mode ", "torch's guard failed: GLOBAL_STATE changed: grad_mode"),
        ("what no torch reports", "torch's guard failed: what no torch reports"),
    ],
)
def test_what_is_not_a_known_argument_is_described_in_torchs_words(reason, text):
    """The compilation before may be unknown, and a guard may compare nothing."""
    found = cause(reason, now={**FIRST, "alpha": 9}, **{"G['config'].rate": 4})

    assert str(found) == text


def test_the_most_similar_compilation_explains():
    """The first that torch names is the last one, which may differ in much more."""
    known = {"0/0": (1, {"x": 1, "y": 1, "z": 1}), "0/1": (2, {"x": 2, "y": 2, "z": 2})}
    found = cause_of_guards(
        ["0/1: y == 2", "0/0: x == 1"], {"x": 2, "y": 1, "z": 1}, known.get, lambda _: Opaque("?")
    )

    assert (str(found), found.compared_with) == ("x=2, was 1", 1)


def test_arguments_are_those_of_the_program():
    """Without `self`, and without what torch adds to a function that goes on after a graph break."""

    def method(self, __nested, ___stack1, x, *rest, key=None, **more):
        for local in rest:
            print(local)

    given = {"x": 2, "rest": (3,), "key": 4, "more": {"a": 5}}
    others = {"self": 1, "__nested": [], "___stack1": 7, "local": 6}

    assert arguments_of(method.__code__, {**given, **others}) == {**given, "stack[1]": 7}


def test_the_first_words_of_a_graph_break():
    """What happened, and the first sentence of the explanation."""
    reason = "Data-dependent branching\n  Explanation: It branches (e.g. `if x:`). It may not.\n  Hint: do\n"

    assert first_words(reason) == "Data-dependent branching: It branches (e.g. `if x:`)"
    assert first_words("Only this.\n\nmore") == "Only this."
    assert first_words("") == ""
