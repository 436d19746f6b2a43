"""Check a layer, in a program or as tests of pytest."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from layertrace.errors import ExpectationError
from layertrace.render import findings as rendered
from layertrace.render.console import written
from layertrace.testing.contract.backends.loading import require_backend
from layertrace.testing.contract.check import Check, all_checks, chosen_checks
from layertrace.testing.contract.devices import prepare_devices
from layertrace.testing.contract.inputs import inputs_of
from layertrace.testing.contract.outcome import Result
from layertrace.testing.contract.report import LayerReport
from layertrace.testing.contract.running import Run, TimeIsUp, quiet, within
from layertrace.testing.contract.subject import Subject
from layertrace.testing.failure_message import ExpectationFailed
from layertrace.timeline.event import EMPTY_MAPPING

__all__ = ["check_layer", "layer_checks"]

SECONDS = 60.0


def check_layer(
    layer: object,
    *inputs: object,
    call: Mapping[str, object] = EMPTY_MAPPING,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] | None = None,
    expected_failures: Mapping[str, str] = EMPTY_MAPPING,
    seconds: float = SECONDS,
    progress: Callable[[Result], None] | None = None,
) -> LayerReport:
    """Check what every Keras layer should do: be built once, save all its weights, run in a graph, and more.

    The layer is created and called many times. A layer that was given is called, too, and so it is built.

    Args:
        layer: A function that creates the layer; or a layer, which is created again from its config.
        *inputs: What to call it with: arrays, `keras.Input`, or texts such as `"float32[2, 5]"` and
            `"int32[2, 7] < 100"`; also lists, tuples and mappings of these. An array that is the same
            everywhere, such as `tf.zeros((2, 5))`, stands for its shape.
        call: The other arguments of its call, by name.
        select: Names of checks or groups to run; by default all but `distribution`, which needs two logical
            CPUs: TensorFlow gets them if it has not started before.
        ignore: Names of checks or groups to leave out.
        expected_failures: Why checks are expected to fail, by their names. They must fail.
        seconds: The time that each check may take.
        progress: Is called with each result as it is there.

    Returns:
        The report; print it, and use `report.passed`.

    Raises:
        ExpectationError: If an argument is not valid, or the layer refuses the inputs.
        BackendError: If Keras runs on a backend that is not recorded, such as OpenVINO.
    """
    checks = chosen_checks(select, ignore)
    prepare_devices(checks)
    run, subject = _run(layer, inputs, call, expected_failures, seconds)
    # Assertions do not import recording; by now `require_backend` has loaded it.
    kept_hooks = importlib.import_module("layertrace.record.recording.kept_hooks")
    with kept_hooks.hooks_kept():
        results = run.results(checks, progress)
    return LayerReport(subject.class_name, str(subject.inputs), results)


def layer_checks(
    layer: object,
    *inputs: object,
    call: Mapping[str, object] = EMPTY_MAPPING,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] | None = None,
    expected_failures: Mapping[str, str] = EMPTY_MAPPING,
    seconds: float = SECONDS,
) -> Any:
    """Decorate a test, so that pytest runs it once for each check: `test_my_dense[config-round-trip]`.

    The test has one argument, `check`, and calls it. The arguments are those of `check_layer`; a check of
    `expected_failures` must fail.

    Raises:
        ExpectationError: If the name of a check does not exist.

    Example:
        @layer_checks(lambda: MyDense(10), "float32[2, 5]")
        def test_my_dense(check):
            check()
    """
    import pytest

    checks = chosen_checks(select, ignore)
    prepare_devices(checks)
    _verify_names(expected_failures)
    runs: list[Run | Exception] = []

    def run() -> Run:
        if not runs:
            try:
                runs.append(_run(layer, inputs, call, EMPTY_MAPPING, seconds)[0])
            except ExpectationError as error:
                runs.append(error)
        if isinstance(runs[0], Exception):
            raise runs[0]
        return runs[0]

    def marks(item: Check) -> list[Any]:
        reason = expected_failures.get(item.name)
        expected = [] if reason is None else [pytest.mark.xfail(reason=reason, strict=True)]
        return [*expected, *([pytest.mark.slow] if item.is_slow else [])]

    return pytest.mark.parametrize(
        "check", [pytest.param(_Item(item, run), id=item.name, marks=marks(item)) for item in checks]
    )


class _Item:
    """One check of one layer, which a test calls."""

    def __init__(self, check: Check, run: Callable[[], Run]) -> None:
        self.name = check.name
        self._check = check
        self._run = run

    def __call__(self) -> None:
        """Pass, skip the test or raise an `AssertionError`."""
        __tracebackhide__ = True
        import pytest

        result = self._run().result(self._check)
        if result.outcome == "not applicable":
            pytest.skip(f"does not apply: {result.reason}")
        if result.outcome == "fault":
            raise RuntimeError(result.reason)
        if result.finding is not None:
            raise ExpectationFailed(f"{result.finding.message}\n\n{written(rendered([result.finding]))}")

    def __repr__(self) -> str:
        return f"<check {self.name}>"


def _run(
    layer: object,
    inputs: tuple[object, ...],
    call: Mapping[str, object],
    expected: Mapping[str, str],
    seconds: float,
) -> tuple[Run, Subject]:
    _verify_names(expected)
    if os.environ.get("LAYERTRACE_DISABLED", "") not in ("", "0"):
        raise ExpectationError("LAYERTRACE_DISABLED is set, so that checks see nothing; unset it")
    if not inputs:
        raise ExpectationError("give what to call the layer with, such as 'float32[2, 5]'")
    arguments = inputs_of(inputs)
    require_backend()
    try:
        with within(seconds), quiet():
            subject = Subject(layer, arguments, call)
    except TimeIsUp:
        raise ExpectationError(
            f"creating and calling the layer once does not end within {seconds:g} s; give it a smaller input"
        ) from None
    return Run(subject, seconds, expected), subject


def _verify_names(expected: Mapping[str, str]) -> None:
    names = [item.name for item in all_checks()]
    for name in expected:
        if name not in names:
            raise ExpectationError(f"no check is called {name!r}; the checks are {', '.join(names)}")
