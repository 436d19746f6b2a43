"""Find the tests that ended otherwise in the traced run than in the bare one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from runs import TOO_LONG, Run, Test

__all__ = ["differences", "flaky"]


def flaky(bare: Run, again: Run) -> dict[str, str]:
    """Return the tests that differ between two bare runs, each with how."""
    return {
        test: _difference(bare.tests[test], again.tests[test], ("bare", "bare again"))
        for test in sorted(bare.tests.keys() & again.tests.keys())
        if _unlike(bare.tests[test], again.tests[test])
    }


def differences(bare: Run, traced: Run, leaving_out: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield a sentence for each test that ended in another way, and for each fault of layertrace.

    Where a run crashed, only what both ran is compared; a crash that the bare run has not is a difference.

    Args:
        bare: The run without layertrace.
        traced: The run with it.
        leaving_out: Tests that differ by themselves.
    """
    if traced.crash and not _crashed_alike(bare, traced):
        yield f"the traced run ended early: {traced.crash}, in {traced.crashed_in or 'no test'}"
    tests = bare.tests.keys() & traced.tests.keys()
    if not bare.crash and not traced.crash:
        tests = bare.tests.keys() | traced.tests.keys()
    missing = Test("did not run")
    for test in sorted(tests - leaving_out):
        before, after = bare.tests.get(test, missing), traced.tests.get(test, missing)
        if _unlike(before, after):
            yield f"{test}\n{_difference(before, after)}"
    for target in sorted(bare.uncollected.keys() | traced.uncollected.keys()):
        before, after = (run.uncollected.get(target, "") for run in (bare, traced))
        if before != after:
            yield f"{target} could not be collected\n{_pair(before or 'collected', after or 'collected')}"
    yield from (f"layertrace stepped aside: {fault}" for fault in traced.faults)
    if not traced.kinds.total():
        yield "layertrace recorded nothing"


def _crashed_alike(bare: Run, traced: Run) -> bool:
    """Return whether both runs took too long, wherever they were then, or crashed in the same test."""
    if bare.crash == traced.crash == TOO_LONG:
        return True
    return (bare.crash, bare.crashed_in) == (traced.crash, traced.crashed_in)


def _unlike(before: Test, after: Test) -> bool:
    ends = [(test.outcome, test.message, sorted(test.warnings)) for test in (before, after)]
    return ends[0] != ends[1]


def _difference(before: Test, after: Test, names: tuple[str, str] = ("bare", "traced")) -> str:
    """Return what differs, in a line for each run or for each warning that only one of them gave."""
    lines = []
    if (before.outcome, before.message) != (after.outcome, after.message):
        lines.append(_pair(_end(before), _end(after), names))
    here, there = Counter(before.warnings), Counter(after.warnings)
    lines += [f"    only {names[0]} warned: {_indented(warning)}" for warning in (here - there).elements()]
    lines += [f"    only {names[1]} warned: {_indented(warning)}" for warning in (there - here).elements()]
    return "\n".join(lines)


def _pair(before: str, after: str, names: tuple[str, str] = ("bare", "traced")) -> str:
    width = max(map(len, names))
    ends = zip(names, (_indented(before), _indented(after)), strict=True)
    return "\n".join(f"    {name:{width}}  {end}" for name, end in ends)


def _indented(end: str) -> str:
    """Return a message whose further lines cannot be taken for lines of the report."""
    return end.replace("\n", "\n        ")


def _end(test: Test) -> str:
    return ": ".join(filter(None, (test.outcome, test.message)))
