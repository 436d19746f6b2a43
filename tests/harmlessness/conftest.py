"""Fail each test that leaves an error or a patch of layertrace behind."""

from __future__ import annotations

import gc

import numpy.testing  # noqa: F401  # NumPy 1 starts lscpu when this is first imported, as no test may
import pytest

from layertrace.record.engines import choice
from layertrace.record.process import guard
from layertrace.record.recording import recorder


@pytest.fixture(autouse=True)
def internal_errors():
    """The warnings about errors of layertrace: none at the end, unless a test provokes and clears some."""
    guard._warned.clear()
    yield guard._warned
    assert not guard._warned
    assert not recorder.running
    assert choice.is_idle()


@pytest.fixture
def collected():
    """Collect garbage until none is left."""

    def collect():
        while gc.collect():
            pass

    return collect
