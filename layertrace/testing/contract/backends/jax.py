"""JAX: a function that `jax.jit` compiles takes the values of variables, and returns the new ones."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from layertrace.testing.contract.backends.backend import OF_TENSORFLOW, Backend

__all__ = ["Jax"]

_DRAWS = ("random_bits", "random_gamma", "threefry2x32")
"""The primitives that draw random numbers (JAX 0.10)."""


class Jax(Backend):
    """Calls run eagerly or in a `jax.jit` function, which XLA always compiles, for one size of each input."""

    name = "jax"
    function = "a jax.jit function"
    python_runs = "which a jax.jit function does only while it is traced"
    jit_compile = "auto"
    untried: Mapping[str, str] = MappingProxyType(
        {
            **OF_TENSORFLOW,
            "jit-compile": "XLA compiles every jax.jit function: modes-agree and fit try it",
        }
    )

    def __init__(self, keras: Any) -> None:
        self._jax: Any = sys.modules["jax"]
        self.has_64_bits = bool(self._jax.config.jax_enable_x64)
        super().__init__(keras)

    def loses_float64(self) -> str:
        """Return why nothing can compute in float64; empty if it can."""
        return "" if self._jax.config.jax_enable_x64 else "JAX has no float64 unless jax_enable_x64 is set"

    def compiled(self, function: Callable[..., Any], layer: Any, **_options: Any) -> Callable[..., Any]:
        """Return a function that runs one of `jax.jit`, and assigns the new values of variables."""
        variables = list(layer.variables)

        def call_of_check(values: list[Any], tensors: tuple[Any, ...]) -> tuple[Any, list[Any]]:
            pairs = list(zip(variables, values, strict=True))
            with self.keras.StatelessScope(state_mapping=pairs) as scope:
                outputs = function(*tensors)
            return outputs, [scope.get_current_value(variable) for variable in variables]

        jitted = self._jax.jit(call_of_check)

        def run(*tensors: Any) -> Any:
            outputs, values = jitted([variable.value for variable in variables], tensors)
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
            return outputs

        return run

    def gradients(self, layer: Any, loss: Callable[[], Any]) -> list[Any]:
        """Return the gradients of the trainable weights of a layer as arrays: zeros for an unused one."""
        variables = list(layer.trainable_variables)

        def loss_of(values: list[Any]) -> Any:
            pairs = list(zip(variables, values, strict=True))
            with self.keras.StatelessScope(state_mapping=pairs, collect_losses=True):
                return loss()

        grads = self._jax.grad(loss_of)([variable.value for variable in variables])
        return [self.array(gradient) for gradient in grads]

    def draws_numbers(self, function: Callable[..., Any], tensors: tuple[Any, ...]) -> bool:
        """Return whether the jaxpr of a call has a primitive that draws random numbers."""

        def call_of_check(*arguments: Any) -> Any:
            with self.keras.StatelessScope():
                return function(*arguments)

        text = str(self._jax.make_jaxpr(call_of_check)(*tensors))
        return any(draw in text for draw in _DRAWS)

    def cause_of(self, error: BaseException) -> BaseException:
        """Return the error of JAX that Keras 3.15 replaces by an `AttributeError`."""
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, self._jax.errors.JAXTypeError):
            cause = cause.__context__
        return error if cause is None or not isinstance(error, AttributeError) else cause

    def is_of_graph(self, value: object) -> bool:
        """Return whether a value, or one in a structure, is a tracer."""
        return any(isinstance(each, self._jax.core.Tracer) for each in self.flatten(value))
