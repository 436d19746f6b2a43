"""What works eagerly and not in a graph, nor while Keras infers shapes: values are not there yet."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.case import Case, specs
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import calls, dotted, line_of, nodes_at, nodes_of
from layertrace.timeline.event import Event, Location, Structure

_KERAS = "https://keras.io/guides/migrating_to_keras_3/"
_FUNCTION = "https://www.tensorflow.org/guide/function"


@rule("LT401", "keras-tensor-in-tensorflow", "error", _KERAS)
def keras_tensor_in_tensorflow(case: Case) -> Iterator[Found]:
    """A symbolic Keras tensor is given to a function of TensorFlow or NumPy.

    `keras.Input` is a placeholder with a shape and a dtype, and no tensor. Keras 3 does not wrap
    TensorFlow's functions any more: use `keras.ops`, or put the code into the `call` of a layer.

    Bad:

    ```python
    inputs = keras.Input((4,))
    outputs = tf.reduce_sum(inputs, axis=-1)
    ```

    Good:

    ```python
    inputs = keras.Input((4,))
    outputs = keras.ops.sum(inputs, axis=-1)
    ```
    """
    names = ("__tf_tensor__", "__array__", "__jax_array__", "__bool__", "__int__", "__float__", "__iter__")
    found = case.raised_in(*(f"keras.src.backend.common.keras_tensor:{name}" for name in names))
    for place in found[:1]:
        error = place.error
        seqs = (place.seq,) if isinstance(place, Event) else ()
        foreign = isinstance(place, Event) and case.is_of_other_keras(place)  # LT702 tells of that
        if error is not None and not foreign:
            call = _foreign_function(error.location)
            function = "a function" if call is None else dotted(call.func)
            yield Found(
                message=f"A symbolic Keras tensor was given to {function} that needs a real one, of "
                "TensorFlow or "
                "NumPy: use keras.ops, or a layer."
                if call is None
                else f"A symbolic Keras tensor was given to {function}, which needs a real one: use "
                "keras.ops, or a layer.",
                layer=place.layer if isinstance(place, Event) else None,
                location=error.location,
                evidence=(Evidence("refused here", seqs, error.location),),
                fix=_OPS if call is None else _with_keras_ops(call),
            )


_OPS = "outputs = keras.ops.sum(inputs, axis=-1)  # the function of keras.ops, not that of tf or np"


def _foreign_function(place: Location | None) -> ast.Call | None:
    """Return the call on a line of a function of TensorFlow's or NumPy's."""
    found = [node for node in nodes_at(place) if isinstance(node, ast.Call)]
    foreign = [node for node in found if dotted(node.func).startswith(_FOREIGN)]
    return foreign[0] if foreign else None


def _with_keras_ops(call: ast.Call) -> str:
    """Write a call with the function of keras.ops that does the same; in a layer where none is known."""
    name = dotted(call.func).rpartition(".")[2]
    meant = _COUNTERPARTS.get(name, name if name in _SAME_NAME else None)
    if meant is None:
        return (
            "class Wrapped(keras.layers.Layer):\n"
            f"    def call(self, x):\n        return {ast.unparse(call.func)}(x)"
        )
    given = [*map(ast.unparse, call.args), *(f"{one.arg}={ast.unparse(one.value)}" for one in call.keywords)]
    return f"keras.ops.{meant}({', '.join(given)})  # not {dotted(call.func)}"


_FOREIGN = ("tf.", "np.", "numpy.", "tensorflow.")
_COUNTERPARTS = {
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

_SAME_NAME = frozenset({
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


def _failed_calls(case: Case) -> Iterator[Event]:
    """Yield the calls that failed by themselves where tensors have no values, each layer once."""
    told = set()
    for event in case.errors:
        if event.kind == "call" and event.mode != "eager" and event.layer and event.layer.id not in told:
            told.add(event.layer.id)
            yield event


def _also_eagerly(case: Case, event: Event) -> str:
    layer = event.layer
    worked = layer is not None and any(
        one.mode == "eager" and one.error is None for one in case.of(layer, "call")
    )
    return " It worked eagerly." if worked else ""


@rule("LT403", "python-branch-on-tensor", "error", f"{_FUNCTION}#autograph_transformations")
def python_branch_on_tensor(case: Case) -> Iterator[Found]:
    """A layer decides by Python on the value of a tensor, which is not known while a graph is made.

    `if`, `while`, `and`, `for` ask a tensor for its value. Keras 3 does not convert `call` by AutoGraph, as
    tf_keras does.

    Bad:

    ```python
    def call(self, x):
        if tf.reduce_mean(x) > 0:
            return -x
        return x
    ```

    Good:

    ```python
    def call(self, x):
        return keras.ops.where(keras.ops.mean(x) > 0, -x, x)
    ```
    """
    for event in _failed_calls(case):
        error = event.error
        if error is None or not _is_branch(error.type, error.raised_in):
            continue
        where, fix = _branch_at(event, error.location)
        yield Found(
            message=f"{{layer}} decides in Python on the value of a tensor, in {where}, and "
            f"there is none while {_while(event)}.",
            layer=event.layer,
            location=error.location,
            evidence=(Evidence(f"input {event.inputs}", (event.seq,), error.location),),
            fix=fix,
        )


def _branch_at(event: Event, place: Location | None) -> tuple[str, str]:
    """Return what decides on a line, in words, and what to write instead."""
    for node in nodes_of(event.defined_at):
        asked = getattr(node, "iter" if isinstance(node, ast.For) else "test", None)
        if place is None or asked is None or not asked.lineno <= place.line <= asked.end_lineno:
            continue
        for kinds, words, fix in _BRANCHES:
            if isinstance(node, kinds):
                return words, fix
    return "an if, a loop or a comparison", "keras.ops.where(condition, a, b)  # or keras.ops.cond"


_BRANCHES: tuple[tuple[tuple[type[ast.AST], ...], str, str], ...] = (
    (
        (ast.If, ast.IfExp),
        "an if",
        "keras.ops.where(condition, a, b)  # or keras.ops.cond; or @tf.function on call",
    ),
    (
        (ast.For,),
        "a loop",
        "keras.ops.fori_loop(0, n, body, start)  # or an operation on the whole tensor, without a loop",
    ),
    ((ast.While,), "a loop", "keras.ops.while_loop(condition, body, start)"),
    ((ast.Assert,), "an assert", "tf.debugging.Assert(condition, [x])  # or no assert at all"),
)


def _is_branch(kind: str, raised_in: tuple[str, ...]) -> bool:
    if kind == "OperatorNotAllowedInGraphError":
        return True
    asked = (":__bool__", ":__iter__", ":_disallow", ":__len__")
    return any(
        one.startswith(("tensorflow.", "keras.")) and any(a in one for a in asked) for one in raised_in[:3]
    )


def _while(event: Event) -> str:
    return "Keras infers shapes" if event.mode == "symbolic" else f"{event.function} is traced"


@rule("LT404", "unknown-dimension", "error", _KERAS)
def unknown_dimension(case: Case) -> Iterator[Found]:
    """A layer computes with a dimension that is not known yet.

    While Keras infers shapes, and in a graph for any batch size, `x.shape[0]` is None. It works eagerly.

    Bad:

    ```python
    def call(self, x):
        return tf.reshape(x, (x.shape[0], 1, 2))
    ```

    Good:

    ```python
    def call(self, x):
        return keras.ops.reshape(x, (-1, 1, 2))
    ```
    """
    for event in _failed_calls(case):
        error = event.error
        if error is None or error.type not in ("TypeError", "ValueError") or not _has_unknown(event.inputs):
            continue
        method = event.defined_at
        reads = [node for node in nodes_of(method) if _reads_dimension(node)]
        if not reads or _is_branch(error.type, error.raised_in):
            continue
        line = next((line_of(method, n) for n in reads if _same_line(n, error.location)), None)
        yield Found(
            message="{layer} computes with a dimension of its input that is None while "
            f"{_while(event)}: {_first_unknown(event.inputs)}.{_also_eagerly(case, event)}",
            layer=event.layer,
            location=line or line_of(method, reads[0]),
            evidence=(Evidence(f"input {event.inputs}", (event.seq,), error.location),),
            fix="keras.ops.reshape(x, (-1, ...))  # or keras.ops.shape(x)[0]",
        )


def _same_line(node: ast.AST, place: Location | None) -> bool:
    return place is not None and getattr(node, "lineno", None) == place.line


def _reads_dimension(node: ast.AST) -> bool:
    """Tell `x.shape[…]`, `len(x)`, `x.get_shape()` and the unpacking of a shape."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    if isinstance(node, ast.Call):
        func = node.func
        return (isinstance(func, ast.Attribute) and func.attr in ("get_shape", "as_list")) or (
            isinstance(func, ast.Name) and func.id == "len"
        )
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Tuple, ast.List)):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    return False


