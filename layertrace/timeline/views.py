"""Show a timeline: as a tree, a chart, a table, data for other programs, or what is wrong with it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING, Any

from layertrace.timeline import lazy_views
from layertrace.timeline.tree_options import TreeOptions, list_tree_options

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from typing_extensions import Unpack

    from layertrace.diagnosis import Finding
    from layertrace.render.lives.chart import LifeChart
    from layertrace.render.tables.fitted_table import FittedTable
    from layertrace.render.trees.tree import TimelineTree
    from layertrace.timeline.timeline import Timeline

__all__ = ["Views"]


class Views(ABC):
    """The methods of a timeline that show it."""

    @property
    @abstractmethod
    def _shown(self) -> Timeline:
        """The timeline itself."""

    def findings(
        self, *, select: Sequence[str] | None = None, ignore: Sequence[str] | None = None
    ) -> list[Finding]:
        """Return what is wrong, the most severe first, as `layertrace.diagnose` does.

        Args:
            select: Codes of the rules to run, or their beginnings (`LT2`); None for those that
                `[tool.layertrace]` in the nearest `pyproject.toml` selects, by default all.
            ignore: Codes of rules not to run; None for those that `pyproject.toml` ignores.

        Raises:
            RuleError: If no rule has one of the codes.
        """
        return lazy_views.diagnose(self._shown, select=select, ignore=ignore)

    @list_tree_options
    def tree(self, *, findings: Iterable[Finding] = (), **options: Unpack[TreeOptions]) -> TimelineTree:
        """Return the events as a tree for `rich` to print.

        Args:
            findings: Findings to mark at the events concerned.
            options: What the tree shows, as `TreeOptions` lists it.
        """
        return lazy_views.tree(self._shown, findings=findings, **options)

    def life_chart(self, *, findings: Sequence[Finding] = (), max_lines: int | None = 40) -> LifeChart:
        """Return a chart for `rich` to print: when each layer was created, built and called.

        Args:
            findings: Findings to mark at the layers concerned.
            max_lines: Approximate number of lines at most; None for any number.
        """
        return lazy_views.life_chart(self._shown, findings, max_lines=max_lines)

    def table(self, *, fold: bool = True) -> FittedTable:
        """Return a table for `print` or `rich`: the layers as they lie in each other, and their parameters.

        Args:
            fold: Whether to show layers that are alike once, if there are many rows.
        """
        return lazy_views.table(self._shown, fold=fold)

    def function_table(self) -> Table:
        """Return a table for `print` or `rich`: one row for each `tf.function`."""
        return lazy_views.function_table(self._shown)

    def mark_table(self) -> FittedTable:
        """Return a table for `print` or `rich`: what happened inside each part that `mark` named."""
        return lazy_views.mark_table(self._shown)

    def to_dicts(self) -> list[dict[str, str | int | float | bool | None]]:
        """Return one flat dict of plain values for each event.

        `layertrace.render.exports.records.COLUMNS` describes the keys. Every dict has all of them.

        Example:
            >>> from layertrace import Event, Timeline
            >>> Timeline([Event(seq=0, kind="build", start_ns=1_500_000)]).to_dicts()[0]["start_ms"]
            1.5
        """
        return lazy_views.records(self._shown)

    def to_frame(self) -> Any:
        """Return these dicts as a `pandas.DataFrame`; as one of polars if pandas is not there.

        Raises:
            DependencyError: If neither is installed.
        """
        return lazy_views.frame(self._shown)

    @list_tree_options
    def print(
        self,
        *,
        file: IO[str] | None = None,
        console: Console | None = None,
        findings: Sequence[Finding] | None = None,
        **options: Unpack[TreeOptions],
    ) -> None:
        """Print the tree: in colour on a terminal, as HTML in a notebook, as plain text elsewhere.

        Args:
            file: The file to print to; None for the standard output.
            console: The rich console to print to, instead of a file.
            findings: Findings to print before the tree and to mark in it; the verdict then follows the
                tree. None prints neither, as if the rules had not run.
            options: What the tree shows, as `TreeOptions` lists it.
        """
        lazy_views.print_timeline(self._shown, file=file, console=console, findings=findings, **options)

    def __str__(self) -> str:
        return lazy_views.text(self._shown)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the page and the text that a notebook chooses from."""
        return lazy_views.notebook(self._shown)
