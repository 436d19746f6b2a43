"""The modes give the same outputs."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference, sides_of


@check("modes", "modes-agree", after=["output-shape"])
def modes_agree(subject: Subject) -> None:
    """The outputs agree eagerly, in a `tf.function` or `jax.jit`, and in a functional model.

    ## Why
    `fit` runs a graph and a debugger runs eagerly: what differs between them is found late.

    ## Known limits
    Values are compared in inference, and only if two eager calls agree. What a
    `compute_output_shape` or `compute_output_spec` of the layer states is left to the check `output-shape`.
    """
    layer, backend = subject.built(), subject.backend
    line = method_line(layer, "call")
    tensors = subject.tensors()
    with subject.doing("calling it eagerly"):
        eager, again = (subject.arrays(subject.call_with(layer, tensors, False)) for _ in range(2))
    with subject.doing(subject.calling_compiled):
        graph = subject.arrays(subject.compiled(layer)(*tensors))
    stating = [
        name
        for name in ("compute_output_spec", "compute_output_shape", "call")
        if subject.framework.overrides(layer, name)
    ]
    with subject.doing("calling it with keras.Input", line=method_line(layer, stating[0])):
        model = subject.functional(layer, subject.inputs.batch)
        symbolic = subject.backend.flatten(model.output)
    with subject.doing("calling the functional model that consists of it"):
        functional = subject.arrays(model(subject.feed(), training=False))
    compiled = [(f"in {backend.function}", graph)] if backend.function else []
    modes = [*compiled, ("in a functional model", functional)]
    is_random = bool(difference(eager, again))
    for mode, outputs in modes:
        if is_random:
            outputs = [array * 0 for array in outputs]
        differs = difference([array * 0 for array in eager] if is_random else eager, outputs)
        if differs:
            message = f"{subject.class_name} gives other outputs eagerly than {mode}: {differs}"
            raise Broken(message, line, sides=sides_of(differs, "eagerly", mode))
    if stating[0] != "call" or len(symbolic) != len(eager):
        return
    for stated, array in zip(symbolic, eager, strict=True):
        sizes = tuple(stated.shape)
        fits = len(sizes) == array.ndim and all(
            size in (None, length) for size, length in zip(sizes, array.shape, strict=True)
        )
        if not fits:
            raise Broken(
                f"{subject.class_name} gives {list(array.shape)} eagerly, and {list(sizes)} with keras.Input",
                line,
            )
