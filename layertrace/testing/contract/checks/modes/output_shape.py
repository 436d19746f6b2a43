"""compute_output_shape and compute_output_spec state the shapes and dtypes of the outputs."""

from __future__ import annotations

import inspect
from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.inputs import OPEN
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import described, shapes_of


@check("modes", "output-shape")
def output_shape(subject: Subject) -> None:
    """`compute_output_shape` and `compute_output_spec` state the shapes and dtypes that a call returns.

    ## Why
    Keras builds functional models from them, without running `call`. Where there is
    only `compute_output_shape`, Keras assumes that the outputs have the compute dtype of the layer.

    ## Use instead
    `def compute_output_spec(self, inputs): return keras.KerasTensor(inputs.shape, "int32")`

    ## Known limits
    A layer that defines neither is not checked. An open dimension matches any size. Another batch size is
    tried, and another size of the dimensions that the inputs leave open.
    """
    layer = subject.built()
    has_spec, has_shape = (
        subject.framework.overrides(layer, name) for name in ("compute_output_spec", "compute_output_shape")
    )
    if not has_spec and not has_shape:
        raise NotApplicable("it has no compute_output_shape")
    if has_shape:
        batch = subject.inputs.batch
        _compare_shapes(subject, layer, batch, OPEN)
        if subject.inputs.can_vary:
            for open_size in {OPEN, OPEN + 1} if subject.inputs.has_open_dimensions else {OPEN}:
                _compare_shapes(subject, layer, 2 * batch + 1, open_size)
    _compare_specs(subject, layer, "compute_output_spec" if has_spec else "compute_output_shape")


def _compare_shapes(subject: Subject, layer: Any, batch: int, open_size: int) -> None:
    """Compare what `compute_output_shape` returns with the shapes of the outputs, for one size."""
    line = method_line(layer, "compute_output_shape")
    parameters = inspect.signature(layer.compute_output_shape).parameters.values()
    count = sum(parameter.kind is parameter.POSITIONAL_OR_KEYWORD for parameter in parameters)
    tensors = subject.tensors(batch, open_size=open_size)
    try:
        with subject.doing("calling it"):
            outputs = subject.arrays(subject.call_with(layer, tensors, False))
    except Broken:
        if (batch, open_size) == (subject.inputs.batch, OPEN):
            raise
        return  # batch-sizes tries it
    actual = [array.shape for array in outputs]
    shapes = subject.inputs.shapes(batch, open_size=open_size)
    if count < len(shapes):
        shapes = shapes[: max(count, 1)]
    with subject.doing("computing its output shape"):
        stated = shapes_of(layer.compute_output_shape(*shapes))
    if len(stated) != len(actual) or not all(map(_fits, stated, actual)):
        raise Broken(
            f"compute_output_shape of {subject.class_name} states {_listed(stated)}, and a call returns "
            f"{_listed(actual)}",
            line,
        )


def _compare_specs(subject: Subject, layer: Any, method: str) -> None:
    """Compare the symbolic outputs, which Keras takes from a method, with those of a call."""
    try:
        symbolic = subject.backend.flatten(subject.functional(layer, subject.inputs.batch).output)
    except Exception:  # modes-agree tries it
        return
    with subject.doing("calling it"):
        outputs = subject.arrays(subject.call(layer, training=False))
    if len(symbolic) != len(outputs):
        return
    for stated, array in zip(symbolic, outputs, strict=True):
        dtype = str(getattr(stated.dtype, "name", stated.dtype))
        if _fits(tuple(stated.shape), array.shape) and dtype in (array.dtype.name, "string"):
            continue
        spec = f"{dtype}{list(stated.shape)}"
        raise Broken(
            f"{method} of {subject.class_name} states {spec}, and a call returns {described(array)}",
            method_line(layer, method),
            f'compute_output_spec: keras.KerasTensor(…, "{array.dtype.name}")'
            if dtype != array.dtype.name
            else "state the shape of the output",
            sides=[("stated", spec), ("returned", described(array))],
        )


def _fits(stated: tuple[int | None, ...], actual: tuple[int, ...]) -> bool:
    """Return whether a shape with open dimensions is that of an output."""
    return len(stated) == len(actual) and all(
        size in (None, length) for size, length in zip(stated, actual, strict=True)
    )


def _listed(shapes: list[tuple[int | None, ...]]) -> str:
    return ", ".join(str(list(shape)) for shape in shapes) or "nothing"
