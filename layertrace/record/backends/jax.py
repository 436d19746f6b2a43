"""JAX: tracers, and the traces of `jax.jit` that are under way."""

from __future__ import annotations

import sys
from typing import Any

from layertrace.record.backends.backend import Backend, is_symbolic
from layertrace.record.backends.modes import IN_SOME_GRAPH, SYMBOLIC, Mode
from layertrace.record.frameworks import jax_private
from layertrace.record.process import safe
from layertrace.timeline.registry import Register

__all__ = ["Jax", "staged_traces"]

staged_traces: Register[Mode] = Register()
"""JAX's traces of the functions whose traces are recorded."""


def _of_array(array: Any) -> tuple[tuple[int, ...], int]:
    """Return the shape of an array, and the number of its dtype; its own properties take twice as long."""
    kind = array.aval
    return kind.shape, kind.dtype.num


class Jax(Backend):
    """Keras on JAX."""

    name = "jax"
    packages = ("jax", "jaxlib")
    traced_function = "jax.jit function"
    look = staticmethod(_of_array)

    def __init__(self) -> None:
        super().__init__()
        self.infers = None  # it infers with tracers
        self._jax: Any = sys.modules["jax"]
        scalars: list[Any] = [getattr(kind, "dtype", None) for kind in vars(self._jax.numpy).values()]
        numpy = sys.modules["numpy"]
        self._dtypes |= {dtype.num: dtype.name for dtype in scalars if safe.is_a(dtype, numpy.dtype)}
        self._dimension = jax_private.find("dimension")
        self.fast_tensor = self._array = jax_private.find("array")
        self._context = jax_private.find("trace_context")
        self._staged = jax_private.find("staged_trace")

    def mode(self) -> Mode | None:
        """Return the mode of the current thread.

        A trace of `jax.jit` is one of its chain of traces; `grad` and `vmap` outside of it run eagerly.
        """
        symbolic = is_symbolic()
        staged = False
        trace: Any = getattr(self._context, "trace", None)
        while trace is not None and self._staged is not None:
            if safe.is_a(trace, self._staged):
                staged = True
                mode = staged_traces.get(trace)
                if mode is not None:
                    return Mode("symbolic", mode.function, mode.trace, mode.span) if symbolic else mode
            trace = getattr(trace, "parent_trace", None)
        if symbolic:
            return SYMBOLIC
        return IN_SOME_GRAPH if staged else None

    def strategy(self) -> str | None:
        """Return the class of the `keras.distribution` that is set, which divides new variables."""
        distribution = sys.modules["keras"].distribution.distribution()
        return None if distribution is None else safe.class_name(distribution)

    def is_eager_tensor(self, value: object, /) -> bool:
        """Return whether a value is an array of JAX, and no tracer."""
        return self._array is not None and safe.is_a(value, self._array)

    def array_in(self, tensor: Any, /) -> Any:
        """Return the values of an array; None if a jitted function, or another process, has them."""
        is_here = not tensor.is_deleted() and tensor.is_fully_addressable
        return sys.modules["numpy"].asarray(tensor) if is_here else None

    def is_traced_tensor(self, value: object, /) -> bool:
        """Return whether a value is a tracer."""
        return safe.is_a(value, self._jax.core.Tracer)

    def is_unknown_size(self, size: object, /) -> bool:
        """Return whether a size is symbolic, as in the shapes with which Keras infers others."""
        return self._dimension is not None and safe.is_a(size, self._dimension)
