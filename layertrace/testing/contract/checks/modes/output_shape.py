"""compute_output_shape states the shape of the outputs."""

from __future__ import annotations

import inspect

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import outputs_of, shapes_of


@check("modes", "output-shape")
def output_shape(subject: Subject) -> None:
    """`compute_output_shape` states the shapes that a call returns.

    ## Why
    Keras builds functional models from it, without running `call`.

    ## Known limits
    A layer without `compute_output_shape` has nothing to check. A dimension that it leaves open is right.
    """
    layer = subject.built()
    if not subject.framework.overrides(layer, "compute_output_shape"):
        raise NotApplicable("it has no compute_output_shape")
    line = method_line(layer, "compute_output_shape")
    parameters = inspect.signature(layer.compute_output_shape).parameters.values()
    count = sum(parameter.kind is parameter.POSITIONAL_OR_KEYWORD for parameter in parameters)
    batch = subject.inputs.batch
    with subject.doing("calling it"):
        actual = [array.shape for array in outputs_of(subject.tf, subject.call(layer, training=False))]
    shapes = subject.inputs.shapes(batch)
    if count < len(shapes):
        shapes = shapes[: max(count, 1)]
    with subject.doing("computing its output shape"):
        stated = shapes_of(layer.compute_output_shape(*shapes))
    fits = len(stated) == len(actual) and all(
        len(said) == len(real) and all(a in (None, b) for a, b in zip(said, real, strict=True))
        for said, real in zip(stated, actual, strict=True)
    )
    if not fits:
        raise Broken(
            f"compute_output_shape of {subject.class_name} states {_listed(stated)}, and a call returns "
            f"{_listed(actual)}",
            line,
        )


def _listed(shapes: list[tuple[int | None, ...]]) -> str:
    return ", ".join(str(list(shape)) for shape in shapes) or "nothing"
