"""Show a saved recording."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import RenderableType

from layertrace.cli.console import console_of, print_parts
from layertrace.cli.filter_options import event_filters, filtered
from layertrace.diagnosis import diagnose
from layertrace.render import findings as rendered
from layertrace.render import function_table, life_chart, table, tree, variable_table, verdict
from layertrace.render.lives.chart import LINES
from layertrace.render.tables.crash_card import crash_card
from layertrace.render.wording.glyphs import Adaptive
from layertrace.timeline import Timeline

__all__ = ["report"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--table", "as_table", is_flag=True, help="Show a table of layers.")
@click.option("--functions", is_flag=True, help="Show a table of tf.functions, with the cause of each trace.")
@click.option("--variables", is_flag=True, help="Show a table of variables.")
@click.option("--life", is_flag=True, help="Show when each layer was created, built and called, as a chart.")
@click.option("--no-findings", is_flag=True, help="Do not report findings.")
@click.option("--all", "everything", is_flag=True, help="Show every event, without folding.")
@event_filters
def report(
    file: Path,
    as_table: bool,
    functions: bool,
    variables: bool,
    life: bool,
    no_findings: bool,
    everything: bool,
    only: tuple[str, ...],
    classes: tuple[str, ...],
    kinds: list[str],
    depth: int | None,
) -> None:
    """Show the recording in FILE as a tree or as tables.

    \b
    Examples:
        layertrace report run.layertrace
        layertrace report run.layertrace --only "encoder/*" --kinds build,variable
        layertrace report run.layertrace --functions
        layertrace report run.layertrace --life
    """
    timeline = Timeline.load(file)
    shown = filtered(timeline, only, classes, kinds)
    parts: list[RenderableType] = [table(shown)] * as_table
    parts += [function_table(shown)] * functions + [variable_table(shown)] * variables
    if life or not parts:
        findings = [] if no_findings else [f for f in diagnose(timeline) if f.severity != "note"]
        judged = verdict(timeline, findings)
    if life:
        max_lines = None if everything else LINES
        parts.append(life_chart(shown, findings, max_lines=max_lines, fold=not everything))
        parts += [] if no_findings else [judged]
    if not parts:
        parts += [] if no_findings or judged.is_complete or not timeline else [Adaptive(judged.last_line)]
        card = None if no_findings else crash_card(timeline, findings)
        parts += [] if card is None else [card]
        parts += [rendered(findings)] * bool(findings)
        max_lines = max(len(shown), 1) if everything else None
        parts.append(tree(shown, depth=depth, fold=not everything, max_lines=max_lines, findings=findings))
        parts += [] if no_findings else [judged]
    print_parts(console_of(), *parts)
