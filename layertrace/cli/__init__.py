"""The command line: one module for each command."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress

import click

from layertrace.cli.program.exit import exit_like_python
from layertrace.errors import LayertraceError

__all__ = ["main"]


_COMMANDS = {
    "run": "Run a program under trace, and print a report.",
    "report": "Show the recording in FILE on one screen, or as tables.",
    "check": "Report problems in a recording or in a program.",
    "check-layer": "Check layers: modes, shapes, training, saving, precision.",
    "explain": "Explain findings, or list all rules.",
    "diff": "Show what changed between two recordings.",
    "export": "Convert a recording to a web page or another format.",
    "merge": "Merge several recordings into one.",
    "demo": "Run the demos.",
    "debug": "Show installed versions and available parts of frameworks.",
}
"""The short help of each command, in the order of use."""


class _Commands(click.Group):
    """A group that imports the module of a command when the command is called.

    `--help` and shell completion only need the names and the short help. All modules together take half a
    second to import.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # the signature is click's
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, command if name is None else loaded(name), rest


def loaded(name: str) -> click.Command:
    """Return a command, from the module of its name."""
    module = name.replace("-", "_")
    command: click.Command = getattr(importlib.import_module(f"layertrace.cli.commands.{module}"), module)
    return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="layertrace")
def command_line() -> None:
    """Trace the life of Keras layers: when they are created, built and called, and why.

    Shell completion: eval "$(_LAYERTRACE_COMPLETE=bash_source layertrace)", or zsh_source, fish_source.
    """


for command, help_text in _COMMANDS.items():
    command_line.add_command(click.Command(command, short_help=help_text))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, and end the process.

    A command that runs a program yields it. The program then runs here rather than in the command, so that
    few frames of layertrace are on its stack.
    """
    with _errors_in_one_line():
        result = command_line.main(arguments, prog_name="layertrace", standalone_mode=False)
        if not isinstance(result, Generator):
            sys.exit(result)
        from layertrace.cli import pinned_stderr
        from layertrace.cli.program import run as programs

        pinned_stderr.pin()
        program = next(result)
    process = os.getpid()
    ended = programs.run(program)
    if os.getpid() != process:  # a fork that returned from the program: its parent does the rest
        exit_like_python(ended[0])
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
        exit_like_python(KeyboardInterrupt())


def _drop_output() -> None:
    """Discard buffered output that could not be written, so that Python does not try again when it exits."""
    with suppress(AttributeError, OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
