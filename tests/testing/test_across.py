"""The answers of backends are compared question by question; here they are made by hand."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from layertrace.cli.program import backends
from layertrace.testing.contract.across.answers import Answers, read, write
from layertrace.testing.contract.across.report import BackendReport

ONES = np.ones((2, 3), "float32")
JAX = Answers(
    "jax",
    layer="Head",
    inputs="float32[2, 5]",
    lives=[("Head", ["init", "build", "variable kernel", "call", "call"])],
    weights=["kernel float32[5, 3]"],
    arrays={
        **{name: [ONES] for name in ("weights", "outputs", "masked", "training", "state", "gradients")},
        "masks": [ONES > 0],
    },
    has_64_bits=False,
)
TORCH = replace(JAX, backend="torch", has_64_bits=True)
MISSING = Answers("tensorflow", "not installed")


def outcomes(*answers):
    """Return the outcomes of the last backend, by question."""
    return {question.name: question.cells[-1].outcome for question in BackendReport(answers).questions}


def differing(*answers):
    """Return the names of the questions that differ."""
    return [question.name for question in BackendReport(answers).differing]


def with_arrays(name, array):
    """Return the answers of torch, with another array for one question."""
    return replace(TORCH, arrays={**TORCH.arrays, name: [array]})


def test_equal_answers_agree():
    """Small differences of floats are none, and a backend that is missing does not count."""
    close = with_arrays("outputs", ONES + 1e-6)
    report = BackendReport([JAX, close, MISSING])

    assert report.passed
    assert report.asked == ("jax", "torch")
    assert str(report).splitlines()[-1] == "jax and torch agree"
    assert set(outcomes(JAX, MISSING).values()) == {"not tried"}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (with_arrays("outputs", ONES + 0.1), ["values"]),
        (with_arrays("masks", ONES > 1), ["masks"]),
        (with_arrays("masks", ONES[:0] > 0), ["masks"]),
        (with_arrays("masked", ONES + 0.1), ["masked"]),
        (with_arrays("training", ONES + 0.1), ["training"]),
        (with_arrays("state", ONES + 0.1), ["state"]),
        (with_arrays("gradients", ONES * 0), ["gradients"]),
        (with_arrays("outputs", ONES.astype("float16")), ["outputs"]),
        (with_arrays("outputs", ONES[:1]), ["outputs"]),
        (
            replace(TORCH, lives=[("Head", ["init", "build", "call", "variable kernel", "call"])]),
            ["lifecycle"],
        ),
        (replace(TORCH, lives=[*TORCH.lives, ("Dense", ["init"])]), ["lifecycle"]),
        (replace(TORCH, weights=["kernel float32[4, 3]"]), ["weights"]),
        (replace(TORCH, weights=["scale float32[5, 3]"]), ["weights"]),
        (replace(TORCH, failures={"training": "it fails"}), ["training"]),
        (Answers("torch", "it cannot be called", is_failure=True), ["call"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_each_difference_is_of_its_question(answers, expected):
    """It is the only question that differs, in either order of the backends."""
    assert differing(JAX, answers) == expected
    assert differing(answers, JAX) == expected


def test_half_precision_has_a_tolerance_of_its_own():
    """What float32 does not allow, bfloat16 and float16 do."""
    first, other = ONES.astype("float16"), (ONES * 1.03).astype("float16")

    half = replace(JAX, arrays={**JAX.arrays, "outputs": [first]})

    assert differing(half, with_arrays("outputs", other)) == []
    assert differing(JAX, with_arrays("outputs", ONES * 1.03)) == ["values"]


def test_64_bits_are_no_difference_where_a_backend_has_none():
    """JAX has int32 for int64, unless jax_enable_x64 is set."""
    long, short = np.ones(2, "int64"), np.ones(2, "int32")
    jax = replace(JAX, weights=["count int32[]"], arrays={**JAX.arrays, "outputs": [short]})
    torch = replace(TORCH, weights=["count int64[]"], arrays={**JAX.arrays, "outputs": [long]})

    assert differing(jax, torch) == []
    assert differing(replace(jax, has_64_bits=True), torch) == ["weights"]


def test_what_depends_on_equal_weights_is_not_tried_without():
    """Weights of other shapes cannot be copied."""
    found = outcomes(JAX, replace(TORCH, weights=["kernel float32[4, 3]"]))

    assert found["weights"] == "differs"
    assert {found[name] for name in ("outputs", "values", "training", "state", "gradients")} == {"not tried"}


def test_random_numbers_are_not_compared():
    """The reason stands in the place of the answer."""
    random = "it draws random numbers in training"
    first, other = (
        replace(each, untried={"training": random, "gradients": random})
        for each in (JAX, with_arrays("state", ONES * 2))
    )

    report = BackendReport([first, other])

    assert report.passed
    assert str(report).count(random) == 2  # not again below


def test_the_first_difference_is_explained():
    """The card has a row for each question, and both sides of the first that differs."""
    card = str(BackendReport([JAX, with_arrays("outputs", ONES + 1)]))

    assert "The outputs in inference of Head differ on jax and torch: 1 against 2 at [0, 0]." in card
    assert "    jax    float32[2, 3][0]  1, 1, 1\n    torch  float32[2, 3][0]  2, 2, 2\n" in card
    assert card.splitlines()[-1] == "jax and torch differ in 1 question"


def test_answers_survive_a_file(tmp_path):
    """Another process reads what one wrote, also in a dtype that NumPy does not have."""
    import ml_dtypes

    answers = replace(
        JAX, line=("head.py", 3), arrays={"outputs": [ONES.astype(ml_dtypes.bfloat16), np.array(["a"])]}
    )
    write(answers, tmp_path)

    copy = read(tmp_path)

    assert copy is not None
    assert copy.arrays["outputs"][0].dtype == ml_dtypes.bfloat16
    assert str(copy.location) == "head.py:3"
    assert copy.arrays["outputs"][1].tolist() == ["a"]
    assert read(tmp_path / "elsewhere") is None


@pytest.mark.slow
def test_a_process_that_does_not_end_is_an_answer(monkeypatch):
    """It is ended, and the card states that, so that the next backend is asked."""
    monkeypatch.setattr(backends, "STARTING", 0.0)
    (answers,) = backends.answers_on(["numpy"], "layers.py", "Layer", ["float32[2]"], {}, 0.1)

    assert answers.is_failure
    assert answers.absent == "its process was ended after 0.1 s without an answer"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_a_process_ends_with_the_command(tmp_path):
    """If a signal ends the command, the process of its backend does not go on alone."""
    started = tmp_path / "started"
    lines = ["import os, pathlib, time", f"pathlib.Path({str(started)!r}).write_text(str(os.getpid()))"]
    (tmp_path / "layers.py").write_text("\n".join([*lines, "time.sleep(600)"]))
    command = "-m layertrace check-layer layers.py:Layer --input float32[2] --backends numpy,numpy,tensorflow"
    process = subprocess.Popen([sys.executable, *command.split()], cwd=tmp_path)
    _wait(lambda: started.exists() and started.read_text())
    child = int(started.read_text())
    process.kill()
    process.wait()

    _wait(lambda: not _is_running(child))


def _wait(condition):
    """Wait until something is true, for a minute at most."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def _is_running(process):
    """Return whether a process runs; one that has ended may wait for its new parent to read its status."""
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text().rpartition(") ")[2][0] != "Z"
