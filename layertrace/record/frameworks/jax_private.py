"""List the private parts of JAX, and of Keras on JAX, that layertrace uses, and what is lost without each."""

from __future__ import annotations

from functools import cache
from typing import Any

from layertrace.record.frameworks import parts
from layertrace.record.frameworks.parts import JAX_SEEN, Part
from layertrace.timeline.ownership import is_keras_name

__all__ = ["PARTS", "find", "home"]

_NO_MODE = "calls inside a jax.jit are recorded as eager"
_NO_TRACES = "of jax.jit, only traces of Keras's own functions are recorded, without arguments and causes"
_NO_SYNC = "values that a callback assigns during a fit, and that the fit replaces, are not found"
_NO_RUNS = "runs of the functions that Keras creates are not recorded"

PARTS = {
    "trace_context": Part("jax._src.core", "trace_ctx", JAX_SEEN, _NO_MODE),
    "staged_trace": Part("jax._src.interpreters.partial_eval", "DynamicJaxprTrace", JAX_SEEN, _NO_MODE),
    "staged_tracer": Part(
        "jax._src.interpreters.partial_eval",
        "DynamicJaxprTracer",
        JAX_SEEN,
        "new values of variables that a step drops are not found",
    ),
    "trace_for_jit": Part(
        "jax._src.pjit",
        "_trace_for_jit",
        "JAX 0.9 to 0.12",
        _NO_TRACES,
        former=Part("jax._src.pjit", "_infer_params_impl", "JAX 0.6", _NO_TRACES),
    ),
    "jitted": Part("jaxlib._jax", "PjitFunction", JAX_SEEN, _NO_RUNS),
    "step_function": Part(
        "keras.src.backend.jax.trainer",
        "Trainer._make_function",
        "Keras 3.16",
        _NO_RUNS,
        former=Part(
            "keras.src.backend.jax.trainer", "JAXTrainer._make_function", "Keras 3.0 to 3.15", _NO_RUNS
        ),
    ),
    "held_step_function": Part(  # what older versions have, too, besides the former name
        "keras.src.backend.jax.trainer",
        "step_function",
        "Keras 3.16",
        _NO_RUNS,
        in_code=True,
        former=Part(
            "keras.src.backend.jax.trainer", "_step_function", "Keras 3.0 to 3.15", _NO_RUNS, in_code=True
        ),
    ),
    "variable_value": Part(
        "keras.src.backend.common.variables", "_value", "Keras 3.0 to 3.15", _NO_SYNC, in_code=True
    ),
    "in_stateless_scope": Part(
        "keras.src.backend.common.stateless_scope", "in_stateless_scope", "Keras 3.0 to 3.15", _NO_SYNC
    ),
    "cache_size": Part(
        "jaxlib._jax", "PjitFunction._cache_size", JAX_SEEN, "traces before a recording are not counted"
    ),
    "dimension": Part(
        "jax._src.export.shape_poly", "_DimExpr", JAX_SEEN, "calls with unknown dimensions are not recorded"
    ),
    "traceback_frames": Part(
        "jaxlib._jax", "Traceback.raw_frames", JAX_SEEN, "draws from a key that never changes are not found"
    ),
    "array": Part("jax._src.array", "ArrayImpl", JAX_SEEN, "arrays that belong to layers are not known"),
}


@cache
def find(name: str) -> Any:
    """Return a private part; return None, after one warning, if this JAX does not have it."""
    part = PARTS[name]
    return parts.find(part, "Keras" if is_keras_name(part.module) else "JAX")


def home(name: str) -> tuple[Any, str]:
    """Return the module or class that a private part belongs to, and its name there."""
    return parts.home(PARTS[name])
