"""Recognize a tensor that JAX was given as a size, and write the size as a Python number."""

from __future__ import annotations

import ast

from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at
from layertrace.timeline.event import ErrorRef, Location

__all__ = ["needs_size", "sized_call", "with_known_size"]

_REFUSES = ("canonicalize_shape", "_verify_params_are_hashable")
"""The functions of `jax._src` that refuse a tracer as a size: of reshape and zeros, and of tile."""
_COUNTS = ("arange", "linspace", "repeat")
"""The functions that ask `concrete_or_error` for a number of items; `float` and `item` do so for a value."""
_CREATES = ("array", "asarray", "stack", "convert_to_tensor")
_TAKES_SHAPE = ("reshape", "zeros", "ones", "full", "empty", "tile", "broadcast_to")
_SHAPES = ("shape", "newshape", "reps", "repeats")


def needs_size(error: ErrorRef) -> bool:
    """Return whether JAX refused a tracer where an operation takes a size (JAX 0.10)."""
    module, _, function = next(iter(error.raised_in), "").partition(":")
    callers = {name.rpartition(":")[2] for name in error.raised_in[1:4] if name.startswith("jax.")}
    is_counted = function == "concrete_or_error" and not callers.isdisjoint(_COUNTS)
    is_refused = module.startswith("jax.") and (function in _REFUSES or is_counted)
    # The same functions refuse a size of 2.5, which is not a matter of tracing.
    return is_refused and error.type in ("TypeError", "ConcretizationTypeError") and "racer" in error.message


def sized_call(line: Location | None) -> str:
    """Return the function on a line that takes a size, as the program calls it; `an operation` if unknown."""
    call = _call(line)
    return "an operation" if call is None else dotted(call.func)


def with_known_size(line: Location | None) -> tuple[str, bool]:
    """Return how the size is written so that JAX knows it, and whether it is the line itself.

    A tuple takes the numbers of `x.shape` as they are; an array of them is a tensor. What a size depends on
    is an argument that is static, or a number of another shape, with the rest masked.
    """
    call = _call(line)
    shape = None if call is None else _shape_of(call)
    statement = next((node for node in nodes_at(line) if isinstance(node, ast.stmt)), None)
    items = None if shape is None or line is None else _items(line, shape)
    if statement is not None and shape is not None and items is not None and line is not None:
        sizes = ", ".join(source_of(line, item) for item in items.elts)
        tuple_text = f"({sizes},)" if len(items.elts) == 1 else f"({sizes})"
        return rewritten(line, statement, {shape: tuple_text}), True
    name = sized_call(line)
    arguments = _arguments_in(line, shape if shape is not None or call is None else call)
    argument = arguments[0] if arguments else "n"
    return (
        f"# give {name} a size that JAX knows while it traces: one of x.shape, with the rest masked, or\n"
        f'partial(jax.jit, static_argnames=("{argument}",))  # for an argument of the jitted function',
        False,
    )


def _arguments_in(line: Location | None, size: ast.AST | None) -> list[str]:
    """Return the parameters of the function around a line that a size is computed from."""
    function = None if line is None else function_around(line)
    parameters = [] if function is None else [*function.args.args, *function.args.kwonlyargs]
    read = {node.id for node in ast.walk(size or ast.Pass()) if isinstance(node, ast.Name)}
    return [each.arg for each in parameters if each.arg in read]


def _call(line: Location | None) -> ast.Call | None:
    calls = [node for node in nodes_at(line) if isinstance(node, ast.Call)]
    sized = [node for node in calls if dotted(node.func).rpartition(".")[2] in (*_TAKES_SHAPE, *_COUNTS)]
    return next(iter(sized or calls), None)


def _shape_of(call: ast.Call) -> ast.expr | None:
    """Return the argument of an operation that is a shape."""
    name = dotted(call.func).rpartition(".")[2]
    given = next((each.value for each in call.keywords if each.arg in _SHAPES), None)
    at = 0 if name in ("zeros", "ones", "full", "empty") else 1
    return given or (call.args[at] if name in _TAKES_SHAPE and at < len(call.args) else None)


def _items(line: Location, shape: ast.expr) -> ast.List | ast.Tuple | None:
    """Return the numbers of an array of sizes that the function creates of Python numbers."""
    if isinstance(shape, ast.Name):
        function = function_around(line)
        values = [
            node.value
            for node in ast.walk(function or ast.Pass())
            if isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == [shape.id]
        ]
        shape = values[0] if len(values) == 1 else shape
    if not isinstance(shape, ast.Call) or not shape.args:
        return None
    if dotted(shape.func).rpartition(".")[2] not in _CREATES:
        return None
    items = shape.args[0]
    if not isinstance(items, ast.List | ast.Tuple) or not all(map(_is_number, items.elts)):
        return None
    return items


def _is_number(node: ast.expr) -> bool:
    """Return whether an expression is a Python number: a constant, or one of `x.shape`."""
    if isinstance(node, ast.Subscript):
        is_shape = isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
        return is_shape or (isinstance(node.value, ast.Call) and dotted(node.value.func).endswith(".shape"))
    if isinstance(node, ast.BinOp):
        return _is_number(node.left) and _is_number(node.right)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and _is_number(node.operand))
