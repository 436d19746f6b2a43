"""Mistakes in the layers of `kinds`, which break just one check each; they are written as differences."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

KINDS = Path(__file__).parent / "kinds"
DIFFERENCES = Path(__file__).parent / "mutants.diff"
"""Each begins with `== check: kind, at line to blame`; `...` separates the places that it changes."""

_HEAD = re.compile(r"^== ([\w-]+): (\w+), at (.*)\n", re.MULTILINE)


@dataclass(frozen=True)
class Mutant:
    """A mistake.

    Attributes:
        check: The check that must fail, and no other.
        kind: The module of the layer.
        blamed: The beginning of the line to blame.
        difference: What to replace.
    """

    check: str
    kind: str
    blamed: str
    difference: str

    @property
    def source(self) -> str:
        """The source with the mistake."""
        text = (KINDS / f"{self.kind}.py").read_text()
        for hunk in self.difference.split("\n...\n"):
            lines = hunk.rstrip("\n").split("\n")
            old, new = (
                "".join(f"{line[1:]}\n" for line in lines if line[:1] != sign) for sign in ("+", "-")
            )
            assert f"\n{text}".count(f"\n{old}") == 1, f"{self.kind} does not have once:\n{old}"
            text = f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:]
        return text

    @property
    def line(self) -> int:
        """The line to blame."""
        lines = [line.strip() for line in self.source.splitlines()]
        return next(n for n, line in enumerate(lines, start=1) if line.startswith(self.blamed))


def imported(file: Path, source: str) -> ModuleType:
    """Write a source to a file, and import it."""
    file.write_text(source)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


def _parsed() -> Iterator[Mutant]:
    text = re.sub(r"^#.*\n", "", DIFFERENCES.read_text(), flags=re.MULTILINE)
    _, *parts = _HEAD.split(text)
    for check, kind, blamed, difference in zip(*(iter(parts),) * 4, strict=True):
        yield Mutant(check, kind, blamed, difference.rstrip("\n"))


MUTANTS = list(_parsed())
