"""Import the Keras that a program uses, and return the answers of its backend."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from layertrace.errors import BackendError
from layertrace.testing.contract.backends.backend import Backend
from layertrace.testing.contract.backends.jax import Jax
from layertrace.testing.contract.backends.tensorflow import TensorFlow
from layertrace.testing.contract.backends.torch import Torch

__all__ = ["backend_of", "is_on_tensorflow", "require_backend"]

_BACKENDS: Mapping[str, Callable[[Any], Backend]] = {
    "tensorflow": TensorFlow,
    "jax": Jax,
    "torch": Torch,
    "numpy": Backend,
}


def require_backend() -> None:
    """Import Keras and its backend, which checks need.

    Raises:
        DependencyError: If Keras, or TensorFlow where Keras runs on it, is missing or too old.
        BackendError: If Keras runs on a backend that is not recorded.
    """
    importlib.import_module("layertrace.record.backends.loading").load()


@cache
def backend_of(keras: Any) -> Backend:
    """Return the answers of the backend that a Keras runs on.

    Raises:
        BackendError: If that Keras is not recorded, as the second one of a process on another backend.
    """
    loading = importlib.import_module("layertrace.record.backends.loading")
    if keras.__name__ not in loading.loaded():
        raise BackendError("; ".join(loading.refusals()))
    return _BACKENDS["tensorflow" if keras.__name__ == "tf_keras" else keras.backend.backend()](keras)


def is_on_tensorflow() -> bool:
    """Return whether Keras runs on TensorFlow, or will where it is not imported yet."""
    keras = sys.modules.get("keras")
    if keras is not None and hasattr(keras, "backend"):
        return bool(keras.backend.backend() == "tensorflow")
    is_installed = importlib.util.find_spec("tensorflow") is not None
    return is_installed and os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow"
