"""Check one layer, or all of a module, against the contract that every Keras layer should keep."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from layertrace.cli.console import console_of, print_parts
from layertrace.cli.output_formats import output_formats
from layertrace.cli.pinned_stdout import pinned_stdout
from layertrace.cli.program.backends import answers_on, backends_named
from layertrace.cli.program.layer_modules import attribute_of, imported
from layertrace.errors import ProgramError
from layertrace.testing.contract import api
from layertrace.testing.contract.across.report import BackendReport
from layertrace.testing.contract.backends.loading import require_backend
from layertrace.testing.contract.check import chosen_checks
from layertrace.testing.contract.devices import prepare_devices
from layertrace.testing.contract.examples import registered
from layertrace.testing.contract.inputs import inputs_of
from layertrace.testing.contract.outcome import Result
from layertrace.testing.contract.package_report import PackageReport
from layertrace.testing.contract.packages import candidates, check_candidate
from layertrace.testing.contract.report import LayerReport

__all__ = ["check_layer"]

NOT_CHECKED = 2


@click.command("check-layer", short_help="Check layers: modes, shapes, training, saving, precision.")
@click.argument("target", metavar="MODULE[:NAME]")
@click.option(
    "--input",
    "inputs",
    multiple=True,
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
@click.option("--examples", multiple=True, metavar="MODULE", help="Another module that registers examples.")
@click.option("--select", metavar="NAMES", help="Run only these checks or groups, separated by commas.")
@click.option("--ignore", metavar="NAMES", help="Leave out these checks or groups, separated by commas.")
@click.option(
    "--backends",
    metavar="NAMES",
    help="Compare what the layer does on these backends of Keras instead, such as jax,torch,tensorflow.",
)
@click.option("--seconds", default=api.SECONDS, show_default=True, help="The time that each check may take.")
@output_formats(["json"], "Print cards, or the same as JSON.")
def check_layer(
    target: str,
    inputs: tuple[str, ...],
    arguments: tuple[str, ...],
    examples: tuple[str, ...],
    select: str | None,
    ignore: str | None,
    backends: str | None,
    seconds: float,
    output_format: str,
) -> None:
    """Check what every Keras layer should do, on one layer or on all layers of a module.

    MODULE is the name of a module, a package or a file. NAME is a function that creates the layer, a layer,
    or a class that needs no arguments. Without NAME, the layer classes that MODULE defines or exports are
    checked: with their examples, which are functions under @layertrace.testing.example, or created from no
    arguments. The exit status is 1 if a check fails, and 2 if no check could run. With --backends, it is 1 if
    the layer does not do the same on all of them.

    \b
    Examples:
        layertrace check-layer package.module:make_layer --input "float32[2, 5]"
        layertrace check-layer layers.py:MyDense --input "float32[None, 5]"
        layertrace check-layer package.layers
        layertrace check-layer layers.py:make_layer --backends jax,torch
    """
    wanted, unwanted = _names(select), _names(ignore) or []
    checks = chosen_checks(wanted, unwanted)  # report what is misspelled before anything is imported
    inputs_of(inputs)
    call = dict(map(_argument, arguments))
    where, colon, name = target.rpartition(":")
    if colon and not (where and name):
        raise click.UsageError(f"{target!r} is not MODULE or MODULE:NAME, such as layers.py:MyDense")
    if backends is not None:
        if not colon or select or ignore or examples:
            raise click.UsageError(
                "--backends takes MODULE:NAME, and no --select, --ignore and --examples: it runs no checks"
            )
        _compare(backends_named(backends), (where, name), inputs, arguments, seconds, output_format)
    output = pinned_stdout() if output_format == "json" else None  # layers may print
    prepare_devices(checks)
    module = imported(where if colon else target)
    others = [imported(each) for each in examples]
    require_backend()
    options: Any = {"select": wanted, "ignore": unwanted, "seconds": seconds}
    report: LayerReport | PackageReport
    if colon:
        layer = attribute_of(module, where, name)
        with _progress(len(checks)) as progress:
            report = _of_layer(target, layer, inputs, call, {**options, "progress": progress(target)})
        results = report.results
    else:
        found = candidates(module, others, inputs, call)
        if not found:
            raise ProgramError(
                f"{target} has no layer classes and no examples; write MODULE:NAME for one layer"
            )
        with _progress(len(checks) * len(found)) as progress:
            rows = [check_candidate(each, **options, progress=progress(each.name)) for each in found]
        report = PackageReport(target, rows)
        results = tuple(result for each in report.reports for result in each.results)
    if output is not None:
        output.write(f"{json.dumps(report.as_json(), indent=2)}\n".encode())
    else:
        print_parts(console_of(), report)
    failed = any(result.outcome == "failed" and not result.is_as_expected for result in results)
    is_mistaken = isinstance(report, PackageReport) and any(row.is_mistake for row in report.rows)
    sys.exit(1 if failed or is_mistaken else 0 if report.passed and results else NOT_CHECKED)


def _compare(
    backends: list[str],
    target: tuple[str, str],
    inputs: tuple[str, ...],
    arguments: tuple[str, ...],
    seconds: float,
    output_format: str,
) -> NoReturn:
    """Print what a layer does on several backends, and exit: with 1 if they differ, 2 if one ran."""
    answers = []
    call = {name: value for name, _, value in (each.partition("=") for each in arguments)}
    with _progress(len(backends)) as progress:
        for each in answers_on(backends, *target, inputs, call, seconds):
            answers.append(each)
            progress(each.backend)(None)
    if all(each.absent for each in answers):
        failed = next((each for each in answers if each.is_failure), answers[0])
        raise ProgramError(
            f"{':'.join(target)} runs on none of {', '.join(backends)}; {failed.backend}: {failed.absent}"
        )
    report = BackendReport(answers)
    if output_format == "json":
        click.echo(json.dumps(report.as_json(), indent=2))
    else:
        print_parts(console_of(), report)
    sys.exit(1 if not report.passed else 0 if len(report.asked) > 1 else NOT_CHECKED)


def _of_layer(
    target: str,
    layer: object,
    inputs: tuple[str, ...],
    call: Mapping[str, object],
    options: Mapping[str, Any],
) -> LayerReport:
    """Check one layer, with the inputs that were given or those of its example."""
    example = next((each for each in registered() if each.create is layer), None)
    if inputs or example is None or not example.inputs:
        if not inputs:
            raise click.UsageError(f"give what to call {target} with, such as --input 'float32[2, 5]'")
        return api.check_layer(layer, *inputs, call=call, **options)
    ignore = [*options["ignore"], *example.ignore]
    return api.check_layer(
        layer,
        *example.inputs,
        **{**options, "ignore": ignore},
        call={**example.call, **call},
        expected_failures=example.expected_failures,
    )


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str], Callable[[Result | None], None]]]:
    """Show a bar while checks run, and yield a function that names what is checked."""
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
        task = bar.add_task("", total=total)

        def name(description: str) -> Callable[[Result | None], None]:
            bar.update(task, description=description)
            return lambda _: bar.advance(task)

        yield name


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
