"""Find out in the source whether a function works as well if a value that it reads is a tracer of JAX."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from layertrace.diagnosis.context import specs
from layertrace.diagnosis.user_source import dotted
from layertrace.timeline.event import Structure

__all__ = ["accepts_tracer"]

_MODULES = ("jnp", "jax.numpy", "ops", "keras.ops")
_OF_VALUES = {
    "abs", "add", "ceil", "clip", "cos", "divide", "exp", "expm1", "floor", "fold_in", "log",
    "log1p", "maximum", "minimum", "mod", "multiply", "negative", "power", "remainder", "sigmoid",
    "sign", "sin", "sqrt", "square", "subtract", "tan", "tanh", "true_divide", "where",
}  # fmt: skip
"""Functions of `jax.numpy`, `jax.random` and `keras.ops` that compute with the values of all arguments."""

_ENDS = (ast.Return, ast.Attribute, ast.Tuple, ast.List, ast.ListComp, ast.Lambda)
"""What may be done with a result of arithmetic: an attribute of it is a method of an array."""

_DEEPEST = 3
"""How many functions a value is followed through."""

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def accepts_tracer(
    function: Function | None, name: str, inputs: Structure, tree: ast.Module | None = None
) -> bool:
    """Return whether a function only computes with the value of a variable, so that it may be a tracer.

    Sizes, conditions, indices and what is passed to functions of other files may need a Python value.

    Args:
        function: The function.
        name: The variable.
        inputs: What its arguments were in a trace: tensors, and the values of static arguments.
        tree: Its file, in which the functions are looked up that it passes the value to.
    """
    given = inputs if isinstance(inputs, Mapping) else {}
    tracers = {argument for argument, value in given.items() if any(specs(value))}
    return function is not None and name.isidentifier() and _Uses(function, tracers, tree).only_compute(name)


class _Uses:
    """What a function does with its variables."""

    def __init__(
        self, function: Function, tracers: set[str], tree: ast.Module | None, depth: int = _DEEPEST
    ) -> None:
        self._tree = tree if depth else None
        self._depth = depth
        body = function.body if isinstance(function.body, list) else [function.body]
        self._nodes = [node for statement in body for node in ast.walk(statement)]
        self._parents = {child: node for node in self._nodes for child in ast.iter_child_nodes(node)}
        self._stored = {each.id for each in self._nodes if isinstance(each, ast.Name) and not _is_read(each)}
        self._tracers = self._computed_from(tracers)
        self._values: set[str] = set()  # the variable, and those that are computed from it alone

    def only_compute(self, name: str) -> bool:
        """Return whether the function only computes with the value of a variable."""
        if name in self._values:
            return True
        if name in self._stored and not self._values:
            return False
        self._values.add(name)
        reads = [node for node in self._nodes if isinstance(node, ast.Name) and node.id == name]
        reads = [node for node in reads if _is_read(node)]
        return bool(reads) and all(map(self._is_computed_with, reads))

    def _is_computed_with(self, node: ast.Name) -> bool:
        """Return whether a use of a value computes with it, up to where a tracer is computed with as well."""
        computed: ast.AST = node
        outer = self._parents.get(node)
        while isinstance(outer, (ast.BinOp, ast.UnaryOp, ast.Call)):
            if isinstance(outer, ast.Call):
                return _computes_with_values(outer) or self._is_passed_on(outer, computed)
            if _needs_number(outer, computed):
                return False
            if self._has_tracer(outer):
                return True
            computed, outer = outer, self._parents.get(outer)
        if isinstance(outer, ast.AugAssign):
            return computed is outer.value
        if computed is node:  # as it is: returned, compared or an index
            return False
        if isinstance(outer, ast.Assign):
            names = [target.id for target in outer.targets if isinstance(target, ast.Name)]
            return len(names) == len(outer.targets) and all(map(self.only_compute, names))
        return outer is None or isinstance(outer, _ENDS)

    def _is_passed_on(self, call: ast.Call, argument: ast.AST) -> bool:
        """Return whether a call passes a value to a function of the file that only computes with it."""
        function = None if self._tree is None else _function_called(call, self._tree)
        if function is None:
            return False
        names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
        given = [*zip(names, call.args, strict=False), *((each.arg, each.value) for each in call.keywords)]
        name = next((name for name, value in given if value is argument), None)
        tracers = {each for each, value in given if each is not None and self._has_tracer(value)}
        return name is not None and _Uses(function, tracers, self._tree, self._depth - 1).only_compute(name)

    def _computed_from(self, tracers: set[str]) -> set[str]:
        """Return the variables that are computed from tracers, with these."""
        known = set(tracers)
        pairs = list(self._assigned())
        for _ in pairs:
            known |= {name for names, value in pairs if _is_computed_from(value, known) for name in names}
        return known

    def _assigned(self) -> Iterator[tuple[set[str], ast.AST]]:
        for node in self._nodes:
            if isinstance(node, ast.Assign):
                yield {name for target in node.targets for name in _names(target)}, node.value
            elif isinstance(node, (ast.For, ast.comprehension)):
                yield _names(node.target), node.iter

    def _has_tracer(self, expression: ast.AST) -> bool:
        return _is_computed_from(expression, self._tracers - self._values)


def _function_called(call: ast.Call, tree: ast.Module) -> ast.FunctionDef | None:
    """Return the function of a file that a call runs, also as `jax.value_and_grad(function)`."""
    name = dotted(call.func)
    nodes = list(ast.walk(tree)) if name else []
    for node in nodes:
        if not isinstance(node, ast.Assign) or [dotted(target) for target in node.targets] != [name]:
            continue
        wrapping = node.value
        if isinstance(wrapping, ast.Call) and dotted(wrapping.func).rpartition(".")[2] in _TRANSFORMATIONS:
            name = dotted(wrapping.args[0]) if wrapping.args else name
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == name]
    return functions[0] if len(functions) == 1 else None


_TRANSFORMATIONS = ("grad", "value_and_grad", "jit", "checkpoint", "remat")


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _is_computed_from(node: ast.AST, tracers: set[str]) -> bool:
    """Return whether an expression has a tracer, and not only its shape."""
    if isinstance(node, ast.Name):
        return node.id in tracers
    is_size = isinstance(node, ast.Call) and dotted(node.func) == "len"
    if is_size or (isinstance(node, ast.Attribute) and node.attr in _STATIC):
        return False
    return any(_is_computed_from(child, tracers) for child in ast.iter_child_nodes(node))


_STATIC = ("shape", "ndim", "size", "dtype")


def _needs_number(operation: ast.BinOp | ast.UnaryOp, operand: ast.AST) -> bool:
    """Return whether an operation is not arithmetic, or is another one with a tracer: `x ** 2`, `[0] * n`."""
    if isinstance(operation, ast.UnaryOp):
        return isinstance(operation.op, ast.Not)
    others = (operation.left, operation.right)
    is_text = any(isinstance(each, ast.Constant) and type(each.value) is str for each in others)
    is_power = isinstance(operation.op, ast.Pow) and operation.right is operand
    return (
        is_power or is_text or any(isinstance(each, (ast.List, ast.Tuple, ast.JoinedStr)) for each in others)
    )


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


def _computes_with_values(call: ast.Call) -> bool:
    module, _, name = dotted(call.func).rpartition(".")
    return name in _OF_VALUES and (module in _MODULES or name == "fold_in")
