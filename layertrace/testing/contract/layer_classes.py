"""Find the layer classes that a module defines or exports."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from layertrace.testing.contract.frameworks import base_of

__all__ = ["is_within", "layer_classes"]

_OF_TESTS = ("test_", "_test", "tests", "testing", "conftest", "__main__", "setup")


def layer_classes(module: ModuleType) -> list[type]:
    """Return the layer classes that a module defines or exports; those of its modules if it is empty itself.

    A package exports the public classes of its own modules that it imports. Any module exports what it lists
    in `__all__`.
    """
    classes = list(dict.fromkeys(_own(module)))
    if classes or not hasattr(module, "__path__"):
        return classes
    return list(dict.fromkeys(cls for inner in _modules_of(module) for cls in _own(inner)))


def is_within(name: str, package: str) -> bool:
    """Return whether a module is a package or one of its modules."""
    return name == package or name.startswith(f"{package}.")


def _own(module: ModuleType) -> Iterator[type]:
    listed = getattr(module, "__all__", ())
    scope = module.__name__.partition(".")[0] if hasattr(module, "__path__") else module.__name__
    for name, value in list(vars(module).items()):
        if not isinstance(value, type) or base_of(value) is None:
            continue
        if name in listed or (not name.startswith("_") and is_within(value.__module__, scope)):
            yield value


def _modules_of(package: ModuleType) -> Iterator[ModuleType]:
    """Yield the modules of a package, except those of its tests."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.", onerror=lambda _: None):
        last = found.name.rpartition(".")[2]
        if not last.startswith(_OF_TESTS) and not last.endswith(_OF_TESTS):
            yield importlib.import_module(found.name)
