"""Let no fault or patch of layertrace pass unseen."""

from __future__ import annotations

import gc

import pytest

from layertrace.record.engines import choice
from layertrace.record.process import guard
from layertrace.record.recording import recorder


@pytest.fixture(autouse=True)
def told_faults():
    """What layertrace had to say of itself; nothing, unless a test provokes and clears it."""
    guard._warned.clear()
    yield guard._warned
    assert not guard._warned
    assert not recorder.running
    assert choice.is_idle()


@pytest.fixture
def collected():
    """Collect garbage until no more is found."""

    def collect():
        while gc.collect():
            pass

    return collect
