"""Distinguish the user's classes, functions and files from those of frameworks, by name alone.

Nothing here needs a framework, so that a recording is judged on any machine as it is where it is made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from layertrace.timeline.event import LayerRef

__all__ = [
    "FRAMEWORKS",
    "KERAS",
    "SKIPPED_IN_STACKS",
    "WITHOUT_USER_CODE",
    "WITH_KNOWN_ERRORS",
    "is_base_class",
    "is_check_layer_file",
    "is_container",
    "is_framework_file",
    "is_framework_name",
    "is_functional",
    "is_installed_file",
    "is_keras_file",
    "is_keras_layer",
    "is_keras_name",
    "is_lambda",
    "is_sequential",
    "is_tensorflow_file",
    "is_user_defined",
    "package_of",
]

# Packages

_Fact = Literal["keras", "framework", "skipped in stacks", "without user code", "with known errors"]

_PACKAGES: Mapping[str, tuple[_Fact, ...]] = {
    "keras": ("keras", "framework", "skipped in stacks", "without user code", "with known errors"),
    "tf_keras": ("keras", "framework", "skipped in stacks", "without user code", "with known errors"),
    "tensorflow": ("framework", "skipped in stacks", "without user code", "with known errors"),
    "optree": ("skipped in stacks", "without user code", "with known errors"),
    "wrapt": ("skipped in stacks", "without user code"),
    "_wrappers": ("without user code",),  # the module of wrapt's proxies written in C
    "absl": ("skipped in stacks", "with known errors"),
    "google": ("with known errors",),
    "layertrace": ("with known errors",),
    "numpy": ("skipped in stacks", "without user code", "with known errors"),
    "ml_dtypes": ("without user code",),
    "scipy": ("without user code",),
    "pandas": ("without user code",),
    "jax": ("skipped in stacks", "without user code", "with known errors"),
    "jaxlib": ("skipped in stacks", "without user code", "with known errors"),
    "torch": ("skipped in stacks", "without user code", "with known errors"),
}
"""What is true of the packages that a program with layers uses.

They are five questions with five answers. NumPy is not a framework that runs layers; but where it refuses a
tensor, the line to change is the user's, and its properties do not run the program's code.
"""


def _packages(fact: _Fact) -> tuple[str, ...]:
    return tuple(package for package, facts in _PACKAGES.items() if fact in facts)


KERAS = _packages("keras")
"""The packages with a `Layer` of their own that layertrace hooks."""

FRAMEWORKS = _packages("framework")
"""The packages whose classes and functions are not the user's."""

SKIPPED_IN_STACKS = _packages("skipped in stacks")
"""The packages whose frames stand between a hook and the user's line."""

WITHOUT_USER_CODE = frozenset(_packages("without user code"))
"""The packages whose classes have properties that may be read: they run no code of the program."""

WITH_KNOWN_ERRORS = _packages("with known errors")
"""The packages whose exceptions, raised while a hook runs, are ours and not sent by the program."""


def package_of(name: str) -> str:
    """Return the package of a module, a class, or a function written as `module:function`.

    Example:
        >>> package_of("keras.src.models.sequential:add")
        'keras'
    """
    return name.partition(":")[0].partition(".")[0]


def is_framework_name(name: str) -> bool:
    """Return whether a module, class or function of this name belongs to a Keras or TensorFlow."""
    return package_of(name) in FRAMEWORKS


def is_keras_name(name: str) -> bool:
    """Return whether a module, class or function of this name belongs to a Keras."""
    return package_of(name) in KERAS


# Classes


def is_user_defined(layer: LayerRef) -> bool:
    """Return whether the class of a layer is the user's, or another package's, rather than a framework's."""
    return not layer.bases or not is_framework_name(layer.bases[0])


def is_keras_layer(layer: LayerRef, *names: str) -> bool:
    """Return whether a layer is, or derives from, a layer of Keras whose class name ends so.

    Programs call classes of their own `MyDropout` or `MultiHeadAttention`, too; their names do not count.

    Args:
        layer: The layer.
        *names: Ends of names, such as `BatchNormalization`, or `.RNN` for that name alone.
    """
    return any(base.endswith(names) for base in layer.bases if is_keras_name(base))


def is_base_class(names: Sequence[str]) -> bool:
    """Return whether a class of a framework stands behind every layer or model, and is not one to choose.

    Args:
        names: The bare name of the class, and those of all classes above it.
    """
    return names[0] in ("Layer", "Model", "Functional", "Sequential") or "Layer" not in names


# Seen in Keras 3.0 to 3.15 and in tf_keras 2.16 to 2.21.
_FUNCTIONAL = {"keras": "keras.src.models.functional.Functional",
               "tf_keras": "tf_keras.src.engine.functional.Functional"}  # fmt: skip
_SEQUENTIAL = {"keras": "keras.src.models.sequential.Sequential",
               "tf_keras": "tf_keras.src.engine.sequential.Sequential"}  # fmt: skip


def is_functional(cls: str, *keras: str) -> bool:
    """Return whether a qualified class name is that of `Functional`: of any Keras, or of those named."""
    return any(cls == _FUNCTIONAL[package] for package in keras or KERAS)


def is_sequential(cls: str, *keras: str) -> bool:
    """Return whether a qualified class name is that of `Sequential`: of any Keras, or of those named."""
    return any(cls == _SEQUENTIAL[package] for package in keras or KERAS)


def is_container(layer: LayerRef, *, derived: bool = True) -> bool:
    """Return whether a layer is a functional or sequential model, which only calls its layers.

    Here the last part of the name decides, unlike in `is_functional`: a recording may come from a Keras that
    has these classes in other modules.

    Args:
        layer: The layer.
        derived: Whether to include classes derived from them.
    """
    bases = layer.bases if derived else layer.bases[:1]
    return any(base.endswith((".Functional", ".Sequential")) for base in bases)


def is_lambda(layer: LayerRef) -> bool:
    """Return whether a layer is a `Lambda`, whose function is the user's although its class is not."""
    return layer.class_name == "Lambda"


# Files

_KERAS_FILE = re.compile(r"[/\\](tf_)?keras[/\\]src[/\\]")
_TENSORFLOW_FILE = re.compile(r"[/\\]tensorflow[/\\]python[/\\]")
_LEGACY_FILE = re.compile(r"[/\\]tf_keras[/\\]")


def is_keras_file(file: str) -> bool:
    """Return whether a file is of the source of Keras or tf_keras, on whatever machine it was recorded."""
    return _KERAS_FILE.search(file) is not None


def is_check_layer_file(file: str) -> bool:
    """Return whether a file is of `check_layer`, which compiles a layer once for each of its checks."""
    return "/layertrace/testing/contract/" in file.replace("\\", "/")


def is_tensorflow_file(file: str) -> bool:
    """Return whether a file is of the source of TensorFlow, on whatever machine it was recorded."""
    return _TENSORFLOW_FILE.search(file) is not None


def is_installed_file(file: str) -> bool:
    """Return whether a file belongs to an installed package, on whatever machine it was recorded."""
    return "site-packages" in file or "dist-packages" in file


def is_framework_file(file: str) -> bool:
    """Return whether a file is of a Keras or of TensorFlow, on whatever machine it was recorded.

    This includes all of tf_keras, also what lies outside of its `src`, which `is_keras_file` does not.
    """
    return is_keras_file(file) or is_tensorflow_file(file) or _LEGACY_FILE.search(file) is not None
