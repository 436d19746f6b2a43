"""Describe a private part of a framework, and check whether the installed version has it."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.abc import InspectLoader
from types import CodeType
from typing import Any

from layertrace.record.process.guard import warn_once

__all__ = [
    "JAX_SEEN",
    "KERAS_SEEN",
    "TENSORFLOW_SEEN",
    "TF_KERAS_SEEN",
    "TORCH_SEEN",
    "Part",
    "exists",
    "find",
    "home",
    "installed",
    "warn_about",
]

KERAS_SEEN = "Keras 3.0 to 3.15"
TF_KERAS_SEEN = "tf_keras 2.16 to 2.21"
JAX_SEEN = "JAX 0.10"
TORCH_SEEN = "torch 2.13"
TENSORFLOW_SEEN = "TensorFlow 2.16 to 2.21"


@dataclass(frozen=True, slots=True)
class Part:
    """One private name.

    Attributes:
        module: Where it is.
        name: What it is called; dotted if it belongs to a class.
        seen: The versions in which it was seen.
        without: What a recording lacks without it.
        in_code: Whether only the code of the module names it: an attribute that it sets on objects, a text.
        former: The same part in older versions, if it had another name or was in another module.
    """

    module: str
    name: str
    seen: str
    without: str
    in_code: bool = False
    former: Part | None = None


def home(part: Part) -> tuple[Any, str]:
    """Return the module or class that a part belongs to, and its name there.

    Raises:
        ImportError: If the module does not exist.
        AttributeError: If the class does not exist.
    """
    if part.former is not None:
        part = installed(part) or part
    owner: Any = importlib.import_module(part.module)
    *classes, name = part.name.split(".")
    for cls in classes:
        owner = getattr(owner, cls)
    return owner, name


def find(part: Part, framework: str) -> Any:
    """Return a private part; return None, after one warning, if the installed version does not have it.

    Args:
        part: The part.
        framework: Whose it is: `TensorFlow`.
    """
    try:
        return getattr(*home(part))
    except (ImportError, AttributeError):
        warn_about(part, framework)
        return None


def warn_about(part: Part, framework: str) -> None:
    """Warn once that the installed version does not have a private part."""
    warn_once(
        f"this {framework} has no {part.module}.{part.name} (seen in {part.seen}): {part.without}. "
        "Everything else is recorded. Try upgrading layertrace.",
        key=f"{part.module}.{part.name}",
    )


def exists(part: Part) -> bool:
    """Return whether the installed version has a part."""
    return installed(part) is not None


def installed(part: Part) -> Part | None:
    """Return the part, or its former one, whichever the installed version has; None if it has neither."""
    if _is_installed(replace(part, former=None)):
        return part
    return None if part.former is None else installed(part.former)


def _is_installed(part: Part) -> bool:
    try:
        owner, name = home(part)
    except (ImportError, AttributeError):
        return False
    return name in _names_in_module(part.module) if part.in_code else hasattr(owner, name)


@lru_cache(maxsize=64)
def _names_in_module(module: str) -> frozenset[str]:
    """Return all names and strings in the code of a module."""
    spec = importlib.util.find_spec(module)
    loader = None if spec is None else spec.loader
    code = loader.get_code(module) if isinstance(loader, InspectLoader) else None
    return frozenset() if code is None else frozenset(_names_in_code(code))


def _names_in_code(code: CodeType) -> set[str]:
    names = {*code.co_names, *code.co_varnames, *code.co_cellvars}
    for constant in code.co_consts:
        if isinstance(constant, str):
            names.add(constant)
        elif isinstance(constant, CodeType):
            names |= _names_in_code(constant)
    return names
