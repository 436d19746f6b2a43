"""torch: `fit` runs `call` eagerly in each step."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from layertrace.testing.contract.backends.backend import OF_TENSORFLOW, Backend

__all__ = ["Torch"]

_DRAWS = frozenset(
    f"{name}{suffix}"
    for name in (
        *(
            "bernoulli",
            "cauchy",
            "exponential",
            "geometric",
            "log_normal",
            "multinomial",
            "normal",
            "poisson",
        ),
        *("uniform", "random", "rand", "randn", "randint", "randperm", "rand_like", "randn_like"),
        *("randint_like", "dropout", "alpha_dropout", "feature_dropout"),
    )
    for suffix in ("", "_")
)
"""The names of the functions of torch that draw random numbers (torch 2.13)."""


class Torch(Backend):
    """Nothing is compiled unless a program asks for `torch.compile`."""

    name = "torch"
    python_runs = "which is not saved with its weights"
    # How it states that an operation does not exist for a dtype (torch 2.13).
    lacks_kernel = ("not implemented for",)
    untried: Mapping[str, str] = MappingProxyType(
        {
            **OF_TENSORFLOW,
            **dict.fromkeys(
                ("one-trace", "another-batch"), "fit calls the layer eagerly on torch, and traces no function"
            ),
            "no-tensor-kept": "fit calls the layer eagerly on torch, so that every tensor has values",
            "jit-compile": "fit uses torch.compile only if compile gets jit_compile=True",
        }
    )

    def __init__(self, keras: Any) -> None:
        super().__init__(keras)
        self._torch: Any = sys.modules["torch"]

    def gradients(self, layer: Any, loss: Callable[[], Any]) -> list[Any]:
        """Return the gradients of the trainable weights of a layer as arrays; None for one without."""
        weights = [variable.value for variable in layer.trainable_variables]
        value = loss()
        if not value.requires_grad:
            return [None] * len(weights)
        grads = self._torch.autograd.grad(value, weights, allow_unused=True)
        return [None if gradient is None else self.array(gradient) for gradient in grads]

    def draws_numbers(self, function: Callable[..., Any], tensors: tuple[Any, ...]) -> bool:
        """Return whether a call of a function calls one of torch that draws random numbers."""
        found: list[str] = []
        base: Any = self._torch.overrides.TorchFunctionMode

        class Watch(base):  # type: ignore[misc]  # its base is not known before torch is imported
            def __torch_function__(
                self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
            ) -> Any:
                del types
                name = getattr(func, "__name__", "")
                if name in _DRAWS:
                    found.append(name)
                return func(*args, **(kwargs or {}))

        with Watch():
            function(*tensors)
        return bool(found)

    def is_raw_variable(self, value: object) -> bool:
        """Return whether a value is an `nn.Parameter`."""
        return isinstance(value, self._torch.nn.Parameter)

    def attributes(self, layer: Any) -> dict[str, Any]:
        """Return what the attributes of a layer hold; torch keeps modules and parameters apart."""
        own = vars(layer)
        modules = {name: value for name, value in own["_modules"].items() if name != "_torch_params"}
        return {**own, **own["_parameters"], **modules}
