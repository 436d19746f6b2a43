"""LT405: A layer needs the values of a tensor that has none yet."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import source_of
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.rules.symbolic._shared import (
    COUNTERPARTS,
    SAME_NAME,
    eager_success,
    failed_calls,
    input_shapes,
    is_branch,
    phase,
    with_keras_ops,
)
from layertrace.diagnosis.rules.symbolic._sizes import needs_size, sized_call, with_known_size
from layertrace.diagnosis.rules.symbolic._steps import failed_traces
from layertrace.diagnosis.user_source import calls, dotted, function_around, line_of, nodes_at, tree_of
from layertrace.timeline.event import Event, Location

_ERRORS = (
    "AttributeError",
    "NotImplementedError",
    "TypeError",
    "ValueError",
    "TracerArrayConversionError",
    "TracerIntegerConversionError",
    "ConcretizationTypeError",
)
"""What TensorFlow, Keras and JAX raise."""

_GRADIENT_LOST = "Can't call numpy() on Tensor that requires grad"
"""How the `RuntimeError` of torch begins, 2.13."""

_NO_VALUES = "can't convert meta device type tensor to numpy"
"""How the `TypeError` of torch begins while Keras infers shapes, 2.13."""


@rule("LT405", "numpy-in-call", "error", links.MIGRATING_TO_KERAS_3, backends=ANY_BACKEND)
def numpy_in_call(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer needs the values of a tensor that has none yet.

    ## Why is this bad?

    `.numpy()`, NumPy functions and `float(x)` need values. While Keras infers shapes, and in a graph,
    tensors have none, so the layer works only eagerly. A size is a value, too: JAX traces for the sizes of
    `x.shape`, and refuses a tensor in `jnp.reshape`, `jnp.zeros` or `jnp.tile`. On torch, no gradient comes
    through NumPy, and torch refuses it in training.

    ## Example

    ```python
    def call(self, x):
        return x / x.numpy().max()
    ```

    ## Use instead

    ```python
    def call(self, x):
        return x / keras.ops.max(x)
    ```

    ## Known limits

    Only a call that failed is reported, each layer once. A failure that an enclosing `call` caught is not
    reported. Without the source, or for a function that `keras.ops` does not have, the fix is a general
    one.
    """
    yield from _in_steps(context)
    refused = list(_refused_shapes(context))
    # A fallback is not a mistake: tests/cases/clean/errors_that_are_handled.py
    for event in (*failed_calls(context), *_without_gradient(context), *refused):
        error = event.error
        if error is None:
            continue
        if needs_size(error):
            size, is_line = with_known_size(error.location)
            yield Violation(
                message=f"{{layer}} gives {sized_call(error.location)} a tensor as a size, but tensors have "
                f"no values while {phase(event)}.{eager_success(context, event)}",
                layer=event.layer,
                location=error.location,
                evidence=(Evidence(input_shapes(event), (event.seq,), error.location),),
                fix=size,
                fix_place="in place" if is_line else "elsewhere",
            )
            continue
        loses_gradient = _GRADIENT_LOST in error.message
        needs_values = (error.type in _ERRORS and _needs_values(error.raised_in)) or event in refused
        if not loses_gradient and (not needs_values or is_branch(error.type, error.raised_in)):
            continue
        line = next(
            (
                line_of(event.defined_at, node)
                for name, node in calls(event.defined_at)
                if name.endswith(".numpy") or name.startswith(("np.", "numpy."))
            ),
            None,
        )
        item = _without_item(error.location) or (
            _line_in_keras_ops(error.location) if event in refused else ""
        )
        yield Violation(
            message="{layer} takes a tensor through NumPy, where its gradient is lost: torch refuses that in "
            "training."
            if loses_gradient
            else f"{{layer}} needs the values of a tensor, but tensors have no values while "
            f"{phase(event)}.{eager_success(context, event)}",
            layer=event.layer,
            location=error.location
            if _is_in_file(error.location, event.defined_at) or line is None
            else line,
            evidence=(Evidence(input_shapes(event), (event.seq,), error.location),),
            fix=item or _without_numpy(error.location) or _without_numpy(line) or _any_operation(context),
            fix_place="in place" if item else None,
        )


