"""On JAX and torch, `check_layer` finds the mistakes that it finds on TensorFlow, and passes what is right.

The layers are those of `tests/testing/kinds`, and the mistakes are of `tests/testing/mutants.diff`. `.ci/run`
runs these tests in an environment that has JAX, torch and no TensorFlow.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from keras_programs import needs_torch, printed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs JAX, as in .ci/run"),
]

TESTING = Path(__file__).parents[1] / "testing"
BACKENDS = ("jax", pytest.param("torch", marks=needs_torch))

SOUND = ("attention", "counter", "dense", "nested", "noise", "penalty")
"""With masks, with state, plain, with layers inside, with random numbers, and with losses."""

MISTAKES = {
    # check: kind of layer, the first mutant of both
    "build-once": "dense",
    "instances-share-nothing": "lora",
    "variables-in-build": "block",
    "python-state": "counter",
    "weights-without-batch": "dense",
    "batch-sizes": "dense",
    "rows-independent": "lora",
    "mask-passed-on": "attention",
    "mask-used": "attention",
    "deterministic-inference": "noise",
    "frozen-stays": "counter",
    "gradients": "dense",
    "losses-once": "penalty",
    "state-in-inference": "counter",
    "random-draws": "noise",
    "training-reaches-children": "block",
    "config-round-trip": "dense",
    "weights-round-trip": "lora",
    "keras-file": "dense",
    "clone-model": "wrapper",
    "pickle": "counter",
    "deepcopy": "dense",
    "weight-order": "cell",
}
OF_JAX = {
    "modes-agree": "table",  # if float(ops.max(inputs))
    "fit": "noise",  # float(ops.max(self.kernel)), in training
    "no-tensor-kept": "dense",
}
"""A `jax.jit` function has no values; on torch they are right."""

PROGRAM = """
import importlib, json, sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
from mutants import MUTANTS, imported

from layertrace.testing import check_layer

results = {}
for kind in json.loads(sys.argv[2]):
    module = importlib.import_module(f"kinds.{kind}")
    found = check_layer(module.create, *module.INPUTS).results
    results[kind] = {each.check.name: [each.outcome, str(each.finding or each.reason)] for each in found}
for name, kind in json.loads(sys.argv[3]).items():
    mutant = next(each for each in MUTANTS if (each.check, each.kind) == (name, kind))
    module = imported(Path(f"mutant_of_{name.replace('-', '_')}.py"), mutant.source)
    result, = check_layer(module.create, *module.INPUTS, select=[name]).results
    place = result.finding and result.finding.location
    results[name] = [result.outcome, place and place.line, mutant.line, str(result.finding or result.reason)]
