"""What several rules of this folder use."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.user_source import dotted
from layertrace.timeline.event import Event


def with_keras_ops(call: ast.Call) -> str:
    """Write a call with the function of keras.ops that does the same; in a layer where none is known."""
    name = dotted(call.func).rpartition(".")[2]
    meant = COUNTERPARTS.get(name, name if name in SAME_NAME else None)
    if meant is None:
        return (
            "class Wrapped(keras.layers.Layer):\n"
            f"    def call(self, x):\n        return {ast.unparse(call.func)}(x)"
        )
    given = [*map(ast.unparse, call.args), *(f"{one.arg}={ast.unparse(one.value)}" for one in call.keywords)]
    return f"keras.ops.{meant}({', '.join(given)})  # not {dotted(call.func)}"


COUNTERPARTS = {
    "clip_by_value": "clip",
    "concat": "concatenate",
    "gather": "take",
    "l2_normalize": "normalize",
    "pow": "power",
    "range": "arange",
    "reduce_all": "all",
    "reduce_any": "any",
    "reduce_logsumexp": "logsumexp",
    "reduce_max": "max",
    "reduce_mean": "mean",
    "reduce_min": "min",
    "reduce_prod": "prod",
    "reduce_std": "std",
    "reduce_sum": "sum",
    "reduce_variance": "var",
    "reverse": "flip",
}
"""Functions of TensorFlow that `keras.ops` has under another name."""
SAME_NAME = frozenset({
    "abs", "add", "all", "any", "argmax", "argmin", "argsort", "cast", "ceil", "clip", "concatenate",
    "convert_to_tensor", "cos", "cumsum", "divide", "dot", "einsum", "equal", "erf", "exp", "expand_dims",
    "flip", "floor", "greater", "isfinite", "less", "linspace", "log", "logsumexp", "matmul", "max",
    "maximum", "mean", "min", "minimum", "multiply", "negative", "norm", "normalize", "not_equal",
    "one_hot", "ones_like", "pad", "power", "prod", "relu", "reshape", "roll", "round", "shape",
    "sigmoid", "sign", "sin", "softmax", "sort", "split", "sqrt", "square", "squeeze", "stack", "std",
    "subtract", "sum", "svd", "tanh", "tensordot", "tile", "transpose", "unstack", "var", "where",
    "zeros_like",
})  # fmt: skip
"""Functions that TensorFlow or NumPy and `keras.ops` (Keras 3.15) have under one name."""


def failed_calls(context: DiagnosisContext) -> Iterator[Event]:
    """Yield the calls that failed by themselves where tensors have no values, each layer once."""
    told = set()
    for event in context.errors:
        if event.kind == "call" and event.mode != "eager" and event.layer and event.layer.id not in told:
            told.add(event.layer.id)
            yield event


def also_eagerly(context: DiagnosisContext, event: Event) -> str:
    layer = event.layer
    worked = layer is not None and any(
        one.mode == "eager" and one.error is None for one in context.of(layer, "call")
    )
    return " It worked eagerly." if worked else ""


def is_branch(kind: str, raised_in: tuple[str, ...]) -> bool:
    if kind == "OperatorNotAllowedInGraphError":
        return True
    asked = (":__bool__", ":__iter__", ":_disallow", ":__len__")
    return any(
        one.startswith(("tensorflow.", "keras.")) and any(a in one for a in asked) for one in raised_in[:3]
    )


def meanwhile(event: Event) -> str:
    return "Keras infers shapes" if event.mode == "symbolic" else f"{event.function} is traced"
