"""The fix of config-round-trip, written in place of the mistake, cures it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import keras
import pytest

from layertrace.testing import check_layer

sys.path[:0] = [str(Path(__file__).parent)]

import mutants  # noqa: E402

pytestmark = pytest.mark.slow

HEAD = """
import keras
from keras import ops


class Scaled(keras.layers.Layer):
"""
CALL = """
    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")

    def call(self, inputs):
        return ops.matmul(inputs, self.kernel)
"""
WITHOUT_KEYWORDS = """
    def __init__(self, units, *, scale=1.0):
        super().__init__()
        self.units, self.scale = units, scale
"""
SOURCES = {
    "no keywords, and a config of its own": WITHOUT_KEYWORDS
    + CALL
    + """
    def get_config(self):
        return {"units": self.units, "scale": self.scale}
""",
    "no keywords, and a config in a variable": WITHOUT_KEYWORDS
    + CALL
    + """
    def get_config(self):
        config = {"units": self.units}
        return config
""",
    "no keywords, and the config of Keras": WITHOUT_KEYWORDS
    + CALL
    + """
    def get_config(self):
        return {**super().get_config(), "units": self.units}
""",
    "a name of its own": """
    def __init__(self, units, name=None):
        super().__init__(name=name)
        self.units = units
"""
    + CALL
    + """
    def get_config(self):
        return {**super().get_config(), "units": self.units}
""",
    "a dtype of its own": """
    def __init__(self, units):
        super().__init__(dtype="float32")
        self.units = units
"""
    + CALL
    + """
    def get_config(self):
        return {**super().get_config(), "units": self.units}
""",
    "keywords that are not passed on": """
    def __init__(self, units, **options):
        super().__init__()
        self.units = units
"""
    + CALL
    + """
    def get_config(self):
        return {**super().get_config(), "units": self.units}
""",
    "keywords, and a config of its own": """
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
"""
    + CALL
    + """
    def get_config(self):
        return {"units": self.units}
""",
}


def written(source, fix):
    """Return a source with the lines of a fix in place of those that they replace."""
    define = re.search(r"def __init__\(.*\):\n    super\(\).__init__\(.*\)", fix)
    if define is not None:
        lines = define[0].replace("\n", "\n    ")
        source = re.sub(
            r"def __init__\(.*\):\n        super\(\).__init__\(.*\)", lambda _: lines, source, count=1
        )
    returned = re.search(r"(return .*)  # in get_config", fix)
    if returned is not None:
        head, _, rest = source.partition("def get_config(self):")
        rest = re.sub(r"return .*", lambda _: returned[1], rest, count=1)
        source = f"{head}def get_config(self):{rest}"
    return source


@pytest.mark.parametrize("kind", SOURCES)
def test_fix_of_config_round_trip_cures_it(kind, tmp_path, monkeypatch):
    """A layer whose copy has no name, or is not created, is one with a copy after the fix is written."""
    keras.backend.clear_session()
    source = HEAD + SOURCES[kind]
    for name in ("layer_before", "layer_after"):
        monkeypatch.setitem(sys.modules, name, None)
    before = mutants.imported(tmp_path / "layer_before.py", source)

    (finding,) = check_layer(lambda: before.Scaled(3), "float32[2, 5]", select=["config-round-trip"]).findings

    cured = written(source, finding.fix)
    assert cured != source, finding.fix
    after = mutants.imported(tmp_path / "layer_after.py", cured)
    report = check_layer(lambda: after.Scaled(3), "float32[2, 5]", select=["persistence"])
    assert report.passed, f"{finding.fix}\n{report}"
