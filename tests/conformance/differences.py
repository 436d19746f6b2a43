"""Find the tests that ended differently in the traced run and in the bare run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from runs import TOO_LONG, Run, Test

__all__ = ["differences", "flaky"]


def flaky(bare: Run, again: Run) -> dict[str, str]:
    """Return the tests that differ between two bare runs, each with the difference."""
    return {
        test: _difference(bare.tests[test], again.tests[test], ("bare", "bare again"))
        for test in sorted(bare.tests.keys() & again.tests.keys())
        if _unlike(bare.tests[test], again.tests[test])
    }


def differences(bare: Run, traced: Run, leaving_out: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield a sentence for each test that ended in another way, and for each fault of layertrace.

    If a run crashed, only tests that both ran are compared; a crash of the traced run only is a difference.

    Args:
        bare: The run without layertrace.
        traced: The run with it.
        leaving_out: Tests that differ between two bare runs.
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
    """Return whether both runs exceeded the time limit, in any test, or crashed in the same test."""
    if bare.crash == traced.crash == TOO_LONG:
        return True
    return (bare.crash, bare.crashed_in) == (traced.crash, traced.crashed_in)


def _unlike(before: Test, after: Test) -> bool:
    ends = [(test.outcome, test.message, sorted(test.warnings)) for test in (before, after)]
    return ends[0] != ends[1]


def _difference(before: Test, after: Test, names: tuple[str, str] = ("bare", "traced")) -> str:
    """Return the difference: a line for each run, and one for each warning that only one of them issued."""
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
    """Return a message, indented so that its lines cannot be mistaken for lines of the report."""
    return end.replace("\n", "\n        ")


def _end(test: Test) -> str:
    return ": ".join(filter(None, (test.outcome, test.message)))
