"""Show installed versions, and which hooks are available."""

from __future__ import annotations

import os
import platform
import warnings
from importlib.metadata import PackageNotFoundError, version

import click

from layertrace.errors import HostError
from layertrace.record.api import trace
from layertrace.record.engines import choice
from layertrace.record.frameworks import loading, tensorflow_private

__all__ = ["debug"]

_PACKAGES = ("layertrace", "tensorflow", "keras", "tf_keras", "rich", "wrapt")


@click.command()
def debug() -> None:
    """Show installed versions and which hooks are available."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    click.echo(f"{'python':<12} {platform.python_version()} on {platform.system()}")
    for package in _PACKAGES:
        click.echo(f"{package:<12} {_version(package)}")
    try:
        loading.load()
    except HostError as error:
        raise click.ClickException(str(error)) from error
    click.echo()
    _echo_engine()
    for framework in loading.loaded():
        click.echo(
            f"hooked       {framework}: __init__, build, call, add_weight and variables of every layer"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the lines below report the same
        for name, part in tensorflow_private.PARTS.items():
            if tensorflow_private.find(name) is not None:
                click.echo(f"hooked       {part.module}.{part.name}")
            else:
                click.echo(f"MISSING      {part.module}.{part.name}: {part.without}")


def _echo_engine() -> None:
    """Print which engine observes functions, and what it has to wrap."""
    with trace():
        engine = choice.enter()
        choice.leave()
    click.echo(f"engine       {engine.name}: {_ENGINES[engine.name]}")
    for name, kind in choice.observed_by_wrapping().items():
        click.echo(f"wrapped      {name}: a {kind}, which has no Python code to observe")


_ENGINES = {
    "monitoring": "functions are observed by sys.monitoring, and no attribute is replaced",
    "wrapping": "methods are replaced by wrappers while a trace runs",
}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
