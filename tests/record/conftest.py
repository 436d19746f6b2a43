"""Real Keras with fresh automatic names for each test, and a check that every trace was ended."""

import keras
import pytest

from layertrace.record.patching import patches
from layertrace.record.recorder import running


@pytest.fixture(autouse=True)
def fresh_names():
    """Make Keras count automatic names from the start again."""
    keras.backend.clear_session()


@pytest.fixture(autouse=True)
def ended_traces():
    """Fail a test that leaves a recording or a patch behind."""
    before = len(running), len(patches)
    yield
    assert (len(running), len(patches)) == before
