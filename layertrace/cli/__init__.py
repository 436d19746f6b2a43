"""The command line: one module for each command."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress

import click

from layertrace.cli import console
from layertrace.cli.commands.check import check
from layertrace.cli.commands.debug import debug
from layertrace.cli.commands.demo import demo
from layertrace.cli.commands.diff import diff
from layertrace.cli.commands.explain import explain
from layertrace.cli.commands.export import export
from layertrace.cli.commands.merge import merge
from layertrace.cli.commands.report import report
from layertrace.cli.commands.run import run
from layertrace.cli.program import run as programs
from layertrace.errors import LayertraceError

__all__ = ["main"]


class _Commands(click.Group):
    """A group that lists its commands in the order of use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # the signature is click's
        return list(self.commands)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="layertrace")
def command_line() -> None:
    """Trace the life of Keras layers: when they are created, built and called, and why.

    Shell completion: eval "$(_LAYERTRACE_COMPLETE=bash_source layertrace)", or zsh_source, fish_source.
    """


for command in (run, report, check, explain, diff, export, merge, demo, debug):
    command_line.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, and end the process.

    A command that runs a program yields the program. It runs here rather than in the command, so that few
    frames of layertrace are on its stack.
    """
    with _errors_in_one_line():
        result = command_line.main(arguments, prog_name="layertrace", standalone_mode=False)
        if not isinstance(result, Generator):
            sys.exit(result)
        console.pin_stderr()
        program = next(result)
    process = os.getpid()
    ended = programs.run(program)
    if os.getpid() != process:  # a fork that returned from the program: its parent does the rest
        programs.exit_like_python(ended[0])
    with _errors_in_one_line():
        result.send(ended)


@contextmanager
def _errors_in_one_line() -> Iterator[None]:
    """Print an error that the user can fix in one line without a traceback, and exit with its status."""
    try:
        yield
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except LayertraceError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except OSError as error:
        if error.errno != errno.EPIPE:  # the reader has closed the pipe, and expects no message
            file = "the output" if error.filename is None else error.filename
            with suppress(OSError):
                click.echo(f"Error: {file} cannot be written: {error.strerror or error}", err=True)
        _drop_output()
        sys.exit(1 if error.errno == errno.EPIPE else 2)
    except (KeyboardInterrupt, click.Abort):
        programs.exit_like_python(KeyboardInterrupt())


def _drop_output() -> None:
    """Discard buffered output that could not be written, so that Python does not try again when it exits."""
    with suppress(AttributeError, OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
