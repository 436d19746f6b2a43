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
    """Lists commands in the order of use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # as click calls it
        return list(self.commands)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="layertrace")
def commands() -> None:
    """See the life of Keras layers: who was made, built and called, in which order, and why.

    Shell completion: eval "$(_LAYERTRACE_COMPLETE=bash_source layertrace)", or zsh_source, fish_source.
    """


for command in (run, report, check, explain, diff, export, merge, demo, debug):
    commands.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, and end the process.

    A command that runs a program hands it over to be run here, as near to the bottom of the stack as can be.
    """
    with _faults_in_a_sentence():
        done = commands.main(arguments, prog_name="layertrace", standalone_mode=False)
        if not isinstance(done, Generator):
            sys.exit(done)
        console.keep_stderr()
        ready = next(done)
    process = os.getpid()
    ended = programs.run(ready)
    if os.getpid() != process:  # a fork that returned from the program: the rest is for its parent to do
        programs.exit_like_python(ended[0])
    with _faults_in_a_sentence():
        done.send(ended)


@contextmanager
def _faults_in_a_sentence() -> Iterator[None]:
    """Tell in one sentence what the user can mend, and leave with a status."""
    try:
        yield
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except LayertraceError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except OSError as error:
        if error.errno != errno.EPIPE:  # whoever has closed the pipe wants to hear no more
            what = "the output" if error.filename is None else error.filename
            with suppress(OSError):
                click.echo(f"Error: {what} cannot be written: {error.strerror or error}", err=True)
        _drop_output()
        sys.exit(1 if error.errno == errno.EPIPE else 2)
    except (KeyboardInterrupt, click.Abort):
        programs.exit_like_python(KeyboardInterrupt())


def _drop_output() -> None:
    """Let Python not try again, at its end, to write what could not be written."""
    with suppress(AttributeError, OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
