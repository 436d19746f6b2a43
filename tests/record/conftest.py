"""Real Keras with fresh automatic names for each test, and a check that every trace was ended."""

import keras
import pytest

from layertrace.record.hooks import engines
from layertrace.record.recorder import running


@pytest.fixture(autouse=True)
def fresh_names():
    """Make Keras count automatic names from the start again."""
    keras.backend.clear_session()


@pytest.fixture(autouse=True)
def ended_traces():
    """Fail a test that leaves a recording or a patch behind."""
    before = len(running), engines.is_idle()
    yield
    assert (len(running), engines.is_idle()) == before
