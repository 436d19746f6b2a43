"""Rewrite calls with `keras.ops`, and select the calls that fail without values."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from layertrace.diagnosis.context import DiagnosisContext, specs
from layertrace.diagnosis.user_source import dotted
from layertrace.timeline.event import Event


def with_keras_ops(call: ast.Call) -> str:
    """Return a call rewritten with `keras.ops`, or wrapped in a layer if `keras.ops` lacks the function."""
    name = dotted(call.func).rpartition(".")[2]
    counterpart = COUNTERPARTS.get(name, name if name in SAME_NAME else None)
    if counterpart is None:
        return (
            "class Wrapped(keras.layers.Layer):\n"
            f"    def call(self, x):\n        return {ast.unparse(call.func)}(x)"
        )
    keywords = [f"{keyword.arg}={ast.unparse(keyword.value)}" for keyword in call.keywords]
    arguments = ", ".join([*(ast.unparse(_of_tensor(argument)) for argument in call.args), *keywords])
    return f"keras.ops.{counterpart}({arguments})  # not {dotted(call.func)}"


def _of_tensor(argument: ast.expr) -> ast.expr:
    """Return the `x` of `np.array(x)`: functions of `keras.ops` take the tensor itself."""
    if not isinstance(argument, ast.Call) or len(argument.args) != 1:
        return argument
    return argument.args[0] if dotted(argument.func).endswith((".array", ".asarray")) else argument


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
"""Functions that TensorFlow or NumPy and `keras.ops` (Keras 3.15) have under the same name."""


def failed_calls(context: DiagnosisContext) -> Iterator[Event]:
    """Yield the calls that failed while tensors had no values, the first of each layer."""
    seen = set()
    for event in context.errors:
        if event.kind == "call" and event.mode != "eager" and event.layer and event.layer.id not in seen:
            seen.add(event.layer.id)
            yield event


def eager_success(context: DiagnosisContext, failed: Event) -> str:
    """Return the sentence that a failed layer works eagerly, or nothing if it never did."""
    has_worked = failed.layer is not None and any(
        call.mode == "eager" and call.error is None for call in context.of(failed.layer, "call")
    )
    return " It worked eagerly." if has_worked else ""


def is_branch(kind: str, raised_in: tuple[str, ...]) -> bool:
    """Return whether an exception comes from using a tensor in a Python branch or loop."""
    if kind == "OperatorNotAllowedInGraphError":
        return True
    methods = (":__bool__", ":__iter__", ":_disallow", ":__len__")
    return any(
        function.startswith(("tensorflow.", "keras.", "jax."))
        and any(method in function for method in methods)
        for function in raised_in[:3]
    )


def input_shapes(event: Event) -> str:
    """Return the shapes that a call received, by name if it received several: `input x float32[2], y …`."""
    inputs = event.inputs if isinstance(event.inputs, Mapping) else {"": event.inputs}
    parts = ([name, *map(str, specs(value))] for name, value in inputs.items())
    return "input " + ", ".join(" ".join(filter(None, part)) for part in parts)


def phase(event: Event) -> str:
    """Return why tensors had no values during an event, for use after "while"."""
    if event.mode == "symbolic":
        return "Keras infers shapes"
    return f"{'a function' if event.function is None else event.function.kind} is traced"
