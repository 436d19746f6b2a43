"""Give each test fresh automatic names of Keras, and check that it ends every trace."""

import keras
import pytest

from layertrace.record.engines import choice
from layertrace.record.recording.recorder import running


@pytest.fixture(autouse=True)
def fresh_names():
    """Restart Keras's automatic names."""
    keras.backend.clear_session()


@pytest.fixture(autouse=True)
def ended_traces():
    """Fail a test that leaves a recording or a patch behind."""
    before = len(running), choice.is_idle()
    yield
    assert (len(running), choice.is_idle()) == before
