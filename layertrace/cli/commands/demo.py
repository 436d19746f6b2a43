"""Run a demo: a short program that shows what layertrace reports."""

from __future__ import annotations

import ast
import os
import runpy
from pathlib import Path

import click

import layertrace

__all__ = ["demo"]

_HERE = Path(layertrace.__file__).parent
_FOLDERS = (_HERE / "demos", _HERE.parent / "demos")  # installed; in a checkout
_FIRST = ("tutorial", "gcn_in_cnn_traced")


def _demos() -> dict[str, Path]:
    """Return the file of each demo by its name."""
    folder = next((folder for folder in _FOLDERS if folder.is_dir()), None)
    files = [] if folder is None else sorted(folder.glob("*.py"))
    return {file.stem: file for file in files if not file.stem.startswith("test_")}


def _summary(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in _demos() if name.startswith(incomplete)]


@click.command(short_help="Run the demos.")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=_complete)
@click.option("--list", "only_list", is_flag=True, help="List the demos and exit.")
def demo(names: tuple[str, ...], only_list: bool) -> None:
    """Run demos: those named, or the tutorial layer and the bug that layertrace was written for.

    Example: layertrace demo fit
    """
    demos = _demos()
    if only_list:
        for name, path in demos.items():
            click.echo(f"{name:<22} {_summary(path)}")
        return
    unknown = [name for name in names if name not in demos]
    if unknown:
        raise click.UsageError(f"unknown demo {', '.join(unknown)}; choose from {', '.join(demos)}")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # hide TensorFlow's notes at start-up
    os.environ["KERAS_BACKEND"] = "tensorflow"  # which the demos are about
    for name in names or [name for name in _FIRST if name in demos]:
        click.secho(f"\n{demos[name].name}: {_summary(demos[name])}\n", bold=True)
        try:
            runpy.run_path(str(demos[name]), run_name="__main__")
        except ModuleNotFoundError as error:
            is_legacy = (error.name or "").startswith("tf_keras")
            package = "layertrace[legacy]" if is_legacy else "tensorflow>=2.16"
            raise click.ClickException(f"{error}: pip install '{package}'") from error
