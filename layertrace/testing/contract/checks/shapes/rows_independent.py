"""The rows of a batch do not influence each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference, sides_of

_ROWS = 5
"""Enough for a layer that mixes neighbours, turns the batch round, or looks at its first or last row."""


@check(
    "shapes",
    "rows-independent",
    after=["batch-sizes"],
    unless=["deterministic-inference", "training-reaches-children"],
)
def rows_independent(subject: Subject) -> None:
    """In inference, each row of the outputs depends on its own row of the inputs, and on no other.

    ## Why
    Otherwise a prediction depends on what else is in its batch, and on the size of the batch. To
    normalize over axis 0, or to roll or sort along it, mixes the rows; only batch statistics in training
    do so on purpose.

    ## Use instead
    Name the axes of a row: `ops.mean(inputs, axis=-1, keepdims=True)`.

    ## Known limits
    Outputs that have a row for each row of the inputs are looked at, and every input whose first dimension is
    the batch has rows. Rows may be filled up with one value to the longest of the batch. A layer that
    compares the rows of a batch on purpose breaks this. Layers that draw random numbers in inference are not
    tried.
    """
    if not subject.inputs.can_vary:
        raise NotApplicable("its inputs have no batch dimension that could vary")
    layer, batch = subject.built(), subject.inputs.batch
    count = _ROWS if batch != _ROWS else _ROWS + 1
    rows = range(count)

    def called(chosen: Iterable[int]) -> list[Any]:
        tensors = subject.tensors(max(2 * count + 1, batch), rows=list(chosen))
        with subject.doing("calling it in inference"):
            return subject.arrays(subject.call_with(layer, tensors, False))

    first, again, given = called(rows), called(rows), called(range(batch))
    if difference(first, again):
        raise NotApplicable("it draws random numbers in inference")
    # A value that was given is repeated after the rows of the batch, and the others must differ.
    offset = count if count % batch else count + 1
    mixed = [called(other if other == row else other + offset for other in rows) for row in rows]
    # A layer that leaves out rows by their values has no row for each in some of the batches.
    sizes = [(given, batch), *((arrays, count) for arrays in (first, *mixed))]
    places = [
        number
        for number in range(min(len(arrays) for arrays, _ in sizes))
        if all(len(_rows(arrays[number])) == size for arrays, size in sizes)
    ]
    alone, more = ([arrays[number][: min(batch, count)] for number in places] for arrays in (given, first))
    reason = "the other rows of its batch, or on how many there are"
    _compare(subject, alone, more, reason, f"a batch of {batch}", f"a batch of {count}")
    for row, others in zip(rows, mixed, strict=True):
        kept, changed = ([arrays[number][row : row + 1] for number in places] for arrays in (first, others))
        _compare(subject, kept, changed, "the other rows of its batch", "with some rows", "with others")


def _compare(
    subject: Subject, first: list[Any], second: list[Any], reason: str, one: str, other: str
) -> None:
    """Raise `Broken` if the outputs of the same rows differ in two batches."""
    differs = difference(_without_padding(first, second), _without_padding(second, first))
    if differs:
        raise Broken(
            f"the output of {subject.class_name} for a row depends on {reason}: {differs}",
            method_line(subject.fresh(), "call"),
            "compute along the axes of a row: axis=-1, not axis=0",
            sides=sides_of(differs, one, other),
        )


def _without_padding(arrays: list[Any], others: list[Any]) -> list[Any]:
    """Return arrays in the size of others if all that they have more is one value.

    A layer may fill up its rows to the longest of the batch, as `RaggedTensor.to_tensor` does.
    """
    import numpy as np

    result = []
    for array, other in zip(arrays, others, strict=True):
        common = tuple(map(slice, other.shape)) if array.ndim == other.ndim else ()
        more = np.ones(array.shape, bool)
        more[common] = False
        values = array[more]
        result.append(array[common] if (values == values[:1]).all() else array)
    return result


def _rows(array: Any) -> Any:
    return array if array.ndim else ()
