"""Run a layer on several backends of Keras, in a process for each."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from layertrace.cli.program.backend_child import REQUEST, WEIGHTS
from layertrace.testing.contract.across.answers import Answers, read, write

__all__ = ["answers_on", "backends_named"]

BACKENDS = ("jax", "torch", "tensorflow", "numpy")
STARTING = 300.0
"""How many seconds a process may take besides its layer: to import Keras and a backend on a busy machine."""


def backends_named(text: str) -> list[str]:
    """Return the backends that an option names.

    Raises:
        click.UsageError: If one is not known, or there are fewer than two.
    """
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in BACKENDS:
            similar = get_close_matches(name, BACKENDS, n=1)
            meant = f" (did you mean {similar[0]!r}?)" if similar else ""
            raise click.UsageError(
                f"--backends does not know {name!r}{meant}; the backends are {', '.join(BACKENDS)}"
            )
    if len(names) < 2:
        raise click.UsageError(f"--backends compares two or more, such as jax,torch, got {text!r}")
    return names


def answers_on(
    backends: Sequence[str],
    where: str,
    name: str,
    inputs: Sequence[str],
    call: Mapping[str, str],
    seconds: float,
) -> Iterator[Answers]:
    """Yield what a layer does on each backend, with the weights that it has on the first that has answers.

    Args:
        backends: The names of the backends.
        where: The module of the layer, as the command names it.
        name: What creates the layer there.
        inputs: What to call it with.
        call: The other arguments of its call, as Python literals, since JSON has no tuples, sets or bytes.
        seconds: The time that creating and calling it may take.
    """
    request = {"where": where, "name": name, "inputs": list(inputs), "call": dict(call), "seconds": seconds}
    first: Answers | None = None
    for backend in backends:
        if importlib.util.find_spec(backend) is None:
            yield Answers(backend, "not installed")
            continue
        answers = _answers_on(backend, request, first)
        first = first or (None if answers.absent else answers)
        yield answers


def _answers_on(backend: str, request: Mapping[str, Any], first: Answers | None) -> Answers:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / REQUEST).write_text(json.dumps(request))
        if first is not None:
            (path / WEIGHTS).mkdir()
            write(first, path / WEIGHTS)
        limit = STARTING + request["seconds"]
        try:
            done = subprocess.run(  # noqa: S603  # the program of the user, as they asked
                [sys.executable, "-m", "layertrace.cli.program.backend_child", folder, str(os.getpid())],
                env={**os.environ, "KERAS_BACKEND": backend},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=limit,
            )
        except subprocess.TimeoutExpired:
            late = f"its process was ended after {limit:g} s without an answer"
            return Answers(backend, late, is_failure=True)
        answers = read(path)
    if answers is not None:
        return answers
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    last = lines[-1] if lines else f"status {done.returncode}"
    return Answers(backend, f"the process ended without an answer: {last}", is_failure=True)