def _has_unknown(inputs: Structure) -> bool:
    return any(spec.shape is None or None in spec.shape for spec in specs(inputs))


def _first_unknown(inputs: Structure) -> str:
    return str(next(spec for spec in specs(inputs) if spec.shape is None or None in spec.shape))


@rule("LT405", "numpy-in-call", "error", _KERAS)
def numpy_in_call(case: Case) -> Iterator[Found]:
    """A layer asks a tensor for its numbers, which a symbolic tensor does not have.

    `.numpy()`, functions of NumPy, and `float(x)` need values. While Keras infers shapes, and in a graph,
    there are none.

    Bad:

    ```python
    def call(self, x):
        return x / x.numpy().max()
    ```

    Good:

    ```python
    def call(self, x):
        return x / keras.ops.max(x)
    ```
    """
    for event in _failed_calls(case):
        error = event.error
        if error is None or error.type not in (
            "AttributeError",
            "NotImplementedError",
            "TypeError",
            "ValueError",
        ):
            continue
        if not _asked_for_values(error.raised_in) or _is_branch(error.type, error.raised_in):
            continue
        line = next(
            (
                line_of(event.defined_at, node)
                for name, node in calls(event.defined_at)
                if name.endswith(".numpy") or name.startswith(("np.", "numpy."))
            ),
            None,
        )
        yield Found(
            message=f"{{layer}} needs the numbers in a tensor, and there are none while {_while(event)}."
            + _also_eagerly(case, event),
            layer=event.layer,
            location=error.location if _is_in(error.location, event.defined_at) else line,
            evidence=(Evidence(f"input {event.inputs}", (event.seq,), error.location),),
            fix=_without_numpy(error.location) or _without_numpy(line) or _NO_NUMPY,
        )


