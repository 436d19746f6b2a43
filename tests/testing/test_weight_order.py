"""`weight-order` finds each set that decides the order of weights, at its line, and blames no other."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import keras
import pytest

from layertrace.testing import check_layer
from layertrace.testing.contract.set_orders import watched

sys.path[:0] = [str(Path(__file__).parent)]

import layers_with_sets  # noqa: E402

pytestmark = pytest.mark.slow


def line_that_decides(cls):
    """Return the line of the file with the mark, in the class or in the function that it calls."""
    uses_function = cls is layers_with_sets.SetOfFunction
    lines, first = inspect.getsourcelines(layers_with_sets.without_doubles if uses_function else cls)
    return first + next(number for number, line in enumerate(lines) if "# decides" in line)


@pytest.mark.parametrize("cls", layers_with_sets.BROKEN, ids=lambda cls: cls.__name__)
def test_a_set_that_decides_the_order_is_found_each_time(cls):
    """However the set is ordered in this process and in these instances, the check fails at its line."""
    for _ in range(3):
        report = check_layer(cls, layers_with_sets.ROWS, select=["weight-order"])

        (result,) = report.failed
        assert result.finding.location.line == line_that_decides(cls), str(report)
        assert " decides the order of the weights of " in result.finding.message
        assert "◄ here" in str(report)


@pytest.mark.parametrize("cls", layers_with_sets.SOUND, ids=lambda cls: cls.__name__)
def test_other_sets_are_not_blamed(cls):
    """Sets that are sorted, that hold numbers, or on which no order depends, are right."""
    for _ in range(3):
        report = check_layer(cls, layers_with_sets.ROWS, select=["weight-order"])

        assert [result.outcome for result in report.results] == ["passed"], str(report)


def test_texts_and_layers_are_named():
    """The message states what the set holds and both orders; the fix suits it."""
    texts, layers = (
        check_layer(cls, layers_with_sets.ROWS, select=["weight-order"]).findings[0]
        for cls in (layers_with_sets.SetOfTexts, layers_with_sets.SetOfLayers)
    )

    assert texts.message.startswith("a set of texts decides the order of the weights of SetOfTexts: ")
    assert "query.kernel [5, 3]" in texts.message
    assert texts.fix == "sorted(…)"
    assert layers.message.startswith("a set of layers decides the order of the weights of SetOfLayers: ")
    assert layers.fix == "a list or a tuple, not a set"


def test_an_exception_in_one_order_is_blamed_on_the_set():
    """A layer that fails if its set has one of the orders fails the check."""

    class Fails(layers_with_sets.Parts):
        orders = []  # noqa: RUF012  # shared on purpose: it refuses the second order

        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            order = list({"query", "key"})
            self.orders.append(order)
            if order != self.orders[0]:
                raise ValueError("not this order")
            self.head = keras.layers.Dense(3)

        def children(self):
            return (self.head,)

    (finding,) = check_layer(Fails, layers_with_sets.ROWS, select=["weight-order"]).findings

    assert finding.message.endswith("not this order, with a set of texts in another order.")
    assert finding.source.strip().startswith("order = list(")


def test_functions_are_what_they_were_after_the_check():
    """In the block, functions that go through something run other code; after it their own."""
    function, build = layers_with_sets.without_doubles, layers_with_sets.SetOfArgument.build
    codes = function.__code__, build.__code__
    names = set(vars(layers_with_sets))

    with watched([layers_with_sets.SetOfArgument()]):
        assert function.__code__ is not codes[0]
        assert build.__code__ is not codes[1]
        assert sorted(function("aab")) == ["a", "b"]

    assert (function.__code__, build.__code__) == codes
    assert function.__code__ is codes[0]
    assert set(vars(layers_with_sets)) == names


def test_a_function_whose_source_has_changed_is_left_alone():
    """Code that is not what its file has now keeps running as it is."""
    function = layers_with_sets.without_doubles
    code = function.__code__
    function.__code__ = code.replace(co_consts=(*code.co_consts, "older"))
    try:
        with watched([layers_with_sets.SetOfFunction()]) as orders:
            assert function.__code__.co_consts[-1] == "older"
            function(["query", "key"])
        assert orders.places == {}
    finally:
        function.__code__ = code


def test_source_that_python_cannot_compile_is_left_alone(tmp_path, monkeypatch):
    """The function of a notebook's cell that awaits something keeps running as it is."""
    file = str(tmp_path / "cell.py")
    Path(file).write_text("await work()\ndef names():\n    return list({'query', 'key'})\n")
    function = layers_with_sets.without_doubles
    code = function.__code__.replace(co_filename=file, co_firstlineno=2, co_name="names")
    monkeypatch.setattr(function, "__code__", code)

    with watched([layers_with_sets.SetOfFunction()]) as orders:
        function(["query", "key"])

    assert orders.places == {}
