"""The command line: one module for each command."""

from __future__ import annotations

import sys
from typing import Any

import click

from layertrace.cli.check import check
from layertrace.cli.debug import debug
from layertrace.cli.demo import demo
from layertrace.cli.diff import diff
from layertrace.cli.explain import explain
from layertrace.cli.export import export
from layertrace.cli.merge import merge
from layertrace.cli.report import report
from layertrace.cli.run import run
from layertrace.errors import LayertraceError

__all__ = ["main"]


class _Commands(click.Group):
    """Tells an error of ours in one sentence, with exit status 2, and lists commands in the order of use."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LayertraceError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(2)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # as click calls it
        return list(self.commands)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="layertrace")
def main() -> None:
    """See the life of Keras layers: who was made, built and called, in which order, and why.

    Shell completion: eval "$(_LAYERTRACE_COMPLETE=bash_source layertrace)", or zsh_source, fish_source.
    """


for command in (run, report, check, explain, diff, export, merge, demo, debug):
    main.add_command(command)
