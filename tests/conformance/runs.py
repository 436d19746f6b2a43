"""The result of one run of pytest, read from the files that the plugins wrote."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from steady_text import steady

__all__ = ["TOO_LONG", "Run", "Test", "Usage", "read_run"]

TOO_LONG = "it took longer than --timeout"


@dataclass(frozen=True)
class Test:
    """How one test ended: `passed`, why it failed or skipped, and its warnings."""

    __test__ = False  # so that pytest does not collect it

    outcome: str
    message: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Usage:
    """What a run took: wall time and CPU time in seconds, and its peak memory in MB."""

    wall: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0


@dataclass(frozen=True)
class Run:
    """The result of one run: each test, and what layertrace recorded."""

    tests: dict[str, Test]
    uncollected: dict[str, str] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    faults: tuple[str, ...] = ()
    crash: str = ""
    """How the run ended early, in words; empty if it ran to its end."""
    crashed_in: str = ""
    """The test that was running at that moment."""
    usage: Usage = Usage()


def read_run(folder: Path, *, crash: str = "", usage: Usage = Usage()) -> Run:
    """Return the result of the run whose plugins wrote into a folder.

    Args:
        folder: Has `outcomes.jsonl`, and if the run was traced `events.jsonl`.
        crash: How the process ended, if pytest did not end it.
        usage: What the process took.
    """
    ends: defaultdict[str, list[str]] = defaultdict(list)
    messages: defaultdict[str, list[str]] = defaultdict(list)
    warned: defaultdict[str, list[str]] = defaultdict(list)
    uncollected: dict[str, str] = {}
    running, finished = "", False
    names = _Names(str(folder))
    for what, *words in _lines(folder / "outcomes.jsonl"):
        if what == "finished":
            finished = True
            continue
        test, text = names[words[0]], steady(words[-1], str(folder))
        if what == "started":
            running = test
        elif what == "ended":
            ends[test].append(words[1])
            messages[test] += filter(None, [text])
        elif what == "warned":
            warned[test or "while collecting"].append(text)
        elif what == "uncollected":
            uncollected[test] = text
    kinds, faults = _seen(folder / "events.jsonl")
    crash = crash or ("" if finished else "pytest ended without a result")
    unfinished = {running} if crash else set()
    return Run(
        tests={
            test: Test(", ".join(ends[test]), "\n".join(messages[test]), tuple(warned[test]))
            for test in sorted({*ends, *warned} - unfinished)
        },
        uncollected=uncollected,
        kinds=kinds,
        faults=faults,
        crash=crash,
        crashed_in=running if crash else "",
        usage=usage,
    )


class _Names(dict[str, str]):
    """Unique names of tests, without the addresses that ids can have, in the order of the tests."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._numbers: Counter[str] = Counter()

    def __missing__(self, test: str) -> str:
        name = steady(test, self._folder)
        self._numbers[name] += 1
        number = self._numbers[name]
        self[test] = name if number == 1 else f"{name} #{number}"
        return self[test]


def _seen(file: Path) -> tuple[Counter[str], tuple[str, ...]]:
    """Return the number of events of each kind, and the faults."""
    kinds: Counter[str] = Counter()
    faults = []
    for what, *words in _lines(file):
        if what == "events":
            kinds.update(words[1])
        else:
            faults.append(words[0])
    return kinds, tuple(faults)


def _lines(file: Path) -> Iterator[list[str]]:
    """Yield each line that was written, without a last line that a crash cut off."""
    if file.exists():
        for line in file.read_text().splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                return
