"""Rules about what Keras computes alike everywhere find on JAX and torch what they find on TensorFlow.

The programs are those of `tests/cases` that need no TensorFlow. `.ci/run` runs these tests in an environment
that has JAX and torch, and no TensorFlow.
"""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest
from cases.cases import HERE
from diagnosis.test_fixes_cure import SYMPTOMS
from keras_programs import needs_torch, printed
from test_rules import RUN, wanted_in

from layertrace.diagnosis.registry import all_rules
from layertrace.diagnosis.rule import WITH_TRAINING

needs_jax = pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs JAX, as in .ci/run")
backends = pytest.mark.parametrize(
    "backend", [pytest.param("jax", marks=needs_jax), pytest.param("torch", marks=needs_torch)]
)
pytestmark = pytest.mark.slow

FOLDERS = sorted(
    folder
    for rule in all_rules()
    if rule.backends == WITH_TRAINING
    for folder in HERE.glob(f"{rule.code.lower()}_*")
    if not (Path(__file__).parent / "cases" / folder.name).exists()
)
"""Those of the rules that know all backends which train, and that have no programs here."""


def shared(folder):
    """Return the programs of a folder that run on any backend."""
    return [file for file in sorted(folder.glob("*.py")) if is_shared(file)]


def is_shared(file):
    """Return whether a program is written with Keras 3 alone, and has no large model."""
    text = file.read_text(encoding="utf-8")
    return re.search(r"^(import|from) .*\b(tensorflow|tf_keras)\b|keras\.applications", text, re.M) is None


@backends
def test_the_findings_of_each_program_are_those_that_it_names(backend, start):
    """Code, layer and line are right, and a fixed program has none."""
    files = [file for folder in FOLDERS for file in shared(folder) if is_quick(file, backend)]
    shown = printed(start(backend, "-c", RUN, *map(str, files), has_tensorflow=False))

    assert sorted(map(json.loads, shown.splitlines())) == wanted_in(files)
    assert {file.parent for file in files if wanted_in([file])} == set(FOLDERS)
    assert len(FOLDERS) >= 30


def is_quick(file, backend):
    """Return whether to run a program: JAX compiles each for seconds, so it runs two of a folder."""
    if backend == "torch" or file.name in ("broken.py", "fixed.py"):
        return True
    others = [each for each in shared(file.parent) if each.name.startswith("another_")]
    return file == others[0] and not is_shared(file.parent / "broken.py")


RAISED = {("torch", "lt534_targets_out_of_range/broken"): "all elements of target should be between 0 and 1"}
"""What a backend raises where the others print a symptom."""

BY_CHANCE = {"lt527_learning_rate_ended/broken", "lt573_class_weight_unused/another_counted_from_1"}
"""Programs whose symptom depends on the first weights, which each backend draws in its own way."""

RUN_MENDED = """
import contextlib, io, linecache, os, sys, warnings
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import keras, layertrace
from diagnosis.apply_fix import applied
from layertrace.render.formats.replacements import is_applicable

def run(path):
    keras.backend.clear_session()
    linecache.checkcache()
    code = compile(path.read_text(), str(path), "exec")
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), layertrace.trace(report=False) as timeline:
            exec(code, {"__name__": "__main__", "__file__": str(path)})
    except RuntimeError as error:
        print(error, file=printed)
    return timeline.findings(select=["LT"]), printed.getvalue().strip()

for path in map(Path, sys.argv[2:]):
    findings, before = run(path)
    texts = [each.code for finding in findings for each in finding.edits]
    texts += [text for finding in findings for text in (finding.fix, finding.message)]
    assert not [text for text in texts if "tf." in text or "TensorFlow" in text], texts
    copy = Path(f"{path.parent.name}_{path.name}")
    copy.write_text(applied(path.read_text(), filter(is_applicable, findings)))
    left, after = run(copy)
    print(path.parent.name, path.stem, [before, after, len(left)], sep="/")
"""


@backends
def test_the_fixes_cure_the_symptoms(backend, start):
    """Each program with the fix in place prints what it was meant to, and nothing is found any more."""
    names = {str(file.relative_to(HERE).with_suffix("")) for folder in FOLDERS for file in shared(folder)}
    cases = [
        (name, RAISED.get((backend, name), ill), cured)
        for name, ill, cured in SYMPTOMS
        if name in names - BY_CHANCE
    ]
    files = [str(HERE / f"{name}.py") for name, _, _ in cases]
    shown = printed(start(backend, "-c", RUN_MENDED, str(HERE.parent), *files, has_tensorflow=False))

    assert shown.splitlines() == [f"{name}/{[ill, cured, 0]}" for name, ill, cured in cases]
    assert len(cases) >= 9


@needs_torch
def test_the_findings_about_outputs_are_the_same_on_torch(start):
    """Those of the programs that `test_rules` runs on JAX, and that know no JAX."""
    names = ("lt512_outputs_no_probabilities", "lt531_softmax_applied_twice", "lt532_metric_misreads_outputs")
    files = [file for name in names for file in sorted((Path(__file__).parent / "cases" / name).glob("*.py"))]
    shown = printed(start("torch", "-c", RUN, *map(str, files), has_tensorflow=False))

    assert sorted(map(json.loads, shown.splitlines())) == wanted_in(files)
    assert len(files) >= 10


RUN_BOTH = """
import contextlib, io, sys
from pathlib import Path
import keras, numpy as np, layertrace

def run(path, context):
    keras.backend.clear_session()
    code, printed = compile(path.read_text(), str(path), "exec"), io.StringIO()
    module = {"__name__": "__main__", "__file__": str(path)}
    with contextlib.redirect_stdout(printed), context:
        exec(code, module)
    models = {name: value for name, value in module.items() if isinstance(value, keras.Model)}
    assert models
    weights = [array for name in sorted(models) for array in models[name].get_weights()]
    records = {name: getattr(value, "history", value) for name, value in module.items()
               if name in ("history", "losses")}
    return printed.getvalue(), records, weights

for path in map(Path, sys.argv[1:]):
    bare, traced = run(path, contextlib.nullcontext()), run(path, layertrace.trace(report=False))
    equal = [np.array_equal(a, b, equal_nan=True) for a, b in zip(bare[2], traced[2], strict=True)]
    print(path.parent.name, bare[:2] == traced[:2], all(equal), len(equal) > 1)
"""


@backends
def test_a_trace_changes_nothing(backend, start):
    """What each program prints, its losses and all weights of its models are the same to the last bit."""
    codes = ("lt525", "lt534", "lt539", "lt540", "lt563", "lt573", "lt574")
    codes += ("lt575",) if backend == "torch" else ()  # a convolution on JAX sums in any order
    folders = [*FOLDERS, *(Path(__file__).parent / "cases").iterdir()]
    found = [next(folder for folder in folders if folder.name.startswith(code)) for code in codes]
    files = [str(folder / ("fixed.py" if "lt534" in folder.name else "broken.py")) for folder in found]
    shown = printed(start(backend, "-c", RUN_BOTH, *files, has_tensorflow=False))

    assert [line.split()[1:] for line in shown.splitlines()] == [["True", "True", "True"]] * len(codes)
