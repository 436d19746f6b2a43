"""Find where a jaxpr combines a column `[n, 1]` and a vector `[n]` into the mean of a matrix of all pairs.

JAX gives the vector an axis first, by an operation of the same line as the combination. If a program asks for
all pairs, as in `a[:, None] - b`, the axis has an operation of its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Pairs", "is_column_or_vector", "pairs_in"]

_COMBINING = {"sub": "Sub", "add": "AddV2", "mul": "Mul", "div": "RealDiv"}
"""The operations that are looked at, and what TensorFlow calls them."""
_UNARY = {
    "abs", "convert_element_type", "copy", "exp", "integer_pow", "log", "log1p", "logistic", "neg", "sign",
    "sqrt", "square", "stop_gradient", "tanh",
}  # fmt: skip
"""Operations whose output has one value for each value of the input."""
_ELEMENTWISE = {
    *_COMBINING, *_UNARY, "max", "min", "pow", "select_n", "lt", "le", "gt", "ge", "eq", "ne", "and",
    "or", "not",
}  # fmt: skip
_FLATTENING = {"squeeze", "reshape"}
_REDUCING = {"reduce_sum", "reduce_max", "reduce_min", "argmax", "gather", "dynamic_slice", "slice"}
_CALLING = {"jit", "pjit", "custom_jvp_call", "custom_vjp_call"}
"""Functions of JAX, such as `jax.nn.relu`: those that return the shape that they were given are followed."""
_MOST = 64  # operations that are followed from one value


@dataclass(frozen=True)
class Pairs:
    """One combination.

    Attributes:
        equation: The operation.
        name: What TensorFlow calls it.
        at: Which of its arguments depends on a layer.
        mine: That value.
        other: The other one, which is data.
        output: The identity of the output of a layer that `mine` comes from.
        is_loss: Whether `mine` is a number for each row that was reduced from the output.
    """

    equation: Any
    name: str
    at: int
    mine: Any
    other: Any
    output: int
    is_loss: bool


def is_column_or_vector(shape: object) -> bool:
    """Return whether a shape is `[n]` or `[n, 1]`, with n above 1."""
    return type(shape) is tuple and len(shape) in (1, 2) and shape[0] != 1 and shape[1:] in ((), (1,))


def pairs_in(jaxpr: Any, outputs: Collection[int], weights: Collection[int]) -> Iterator[Pairs]:
    """Yield the combinations of an output of a layer and data whose mean or sum is taken.

    Args:
        jaxpr: What JAX has traced.
        outputs: The identities of the values that layers returned.
        weights: Those of the arguments that hold variables.
    """
    made = {id(value): equation for equation in jaxpr.eqns for value in equation.outvars}
    data = {id(value) for value in jaxpr.invars}.difference(weights, outputs)
    flow = _Flow(made, outputs, data)
    for equation in jaxpr.eqns:
        operands = _operands(equation, made)
        if operands is None:
            continue
        column, vector, at = operands
        for found in (
            flow.output_and_data(equation, column, vector, at),
            flow.data_and_output(equation, column, vector, at),
        ):
            if found is not None and _is_reduced(equation.outvars[0], jaxpr, made):
                yield found


def _operands(equation: Any, made: Mapping[int, Any]) -> tuple[Any, Any, int] | None:
    """Return the column, the vector to which JAX gave an axis, and which argument the column is."""
    if equation.primitive.name not in _COMBINING:
        return None
    shape = equation.outvars[0].aval.shape
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] == 1:
        return None
    for at, (column, row) in enumerate((equation.invars, equation.invars[::-1])):
        widened = made.get(id(row))
        if (
            column.aval.shape == (shape[0], 1)
            and row.aval.shape == (1, shape[0])
            and widened is not None
            and widened.primitive.name in ("broadcast_in_dim", "reshape")
            and widened.invars[0].aval.shape == (shape[0],)
            and _place(widened) == _place(equation)
        ):
            return column, widened.invars[0], at
    return None


def _place(equation: Any) -> object:
    """Return the innermost instruction outside of JAX that led to an operation, and those around it."""
    traceback = equation.source_info.traceback
    if traceback is None:
        return equation  # which is equal to no other
    folder = os.path.join(os.path.dirname(str(sys.modules["jax"].__file__)), "")
    pairs = zip(*traceback.raw_frames(), strict=True)
    return [(code, at) for code, at in pairs if not code.co_filename.startswith(folder)]


class _Flow:
    """Where values of a jaxpr come from.

    Attributes:
        made: The operation that computes each value.
        outputs: What layers returned.
        data: The arguments that are not variables.
    """

    def __init__(self, made: Mapping[int, Any], outputs: Collection[int], data: Collection[int]) -> None:
        self.made, self.outputs, self.data = made, outputs, data

    def output_and_data(self, equation: Any, column: Any, vector: Any, at: int) -> Pairs | None:
        """Return the combination if the column is the output of a layer, and the vector is data."""
        output = self._output(column, frozenset())
        if output is None or not self._is_data(vector, output):
            return None
        name = _COMBINING[equation.primitive.name]
        return Pairs(equation, name, at, column, vector, output, is_loss=False)

    def data_and_output(self, equation: Any, column: Any, vector: Any, at: int) -> Pairs | None:
        """Return the combination if the column is data, and the vector comes from the output of a layer."""
        if id(self._source(column, frozenset())) not in self.data:
            return None
        name = _COMBINING[equation.primitive.name]
        output = self._output(vector, _FLATTENING)
        if output is not None:
            return Pairs(equation, name, 1 - at, vector, column, output, is_loss=False)
        source = self._source(vector, frozenset())
        reduced = self.made.get(id(source))
        if reduced is None or reduced.primitive.name != "reduce_sum":
            return None
        output = next((id(value) for value in self._behind(source) if id(value) in self.outputs), None)
        if output is None:
            return None
        return Pairs(equation, name, 1 - at, vector, column, output, is_loss=True)

    def _output(self, value: Any, also: Collection[str]) -> int | None:
        source = id(self._source(value, also))
        return source if source in self.outputs else None

    def _source(self, value: Any, also: Collection[str]) -> Any:
        """Return where a value comes from, through operations that compute one number from each."""
        for _ in range(_MOST):
            equation = self.made.get(id(value))
            if id(value) in self.outputs or equation is None:
                break
            name = equation.primitive.name
            wide = _tensors(equation)
            if len(wide) != 1 or (name not in _ELEMENTWISE and name not in also):
                break
            value = wide[0]
        return value

    def _is_data(self, vector: Any, output: int) -> bool:
        """Return whether a vector is computed from data, row by row, or reduced from something else."""
        todo, seen = [vector], 0
        while todo:
            value = todo.pop()
            equation = self.made.get(id(value))
            seen += 1
            if seen > _MOST or id(value) in self.outputs:
                return False
            if equation is None:
                if id(value) not in self.data:
                    return False
            elif equation.primitive.name in _REDUCING:
                behind = list(self._behind(value))
                if len(behind) > _MOST or any(id(each) == output for each in behind):
                    return False
                if not any(id(each) in self.data for each in behind):
                    return False
            elif equation.primitive.name in _ELEMENTWISE or equation.primitive.name in _FLATTENING:
                todo += _tensors(equation)
            else:
                return False
        return True

    def _behind(self, value: Any) -> Iterator[Any]:
        """Yield a value and those that it is computed from, each once, up to a number and one more."""
        todo, seen = [value], set[int]()
        while todo and len(seen) <= _MOST:
            value = todo.pop()
            if id(value) not in seen:
                seen.add(id(value))
                yield value
                equation = self.made.get(id(value))
                todo += () if equation is None else _variables(equation)


def _variables(equation: Any) -> list[Any]:
    """Return the arguments of an operation that are not literals."""
    return [value for value in equation.invars if not hasattr(value, "val")]


def _tensors(equation: Any) -> list[Any]:
    """Return the arguments of an operation that are neither literals nor single numbers."""
    return [value for value in _variables(equation) if value.aval.shape]


def _is_reduced(matrix: Any, jaxpr: Any, made: Mapping[int, Any]) -> bool:
    """Return whether one number is computed from a matrix, value by value until it is reduced.

    A program that combines it with another matrix `[n, n]`, such as a mask, has asked for all pairs.
    """
    shape = matrix.aval.shape
    reached = {id(matrix)}
    for equation in jaxpr.eqns:
        if reached.isdisjoint(map(id, equation.invars)):
            continue
        name, output = equation.primitive.name, equation.outvars[0]
        if name == "reduce_sum" and output.aval.shape == ():
            return True
        others = [v for v in _variables(equation) if v.aval.shape == shape and id(v) not in reached]
        # tests/backends/cases/lt514_shapes_broadcast/clean_pairs_on_jax.py
        is_one_of_pairs = any(_tensors(made[id(v)]) for v in others if id(v) in made) or any(
            id(v) not in made for v in others
        )
        if name == "reduce_sum" or (name in (*_ELEMENTWISE, *_CALLING) and not is_one_of_pairs):
            reached.update(id(v) for v in equation.outvars if v.aval.shape in (shape, shape[:1]))
    return False
