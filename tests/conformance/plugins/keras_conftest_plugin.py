"""A pytest plugin with what Keras's tests import from `conftest`, which its wheel lacks."""

import sys
import types

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "requires_trainable_backend: passes with every backend but OpenVINO")
    conftest = types.ModuleType("conftest")
    conftest.skip_if_backend = _skip_if_backend
    sys.modules.setdefault("conftest", conftest)


def _skip_if_backend(backend: str, reason: str) -> pytest.MarkDecorator:
    import keras

    return pytest.mark.skipif(keras.backend.backend() == backend, reason=f"{backend}: {reason}")
