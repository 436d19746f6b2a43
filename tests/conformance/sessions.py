"""Run pytest in subprocesses, bare or traced, and measure what each takes."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runs import TOO_LONG, Run, Usage, read_run

__all__ = ["Job", "Session", "run_all", "run_together"]

_PLUGINS = Path(__file__).parent / "plugins"
_REPOSITORY = Path(__file__).parent.parent.parent

# `flatten_test` of Keras 3.15 cannot be collected, since the wheel lacks its `conftest`: run without it.
_PYTEST = ["-m", "pytest", "-q", "--continue-on-collection-errors", "-c", os.devnull]
_PYTEST += ["-p", "no:cacheprovider", "-p", "outcomes_plugin"]

_ENDED = (0, 1)  # the exit statuses of pytest for "all passed" and "some failed"


@dataclass(frozen=True)
class Job:
    """What pytest runs, and how."""

    targets: Sequence[str]
    """Packages, modules, files, folders and `file::test`."""
    python: str = sys.executable
    rootdir: Path | None = None
    """Where the names of tests begin."""
    pytest: Sequence[str] = ()
    """Further arguments of pytest."""
    environment: dict[str, str] = field(default_factory=dict)
    paths: Sequence[Path] = ()
    """Folders that imports search first."""
    engine: str = ""
    """`LAYERTRACE_ENGINE` of the traced run."""
    timeout: float | None = None
    """The time limit of a run, in seconds."""


class Session:
    """One run, which starts when this is created.

    Args:
        job: What to run.
        folder: An empty folder for the reports and the log; the run works in it.
        traced: Whether every layer is traced.
    """

    def __init__(self, job: Job, folder: Path, *, traced: bool) -> None:
        self._folder = folder
        self._timeout = job.timeout
        self._crash = ""
        self._usage = Usage()
        command = [job.python, *_PYTEST, f"--outcomes={folder / 'outcomes.jsonl'}"]
        if traced:
            command += ["-p", "tracing_plugin", f"--events={folder / 'events.jsonl'}"]
        if job.rootdir is not None:
            command += [f"--rootdir={job.rootdir}"]
        command += [*job.pytest, "--pyargs", *job.targets]
        engine = {"LAYERTRACE_ENGINE": job.engine} if traced and job.engine else {}
        (folder / "command.txt").write_text(shlex.join(command) + "\n")
        self._started = time.monotonic()
        with (folder / "pytest.log").open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=_environment(folder, job.paths) | job.environment | engine,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that all processes that it starts can be ended with it
            )

    def ended(self) -> bool:
        """Return whether the run has ended; end it if it takes too long."""
        if self._process.returncode is not None:
            return True
        process, status, usage = os.wait4(self._process.pid, os.WNOHANG)
        wall = time.monotonic() - self._started
        if not process:
            if self._timeout is not None and wall > self._timeout and not self._crash:
                self._crash = TOO_LONG
                os.killpg(self._process.pid, signal.SIGKILL)
            return False
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self._crash = self._crash or self._broke_down(self._process.returncode)
        kilobytes = 1024 if sys.platform == "darwin" else 1  # macOS counts bytes
        self._usage = Usage(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / kilobytes / 1024)
        return True

    def _broke_down(self, status: int) -> str:
        """Return what an exit status reveals about a crash; an empty text if all tests ran."""
        if status in _ENDED:
            return ""
        if status < 0:
            return f"it was killed by {signal.Signals(-status).name}"
        return f"pytest ended with status {status}"

    def result(self) -> Run:
        """Return the result of a run that has ended.

        Raises:
            RuntimeError: If no test ran.
        """
        run = read_run(self._folder, crash=self._crash, usage=self._usage)
        if not run.tests and not run.crashed_in:
            log = (self._folder / "pytest.log").read_text(errors="replace")
            raise RuntimeError(f"not one test ran ({run.crash or 'none was found'}):\n{log[-4000:]}")
        return run

    def stop(self) -> None:
        """End the process, and all processes that it started, if it is still running."""
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def run_all(job: Job, folder: Path, *, in_turn: bool = False, repeat_bare: bool = False) -> dict[str, Run]:
    """Run a job `bare` and `traced`, and a second time bare as `again` if asked for.

    Args:
        job: What to run.
        folder: Where each run gets a folder with its name.
        in_turn: Run one after the other, rather than two side by side.
        repeat_bare: Run it bare a second time.
    """
    names = [["bare", "traced"], ["again"] * repeat_bare]
    if in_turn:
        names = [["bare"], ["again"] * repeat_bare, ["traced"]]
    runs: dict[str, Run] = {}
    for together in names:
        runs |= run_together(job, folder, together)
    return runs


def run_together(job: Job, folder: Path, names: Sequence[str]) -> dict[str, Run]:
    """Run a job side by side, once for each name; the one named `traced` is traced."""
    sessions: dict[str, Session] = {}
    try:
        for name in names:
            (folder / name).mkdir(parents=True)
            sessions[name] = Session(job, (folder / name).resolve(), traced=name == "traced")
        running = list(sessions.values())
        while running := [session for session in running if not session.ended()]:
            time.sleep(0.1)
    finally:
        for session in sessions.values():
            session.stop()
    return {name: session.result() for name, session in sessions.items()}


def _environment(folder: Path, first: Sequence[Path]) -> dict[str, str]:
    """Return the same environment for all runs: only our plugins, no GPU, and fixed hashes."""
    temporary = folder / "temporary"
    temporary.mkdir()
    ours = ("PYTEST", "LAYERTRACE")
    paths = (*map(str, first), str(_PLUGINS), str(_REPOSITORY), os.environ.get("PYTHONPATH"))
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TMPDIR": str(temporary),  # a known path, so that it can be removed from messages
    }
