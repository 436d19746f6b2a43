"""A layer does the same when XLA compiles it."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.check import check
from layertrace.testing.contract.frameworks import layers_inside
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference

_UNSUPPORTED = ("unsupported operations", "uncompilable", "not compilable", "No registered", "time constant")
"""What XLA reports of operations and shapes that it does not support (TensorFlow 2.16 to 2.21)."""


@check("modes", "jit-compile", after=["modes-agree"])
def jit_compile(subject: Subject) -> None:
    """Compiled by XLA, a call gives the outputs of an eager call.

    ## Why
    `compile` of Keras 3 uses XLA for `fit` unless a layer states that it cannot be compiled.

    ## Use instead
    Set `self.supports_jit = False` in `__init__` if XLA cannot compile an operation of the layer.

    ## Known limits
    Inference is tried, on the devices that there are. Layers of text, of integers only, and those of tf_keras
    are not tried if XLA lacks one of their operations, since `fit` does not compile them.
    """
    if any(leaf.spec.dtype == "string" for leaf in subject.inputs.leaves):
        raise NotApplicable("XLA has no strings")  # and ends the process if it gets one (TensorFlow 2.21)
    layer = subject.built()
    tensors = subject.tensors()
    with subject.doing("calling it eagerly"):
        eager, again = (subject.arrays(subject.call_with(layer, tensors, False)) for _ in range(2))
    if not all(getattr(inside, "supports_jit", True) for inside in layers_inside(layer)):
        raise NotApplicable("its supports_jit is False")
    with subject.doing("calling it compiled by XLA", "self.supports_jit = False in __init__"):
        try:
            compiled = subject.arrays(subject.compiled(layer, jit_compile=True)(*tensors))
        except Exception as error:
            if _has_no_xla(error) and not _is_trained(subject, eager):
                raise NotApplicable("XLA lacks one of its operations") from error
            if _has_no_xla(error):
                raise Broken(
                    f"XLA cannot compile {subject.class_name}, so that fit fails in a model that is compiled "
                    "with the defaults",
                    method_line(layer, "call"),
                    "self.supports_jit = False in __init__",
                ) from error
            raise
    differs = "" if difference(eager, again) else difference(eager, compiled)
    if differs:
        raise Broken(
            f"{subject.class_name} gives other outputs eagerly than compiled by XLA: {differs}",
            method_line(layer, "call"),
        )


def _has_no_xla(error: Exception) -> bool:
    return any(text in str(error) for text in _UNSUPPORTED)


def _is_trained(subject: Subject, outputs: list[Any]) -> bool:
    """Return whether a layer is part of models that `fit` compiles."""
    has_floats = any(array.dtype.kind in "fV" for array in outputs)
    return has_floats and not subject.framework.is_legacy
