"""Run a program under trace without changing a line of it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click
from rich.text import Text

import layertrace
from layertrace.cli import program as programs
from layertrace.cli.live import Live
from layertrace.cli.selecting import selected, selecting
from layertrace.cli.showing import console_of, has_error, printed
from layertrace.diagnosis import diagnose
from layertrace.errors import LayertraceError
from layertrace.record import children
from layertrace.render import findings, tree
from layertrace.render.page_html import write_page

__all__ = ["run"]


class _Run(click.Command):
    """Leaves what comes after `-m MODULE` and `-c CODE` to the program, as Python does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        takes_value = {
            name
            for one in self.params
            if isinstance(one, click.Option) and not one.is_flag
            for name in one.opts
        }
        number = 0
        while number < len(args) and args[number].startswith("-") and args[number] != "-":
            if args[number] in ("-m", "-c"):
                args = [*args[: number + 2], "--", *args[number + 2 :]]
                break
            number += 2 if args[number] in takes_value else 1
        return super().parse_args(ctx, args)


@click.command(cls=_Run, context_settings={"allow_interspersed_args": False})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[SCRIPT] [ARGUMENTS]...")
@click.option("-m", "module", metavar="MODULE", help="Run a module, as python -m does.")
@click.option("-c", "code", metavar="CODE", help="Run code, as python -c does.")
@click.option(
    "--save", type=click.Path(path_type=Path), metavar="FILE", help="Keep the recording, as it happens."
)
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a page to look at.")
@click.option("--quiet", "-q", is_flag=True, help="Do not print a report.")
@click.option("--live", is_flag=True, help="Tell what happens while the program runs.")
@click.option("--check", is_flag=True, help="Look for what is wrong; status 1 if a finding is an error.")
@click.option(
    "--children", "with_children", is_flag=True, help="Record the Python processes that it starts, too."
)
@selecting
def run(
    arguments: tuple[str, ...],
    module: str | None,
    code: str | None,
    save: Path | None,
    html: Path | None,
    quiet: bool,
    live: bool,
    check: bool,
    with_children: bool,
    only: tuple[str, ...],
    classes: tuple[str, ...],
    kinds: list[str],
    depth: int | None,
) -> None:
    """Run a program as Python would, with every layer traced from the first import of Keras on.

    The report goes to standard error after the program has ended; its own output, exit status and signals are
    left alone.

    \b
    Examples:
        layertrace run train.py --epochs 1
        layertrace run --save run.layertrace --check -m package.train --epochs 1
        layertrace run --only "encoder/*" --depth 2 - < train.py
    """
    program = programs.of_arguments(module, code, arguments)
    program.check()
    if with_children and save is None:
        raise click.UsageError(
            "--children needs --save FILE, beside which each process gets a file of its own"
        )
    asked, process = sys.argv[2:], os.getpid()
    tracer = layertrace.trace(report=False, save=save)
    timeline = tracer.start(wait=True)
    watch: AbstractContextManager[object] = Live(timeline) if live else nullcontext()
    with watch, children.recorded(save) if with_children and save is not None else nullcontext():
        raised, alive = programs.run(program)
    if os.getpid() != process:  # a fork that returned from the program: the recording is its parent's
        programs.leave(raised)
    error = raised if isinstance(raised, Exception) else None
    tracer.__exit__(type(error) if error else None, error, None)
    del alive  # until the recording had looked at the program's layers
    programs.show(raised)
    found = diagnose(timeline) if check or not quiet else []
    status = int(check and has_error(found))
    try:
        if html is not None:
            write_page(timeline, html)
        if not quiet:
            grave = [finding for finding in found if finding.severity != "note"]
            shown = selected(timeline, only, classes, kinds)
            console = console_of(stderr=True)
            parts = [findings(grave)] * bool(grave)
            printed(console, *parts, tree(shown, depth=depth, findings=grave))
            console.print(Text(f"\n{_next_step(save, asked)}"), soft_wrap=True)  # as it can be pasted
    except LayertraceError as fault:  # the program's own status counts
        click.echo(f"layertrace: {fault}", err=True)
    programs.leave(raised, status)


def _next_step(save: Path | None, arguments: Sequence[str]) -> str:
    """Return the command that shows the same recording in another way."""
    if save is not None:
        return (
            f"another look: layertrace report {shlex.quote(str(save))} --functions (or --table, --variables)"
        )
    return f"to keep it:  layertrace run --save run.layertrace {shlex.join(arguments)}"
