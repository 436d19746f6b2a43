"""JAX: tracers, and the traces of `jax.jit` that are under way."""

from __future__ import annotations

import sys
from typing import Any

from layertrace.record.backends.backend import Backend, is_symbolic
from layertrace.record.backends.modes import IN_SOME_GRAPH, SYMBOLIC, Mode
from layertrace.record.frameworks import jax_private
from layertrace.record.process import safe

__all__ = ["Jax"]


class Jax(Backend):
    """Keras on JAX."""

    name = "jax"
    packages = ("jax", "jaxlib")

    def __init__(self) -> None:
        self._jax: Any = sys.modules["jax"]
        self._dimension = jax_private.find("dimension")
        self._array = jax_private.find("array")
        self._context = jax_private.find("trace_context")
        self._staged = jax_private.find("staged_trace")

    def mode(self) -> Mode | None:
        """Return the mode of the current thread.

        A trace of `jax.jit` is one of its chain of traces; `grad` and `vmap` outside of it run eagerly.
        """
        if is_symbolic():
            return SYMBOLIC
        return IN_SOME_GRAPH if self._is_staged() else None

    def _is_staged(self) -> bool:
        if self._context is None or self._staged is None:
            return False
        trace: Any = self._context.trace
        while trace is not None:
            if safe.is_a(trace, self._staged):
                return True
            trace = getattr(trace, "parent_trace", None)
        return False

    def is_eager_tensor(self, value: object, /) -> bool:
        """Return whether a value is an array of JAX, and no tracer."""
        return self._array is not None and safe.is_a(value, self._array)

    def is_traced_tensor(self, value: object, /) -> bool:
        """Return whether a value is a tracer."""
        return safe.is_a(value, self._jax.core.Tracer)

    def is_unknown_size(self, size: object, /) -> bool:
        """Return whether a size is symbolic, as in the shapes with which Keras infers others."""
        return self._dimension is not None and safe.is_a(size, self._dimension)
