"""Notice a Keras that is imported while a recording runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from layertrace.record.process.guard import report_internal_error

__all__ = ["ImportWatch", "importing"]

importing: list[str] = []
"""The watched packages whose import has begun and not ended, outermost first."""


class ImportWatch(MetaPathFinder):
    """Watches the import of some packages, first in `sys.meta_path` from `start` to `stop`.

    If several watch a package, the first one finds it, and notifies all of them.

    Args:
        names: The packages to watch.
        arrived: Called with the name of a package once it is imported.
    """

    def __init__(self, names: Sequence[str], arrived: Callable[[str], object]) -> None:
        self._names = names
        self._arrived = arrived

    def start(self) -> None:
        """Start watching."""
        sys.meta_path.insert(0, self)

    def stop(self) -> None:
        """Stop watching."""
        if self in sys.meta_path:  # the program may have replaced what is there
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a watched package as Python does, and wrap its loader."""
        if fullname not in self._names:
            return None
        watching = [watch for watch in _active_watches() if fullname in watch._names]
        for finder in sys.meta_path:
            find = None if isinstance(finder, ImportWatch) else getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = None if find is None else find(fullname, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = _NotifyingLoader(spec.loader, [watch._arrived for watch in watching])
                return spec
        return None


class _NotifyingLoader(Loader):
    """Loads a package with its own loader, then notifies those who watch it."""

    def __init__(self, loader: Loader, arrived: Sequence[Callable[[str], object]]) -> None:
        self._loader = loader
        self._arrived = arrived

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Execute the package, after restoring its own loader; it then shows nothing of layertrace."""
        spec: Any = module.__spec__
        spec.loader = module.__loader__ = self._loader
        importing.append(module.__name__)
        try:
            self._loader.exec_module(module)
        finally:
            importing.remove(module.__name__)
            if not importing:
                self._notify(module)

    def _notify(self, module: ModuleType) -> None:
        """Notify those who watched when the import began, and those who started during it."""
        latecomers = [watch._arrived for watch in _active_watches()]
        for arrived in (
            *self._arrived,
            *(callback for callback in latecomers if callback not in self._arrived),
        ):
            try:
                arrived(module.__name__)
            except Exception:  # noqa: PERF203  # promise 1: an import of the program never fails for our sake
                report_internal_error(f"begin to record {module.__name__}")

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the package's own loader, such as `get_data`, to code that inspects it."""
        return getattr(self._loader, name)


def _active_watches() -> list[ImportWatch]:
    return [finder for finder in sys.meta_path if isinstance(finder, ImportWatch)]
