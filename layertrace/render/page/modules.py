"""Join the page's scripts, which are JavaScript modules, into one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from typing import NamedTuple

__all__ = ["join"]

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+\.js)";\n', re.M)
_EXPORT = re.compile(r"^export (?=(?:function\*?|const) (\w+|\{[^}]*\}|\[[^\]]*\]))", re.M)
_NAME = re.compile(r"(\w+)\s*(?=[,}\]]|$)")
_LEFT = re.compile(r"^(?:import|export)\b.*", re.M)


class _Module(NamedTuple):
    """A script without its imports and exports, and what these were."""

    code: str
    imports: dict[str, list[str]]
    exports: list[str]


def join(main: str, read: Callable[[str], str]) -> str:
    """Return one script that does what a module and all modules it imports do together.

    Each module stands after those it imports. Only `import { a, b } from "./file.js";` and
    `export function` and `export const` are understood, and no two modules may export the same name. Names
    that a module keeps to itself share one scope, too: a browser refuses a script that has one twice.

    Args:
        main: The name of the module to begin with.
        read: Returns the source of a module.

    Raises:
        ValueError: If an imported name is not exported, two modules export one name, or modules import
            each other.
    """
    modules = dict(_modules(main, read))
    _check(modules)
    order = TopologicalSorter({name: module.imports for name, module in modules.items()}).static_order()
    return "\n".join(modules[name].code for name in order)


def _modules(main: str, read: Callable[[str], str]) -> Iterator[tuple[str, _Module]]:
    """Yield a module and all that it imports, directly or indirectly."""
    waiting, seen = [main], {main}
    while waiting:
        name = waiting.pop()
        module = _parse(name, read(name))
        yield name, module
        waiting += [other for other in module.imports if other not in seen]
        seen.update(module.imports)


def _parse(name: str, source: str) -> _Module:
    """Return a module taken apart into its code, its imports and its exports."""
    imports = {file: _NAME.findall(names) for names, file in _IMPORT.findall(source)}
    exports = [exported for pattern in _EXPORT.findall(source) for exported in _NAME.findall(pattern)]
    code = _EXPORT.sub("", _IMPORT.sub("", source))
    if left := _LEFT.search(code):
        raise ValueError(f"{name} has an import or export that cannot be joined: {left[0]}")
    return _Module(code, imports, exports)


def _check(modules: dict[str, _Module]) -> None:
    """Raise an error if a name is exported twice, or imported from a module that does not export it."""
    exporter: dict[str, str] = {}
    for file, module in modules.items():
        for name in module.exports:
            if name in exporter:
                raise ValueError(f"{name} is exported by both {exporter[name]} and {file}")
            exporter[name] = file
    for file, module in modules.items():
        for source, names in module.imports.items():
            for name in names:
                if name not in modules[source].exports:
                    raise ValueError(f"{file} imports {name} from {source}, which does not export it")
