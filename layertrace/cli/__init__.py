"""The command line: one module for each command."""

from __future__ import annotations

import click

from layertrace.cli.check import check
from layertrace.cli.debug import debug
from layertrace.cli.demo import demo
from layertrace.cli.explain import explain

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="layertrace")
def main() -> None:
    """See the life of Keras layers: who was made, built and called, in which order, and why."""


main.add_command(check)
main.add_command(debug)
main.add_command(demo)
main.add_command(explain)
