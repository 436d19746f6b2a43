"""The checks of the group distribution, in a process in which TensorFlow has two logical CPUs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import warm

from layertrace.testing import check_layer
from layertrace.testing.contract.check import all_checks, chosen_checks

LAYERS = Path(__file__).with_name("replicated_layers.py")
OPT_IN = [check.name for check in all_checks() if check.is_opt_in]


def expected() -> dict[str, tuple[str, int]]:
    """Return the check that each broken layer breaks, and the line."""
    found, name = {}, ""
    for number, line in enumerate(LAYERS.read_text().splitlines(), start=1):
        name = match[1] if (match := re.match(r"class (\w+)", line)) else name
        if mark := re.search(r"# breaks: ([\w-]+)", line):
            found[name] = (mark[1], number)
    return found


pytestmark = pytest.mark.slow  # a process in which TensorFlow starts


@pytest.fixture(scope="module")
def report():
    options = ["--select", "distribution", "--output-format", "json"]
    done = warm.run("-m", "layertrace", "check-layer", LAYERS, *options)
    assert done.returncode == 1, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_layers_fail_just_their_check_at_its_line(report):
    """Layers with a state, random numbers or of tf_keras pass; each mistake has its line."""
    failed = {}
    for layer in report["layers"]:
        for check in layer["checks"]:
            if check["outcome"] == "failed":
                assert layer["layer"] not in failed, check
                failed[layer["layer"]] = (check["name"], check["location"]["line"])
    assert failed == expected()


def test_each_check_is_broken_by_two_layers_and_passed_by_five(report):
    """No layer is left out, whatever arguments it takes."""
    names = [name for name, _ in expected().values()]
    checks = [check for layer in report["layers"] for check in layer["checks"]]
    passed = [check["name"] for check in checks if check["outcome"] == "passed"]
    assert {check["outcome"] for check in checks} == {"passed", "failed"}
    for name in OPT_IN:
        assert names.count(name) >= 2
        assert passed.count(name) >= 5


def test_they_run_only_if_they_are_selected():
    assert not {check.name for check in chosen_checks(None, None)} & set(OPT_IN)
    assert [check.name for check in chosen_checks(["distribution"], None)] == OPT_IN
    assert [check.name for check in chosen_checks(["replicas"], None)] == ["replicas"]


def test_one_logical_cpu_is_the_reason_not_to_try():
    """After TensorFlow has started with one, nothing passes that was not tried."""
    import keras
    import tensorflow as tf

    tf.zeros(1)  # starts it, if no test before has
    report = check_layer(lambda: keras.layers.Dense(3), "float32[2, 5]", select=["distribution"])

    assert {result.outcome for result in report.results} == {"not applicable"}
    assert {result.reason for result in report.results} == {
        "TensorFlow started with one logical CPU, two are needed"
    }
