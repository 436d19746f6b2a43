"""Run Python programs in forks of one process that has imported a package, so that each starts at once.

Importing TensorFlow takes four seconds of processor time, and our command line half a second. A fork of a
process that has done so is a process like any other, with its own arguments, folder, environment, streams,
status and end.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import pkgutil
import runpy
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

__all__ = ["run", "run_command", "run_pytest"]


def run(
    *arguments: object,
    cwd: Path | str | None = None,
    env: dict[str, str] | None = None,
    imported: str = "keras",
) -> subprocess.CompletedProcess[str]:
    """Run `python` with arguments, where Keras is imported already; return the finished process.

    Args:
        arguments: A script, `-m MODULE` or `-c CODE`, and the arguments of the program.
        cwd: The folder that it runs in.
        env: Variables of its environment that differ from ours.
        imported: The package that is imported already.
    """
    server = _server(imported)
    with tempfile.TemporaryDirectory() as folder:
        streams = [os.devnull, *(str(Path(folder, name)) for name in ("stdout", "stderr"))]
        request = {
            "arguments": [str(argument) for argument in arguments],
            "cwd": str(cwd or Path.cwd()),
            "environment": {**os.environ, **(env or {})},
            "streams": streams,
        }
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        status = int(server.stdout.readline())
        out, err = (Path(stream).read_text(encoding="utf-8") for stream in streams[1:])
    return subprocess.CompletedProcess(arguments, status, out, err)


def run_command(
    *arguments: object, cwd: Path | str | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command of layertrace that needs no TensorFlow, which is not imported."""
    return run("-m", "layertrace", *arguments, cwd=cwd, env=env, imported="layertrace.cli")


def run_pytest(*arguments: object) -> pytest.RunResult:
    """Run pytest in the current folder, as `pytester.runpytest_subprocess` does."""
    import pytest  # which the programs are not to find imported

    started = time.monotonic()
    done = run("-m", "pytest", "-p", "no:cacheprovider", *arguments)
    duration = time.monotonic() - started
    return pytest.RunResult(done.returncode, done.stdout.splitlines(), done.stderr.splitlines(), duration)


@functools.cache
def _server(imported: str) -> subprocess.Popen[str]:
    """Return the process that has imported a package, and start it if it is needed for the first time."""
    command = [sys.executable, __file__, imported]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(_stop, server)
    return server


def _stop(server: subprocess.Popen[str]) -> None:
    """End the process, which reads requests until there are no more."""
    server.stdin.close()
    server.wait()
    server.stdout.close()


def _next_program() -> list[str]:
    """Fork for each request; return its arguments in the fork."""
    for line in sys.stdin:
        request = json.loads(line)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python 3.12 warns that other threads are not there in the fork
            process = os.fork()
        if not process:
            _become(request)
            return request["arguments"]
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
    sys.exit()


def _become(request: dict[str, Any]) -> None:
    """Take the streams, folder and environment of the program."""
    for number, stream in enumerate(request["streams"]):
        file = os.open(stream, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])


def _import_all(*packages: str) -> None:
    """Import what our command line imports only when it needs it."""
    for package in packages:
        folder = importlib.import_module(f"layertrace.{package}").__path__
        for module in pkgutil.walk_packages(folder, f"layertrace.{package}."):
            importlib.import_module(module.name)


def _run_program(first: str, *others: str) -> None:
    """Run a script, module or code as Python does with these arguments."""
    if first == "-m":
        sys.argv = list(others)
        sys.path[0] = os.getcwd()
        runpy.run_module(others[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.argv = ["-c", *others[1:]]
        sys.path[0] = ""
        exec(compile(others[0], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = [first, *others]
        sys.path[0] = str(Path(first).resolve().parent)
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    importlib.import_module(sys.argv[1])
    if sys.argv[1] == "layertrace.cli":
        _import_all("cli", "render", "diagnosis", "timeline")
    gc.freeze()  # else each fork copies all objects when it collects garbage, at the latest at its end
    _run_program(*_next_program())
