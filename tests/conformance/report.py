"""Print the results of two runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from runs import Run

__all__ = ["print_report", "row"]


def print_report(runs: Mapping[str, Run], unsteady: Mapping[str, str], found: Sequence[str]) -> None:
    """Print a line for each run, what could not be compared, and the differences.

    Args:
        runs: `bare`, `traced` and perhaps `again`.
        unsteady: The tests that differ between two bare runs, each with the difference.
        found: The differences.
    """
    traced = runs["traced"]
    for name, run in runs.items():
        print(f"{name:8}{_summary(run)}")
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in traced.kinds.most_common())
    print(f"events  {traced.kinds.total():,}: {kinds or 'none'}")
    for name, run in runs.items():
        if run.crash:
            place = run.crashed_in or "no test"
            print(f"the {name} run ended early, after {len(run.tests)} tests: {run.crash}, in {place}")
    if any(run.crash for run in runs.values()):
        print(f"only {_compared(runs['bare'], traced)} tests were compared")
    for target, message in runs["bare"].uncollected.items():
        print(f"not collected: {target}: {_last_line(message)}")
    for test, difference in unsteady.items():
        print(f"flaky by itself: {test}\n{difference}")
    print("\n".join([*found, f"{len(found) or 'no'} difference{'s' * (len(found) != 1)}"]))


def row(name: str, runs: Mapping[str, Run], unsteady: Mapping[str, str], found: Sequence[str]) -> str:
    """Return a row of the table in README.md."""
    bare, traced = runs["bare"], runs["traced"]
    early = f" (ended early, {_compared(bare, traced)} compared)" if bare.crash or traced.crash else ""
    cells = [
        name,
        _outcomes(bare) + early,
        f"{bare.usage.wall:.0f} / {traced.usage.wall:.0f}",
        f"{bare.usage.cpu:.0f} / {traced.usage.cpu:.0f}",
        f"{bare.usage.memory:,.0f} / {traced.usage.memory:,.0f}",
        f"{traced.kinds.total():,}",
        str(len(unsteady)) if "again" in runs else "not asked",
        str(len(found)),
    ]
    return f"| {' | '.join(cells)} |"


def _compared(bare: Run, traced: Run) -> int:
    """Return the number of tests that both ran."""
    return len(bare.tests.keys() & traced.tests.keys())


def _summary(run: Run) -> str:
    usage = run.usage
    took = f"{usage.wall:.0f} s, {usage.cpu:.0f} s of CPU time, {usage.memory:,.0f} MB at most"
    return f"{_outcomes(run)} in {took}"


def _outcomes(run: Run) -> str:
    # A test with subtests has an outcome for each of them: "passed, passed".
    ends = (", ".join(dict.fromkeys(test.outcome.split(", "))) for test in run.tests.values())
    counts = Counter(filter(None, ends))
    counts["not collected"] = len(run.uncollected)
    return ", ".join(f"{number:,} {outcome}" for outcome, number in counts.most_common() if number)


def _last_line(message: str) -> str:
    """Return the line of a traceback that names the exception: the last that begins with `E`, or the last."""
    lines = [line for line in message.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"E\s", line)]
    return (errors or lines or ["?"])[-1].removeprefix("E").strip()
