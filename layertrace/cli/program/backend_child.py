"""Answer the questions of `check-layer --backends` in a process whose Keras runs on one backend."""

from __future__ import annotations

import ast
import json
import os
import random
import sys
import threading
import time
from pathlib import Path
from typing import Any

from layertrace.cli.program.layer_modules import attribute_of, imported
from layertrace.errors import DependencyError, ExpectationError, LayertraceError
from layertrace.testing.contract.across.answers import Answers, answers_of, read, write
from layertrace.testing.contract.backends.loading import require_backend
from layertrace.testing.contract.examples import registered

__all__ = ["REQUEST", "WEIGHTS"]

REQUEST, WEIGHTS = "request.json", "weights"


def _end_with(parent: int) -> None:
    """End this process when the command that started it has ended, as by a signal."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _answers(folder: Path) -> Answers:
    """Return what the layer of a request does, or why it does nothing."""
    backend = os.environ["KERAS_BACKEND"]
    request: dict[str, Any] = json.loads((folder / REQUEST).read_text())
    try:
        require_backend()
    except DependencyError as error:
        missing = getattr(error.__cause__, "name", None)
        return Answers(backend, f"needs {missing}, which is not installed" if missing else str(error))
    try:
        layer = attribute_of(imported(request["where"]), request["where"], request["name"])
        example = next((each for each in registered() if each.create is layer), None)
        inputs = tuple(request["inputs"]) or (example.inputs if example is not None else ())
        if not inputs:
            raise ExpectationError("give what to call it with, such as --input 'float32[2, 5]'")
        given_call = {name: ast.literal_eval(value) for name, value in request["call"].items()}
        call = {**(example.call if example is not None else {}), **given_call}
        given = read(folder / WEIGHTS)
        weights = None if given is None else given.arrays["weights"]
        return answers_of(layer, inputs, call, weights, request["seconds"])
    except LayertraceError as error:
        return Answers(backend, str(error), is_failure=True)


if __name__ == "__main__":
    threading.Thread(target=_end_with, args=[int(sys.argv[2])], daemon=True).start()
    # Initializers of Keras 3 take their seeds from Python: the same layer has the same weights in each run.
    # keras.utils.set_random_seed would import TensorFlow where it is installed.
    random.seed(7)
    write(_answers(Path(sys.argv[1])), Path(sys.argv[1]))
