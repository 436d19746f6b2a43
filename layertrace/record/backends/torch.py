"""torch: everything runs at once, and `torch.compile` must not meet a hook."""

from __future__ import annotations

import sys
from typing import Any

from layertrace.record.backends.backend import Backend, symbolic_scope
from layertrace.record.process import safe

__all__ = ["Torch"]


class Torch(Backend):
    """Keras on torch."""

    name = "torch"
    packages = ("torch",)
    traced_function = "compiled function"

    def __init__(self) -> None:
        torch: Any = sys.modules["torch"]
        self._torch = torch
        self.fast_tensor = torch.Tensor
        self.infers = symbolic_scope()
        self.is_compiling = torch.compiler.is_compiling
        kinds = [kind for kind in vars(torch).values() if safe.is_a(kind, torch.dtype)]
        numbers = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
        self._dtypes = {number: str(kind).removeprefix("torch.") for kind, number in numbers.items()}

        def look(tensor: Any) -> tuple[tuple[int, ...], int]:
            """Return the shape of a tensor, and the number that its dtype has here."""
            return tensor.shape, numbers[tensor.dtype]

        self.look = look

    def is_eager_tensor(self, value: object, /) -> bool:
        """Return whether a value is a tensor with values, also one that `fit` differentiates."""
        return type(value) is self._torch.Tensor and not value.is_meta  # type: ignore[attr-defined]

    def array_in(self, tensor: Any, /) -> Any:
        """Return the values of a tensor; None for bfloat16 and sparse layouts, which NumPy does not have."""
        try:
            return tensor.detach().cpu().numpy()
        except (TypeError, RuntimeError):
            return None

    def is_raw_variable(self, value: object, /) -> bool:
        """Return whether a value is an `nn.Parameter`."""
        return safe.is_a(value, self._torch.nn.Parameter)
