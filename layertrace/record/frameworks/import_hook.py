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
"""The packages that are looked out for and whose import has begun and not ended, outermost first."""


class ImportWatch(MetaPathFinder):
    """Stands first in `sys.meta_path` from `start` to `stop`, and looks out for some packages.

    Of several, the first one finds the package, and tells all.

    Args:
        names: The packages to look out for.
        arrived: Called with the name of a package once it is imported.
    """

    def __init__(self, names: Sequence[str], arrived: Callable[[str], object]) -> None:
        self._names = names
        self._arrived = arrived

    def start(self) -> None:
        """Look out from now on."""
        sys.meta_path.insert(0, self)

    def stop(self) -> None:
        """Look out no more."""
        if self in sys.meta_path:  # the program may have replaced what is there
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a package as it would be found without us, and put a word in for its loader."""
        if fullname not in self._names:
            return None
        watching = [one for one in sys.meta_path if isinstance(one, ImportWatch) and fullname in one._names]
        for finder in sys.meta_path:
            find = None if isinstance(finder, ImportWatch) else getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = None if find is None else find(fullname, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = _Telling(spec.loader, [one._arrived for one in watching])
                return spec
        return None


class _Telling(Loader):
    """Loads a package by its own loader, then tells."""

    def __init__(self, loader: Loader, arrived: Sequence[Callable[[str], object]]) -> None:
        self._loader = loader
        self._arrived = arrived

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Execute the package and put its own loader back, so that nothing of ours stays behind."""
        spec: Any = module.__spec__
        spec.loader = module.__loader__ = self._loader
        importing.append(module.__name__)
        try:
            self._loader.exec_module(module)
        finally:
            importing.remove(module.__name__)
            if not importing:
                self._tell(module)

    def _tell(self, module: ModuleType) -> None:
        """Tell those who look out now, too: who came in the middle of the import waits for its end."""
        latecomers = [one._arrived for one in sys.meta_path if isinstance(one, ImportWatch)]
        for arrived in (*self._arrived, *(one for one in latecomers if one not in self._arrived)):
            try:
                arrived(module.__name__)
            except Exception:  # noqa: PERF203  # promise 1: an import of the program never fails for our sake
                report_internal_error(f"begin to record {module.__name__}")

    def __getattr__(self, name: str) -> Any:
        """Do for whoever only asks for the package what its own loader does, such as `get_data`."""
        return getattr(self._loader, name)