def _without_item(line: Location | None) -> str:
    """Write an assignment with the tensor in place of its `.item()`, and what to do where a size needs it."""
    statement = next((node for node in nodes_at(line) if isinstance(node, ast.Assign)), None)
    if statement is None or not any(map(_is_item, ast.walk(statement.value))):
        return ""
    target = ast.unparse(statement.targets[0])
    fix = f"{ast.unparse(_Tensors().visit(ast.parse(source_of(line, statement))))}  # the tensor itself"
    function = None if line is None else function_around(line)
    slices = [node for node in ast.walk(function or ast.Pass()) if isinstance(node, ast.Slice)]
    if any(ast.unparse(each) == target for node in slices for each in (node.lower, node.upper) if each):
        fix += f"\n# no slice can depend on it: keep all rows, and multiply those beyond {target} by 0"
    return fix


def _is_item(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "item"


def _refused_shapes(context: DiagnosisContext) -> Iterator[Event]:
    """Yield the first call of each layer in which torch has no values for NumPy, if each of its calls failed.

    Keras tries shapes first. If that fails, it computes with zeros, with which NumPy may well work:
    tests/backends/cases/lt405_numpy_in_call/clean_ranks_on_torch.py
    """
    refused = [event for event in context.errors if event.kind == "call" and event.error and event.layer]
    refused = [event for event in refused if event.error and _NO_VALUES in event.error.message]
    if not refused:
        return
    succeeded = context.events(where=lambda event: event.kind == "call" and event.error is None)
    seen = {event.layer.id for event in succeeded if event.layer}
    for event in refused:
        if event.layer and event.layer.id not in seen:
            seen.add(event.layer.id)
            yield event


def _without_gradient(context: DiagnosisContext) -> Iterator[Event]:
    """Yield the first call of each layer in which torch refuses to give a tensor to NumPy."""
    seen = set()
    for event in context.errors:
        error, layer = event.error, event.layer
        if error is None or layer is None or layer.id in seen:
            continue
        if event.kind == "call" and error.origin and _GRADIENT_LOST in error.message:
            seen.add(layer.id)
            yield event


def _in_steps(context: DiagnosisContext) -> Iterator[Violation]:
    """Report values that are asked for outside of any `call`: in a step of a model, or in a loss."""
    for failed in failed_traces(context):
        error = failed.error
        if needs_size(error):
            size, is_line = with_known_size(failed.place)
            culprit = "{layer}" if failed.layer is not None else failed.name
            yield Violation(
                message=f"{culprit} gives {sized_call(failed.place)} a tensor as a size, but tensors have no "
                "values while a function is traced.",
                layer=failed.layer,
                location=failed.place,
                evidence=(Evidence("this trace failed", (failed.event.seq,), failed.place),),
                fix=size,
                fix_place="in place" if is_line else "elsewhere",
            )
            continue
        if error.type not in _ERRORS or is_branch(error.type, error.raised_in):
            continue
        if not _needs_values(error.raised_in):
            continue
        culprit = f"{{layer}} needs the values of a tensor in {failed.name}"
        yield Violation(
            message=(culprit if failed.layer is not None else f"{failed.name} needs the values of a tensor")
            + ", but tensors have no values while a function is traced.",
            layer=failed.layer,
            location=failed.place,
            evidence=(Evidence("this trace failed", (failed.event.seq,), failed.place),),
            fix=_without_values(failed.place, context.cond)
            or _without_numpy(failed.place)
            or _any_operation(context),
            fix_place="in place",
        )


_CONVERSIONS = ("float", "int", "bool")


def _without_values(line: Location | None, cond: str) -> str:
    """Write the statement on a line with the tensor itself, in place of its values."""
    tree = None if line is None else tree_of(line.file)
    for node in [] if tree is None else ast.walk(tree):
        if line is None or getattr(node, "lineno", 0) != line.line or not isinstance(node, ast.stmt):
            continue
        test = getattr(node, "test", None)
        kept: ast.AST = ast.parse(ast.unparse(node) if test is None else ast.unparse(test))
        kept = _Tensors().visit(kept)
        text = ast.unparse(kept)
        if test is not None:
            return f"{cond}({text}, if_true, if_false)  # each a function, in place of the if"
        printed = "tf.print(" if cond == "tf.cond" else "jax.debug.print('{}', "
        return f"{text.replace('print(', printed)}  # the tensor itself has no value yet"
    return ""


class _Tensors(ast.NodeTransformer):
    """Replaces `float(x)`, `x.numpy()` and `x.item()` by `x`."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Replace a conversion, after those inside it."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("numpy", "item") and not node.args:
            return node.func.value
        if dotted(node.func) in _CONVERSIONS and len(node.args) == 1:
            return node.args[0]
        return node


def _any_operation(context: DiagnosisContext) -> str:
    return f"keras.ops.max(x)  # functions of keras.ops; or {_REAL_NUMPY[context.backend]}"


_REAL_NUMPY = {
    "tensorflow": "tf.numpy_function for real NumPy code",
    "jax": "jax.pure_callback for real NumPy code",
    "torch": "x.detach() where no gradient is needed",
    "numpy": "call the layer with data",
}


def _without_numpy(location: Location | None) -> str | None:
    """Rewrite the NumPy call on a line with `keras.ops`: `np.max(x)`, or a method as in `x.numpy().max()`."""
    for node in nodes_at(location):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, inner = node.func.attr, node.func.value
        method = inner.func if isinstance(inner, ast.Call) else None
        if isinstance(method, ast.Attribute) and method.attr == "numpy" and name in SAME_NAME:
            return f"keras.ops.{name}({ast.unparse(method.value)})"
        if dotted(node.func).startswith(("np.", "numpy.")) and name in (SAME_NAME | COUNTERPARTS.keys()):
            return with_keras_ops(_KerasOps().inside(node))
    return None


def _line_in_keras_ops(line: Location | None) -> str:
    """Write a statement on one line with `keras.ops`; empty if a function of NumPy remains."""
    statement = next((node for node in nodes_at(line) if isinstance(node, (ast.Assign, ast.Return))), None)
    if line is None or statement is None or not statement.lineno == statement.end_lineno == line.line:
        return ""
    code = ast.unparse(_KerasOps().visit(ast.parse(source_of(line, statement))))
    return "" if "np." in code or "numpy" in code or "keras.ops" not in code else code


class _KerasOps(ast.NodeTransformer):
    """Replaces the functions of NumPy that `keras.ops` has under the same name."""

    def inside(self, call: ast.Call) -> ast.Call:
        """Return a copy of a call in which they are replaced in the arguments."""
        copied = copy.deepcopy(call)
        self.generic_visit(copied)
        return copied

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Replace a function, after those in its arguments."""
        self.generic_visit(node)
        module, _, name = dotted(node.func).rpartition(".")
        if module in ("np", "numpy") and name in SAME_NAME:
            node.func = ast.Attribute(ast.parse("keras.ops", mode="eval").body, name, ast.Load())
        return node


def _is_in_file(location: Location | None, method: Location | None) -> bool:
    """Return whether a line is in the file of a method, and not in one of NumPy's."""
    return location is not None and (method is None or location.file == method.file)


def _needs_values(raised_in: tuple[str, ...]) -> bool:
    """Return whether an exception comes from a method that converts a tensor to a value."""
    methods = ("__getattr__", "__array__", "numpy", "__float__", "__int__", "__index__", "_item")
    functions = [
        name for name in raised_in[:4] if name.startswith(("tensorflow.", "keras.", "tf_keras.", "jax."))
    ]
    return any(name.rpartition(":")[2] in methods for name in functions)
