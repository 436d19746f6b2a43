"""Load TensorFlow and a Keras, and check that they can be recorded."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
from typing import Any

from layertrace.errors import BackendError, DependencyError
from layertrace.record.frameworks import tensorflow_private
from layertrace.record.frameworks.import_hook import importing
from layertrace.record.frameworks.loaded import Loaded
from layertrace.timeline.ownership import FRAMEWORKS, KERAS

__all__ = [
    "layer_base", "load", "loaded", "refusals", "replica", "tensor_methods", "tensor_type", "versions",
]  # fmt: skip

WATCHED = FRAMEWORKS
"""The packages to watch: importing one may import another, and all are hooked when the last has finished."""
_OLDEST = (2, 16)


def load() -> None:
    """Import a Keras if none is imported yet, and TensorFlow if a Keras runs on it.

    Raises:
        DependencyError: If TensorFlow or Keras is missing or too old.
        BackendError: If no Keras that is imported runs on TensorFlow. TensorFlow is not imported then.
    """
    if not any(name in sys.modules for name in KERAS):
        legacy = os.environ.get("TF_USE_LEGACY_KERAS", "").lower() in ("1", "true")
        _import("tf_keras" if legacy else "keras")
    refused = refusals()
    if refused and not loaded():
        raise BackendError(refused[0])
    if importing and not loaded():
        return  # which backend it runs on is not known yet
    _import("tensorflow")
    _check_version()
    Loaded.tf = sys.modules["tensorflow"]


def tensor_type() -> type | None:
    """Return the class of eager tensors, if their shapes can be read cheaply (`describe.eager_shape`)."""
    parts = ("known_shape", "shape_tuple", "shape_sizes", "dtype_number")
    if Loaded.tf is None or None in map(tensorflow_private.find, parts):
        return None
    cls: type = Loaded.tf.__internal__.EagerTensor
    return cls


def tensor_methods() -> tuple[Any, Any]:
    """Return the methods of `tensor_type` that return a tensor's shape and the number of its dtype."""
    if tensor_type() is None:
        return None, None
    return tensorflow_private.find("shape_tuple"), tensorflow_private.find("dtype_number")


def replica() -> int | None:
    """Return the number of the `tf.distribute` replica that this thread runs; None outside of one."""
    if Loaded.tf is None:
        return None
    distribute = Loaded.tf.distribute
    if not distribute.has_strategy() or distribute.in_cross_replica_context():
        return None
    return tensorflow_private.replica_number(distribute.get_replica_context())


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
    """Return which of `keras` and `tf_keras` are imported completely and run on TensorFlow."""
    return [name for name in _imported() if _backend_of(name) == "tensorflow"]


def refusals() -> list[str]:
    """Return a sentence for each Keras that is imported and runs on a backend that is not recorded."""
    backends = (_backend_of(name) for name in _imported())
    return [
        f"layertrace does not record Keras on its {backend!r} backend yet: {_next_step()}"
        for backend in backends
        if backend != "tensorflow"
    ]


def _imported() -> list[str]:
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
    """Return the versions of TensorFlow and of each Keras that is loaded."""
    names = [name for name in ("tensorflow", *loaded()) if name in sys.modules]
    return {name: str(getattr(sys.modules[name], "__version__", "?")) for name in names}


def layer_base(framework: str) -> type:
    """Return the base class of all layers of `keras` or `tf_keras`."""
    base: type = sys.modules[framework].layers.Layer
    return base
