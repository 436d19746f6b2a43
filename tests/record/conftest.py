"""Real Keras with fresh automatic names for each test, and a check that every trace was ended."""

import keras
import pytest

from layertrace.record.engines import choice
from layertrace.record.recording.recorder import running


@pytest.fixture(autouse=True)
def fresh_names():
    """Make Keras count automatic names from the start again."""
    keras.backend.clear_session()


@pytest.fixture(autouse=True)
def ended_traces():
    """Fail a test that leaves a recording or a patch behind."""
    before = len(running), choice.is_idle()
    yield
    assert (len(running), choice.is_idle()) == before
