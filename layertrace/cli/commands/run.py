"""Run a program under trace, without a change to the program."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TypeAlias

import click

import layertrace
from layertrace.cli import completion
from layertrace.cli.filter_options import event_filters
from layertrace.cli.filters import Filters
from layertrace.cli.program import run as programs
from layertrace.cli.run_options import RunOptions
from layertrace.errors import FormatError
from layertrace.record import subprocesses
from layertrace.timeline import Timeline
from layertrace.timeline.storage import check_writable

__all__ = ["run"]

_PrintsReport: TypeAlias = Callable[[Timeline, RunOptions, Sequence[Path]], int]


class _Run(click.Command):
    """Passes what follows `-m MODULE` and `-c CODE` to the program, as Python does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = programs.first_argument(self, args, among="mc")
        word = args[at] if at < len(args) else "-"
        if word.startswith("-") and word not in ("-", "--"):
            letter = next(index for index, character in enumerate(word) if character in "mc")
            has_value = letter < len(word) - 1  # `-mpackage`; else the value is the next word
            end = at + (1 if has_value else 2)
            args = [*args[:end], "--", *args[end:]]
        return super().parse_args(ctx, args)


@click.command(
    cls=_Run,
    context_settings={"allow_interspersed_args": False},
    short_help="Run a program under trace, and print a report.",
)
@click.argument(
    "arguments",
    nargs=-1,
    type=click.UNPROCESSED,
    metavar="[SCRIPT] [ARGUMENTS]...",
    shell_complete=completion.files,
)
@click.option("-m", "module", metavar="MODULE", help="Run a module, like python -m.")
@click.option("-c", "code", metavar="CODE", help="Run code, like python -c.")
@click.option(
    "--save",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Save the recording to FILE while the program runs.",
)
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a report to FILE as a web page."
)
@click.option("--quiet", "-q", is_flag=True, help="Print only what --check finds.")
@click.option("--live", is_flag=True, help="Show a live status line.")
@click.option(
    "--check",
    is_flag=True,
    help="Also show notes; exit with status 1 if any finding is an error, 2 if something was not checked.",
)
@click.option(
    "--children",
    "with_children",
    is_flag=True,
    help="Also record Python processes that the program starts.",
)
@event_filters
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
    filters: Filters,
    depth: int | None,
    max_lines: int | None,
    everything: bool,
) -> programs.Runs:
    """Run a program as Python would, and trace every layer from the import of Keras to the end.

    The report goes to standard error after the program has ended; the program's own output, exit status and
    signals do not change. The options from --only on choose what the report shows; --save and --html include
    everything.

    \b
    Examples:
        layertrace run train.py --epochs 1
        layertrace run --save run.layertrace --check -m package.train --epochs 1
        layertrace run --only "encoder/*" --depth 2 - < train.py
    """
    program = programs.of_arguments(module, code, arguments).prepared()
    if with_children and save is None:
        raise click.UsageError(
            "--children needs --save FILE; each process writes its own recording next to FILE"
        )
    if html is not None:
        _check_page(html)
    options = RunOptions(
        arguments=sys.argv[2:],
        program=(*(("-m", module) if module else ()), *(("-c", code) if code else ()), *arguments),
        save=save,
        html=html and html.absolute(),  # the program may change the current folder
        quiet=quiet,
        check=check,
        filters=filters,
        depth=depth,
        max_lines=max_lines,
        everything=everything,
    )
    # Both are imported now: a module of the program may have the name of one that they import.
    print_report = _printer() if options.is_anything_printed else _print_nothing
    display = _live_display() if live else nullcontext
    began, location = time.time(), None if save is None else _location(save)  # before the folder can change
    tracer = layertrace.trace(report=False, save=save)
    timeline = tracer.start(wait=True)
    with (
        display(timeline),
        subprocesses.recorded(save, timeline) if with_children and save is not None else nullcontext(),
    ):
        raised, alive = yield program
    programs.end_recording(tracer, raised)
    del alive  # the end of the recording has read the program's layers
    children = subprocesses.files_since(*location, began) if with_children and location is not None else []
    programs.exit_like_python(raised, print_report(timeline, options, children))


def _printer() -> _PrintsReport:
    """Return what prints the report. Check the settings of the project now, not after a long run."""
    from layertrace.cli.run_report import print_report
    from layertrace.diagnosis import diagnose

    diagnose(Timeline())
    return print_report


def _print_nothing(*_: object) -> int:
    """Print no report, and return the exit status."""
    return 0


def _live_display() -> Callable[[Timeline], AbstractContextManager[object]]:
    from layertrace.cli.live import LiveDisplay

    return LiveDisplay


def _location(save: Path) -> tuple[Path, Path]:
    """Return the file that a path resolves to, and its folder as the user would write it."""
    real = save.resolve()
    return real, save.parent if save.parent.resolve() == real.parent else real.parent


def _check_page(html: Path) -> None:
    """Check before a long run that the page can be written, and that it would not overwrite a program.

    Raises:
        FormatError: If the file has another suffix or cannot be written.
    """
    if html.suffix.lower() not in (".html", ".htm"):
        raise FormatError(f"--html needs a file that ends in .html or .htm, got {html}")
    check_writable(html)