print(json.dumps(results))
"""


@pytest.fixture
def checked(start):
    """Return a function that checks layers and mutants in one process on a backend."""

    def checked(backend, kinds=(), mutants=()):
        arguments = (str(TESTING), json.dumps(kinds), json.dumps(dict(mutants)))
        # Without a TensorFlow to find: `keras.utils.set_random_seed` imports it where it is installed.
        return json.loads(printed(start(backend, "-c", PROGRAM, *arguments, has_tensorflow=False)))

    return checked


@pytest.mark.parametrize("backend", BACKENDS)
def test_sound_layers_pass(checked, backend):
    """No check fails for a layer with a mask, state, layers inside, random numbers or losses."""
    results = checked(backend, SOUND)

    failed = {
        (kind, name): text
        for kind, checks in results.items()
        for name, (outcome, text) in checks.items()
        if outcome not in ("passed", "not applicable")
    }
    assert failed == {}
    assert sum(outcome == "passed" for outcome, _ in results["dense"].values()) >= 20


@pytest.mark.parametrize("backend", BACKENDS)
def test_mistakes_are_found_at_their_lines(checked, backend):
    """A mutant of each check fails it, at the line to blame."""
    mutants = {**MISTAKES, **(OF_JAX if backend == "jax" else {})}

    results = checked(backend, mutants=mutants)

    missed = {
        name: result for name, result in results.items() if result[0] != "failed" or result[1] != result[2]
    }
    assert missed == {}
    assert len(results) == len(mutants)


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_not_tried_has_a_reason_of_the_backend(checked, backend):
    """What only TensorFlow can be asked for is not tried, and the reason names the backend."""
    checks = checked(backend, ["dense"])["dense"]

    untried = {name: text for name, (outcome, text) in checks.items() if outcome == "not applicable"}
    assert untried["export"] == "a SavedModel is TensorFlow's"
    assert (
        untried["jit-compile"]
        == {
            "jax": "XLA compiles every jax.jit function: modes-agree and fit try it",
            "torch": "fit uses torch.compile only if compile gets jit_compile=True",
        }[backend]
    )
    assert (
        untried["float64"]
        == {
            "jax": "JAX has no float64 unless jax_enable_x64 is set",
            "torch": "keras.ops.matmul returns float32 for float64 on torch",
        }[backend]
    )
    traces = {"one-trace", "another-batch", "no-tensor-kept"}
    assert traces & set(untried) == (traces if backend == "torch" else set())


def test_the_error_of_jax_is_shown(checked):
    """Keras 3.15 replaces it by an AttributeError, which names neither the mistake nor its line."""
    outcome, _, _, text = checked("jax", mutants={"modes-agree": "table"})["modes-agree"]

    assert outcome == "failed"
    assert "in a jax.jit function: TracerBoolConversionError" in text or "ConcretizationTypeError" in text


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_command_checks_a_layer(start, tmp_path, backend):
    """The card and the status are as on TensorFlow, and TensorFlow is not imported."""
    (tmp_path / "mine.py").write_text((TESTING / "kinds" / "dense.py").read_text())
    command = ("-m", "layertrace", "check-layer", "mine.py:create", "--input", "float32[2, 5]")

    card = printed(start(backend, *command, "--select", "lifecycle,shapes"))

    assert "6 checks passed" in card


@needs_torch
def test_the_layers_of_a_module_and_tests_of_pytest(start, tmp_path):
    """The two other ways to run checks do so, too, and do not import TensorFlow."""
    (tmp_path / "mine.py").write_text(
        "import keras\nclass Double(keras.layers.Layer):\n    def call(self, x):\n        return 2 * x\n"
    )
    (tmp_path / "test_mine.py").write_text(
        "from layertrace.testing import layer_checks\nfrom mine import Double\n"
        '@layer_checks(Double, "float32[2, 5]", select=["lifecycle", "export"])\n'
        "def test_double(check):\n    check()\n"
    )

    card = printed(start("torch", "-m", "layertrace", "check-layer", "mine", "--select", "lifecycle"))
    tests = printed(start("torch", "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "test_mine.py"))

    assert "✓ Double" in card
    assert "3 passed, 1 skipped" in tests
    assert "does not apply: a SavedModel is TensorFlow's" in tests


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_layer_of_a_text_input_is_refused(start, tmp_path, backend):
    """Only TensorFlow has tensors of text."""
    (tmp_path / "mine.py").write_text((TESTING / "kinds" / "dense.py").read_text())

    done = start(backend, "-m", "layertrace", "check-layer", "mine.py:create", "--input", "string[2]")

    assert done.returncode == 2
    assert f"Keras has no tensors of text on '{backend}'" in done.stderr


def test_numpy_runs_what_it_can(checked):
    """Without training, the other checks pass, and find mistakes."""
    results = checked("numpy", ["dense"], {"config-round-trip": "dense", "python-state": "counter"})

    assert {outcome for outcome, _ in results["dense"].values()} == {"passed", "not applicable"}
    assert results["dense"]["fit"] == ["not applicable", "Keras does not train on NumPy"]
    assert results["config-round-trip"][0] == results["python-state"][0] == "failed"
