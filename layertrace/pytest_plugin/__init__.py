"""The pytest plugin: what happens to layers in each test, shown, saved and asserted.

pytest loads it in every run, so it imports nothing here but pytest; TensorFlow, Keras and rich come with the
first test that records.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from layertrace.testing import verbosity

if TYPE_CHECKING:
    from layertrace.pytest_plugin.recordings import LayerTimeline, Recordings
    from layertrace.timeline import Timeline

MODES = ("off", "failed", "all")
MARKER = "layertrace"
FIXTURE = "layer_timeline"

_MARKER_LINE = (
    "layertrace(max_traces=1, no_findings=True, lifecycle='init build call+', only=['encoder/*']): "
    "assert what happened to layers in the test, from its start."
)
_HELP = {
    "layertrace": "show what happened to layers: of failed tests, of all, or off; else of those failed tests "
    "that use the fixture layer_timeline or the marker layertrace, which record in any case",
    "layertrace_save": "write a timeline of each test that records into this folder, one file each",
    "layertrace_update": "write the golden timelines of assert_unchanged_by anew",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and the settings of the same names."""
    group = parser.getgroup("layertrace")
    group.addoption("--layertrace", choices=MODES, help=_HELP["layertrace"])
    group.addoption("--layertrace-save", metavar="DIR", help=_HELP["layertrace_save"])
    group.addoption("--layertrace-update", action="store_true", help=_HELP["layertrace_update"])
    parser.addini("layertrace", f"the default of --layertrace: {', '.join(MODES)}", default="")
    parser.addini("layertrace_save", "the default of --layertrace-save", default="")
    parser.addini("layertrace_only", "what to record: names or globs of layers", type="linelist")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker, and read the options."""
    config.addinivalue_line("markers", _MARKER_LINE)
    mode = config.getoption("--layertrace") or config.getini("layertrace")
    if mode and mode not in MODES:
        raise pytest.UsageError(f"layertrace = {mode!r} is no mode; it is one of {', '.join(MODES)}")
    if config.getoption("--layertrace-update"):
        os.environ["LAYERTRACE_UPDATE"] = "1"
        config.add_cleanup(_forget_update)
    level = config.get_verbosity()
    verbosity.set_size(verbosity.SHORT if level < 0 else verbosity.NORMAL if level == 0 else verbosity.LONG)
    config.add_cleanup(lambda: verbosity.set_size(verbosity.NORMAL))
    config.pluginmanager.register(_Running(config, mode), "layertrace running")


def _forget_update() -> None:
    os.environ.pop("LAYERTRACE_UPDATE", None)


class _Running:
    """The hooks of one run, which load the rest when a test records."""

    def __init__(self, config: pytest.Config, mode: str) -> None:
        self._config = config
        self._mode = mode
        self._folder = config.getoption("--layertrace-save") or config.getini("layertrace_save")
        self._loaded: Recordings | None = None

    @property
    def _recordings(self) -> Recordings:
        if self._loaded is None:
            from layertrace.pytest_plugin.recordings import Recordings

            folder = None if not self._folder else Path(self._config.rootpath, self._folder)
            self._loaded = Recordings(self._config, self._mode, folder)
        return self._loaded

    def _records(self, item: pytest.Item) -> bool:
        if self._mode in ("failed", "all") or self._folder:
            return True
        wanted = FIXTURE in getattr(item, "fixturenames", ())
        return wanted or item.get_closest_marker(MARKER) is not None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Record from before the first fixture on."""
        if "layertrace.record" in sys.modules:
            from layertrace.pytest_plugin import leftovers

            leftovers.keep_all()
        if self._records(item):
            self._recordings.begin(item)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        """Leave alone what a fixture of a class, module or session starts: it outlives the test."""
        if fixturedef.scope == "function":
            return (yield)
        return (yield from self._lasting())

    def _lasting(self) -> Generator[None, object, object]:
        from layertrace.pytest_plugin import leftovers

        before = leftovers.running()
        result = yield
        leftovers.keep(before)
        return result

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Check what the marker asserts once the test itself has passed."""
        result = yield
        if self._loaded is not None:
            self._loaded.check(item)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add the tree to the report of a test."""
        report = yield
        if self._loaded is not None:
            self._loaded.add_section(item, call, report)
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """End the recording after the last fixture is gone, and whatever the test left running."""
        from layertrace.pytest_plugin import leftovers

        try:
            return (yield)
        finally:
            if self._loaded is not None:
                self._loaded.end(item)
            leftovers.stop()

    def timeline_of(self, item: pytest.Item) -> LayerTimeline:
        """Return the recording of a test that is running."""
        return self._recordings.timeline_of(item)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show the trees of tests that passed, with `--layertrace=all`."""
        if self._mode == "all":
            from layertrace.pytest_plugin.sections import apology, summarise

            try:
                summarise(terminalreporter)
            except Exception as error:  # what raises here ends the run before its last line
                terminalreporter.write_line(apology("show the trees of the tests that passed", error))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a process of pytest-xdist how the terminal is that its reports go to."""
        from layertrace.pytest_plugin.sections import page_of

        node.workerinput["layertrace_page"] = tuple(page_of(self._config))


def _running(request: pytest.FixtureRequest) -> _Running:
    found = request.config.pluginmanager.get_plugin("layertrace running")
    assert isinstance(found, _Running)  # noqa: S101  # pytest_configure registers it
    return found


@pytest.fixture
def layer_timeline(request: pytest.FixtureRequest) -> Timeline:
    """Everything that happens to layers, from before the first fixture of the test.

    `layer_timeline.only(model, Dense, "encoder/*")` narrows it, also after the fact.
    """
    return _running(request).timeline_of(request.node)


@pytest.fixture
def assert_max_traces() -> Callable[..., AbstractContextManager[Timeline]]:
    """Give a context manager that fails if a function is traced more often, and yields the timeline.

    As `layertrace.testing.assert_max_traces(limit, function=..., info=...)`.
    """
    from layertrace.testing import assert_max_traces as found

    return found
