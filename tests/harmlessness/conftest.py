"""Let no fault or patch of layertrace pass unseen."""

from __future__ import annotations

import gc

import pytest

from layertrace.record import faults, recorder
from layertrace.record.hooks import engines


@pytest.fixture(autouse=True)
def told_faults():
    """What layertrace had to say of itself; nothing, unless a test provokes and clears it."""
    faults._told.clear()
    yield faults._told
    assert not faults._told
    assert not recorder.running
    assert engines.is_idle()


@pytest.fixture
def collected():
    """Collect garbage until no more is found."""

    def collect():
        while gc.collect():
            pass

    return collect
