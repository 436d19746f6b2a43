"""Show a saved recording."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote

import click
from rich.console import RenderableType

from layertrace import render
from layertrace.cli.console import console_of, print_parts
from layertrace.cli.filter_options import event_filters
from layertrace.cli.filters import Filters
from layertrace.diagnosis import diagnose, serious
from layertrace.render.console import lines_taken
from layertrace.render.tables.crash_card import crash_card
from layertrace.render.wording.glyphs import Adaptive
from layertrace.timeline import Timeline
from layertrace.timeline.collecting import collecting_paused

__all__ = ["report"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--table", "as_table", is_flag=True, help="Show a table of layers.")
@click.option("--functions", is_flag=True, help="Show a table of traced functions, with the cause of each.")
@click.option("--marks", is_flag=True, help="Show a table of marked parts, such as epochs.")
@click.option("--variables", is_flag=True, help="Show a table of variables.")
@click.option("--life", is_flag=True, help="Show when each layer was created, built and called, as a chart.")
@click.option("--no-findings", is_flag=True, help="Do not report findings.")
@event_filters
@collecting_paused()
def report(
    file: Path,
    as_table: bool,
    functions: bool,
    marks: bool,
    variables: bool,
    life: bool,
    no_findings: bool,
    filters: Filters,
    depth: int | None,
    max_lines: int | None,
    everything: bool,
) -> None:
    """Show the recording in FILE on one screen, or as tables.

    Each statement of the program has a row, with as much of what happened inside it as there is room for.
    --depth, --lines and --all show more.

    \b
    Examples:
        layertrace report run.layertrace
        layertrace report run.layertrace --only "encoder/*" --kinds build,variable
        layertrace report run.layertrace --own --exclude Dropout --min-duration 5
        layertrace report run.layertrace --functions
        layertrace report run.layertrace --life
    """
    timeline = Timeline.load(file)
    shown = filters.chosen(timeline)
    parts: list[RenderableType] = [render.table(shown, fold=not everything)] * as_table
    parts += [render.function_table(shown)] * functions + [render.variable_table(shown)] * variables
    parts += [render.mark_table(shown)] * marks
    if life or not parts:
        all_findings = [] if no_findings else diagnose(timeline)
        findings = serious(all_findings)
        judged = render.verdict(timeline, all_findings)
    if life:
        from layertrace.render.lives.chart import LINES

        most = None if everything else max_lines or LINES
        parts.append(render.life_chart(shown, findings, max_lines=most, fold=not everything))
        parts += [] if no_findings else [judged]
    if not parts:
        before: list[RenderableType] = []
        if timeline and not (no_findings or judged.is_complete):
            before.append(Adaptive(judged.last_line))
        card = None if no_findings else crash_card(timeline, findings)
        before += [] if card is None else [card]
        before += [render.findings(findings)] * bool(findings)
        after: list[RenderableType] = [] if no_findings else [judged]
        deeper = "--depth 3" if depth is None else f"--depth {depth + 1} · --lines 400"
        export = f"layertrace export {quote(str(file))} -o run.html"
        shown_events = render.overview(
            shown,
            findings=findings,
            verdict=None if no_findings else judged,
            more=f"more: {deeper} · --all · --life · --functions · {export}",
            taken=lines_taken(console_of(), *before, *after),
            depth=depth,
            fold=not everything,
            max_lines=sys.maxsize if everything else max_lines,
        )
        parts = [*before, shown_events, *after]
    print_parts(console_of(), *parts)
