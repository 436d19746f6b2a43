"""Run Keras's own tests, as its wheel ships them, in a process of their own: bare, or traced."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Run", "Suite", "run_both"]

_PLUGINS = Path(__file__).parent / "plugins"

# `flatten_test` of Keras 3.15 cannot be collected, since the wheel lacks its `conftest`: go on without.
_PYTEST = [sys.executable, "-m", "pytest", "-q", "--continue-on-collection-errors", "-c", os.devnull]
_PYTEST += ["-p", "no:cacheprovider", "-p", "outcomes_plugin"]


@dataclass(frozen=True)
class Run:
    """What came of one run: for each test its outcome and what was said, and what layertrace saw."""

    tests: dict[str, tuple[str, str]]
    seconds: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    faults: tuple[str, ...] = ()

    def __str__(self) -> str:
        counts = Counter(outcome for outcome, _ in self.tests.values() if outcome)
        return f"{', '.join(f'{n} {outcome}' for outcome, n in counts.most_common())} in {self.seconds:.0f} s"


class Suite:
    """One run, which has begun when this is made.

    Args:
        parts: The packages and modules that hold the tests.
        folder: An empty folder for the reports and the log.
        traced: Whether every layer is traced.
    """

    def __init__(self, parts: Sequence[str], folder: Path, *, traced: bool) -> None:
        self._outcomes = folder / "outcomes.json"
        self._events = folder / "events.json"
        self._log = folder / "pytest.log"
        tracing = ["-p", "tracing_plugin", f"--events={self._events}"] if traced else []
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*_PYTEST, f"--outcomes={self._outcomes}", *tracing, _rootdir(), "--pyargs", *parts],
                cwd=folder,
                env=_environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def result(self) -> Run:
        """Wait for the end.

        Raises:
            RuntimeError: If pytest broke down, or found no test.
        """
        status = self._process.wait()
        if status not in (0, 1):  # all passed, or not all
            log = self._log.read_text(errors="replace")
            raise RuntimeError(f"pytest ended with status {status} instead of a result:\n{log[-4000:]}")
        outcomes = json.loads(self._outcomes.read_text())
        seen = json.loads(self._events.read_text()) if self._events.exists() else {}
        return Run(
            tests={test: (outcome, said) for test, (outcome, said) in outcomes["tests"].items()},
            seconds=outcomes["seconds"],
            kinds=Counter(seen.get("kinds", {})),
            faults=tuple(seen.get("faults", ())),
        )

    def stop(self) -> None:
        """End the process if it still runs."""
        self._process.kill()
        self._process.wait()


def run_both(parts: Sequence[str], folder: Path) -> tuple[Run, Run]:
    """Run the tests of `parts` bare and traced, side by side.

    Args:
        parts: The packages and modules that hold the tests.
        folder: Gets a folder for each run, `bare` and `traced`.
    """
    suites: list[Suite] = []
    try:
        for name in ("bare", "traced"):
            (folder / name).mkdir(parents=True)
            suites.append(Suite(parts, folder / name, traced=name == "traced"))
        bare, traced = (suite.result() for suite in suites)
    finally:
        for suite in suites:
            suite.stop()
    return bare, traced


def _rootdir() -> str:
    """Name tests by their place in the wheel."""
    spec = importlib.util.find_spec("keras")
    if spec is None or spec.origin is None:
        raise RuntimeError("Keras is not installed: pip install keras")
    return f"--rootdir={Path(spec.origin).parent.parent}"


def _environment() -> dict[str, str]:
    """Return the same surroundings for both runs: no plugins but ours, no GPU, no changing hashes."""
    ours = ("PYTEST", "LAYERTRACE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(_PLUGINS), os.environ.get("PYTHONPATH")))),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