_NO_NUMPY = "keras.ops.max(x)  # functions of keras.ops; or tf.numpy_function for real NumPy code"


def _without_numpy(place: Location | None) -> str | None:
    """Write a line's call of NumPy, or its method of what `.numpy()` returns, by keras.ops."""
    for node in nodes_at(place):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, inner = node.func.attr, node.func.value
        of_array = isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute)
        if of_array and inner.func.attr == "numpy" and name in _SAME_NAME:  # type: ignore[attr-defined]  # an attribute's
            return f"keras.ops.{name}({ast.unparse(inner.func.value)})"  # type: ignore[attr-defined]  # an attribute's
        if dotted(node.func).startswith(("np.", "numpy.")) and name in (_SAME_NAME | _COUNTERPARTS.keys()):
            return _with_keras_ops(node)
    return None


def _is_in(place: Location | None, method: Location | None) -> bool:
    """Tell whether a line is in the file of a method; NumPy's own files are nobody's to mend."""
    return place is not None and (method is None or place.file == method.file)


def _asked_for_values(raised_in: tuple[str, ...]) -> bool:
    asked = ("__getattr__", "__array__", "numpy", "__float__", "__int__", "__index__")
    hosts = [one for one in raised_in[:4] if one.startswith(("tensorflow.", "keras.", "tf_keras."))]
    return any(one.rpartition(":")[2] in asked for one in hosts)
