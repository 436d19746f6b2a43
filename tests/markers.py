"""Mark tests by what they need: time, or no TensorFlow."""

from __future__ import annotations

import inspect
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import CodeType, FunctionType

import pytest

__all__ = ["is_reading", "mark", "mark_further_cases", "refuse_processes"]

TESTS = Path(__file__).parent
READING = {TESTS / "render", TESTS / "timeline"}
"""Folders in which no test needs TensorFlow; other modules declare it: `pytestmark = pytest.mark.reading`."""

FIRST_CASE_IS_QUICK = {TESTS / "harmlessness", TESTS / "record", TESTS / "testing"}
"""Folders whose tests train models with many parameters: Keras and tf_keras, each layer, both engines."""

STARTS = {"multiprocessing", "runpytest_subprocess", "subprocess", "sync_playwright", "warm"}
"""Names that only code uses that starts a process or a browser."""


def mark(item: pytest.Item) -> None:
    """Add the markers `slow` and `reading` to a test that they apply to."""
    if not isinstance(item, pytest.Function):
        return
    if not READING.isdisjoint(item.path.parents):
        item.add_marker("reading")
    if getattr(item.obj, "is_hypothesis_test", False) or _starts_process(item):
        item.add_marker("slow")


def mark_further_cases(items: Iterable[pytest.Item]) -> None:
    """Mark a test of `FIRST_CASE_IS_QUICK` as slow for all parameters except the first."""
    seen: set[str] = set()
    for item in items:
        if not isinstance(item, pytest.Function) or FIRST_CASE_IS_QUICK.isdisjoint(item.path.parents):
            continue
        test = f"{item.path}::{item.originalname}"
        if test in seen:
            item.add_marker("slow")
        seen.add(test)


def is_reading(path: Path) -> bool:
    """Return whether a module has tests that need no TensorFlow, or a folder has such modules."""
    if path.is_dir():
        return any(map(is_reading, path.rglob("test_*.py")))
    return not READING.isdisjoint(path.parents) or "pytest.mark.reading" in path.read_text(encoding="utf-8")


def refuse_processes(patch: pytest.MonkeyPatch) -> None:
    """Make each attempt to start a process fail."""

    def fail(self: object, *arguments: object, **options: object) -> None:
        pytest.fail("A test that starts a process is slow: mark it with pytest.mark.slow.")

    patch.setattr(subprocess.Popen, "__init__", fail)


def _starts_process(item: pytest.Function) -> bool:
    """Return whether the code of a test, its fixtures and the helpers that they call starts a process."""
    fixtures = [definition for found in item._fixtureinfo.name2fixturedefs.values() for definition in found]
    remaining: list[Callable[..., object]] = [item.function, *(fixture.func for fixture in fixtures)]
    seen: set[CodeType] = set()
    while remaining:
        function = inspect.unwrap(remaining.pop())
        code = getattr(function, "__code__", None)
        if code is None or code in seen or TESTS not in Path(code.co_filename).parents:
            continue
        seen.add(code)
        names = set(_names(code))
        if names & STARTS:
            return True
        for value in map(function.__globals__.get, names):
            members = vars(value).values() if inspect.isclass(value) else [value]
            remaining += [member for member in members if isinstance(member, FunctionType)]
    return False


def _names(code: CodeType) -> Iterator[str]:
    """Yield the global names and attributes that code uses, functions inside it included."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
