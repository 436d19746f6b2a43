"""Show a recording that was saved."""

from __future__ import annotations

from pathlib import Path

import click

from layertrace.cli.console import console_of, print_parts
from layertrace.cli.filter_options import selected, selecting
from layertrace.diagnosis import diagnose
from layertrace.render import findings, function_table, table, tree, variable_table
from layertrace.timeline import Timeline

__all__ = ["report"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--table", "as_table", is_flag=True, help="A line for each layer.")
@click.option("--functions", is_flag=True, help="A line for each tf.function, with its traces and causes.")
@click.option("--variables", is_flag=True, help="A line for each variable.")
@click.option("--no-findings", is_flag=True, help="Do not look for what is wrong.")
@click.option("--all", "everything", is_flag=True, help="Fold nothing, leave nothing out.")
@selecting
def report(
    file: Path,
    as_table: bool,
    functions: bool,
    variables: bool,
    no_findings: bool,
    everything: bool,
    only: tuple[str, ...],
    classes: tuple[str, ...],
    kinds: list[str],
    depth: int | None,
) -> None:
    """Show the recording in FILE: as a tree, or as tables.

    \b
    Examples:
        layertrace report run.layertrace
        layertrace report run.layertrace --only "encoder/*" --kinds build,variable
        layertrace report run.layertrace --functions
    """
    timeline = Timeline.load(file)
    shown = selected(timeline, only, classes, kinds)
    parts: list[object] = [table(shown)] * as_table
    parts += [function_table(shown)] * functions + [variable_table(shown)] * variables
    if not parts:
        found = [] if no_findings else [one for one in diagnose(timeline) if one.severity != "note"]
        parts = [findings(found)] * bool(found)
        lines = max(len(shown), 1) if everything else None
        parts.append(tree(shown, depth=depth, fold=not everything, max_lines=lines, findings=found))
    print_parts(console_of(), *parts)  # type: ignore[arg-type]  # all of them are renderable
