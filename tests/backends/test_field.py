"""Programs of mistakes on JAX and torch from public threads, written before a rule could find them.

`.ci/run` runs these tests in an environment that has both, and no TensorFlow.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from keras_programs import needs_torch, printed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs JAX, as in .ci/run"),
]

FIELD = Path(__file__).parent / "field"
FOUND = {
    "jax_float64": ["LT587"],
    "jax_key_own_loop": ["LT208"],
    "jax_key_reused": ["LT208"],
    "jax_state_dropped": ["LT409"],
    "torch_eval_ignored": ["LT583"],
    "torch_list_of_modules": ["LT112"],
    "torch_no_grad_features": ["LT504"],
    "torch_scheduler": ["LT584"],
}
"""The codes of the programs that are diagnosed; no rule knows the mistakes of the other two."""

RUN = """
import contextlib, io, json, pathlib, sys, warnings
import keras, layertrace
for path in map(pathlib.Path, sys.argv[1:]):
    keras.backend.clear_session()
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras warns of float64 on JAX, and of others
        with layertrace.trace(report=False) as timeline:
            exec(compile(path.read_text(), str(path), "exec"), {"__name__": "__main__"})
    codes = [each.code for each in timeline.findings(select=["LT"]) if each.severity != "note"]
    print(json.dumps([path.stem, codes]))
"""


@needs_torch
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_what_is_found_in_programs_of_others_and_twins_are_clean(start, backend):
    """Each program has a twin without its mistake, which has no finding above a note."""
    # The twin with 64 bits changes the configuration of JAX, so it comes last.
    files = sorted(FIELD.glob(f"{backend}_*.py"), key=lambda file: (file.stem == "jax_float64_clean", file))
    shown = printed(start(backend, "-c", RUN, *map(str, files), has_tensorflow=False))

    wanted = {file.stem: FOUND.get(file.stem, []) for file in files}
    assert dict(map(json.loads, shown.splitlines())) == wanted
    assert len(files) == 10
