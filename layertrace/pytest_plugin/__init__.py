"""The pytest plugin: record what happens to layers in each test, and show, save and check it.

pytest loads this module in every run, so it imports only pytest and a module without imports. TensorFlow,
Keras and rich are loaded for the first test that records.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

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
    "assert what happens to layers during the test."
)
_HELP = {
    "layertrace": "record what happens to layers in every test, and show it for tests that fail (failed) or "
    "for all tests (all); off shows nothing. Without this option, only tests that use the fixture "
    "layer_timeline or the marker layertrace are recorded, and shown if they fail",
    "layertrace_save": "record every test, and save the timeline of each to a file in this folder",
    "layertrace_update": "rewrite the golden timelines of assert_unchanged_by",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and the settings with the same names."""
    group = parser.getgroup("layertrace")
    group.addoption("--layertrace", choices=MODES, help=_HELP["layertrace"])
    group.addoption("--layertrace-save", metavar="DIR", help=_HELP["layertrace_save"])
    group.addoption("--layertrace-update", action="store_true", help=_HELP["layertrace_update"])
    parser.addini("layertrace", f"default of --layertrace: {', '.join(MODES)}", default="")
    parser.addini("layertrace_save", "default of --layertrace-save", default="")
    parser.addini("layertrace_only", "the layers to record: names or globs", type="linelist")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and read the options."""
    config.addinivalue_line("markers", _MARKER_LINE)
    config.addinivalue_line(
        "markers", "slow: of layertrace.testing.layer_checks, the checks that take a second."
    )
    mode = config.getoption("--layertrace") or config.getini("layertrace")
    if mode and mode not in MODES:
        raise pytest.UsageError(f"layertrace must be one of {', '.join(MODES)}, got {mode!r}")
    if config.getoption("--layertrace-update"):
        os.environ["LAYERTRACE_UPDATE"] = "1"
        config.add_cleanup(_unset_update)
    level = config.get_verbosity()
    verbosity.set_size(verbosity.SHORT if level < 0 else verbosity.NORMAL if level == 0 else verbosity.LONG)
    config.add_cleanup(lambda: verbosity.set_size(verbosity.NORMAL))
    config.pluginmanager.register(_Session(config, mode), "layertrace session")


def _unset_update() -> None:
    os.environ.pop("LAYERTRACE_UPDATE", None)


class _Session:
    """The hooks of one run of pytest, which load the other modules when a test records."""

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
        has_fixture = FIXTURE in getattr(item, "fixturenames", ())
        return has_fixture or item.get_closest_marker(MARKER) is not None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Begin to record before the first fixture."""
        if "layertrace.record" in sys.modules:
            from layertrace.pytest_plugin import leftovers

            leftovers.keep_all()
        if self._records(item):
            self._recordings.begin(item)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
        """Keep the recordings that a fixture of a class, module or session starts: they outlive the test."""
        if fixturedef.scope == "function":
            return (yield)
        return (yield from self._keep_recordings())

    def _keep_recordings(self) -> Generator[None, object, object]:
        from layertrace.pytest_plugin import leftovers

        before = leftovers.running()
        result = yield
        leftovers.keep(before)
        return result

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Check what the marker asserts after the test itself has passed."""
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
        """End the recording after the last fixture, and stop recordings that the test left running."""
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

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the trees of tests that passed, with `--layertrace=all`."""
        if self._mode == "all":
            from layertrace.pytest_plugin.sections import internal_error_message, summarise

            try:
                summarise(terminalreporter)
            except Exception as error:  # an exception here would end the run before its summary
                terminalreporter.write_line(
                    internal_error_message("show the trees of the tests that passed", error)
                )

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: _Worker) -> None:
        """Pass the size and colours of the terminal to a worker of pytest-xdist."""
        from layertrace.pytest_plugin.sections import page_of

        node.workerinput["layertrace_page"] = tuple(page_of(self._config))


class _Worker(Protocol):
    """What we need of `xdist.workermanage.WorkerController`."""

    workerinput: dict[str, object]


def _session(request: pytest.FixtureRequest) -> _Session:
    plugin = request.config.pluginmanager.get_plugin("layertrace session")
    assert isinstance(plugin, _Session)  # noqa: S101  # pytest_configure registers it
    return plugin


@pytest.fixture
def layer_timeline(request: pytest.FixtureRequest) -> Timeline:
    """Return the timeline of this test, whose recording begins before its first fixture.

    `layer_timeline.only(model, Dense, "encoder/*")` narrows it, including what is recorded already.
    """
    return _session(request).timeline_of(request.node)


@pytest.fixture
def assert_max_traces() -> Callable[..., AbstractContextManager[Timeline]]:
    """Return a context manager that fails if a function is traced more often, and yields the timeline.

    Its arguments are those of `layertrace.testing.assert_max_traces(limit, function=..., info=...)`.
    """
    from layertrace.testing import assert_max_traces as context_manager

    return context_manager
