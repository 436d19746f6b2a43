"""Check one layer against the contract that every Keras layer should keep."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from layertrace.cli.console import console_of, print_parts
from layertrace.errors import ProgramError
from layertrace.testing.contract import api
from layertrace.testing.contract.check import chosen_checks
from layertrace.testing.contract.inputs import inputs_of
from layertrace.testing.contract.outcome import Result

__all__ = ["check_layer"]

NOT_CHECKED = 2


@click.command("check-layer", short_help="Check one layer: modes, shapes, training, saving, precision.")
@click.argument("target", metavar="MODULE:NAME")
@click.option(
    "--input",
    "inputs",
    multiple=True,
    required=True,
    metavar="SPEC",
    help="An argument of the call, such as 'float32[2, 5]', 'int32[None, 7] < 100' or JSON of these; "
    "repeat it for several arguments.",
)
@click.option(
    "--call",
    "arguments",
    multiple=True,
    metavar="NAME=VALUE",
    help="Another argument, such as training=True.",
)
@click.option("--select", metavar="NAMES", help="Run only these checks or groups, separated by commas.")
@click.option("--ignore", metavar="NAMES", help="Leave out these checks or groups, separated by commas.")
@click.option("--seconds", default=api.SECONDS, show_default=True, help="The time that each check may take.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check_layer(
    target: str,
    inputs: tuple[str, ...],
    arguments: tuple[str, ...],
    select: str | None,
    ignore: str | None,
    seconds: float,
    as_json: bool,
) -> None:
    """Check what every Keras layer should do, on the layer that NAME of MODULE creates.

    NAME is a function that creates the layer, a layer, or a class that needs no arguments. MODULE is the name
    of a module or a file. The exit status is 1 if a check fails, and 2 if a check could not run.

    \b
    Examples:
        layertrace check-layer package.module:make_layer --input "float32[2, 5]"
        layertrace check-layer layers.py:MyDense --input "float32[None, 5]"
    """
    wanted, unwanted = _names(select), _names(ignore)
    count = len(chosen_checks(wanted, unwanted))  # report what is misspelled before anything is imported
    inputs_of(inputs)
    call = dict(map(_argument, arguments))
    layer = _found(target)
    console = console_of(stderr=True)
    bar = Progress(
        TextColumn("checking {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(target, total=count)

        def progress(_: Result) -> None:
            bar.advance(task)

        report = api.check_layer(
            layer, *inputs, call=call, select=wanted, ignore=unwanted, seconds=seconds, progress=progress
        )
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=2))
    else:
        print_parts(console_of(), report)
    failed = any(result.outcome == "failed" for result in report.failed)
    sys.exit(1 if failed else 0 if report.passed else NOT_CHECKED)


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _argument(text: str) -> tuple[str, Any]:
    """Return the name and the value of an argument of the call."""
    name, equals, value = text.partition("=")
    try:
        if not equals or not name.isidentifier():
            raise ValueError  # noqa: TRY301  # both mistakes get one message
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        raise click.UsageError(f"--call takes NAME=VALUE with a Python literal, got {text!r}") from None


def _found(target: str) -> object:
    """Return what a target names.

    Raises:
        ProgramError: If the module or the name does not exist, or the module cannot be imported.
    """
    where, colon, name = target.rpartition(":")
    if not colon or not where or not name:
        raise click.UsageError(
            f"{target!r} does not name a layer; write MODULE:NAME, such as layers.py:MyDense"
        )
    try:
        found: Any = _module(where)
    except Exception as error:
        raise ProgramError(f"cannot import {where}: {type(error).__name__}: {error}") from error
    for part in name.split("."):
        if not hasattr(found, part):
            names = [key for key, value in vars(found).items() if callable(value) and not key.startswith("_")]
            raise ProgramError(
                f"{where} does not have {name}; it has {', '.join(names[:20]) or 'nothing to call'}"
            )
        found = getattr(found, part)
    return found


def _module(where: str) -> ModuleType:
    path = Path(where)
    folder = str(path.resolve().parent) if where.endswith(".py") else str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    if not where.endswith(".py"):
        return importlib.import_module(where)
    spec = importlib.util.spec_from_file_location(path.stem, path.resolve())
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(f"the file {where} does not exist")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    return module
