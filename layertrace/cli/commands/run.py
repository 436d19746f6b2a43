"""Run a program under trace without changing a line of it."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click

import layertrace
from layertrace.cli import completion
from layertrace.cli.filter_options import selecting
from layertrace.cli.live import Live
from layertrace.cli.program import run as programs
from layertrace.cli.run_report import ReportOptions, print_report
from layertrace.diagnosis import diagnose
from layertrace.errors import FormatError
from layertrace.record import subprocesses
from layertrace.timeline import Timeline
from layertrace.timeline.storage import check_writable

__all__ = ["run"]


class _Run(click.Command):
    """Leaves what comes after `-m MODULE` and `-c CODE` to the program, as Python does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = programs.first_argument(self, args, among="mc")
        word = args[at] if at < len(args) else "-"
        if word.startswith("-") and word not in ("-", "--"):
            letter = next(number for number, one in enumerate(word) if one in "mc")
            after = at + (2 if letter == len(word) - 1 else 1)  # the value is the next word, or ends this one
            args = [*args[:after], "--", *args[after:]]
        return super().parse_args(ctx, args)


@click.command(cls=_Run, context_settings={"allow_interspersed_args": False})
@click.argument(
    "arguments",
    nargs=-1,
    type=click.UNPROCESSED,
    metavar="[SCRIPT] [ARGUMENTS]...",
    shell_complete=completion.files,
)
@click.option("-m", "module", metavar="MODULE", help="Run a module, as python -m does.")
@click.option("-c", "code", metavar="CODE", help="Run code, as python -c does.")
@click.option(
    "--save", type=click.Path(path_type=Path), metavar="FILE", help="Keep the recording, as it happens."
)
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a page to look at.")
@click.option("--quiet", "-q", is_flag=True, help="Print no report, but for what --check finds.")
@click.option("--live", is_flag=True, help="Tell what happens while the program runs.")
@click.option("--check", is_flag=True, help="Tell notes, too; status 1 if a finding is an error.")
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
) -> programs.Runs:
    """Run a program as Python would, with every layer traced from the first import of Keras on.

    The report goes to standard error after the program has ended; its own output, exit status and signals are
    left alone. --only, --class, --kinds and --depth choose what it shows; --save and --html keep everything.

    \b
    Examples:
        layertrace run train.py --epochs 1
        layertrace run --save run.layertrace --check -m package.train --epochs 1
        layertrace run --only "encoder/*" --depth 2 - < train.py
    """
    program = programs.of_arguments(module, code, arguments).prepared()
    if with_children and save is None:
        raise click.UsageError(
            "--children needs --save FILE, beside which each process gets a file of its own"
        )
    if html is not None:
        _check_page(html)
    diagnose(Timeline())  # nonsense in the settings of the project is told now, not after a long run
    options = ReportOptions(
        asked=sys.argv[2:],
        save=save,
        html=html and html.absolute(),  # the program may change its folder
        quiet=quiet,
        check=check,
        only=only,
        classes=classes,
        kinds=kinds,
        depth=depth,
    )
    began, beside = time.time(), None if save is None else _real(save)  # the program may change its folder
    tracer = layertrace.trace(report=False, save=save)
    timeline = tracer.start(wait=True)
    watch: AbstractContextManager[object] = Live(timeline) if live else nullcontext()
    with (
        watch,
        subprocesses.recorded(save, timeline) if with_children and save is not None else nullcontext(),
    ):
        raised, alive = yield program
    programs.end_recording(tracer, raised)
    del alive  # until the recording had looked at the program's layers
    written = subprocesses.files_since(*beside, began) if with_children and beside is not None else []
    programs.exit_like_python(raised, print_report(timeline, options, written))


def _real(save: Path) -> tuple[Path, Path]:
    """Return the file that a path leads to, and its folder as the user would name it."""
    real = save.resolve()
    return real, save.parent if save.parent.resolve() == real.parent else real.parent


def _check_page(html: Path) -> None:
    """Refuse a page that could not be written after a long run, or would take the place of a program.

    Raises:
        FormatError: If so.
    """
    if html.suffix.lower() not in (".html", ".htm"):
        raise FormatError(f"{html} does not end in .html, as the name of a page does")
    check_writable(html)
