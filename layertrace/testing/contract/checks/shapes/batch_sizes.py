"""A layer accepts batches of any size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.inputs import OPEN
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import copy_weights, described, difference, sides_of

_SIZES = (1, 3, 5)


@check("shapes", "batch-sizes", after=["weights-without-batch", "modes-agree"])
def batch_sizes(subject: Subject) -> None:
    """A built layer accepts batches of 1, 3 and 5, and a model or a graph of it accepts any size.

    The outputs have as many dimensions for one row as for three, and a row for each row of the inputs in all
    sizes, if this is so in two. They are those of a layer that was built for this size, and of a graph in
    which the size is unknown. If the given inputs leave another dimension open, as in
    `"float32[None, None, 4]"`, other sizes of that are tried, too.

    ## Why
    The last batch of an epoch is often smaller, and a saved model serves one row at a time. A size that was
    read once, in `build` or while a graph was traced, crops the others.

    ## Use instead
    `ops.shape(inputs)[0]` in `call`, which is also right where the size is unknown.

    ## Known limits
    Whether rows influence each other is left to `rows-independent`. Dimensions that the given inputs fix are
    not varied. Of an open dimension, 5, 6 and 7 are tried: a layer that keeps two of them, and crops or pads
    the third, breaks this.
    """
    if not subject.inputs.can_vary:
        raise NotApplicable("its inputs have no batch dimension that could vary")
    layer = subject.built()
    outputs: dict[int, list[Any]] = {}
    for size in _SIZES:
        with subject.doing(f"calling it with a batch of {size}"):
            outputs[size] = subject.arrays(subject.call(layer, batch=size, training=False))
    _compare_dimensions(subject, layer, outputs)
    _compare_rows(subject, layer, outputs)
    with subject.doing("calling it with an unknown batch size"):
        model = subject.functional(layer, None)
    for size in _SIZES:
        with subject.doing(f"calling the functional model with a batch of {size}"):
            model(subject.feed(size), training=False)
    if subject.inputs.has_open_dimensions:
        _try_open_dimensions(subject, layer, model)
    _compare_with_built(subject, layer)
    _compare_with_graph(subject, layer)


def _compare_dimensions(subject: Subject, layer: Any, outputs: dict[int, list[Any]]) -> None:
    for one, three in zip(outputs[1], outputs[3], strict=False):
        if one.ndim != three.ndim:
            raise Broken(
                f"{subject.class_name} returns {described(one)} for one row and {described(three)} for three",
                method_line(layer, "call"),
                f"name the axis to drop: {subject.backend.ops}.squeeze(…, axis=-1)",
            )


def _compare_rows(subject: Subject, layer: Any, outputs: dict[int, list[Any]]) -> None:
    """Raise `Broken` if an output has a row for each row of the inputs in some sizes, and not in others."""
    batch = subject.inputs.batch
    with subject.doing("calling it"):
        sizes = {**outputs, batch: subject.arrays(subject.call(layer, training=False))}
    for arrays in zip(*sizes.values(), strict=False):
        pairs = [(size, array) for size, array in zip(sizes, arrays, strict=True) if array.ndim]
        wrong = [(size, array) for size, array in pairs if len(array) != size]
        if wrong and len(pairs) - len(wrong) > 1:
            size, array = wrong[-1]
            if _leaves_out_rows(subject, layer, size):
                continue
            raise Broken(
                f"{subject.class_name} returns {described(array)} for a batch of {size}, but a row for each "
                f"row of the inputs for a batch of {next(size for size, each in pairs if len(each) == size)}",
                method_line(layer, "call"),
                "read the size in call: ops.shape(inputs)[0]",
            )


def _leaves_out_rows(subject: Subject, layer: Any, size: int) -> bool:
    """Return whether a layer keeps all or none of a batch of equal rows: it chooses rows by their values."""
    tensors = subject.tensors(rows=[0] * size)
    with subject.doing(f"calling it with a batch of {size}"):
        outputs = subject.arrays(subject.call_with(layer, tensors, False))
    return all(len(array) in (0, size) for array in outputs if array.ndim)


def _try_open_dimensions(subject: Subject, layer: Any, model: Any) -> None:
    """Call a layer and a model of it with other sizes of the open dimensions."""
    line = method_line(layer, "call")
    what = f"calling it with another size of the open dimension, {OPEN + 1} after {OPEN}"
    with subject.doing(what, "let no weight depend on an open dimension", line):
        tensors = subject.tensors(open_size=OPEN + 1)
        subject.call_with(layer, tensors, False)
        model(tensors[0] if len(tensors) == 1 else list(tensors), training=False)
    outputs: dict[int, list[Any]] = {}
    for size in (OPEN - 1, OPEN, OPEN + 1):
        with suppress(Exception):  # a layer may need a size that is large enough
            tensors = subject.tensors(open_size=size)
            outputs[size] = subject.arrays(subject.call_with(layer, tensors, False))
    for arrays in zip(*outputs.values(), strict=False):
        for lengths in zip(*(array.shape[1:] for array in arrays), strict=False):
            wrong = [
                number for number, pair in enumerate(zip(outputs, lengths, strict=True)) if len(set(pair)) > 1
            ]
            if len(wrong) == 1 and len(lengths) > 2:
                size = list(outputs)[wrong[0]]
                kept = " and ".join(str(each) for each in outputs if each != size)
                raise Broken(
                    f"{subject.class_name} returns {described(arrays[wrong[0]])} for an open dimension of "
                    f"{size}, though it keeps the sizes {kept}",
                    line,
                    "read the size in call: ops.shape(inputs)[1]",
                )


def _compare_with_built(subject: Subject, layer: Any) -> None:
    """Raise `Broken` if a layer that is built for a size gives other outputs with the same weights."""
    given = subject.tensors()
    for what, tensors in _other_sizes(subject):
        same, twin = subject.built(), subject.fresh()
        with subject.doing(f"calling it with {what} first"):
            subject.call_with(twin, tensors, False)
        shapes = [[weight.shape for weight in each.get_weights()] for each in (layer, twin)]
        if shapes[0] != shapes[1]:
            return
        for each in (same, twin):
            copy_weights(layer, each)
        ours, theirs, control = (
            subject.arrays(subject.call_with(each, tensors, False)) for each in (layer, twin, same)
        )
        differs = "" if difference(ours, control) else difference(ours, theirs)
        if differs:
            first = described(subject.arrays(given)[0])
            raise Broken(
                f"after a first call with {first}, {subject.class_name} gives other outputs for {what} than "
                f"when it is built for that, with the same weights: {differs}",
                method_line(layer, "call"),
                "keep no size of the first call: read it in call, with ops.shape(inputs)",
                sides=sides_of(differs, "built for another", "built for it"),
            )


def _other_sizes(subject: Subject) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield inputs of other sizes than the given ones, with a description."""
    yield f"a batch of {_SIZES[-1]}", subject.tensors(_SIZES[-1])
    if subject.inputs.has_open_dimensions:
        yield f"an open dimension of {OPEN + 1}", subject.tensors(open_size=OPEN + 1)


def _compare_with_graph(subject: Subject, layer: Any) -> None:
    """Raise `Broken` if a graph in which sizes are unknown gives other outputs than an eager call."""
    if not subject.backend.has_open_graphs:
        return
    function = subject.compiled(layer, input_signature=subject.inputs.signature(subject.tf))
    for size in (_SIZES[0], _SIZES[-1]):
        tensors = subject.tensors(size)
        with subject.doing(f"{subject.calling_compiled} with an unknown batch size"):
            graph = subject.arrays(function(*tensors))
        eager, again = (subject.arrays(subject.call_with(layer, tensors, False)) for _ in range(2))
        differs = "" if difference(eager, again) else difference(eager, graph)
        if differs:
            raise Broken(
                f"{subject.class_name} gives other outputs for a batch of {size} in a graph that does not "
                f"know its size: {differs}",
                method_line(layer, "call"),
                "read the size in call: ops.shape(inputs)[0]",
                sides=sides_of(differs, "eagerly", "in the graph"),
            )
