"""Show installed versions and available parts of frameworks."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, packages_distributions, version

import click

from layertrace.errors import DependencyError
from layertrace.record.backends import loading
from layertrace.record.engines import choice
from layertrace.record.frameworks import jax_private, keras_private, tensorflow_private, torch_private
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.frameworks.parts import Part, installed
from layertrace.tracing import trace

__all__ = ["debug"]

_PACKAGES = ("layertrace", "tensorflow", "jax", "torch", "keras", "tf_keras", "rich", "wrapt")


@click.command()
def debug() -> None:
    """Show installed versions and available parts of frameworks."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    click.echo(f"{'python':<12} {platform.python_version()} on {platform.system()}")
    for package in _PACKAGES:
        click.echo(f"{package:<12} {_version(package)}")
    try:
        loading.load()
    except DependencyError as error:
        raise click.ClickException(str(error)) from error
    click.echo()
    _echo_engine()
    for name in loading.loaded():
        click.echo(f"hooked       {name}: __init__, build, call, add_weight and variables of every layer")
    if Loaded.tf is not None:
        _echo_parts("tensorflow", tensorflow_private.PARTS)
    elif Loaded.backend.name == "jax":
        _echo_parts("jax", jax_private.PARTS)
    elif Loaded.backend.name == "torch":
        _echo_parts("torch", torch_private.PARTS)
    for framework in loading.loaded():
        parts = keras_private.PARTS[framework]
        others = () if Loaded.tf is not None else ("keras.src.backend.tensorflow.",)
        _echo_parts(framework, {n: part for n, part in parts.items() if not part.module.startswith(others)})


def _echo_parts(framework: str, table: Mapping[str, Part]) -> None:
    """Show each private part of a framework, and what is lost if it is missing."""
    here = [installed(part) for part in table.values()]
    click.echo()
    click.echo(f"{framework}: {len(here) - here.count(None)} of {len(here)} private parts")
    for part, found in zip(table.values(), here, strict=True):
        if found is None:
            click.echo(f"MISSING      {part.module}.{part.name}: {part.without} (seen in {part.seen})")
        else:
            click.echo(f"found        {found.module}.{found.name}")


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
        others = packages_distributions().get(package, ())  # such as keras-nightly or tensorflow-cpu
        return f"{version(others[0])} ({others[0]})" if others else "not installed"
