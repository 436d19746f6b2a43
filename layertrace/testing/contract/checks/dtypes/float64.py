"""A layer runs in double precision."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.casts import lossy_cast
from layertrace.testing.contract.check import check
from layertrace.testing.contract.frameworks import layers_inside
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.places import line_inside, method_line
from layertrace.testing.contract.policies import FLOATS, inputs_cast_to, try_policy
from layertrace.testing.contract.subject import Subject


@check("dtypes", "float64", after=["mixed-float16"])
def float64(subject: Subject) -> None:
    """With the policy `float64` a layer computes in float64, and its variables are float64.

    ## Why
    Gradients are verified, and sciences compute, in double precision. A cast to float32 loses it, also if the
    outputs are cast back.

    ## Use instead
    `keras.backend.result_type(x.dtype, "float32")` is float32 in half precision, and float64 here.

    ## Known limits
    Those of `mixed-float16`. Casts to float32 and back to float64 are found in the graph of inference, but
    not in loops, conditions and functions inside, and not if a layer inside has a dtype of its own.
    """
    layer = try_policy(subject, "float64", "float64", "float64")
    if any(inside.compute_dtype in set(FLOATS) - {"float64"} for inside in layers_inside(layer)):
        return
    cast = _cast(subject, layer)
    if cast is not None:
        is_legacy, dtype = subject.framework.is_legacy, cast.outputs[0].dtype.name
        raise Broken(
            f"{subject.class_name} casts to {dtype} and back to float64 with the policy float64",
            line_inside(cast.traceback) or method_line(layer, "call"),
            "self.compute_dtype" if is_legacy else 'keras.backend.result_type(….dtype, "float32")',
        )


def _cast(subject: Subject, layer: Any) -> Any:
    """Return the operation that loses digits, in the graph of inference; None without one."""
    # A layer with autocast=False computes in the dtype of its inputs (LayerNormalization of Keras 3.15).
    tensors = inputs_cast_to(subject, "float64")
    try:
        with subject.framework.dtype_policy("float64"):
            return lossy_cast(subject.compiled(layer).get_concrete_function(*tensors).graph)
    except Exception:  # modes-agree tries the graph
        return None
