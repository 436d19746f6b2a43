"""Import the module that the target of `layertrace check-layer` names, and find the layer in it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from layertrace.errors import ProgramError

__all__ = ["attribute_of", "imported"]


def imported(where: str) -> ModuleType:
    """Return a module, by its name or the path of its file.

    Raises:
        ProgramError: If it does not exist or cannot be imported.
    """
    try:
        return _module(where)
    except Exception as error:
        raise ProgramError(f"cannot import {where}: {type(error).__name__}: {error}{_hint(where)}") from error


def attribute_of(module: ModuleType, where: str, name: str) -> object:
    """Return what a module has under a dotted name.

    Raises:
        ProgramError: If it does not have it.
    """
    value: Any = module
    for part in name.split("."):
        if not hasattr(value, part):
            names = [key for key, each in vars(value).items() if callable(each) and not key.startswith("_")]
            raise ProgramError(
                f"{where} does not have {name}; it has {', '.join(names[:20]) or 'nothing to call'}"
            )
        value = getattr(value, part)
    return value


def _hint(where: str) -> str:
    """Return how to name a layer of a module that exists, if that was meant."""
    parent, dot, name = where.rpartition(".")
    if dot and not where.endswith(".py") and hasattr(sys.modules.get(parent), name):
        return f". To check this one layer, write {parent}:{name}"
    return ""


def _module(where: str) -> ModuleType:
    path = Path(where)
    folder = str(path.resolve().parent) if where.endswith(".py") else str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    if not where.endswith(".py"):
        return importlib.import_module(where)
    spec = importlib.util.spec_from_file_location(path.stem, path.resolve())
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(f"the file {where} does not exist")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    return module
