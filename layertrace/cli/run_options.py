"""Options of `layertrace run`: what to report, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from layertrace.cli.filters import Filters

__all__ = ["RunOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What to report, and where; the fields are named as the options of `layertrace run`.

    Attributes:
        arguments: The command line after `layertrace run`, to be printed again.
        program: The program and its arguments, without options of `layertrace run`.
    """

    arguments: Sequence[str]
    program: Sequence[str] = ()
    save: Path | None = None
    html: Path | None = None
    quiet: bool = False
    check: bool = False
    filters: Filters = field(default_factory=Filters)
    depth: int | None = None
    max_lines: int | None = None
    everything: bool = False

    @property
    def is_anything_printed(self) -> bool:
        """Return whether a report, findings or a page are asked for."""
        return self.check or self.html is not None or not self.quiet
