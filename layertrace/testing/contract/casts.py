"""Find the casts in a graph that lose digits, and whose result the outputs depend on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["lossy_cast"]

_DOUBLE = ("float64", "complex128")
_SHORTER = ("float16", "bfloat16", "float32", "complex64")


def lossy_cast(graph: Any) -> Any:
    """Return the operation that casts float64 to a shorter float, which is then cast back; None without one.

    Args:
        graph: The graph of a concrete function. Only casts back that a float output depends on count.
    """
    needed = _needed_for_outputs(graph)
    for operation in graph.get_operations():
        if _is_cast(operation, _DOUBLE, _SHORTER) and needed & set(_casts_back(operation)):
            return operation
    return None


def _needed_for_outputs(graph: Any) -> set[Any]:
    """Return the operations that the float outputs of a graph depend on, by floats all the way."""
    remaining, seen = [tensor.op for tensor in graph.outputs if _is(tensor, (*_DOUBLE, *_SHORTER))], set()
    while remaining:
        operation = remaining.pop()
        if operation not in seen:
            seen.add(operation)
            remaining += [tensor.op for tensor in operation.inputs if _is(tensor, (*_DOUBLE, *_SHORTER))]
    return seen


def _casts_back(operation: Any) -> Iterator[Any]:
    """Yield the casts to float64 of what is computed from an operation in a shorter float."""
    remaining, seen = [operation], set()
    while remaining:
        for tensor in remaining.pop().outputs:
            for consumer in tensor.consumers() if _is(tensor, _SHORTER) else ():
                if _is_cast(consumer, _SHORTER, _DOUBLE):
                    yield consumer
                elif consumer not in seen:
                    seen.add(consumer)
                    remaining.append(consumer)


def _is_cast(operation: Any, source: tuple[str, ...], target: tuple[str, ...]) -> bool:
    return operation.type == "Cast" and _is(operation.inputs[0], source) and _is(operation.outputs[0], target)


def _is(tensor: Any, dtypes: tuple[str, ...]) -> bool:
    return tensor.dtype.name in dtypes
