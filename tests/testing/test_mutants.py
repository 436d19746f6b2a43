"""A mistake in a layer makes just its check fail, at its line."""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from pathlib import Path

import keras
import pytest

from layertrace.testing import check_layer
from layertrace.testing.contract.check import all_checks

sys.path[:0] = [str(Path(__file__).parent)]

import mutants  # noqa: E402

KINDS = sorted(file.stem for file in mutants.KINDS.glob("[a-z]*.py"))
IN_THE_QUICK_TESTS = 1
"""Of the mutants of each check; a mutant takes a second or two."""


@pytest.fixture(autouse=True)
def _fresh_keras():
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)


def _cases():
    seen = Counter()
    for number, mutant in enumerate(mutants.MUTANTS):
        seen[mutant.check] += 1
        marks = [pytest.mark.slow] if seen[mutant.check] > IN_THE_QUICK_TESTS else []
        yield pytest.param(mutant, id=f"{mutant.check}-{mutant.kind}-{number}", marks=marks)


@pytest.mark.parametrize("mutant", list(_cases()))
def test_just_its_check_fails_at_its_line(mutant, tmp_path, monkeypatch):
    """The check of the mistake fails at the line to blame, and all others stay green."""
    name = f"mutant_of_{mutant.kind}"
    monkeypatch.setitem(sys.modules, name, None)  # so that it is removed in the end
    module = mutants.imported(tmp_path / f"{name}.py", mutant.source)

    report = check_layer(module.create, *module.INPUTS)

    failed = {
        result.check.name: result.finding and result.finding.location and result.finding.location.line
        for result in report.failed
    }
    assert failed == {mutant.check: mutant.line}, str(report)


@pytest.mark.parametrize("kind", KINDS)
def test_the_correct_layer_passes(kind):
    """The layers in which the mistakes are made have none themselves."""
    module = importlib.import_module(f"kinds.{kind}")

    report = check_layer(module.create, *module.INPUTS)

    assert report.passed, str(report)


def test_each_check_has_mutants():
    """Each check has at least two mutants, and there are a hundred in all."""
    counts = Counter(mutant.check for mutant in mutants.MUTANTS)
    few = [check.name for check in all_checks() if counts[check.name] < 2 and not check.is_opt_in]

    assert few == []
    assert len(mutants.MUTANTS) >= 100
