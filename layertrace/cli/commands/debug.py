"""Tell what layertrace found here: versions, and which places it can hook."""

from __future__ import annotations

import os
import platform
import warnings
from importlib.metadata import PackageNotFoundError, version

import click

from layertrace.errors import HostError
from layertrace.record.engines import choice
from layertrace.record.frameworks import loading, tensorflow_private
from layertrace.tracing import trace

__all__ = ["debug"]

_PACKAGES = ("layertrace", "tensorflow", "keras", "tf_keras", "rich", "wrapt")


@click.command()
def debug() -> None:
    """Tell the versions of what is installed, and which places can be hooked."""
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
    for host in loading.loaded():
        click.echo(f"hooked       {host}: __init__, build, call, add_weight and variables of every layer")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the lines below say the same
        for name, part in tensorflow_private.PARTS.items():
            if tensorflow_private.find(name) is not None:
                click.echo(f"hooked       {part.module}.{part.name}")
            else:
                click.echo(f"MISSING      {part.module}.{part.name}: {part.without}")


def _echo_engine() -> None:
    """Show which engine observes functions here, and what it cannot observe without wrapping it."""
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
