"""List the private parts of JAX that layertrace uses, and what is lost without each."""

from __future__ import annotations

from functools import cache
from typing import Any

from layertrace.record.frameworks import parts
from layertrace.record.frameworks.parts import JAX_SEEN, Part

__all__ = ["PARTS", "find"]

_NO_MODE = "calls inside a jax.jit are recorded as eager"

PARTS = {
    "trace_context": Part("jax._src.core", "trace_ctx", JAX_SEEN, _NO_MODE),
    "staged_trace": Part("jax._src.interpreters.partial_eval", "DynamicJaxprTrace", JAX_SEEN, _NO_MODE),
    "dimension": Part(
        "jax._src.export.shape_poly", "_DimExpr", JAX_SEEN, "calls with unknown dimensions are not recorded"
    ),
    "array": Part("jax._src.array", "ArrayImpl", JAX_SEEN, "arrays that belong to layers are not known"),
}


@cache
def find(name: str) -> Any:
    """Return a private part; return None, after one warning, if this JAX does not have it."""
    return parts.find(PARTS[name], "JAX")
