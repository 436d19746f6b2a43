"""Load a Keras and its backend, and check that they can be recorded."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Mapping

from layertrace.errors import BackendError, DependencyError
from layertrace.record.backends.backend import Backend
from layertrace.record.backends.jax import Jax
from layertrace.record.backends.tensorflow import TensorFlow
from layertrace.record.backends.torch import Torch
from layertrace.record.frameworks.import_hook import importing
from layertrace.record.frameworks.loaded import Loaded
from layertrace.timeline.ownership import FRAMEWORKS, KERAS

__all__ = ["imported", "layer_base", "load", "loaded", "refusals", "versions"]

WATCHED = FRAMEWORKS
"""The packages to watch: importing one may import another, and all are hooked when the last has finished."""
_OLDEST = (2, 16)
_BACKENDS: Mapping[str, Callable[[], Backend]] = {
    "tensorflow": TensorFlow,
    "jax": Jax,
    "torch": Torch,
    "numpy": Backend,
}


def load() -> None:
    """Import a Keras if none is imported yet, and learn which backend to record.

    A process records one backend: TensorFlow if a Keras runs on it, otherwise that of Keras 3. TensorFlow is
    imported only if a Keras runs on it.

    Raises:
        DependencyError: If TensorFlow or Keras is missing or too old.
        BackendError: If each Keras that is imported runs on a backend that is not recorded.
    """
    if not any(name in sys.modules for name in KERAS):
        legacy = os.environ.get("TF_USE_LEGACY_KERAS", "").lower() in ("1", "true")
        _import("tf_keras" if legacy else "keras")
    backends = [_backend_of(name) for name in loaded()]
    if not backends and (refused := refusals()):
        raise BackendError(refused[0])
    if Loaded.backend is not None or (importing and not backends):  # the latter does not know its backend yet
        return
    if backends and "tensorflow" not in backends:
        Loaded.backend = _BACKENDS[backends[0]]()
        return
    _import("tensorflow")
    _check_version()
    Loaded.tf = sys.modules["tensorflow"]
    Loaded.backend = TensorFlow()


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = (error.name or name).partition(".")[0]
        if name == "keras" and missing not in ("keras", "tensorflow"):
            raise BackendError(f"layertrace cannot import Keras ({error}): {_next_step()}") from error
        requirement = "tf_keras" if missing == "tf_keras" else "'tensorflow>=2.16'"
        raise DependencyError(f"layertrace needs {missing} ({error}): pip install {requirement}") from error


def _check_version() -> None:
    version = sys.modules["tensorflow"].__version__
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if numbers and tuple(map(int, numbers.groups())) < _OLDEST:
        raise DependencyError(
            f"TensorFlow {version} is older than layertrace supports: pip install 'tensorflow>=2.16'"
        )


def loaded() -> list[str]:
    """Return which of `keras` and `tf_keras` are imported completely and can be recorded."""
    return [name for name in imported() if _can_be_recorded(name)]


def refusals() -> list[str]:
    """Return a sentence for each Keras that is imported and cannot be recorded."""
    return [_refusal(name) for name in imported() if not _can_be_recorded(name)]


def _can_be_recorded(name: str) -> bool:
    backend = _backend_of(name)
    return backend in _BACKENDS if Loaded.backend is None else backend == Loaded.backend.name


def _refusal(name: str) -> str:
    backend = _backend_of(name)
    if backend not in _BACKENDS:
        return f"layertrace does not record Keras on its {backend!r} backend yet: {_next_step()}"
    return (
        f"layertrace records one backend in a process, here {Loaded.backend.name!r}, and {name} runs on "
        f"{backend!r}: use it in a process of its own"
    )


def imported() -> list[str]:
    """Return which of `keras` and `tf_keras` are imported completely."""
    return [
        name
        for name in KERAS
        if name not in importing
        and (hasattr(sys.modules.get(name), "Model") or hasattr(sys.modules.get(name), "models"))
    ]


def _backend_of(name: str) -> str:
    return "tensorflow" if name == "tf_keras" else str(sys.modules[name].backend.backend())


def _next_step() -> str:
    """Return how to run Keras on TensorFlow."""
    is_installed = importlib.util.find_spec("tensorflow") is not None
    install = "" if is_installed else " (pip install 'tensorflow>=2.16')"
    return f"set KERAS_BACKEND=tensorflow before Keras is imported{install}"


def versions() -> dict[str, str]:
    """Return the versions of the backend and of each Keras that is loaded."""
    packages = () if Loaded.backend is None else Loaded.backend.packages
    names = [name for name in (*packages, *loaded()) if name in sys.modules]
    return {name: str(getattr(sys.modules[name], "__version__", "?")) for name in names}


def layer_base(framework: str) -> type:
    """Return the base class of all layers of `keras` or `tf_keras`."""
    base: type = sys.modules[framework].layers.Layer
    return base
