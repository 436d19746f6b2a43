"""`layertrace check-layer --backends` runs one layer on several backends, and shows where they differ.

`.ci/run` runs these tests in an environment that has JAX, torch and no TensorFlow.
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

KINDS = Path(__file__).parents[1] / "testing" / "kinds"

BROKEN = """
import numpy as np
import keras
from keras import ops

def is_on_torch():
    return keras.backend.backend() == "torch"

class Dense(keras.layers.Layer):
    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 3), name="kernel")
        self.count = self.add_weight(shape=(), name="count", trainable=False, initializer="zeros")

    def call(self, inputs, training=False):
        return inputs @ self.kernel

class OtherValues(Dense):
    def call(self, inputs, training=False):
        return super().call(inputs) * (1.5 if is_on_torch() else 1.0)

class OtherDtype(Dense):
    def call(self, inputs, training=False):
        outputs = super().call(inputs)
        return ops.cast(outputs, "float16") if is_on_torch() else outputs

class OtherWeights(Dense):
    def build(self, shape):
        super().build((*shape[:-1], shape[-1] + is_on_torch()))

    def call(self, inputs, training=False):
        return inputs @ self.kernel[: inputs.shape[-1]]

class OtherTraining(Dense):
    def call(self, inputs, training=False):
        return super().call(inputs) + (1.0 if training and is_on_torch() else 0.0)

class OtherState(Dense):
    def call(self, inputs, training=False):
        if training and is_on_torch():
            self.count.assign_add(1)
        return super().call(inputs)

class OtherGradients(Dense):
    def call(self, inputs, training=False):
        outputs = super().call(inputs)
        return outputs if not is_on_torch() else ops.stop_gradient(outputs)

class OtherLife(Dense):
    def build(self, shape):
        super().build(shape)
        if is_on_torch():
            keras.layers.Identity().build(shape)

class NumpyInCall(Dense):
    def call(self, inputs, training=False):
        return ops.convert_to_tensor(np.tanh(super().call(inputs)))
"""


MASKED = """
import keras
from keras import ops

def is_on_torch():
    return keras.backend.backend() == "torch"

class PassesOn(keras.layers.Layer):
    def __init__(self, supports_masking=True):
        super().__init__()
        self.supports_masking = supports_masking

    def call(self, inputs):
        return inputs * 2.0

class PassesOnJaxAlone(PassesOn):
    def __init__(self):
        super().__init__(supports_masking=not is_on_torch())

class OtherMask(PassesOn):
    def compute_mask(self, inputs, mask=None):
        return ops.logical_not(mask) if is_on_torch() and mask is not None else mask

class IgnoresMaskOnTorch(PassesOn):
    def call(self, inputs, mask=None):
        if mask is None or is_on_torch():
            return inputs * 2.0
        return inputs * ops.cast(mask, inputs.dtype)[..., None]

class FailsWithMask(PassesOn):
    def compute_mask(self, inputs, mask=None):
        if is_on_torch() and mask is not None:
            raise ValueError("no masks here")
        return mask

class HoldsModules(keras.layers.Layer):
    def __init__(self):
        import torch
        super().__init__()
        self.linear = torch.nn.Linear(4, 3)

    def call(self, inputs):
        return self.linear(inputs)
"""


RECURRENT = """
import keras


class Recurrent(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.lstm = keras.layers.LSTM(3, return_sequences=True)
        self.loop = keras.layers.RNN(keras.layers.LSTMCell(2))

    def build(self, shape):
        self.lstm.build(shape)
        self.loop.build((*shape[:-1], 3))

    def call(self, inputs):
        return self.loop(self.lstm(inputs))
"""

TAKES_LITERALS = """
import keras


class TakesLiterals(keras.layers.Layer):
    def call(self, inputs, axes, names, limit):
        assert (axes, names, limit) == ((0, 1), {b"a"}, float("inf"))
        return inputs
"""

STANDARDIZE = """
import keras


class Standardize(keras.layers.Layer):
    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones", name="scale")

    def call(self, inputs):
        centered = inputs - inputs.mean(axis=-1, keepdims=True)
        return self.scale * centered / inputs.std(axis=-1, keepdims=True)
"""


@pytest.fixture
def compared(start, tmp_path):
    """Return a function that compares a layer of a file, and returns the process."""

    def compared(source, name, *options, backends="jax,torch"):
        (tmp_path / "mine.py").write_text(source)
        inputs = () if "--input" in options else ("--input", "float32[2, 5]")
        command = ("-m", "layertrace", "check-layer", f"mine.py:{name}", *inputs, "--backends", backends)
        return start("jax", *command, *options, has_tensorflow=False)

    return compared


@needs_torch
@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("dense", "float32[2, 5]"),
        ("nested", '{"user": "float32[2, 5]", "item": "int32[2, 4] < 9"}'),
        ("attention", "float32[2, 6, 4]"),
        ("noise", "float32[2, 5]"),
    ],
)
def test_sound_layers_agree(compared, kind, spec):
    """JAX and torch agree on a plain layer, and on layers inside, masks and random numbers."""
    done = compared((KINDS / f"{kind}.py").read_text(), "create", "--input", spec)

    assert printed(done).splitlines()[-1] == "jax and torch agree"


@needs_torch
def test_a_cell_that_torch_does_not_call_is_not_a_difference(compared):
    """For an `LSTM`, torch has an operation for the whole sequence; a cell in an `RNN` is called on both."""
    done = compared(RECURRENT, "Recurrent", "--input", "float32[2, 4, 3]")

    assert printed(done).splitlines()[-1] == "jax and torch agree"


@needs_torch
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OtherValues", ["values", "training", "gradients"]),
        ("OtherDtype", ["outputs", "training"]),
        ("OtherWeights", ["weights"]),
        ("OtherTraining", ["training"]),
        ("OtherState", ["state"]),
        ("OtherGradients", ["gradients"]),
        ("OtherLife", ["lifecycle"]),
        ("NumpyInCall", ["call"]),
    ],
)
def test_differences_are_found(compared, name, expected):
    """A layer that does something else on torch differs in the questions that this changes."""
    done = compared(BROKEN, name, "--output-format", "json")

    assert done.returncode == 1, done.stderr
    questions = json.loads(done.stdout)["questions"]
    assert [each["name"] for each in questions if each.get("message")] == expected


@needs_torch
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("PassesOn", {}),
        ("PassesOnJaxAlone", {"masks": "bool[2, 5] against none"}),
        ("OtherMask", {"masks": "other steps"}),
        ("IgnoresMaskOnTorch", {"masked": "differ on jax and torch: 0 against"}),
        ("FailsWithMask", {"masks": "ValueError: no masks here"}),
        ("HoldsModules", {"call": "holds a torch.nn.Module in self.linear, which runs on torch alone"}),
    ],
)
def test_masks_and_modules_of_torch_are_compared(compared, name, expected):
    """A mask that comes in is the same afterwards, and a module of torch is the reason for a failure."""
    done = compared(MASKED, name, "--input", "float32[2, 5, 4]", "--output-format", "json")

    assert done.returncode == (1 if expected else 0), done.stderr
    questions = json.loads(done.stdout)["questions"]
    messages = {each["name"]: each["message"] for each in questions if "message" in each}
    assert messages.keys() == expected.keys()
    assert all(part in messages[question] for question, part in expected.items())


def test_a_mask_that_a_layer_creates_is_compared_and_numpy_has_none(compared):
    """An Embedding has no mask to take, and gives one; an array of NumPy cannot hold it."""
    source = "import keras\ndef create():\n    return keras.layers.Embedding(9, 3, mask_zero=True)\n"
    done = compared(source, "create", "--input", "int32[2, 5] < 9", backends="jax,numpy")

    row = next(line for line in printed(done).splitlines() if line.startswith("masks "))
    assert " ".join(row.split()) == "masks ✓ bool[2, 5] – an array of NumPy cannot hold a mask"


def _without_spaces(text):
    """Return a text with single spaces: the width of the page is not that of the test."""
    return " ".join(text.split())


@needs_torch
def test_the_card_is_that_of_the_readme(compared):
    """The weights are the same in each run, and so is the card."""
    page = (KINDS.parents[2] / "layertrace" / "testing" / "README.md").read_text(encoding="utf-8")

    done = compared(STANDARDIZE, "Standardize", backends="jax,torch,tensorflow")

    assert done.returncode == 1
    assert _without_spaces(done.stdout.replace("mine.py", "layers.py")) in _without_spaces(page)


def test_arguments_of_the_call_are_any_literals(compared):
    """Tuples stay tuples, and sets, bytes and infinity arrive, which JSON has not."""
    call = ("--call", "axes=(0, 1)", "--call", "names={b'a'}", "--call", "limit=1e999")
    done = compared(TAKES_LITERALS, "TakesLiterals", *call, backends="jax,numpy")

    assert printed(done).splitlines()[-1] == "jax and numpy agree"


def test_a_backend_that_is_not_installed_is_a_dash(compared):
    """It does not fail; with one backend left there is nothing to compare."""
    done = compared((KINDS / "dense.py").read_text(), "create", backends="jax,numpy,tensorflow")

    card = printed(done)
    assert "– not installed" in card
    assert card.splitlines()[-1] == "jax and numpy agree"
    alone = compared((KINDS / "dense.py").read_text(), "create", backends="jax,tensorflow")
    assert alone.returncode == 2
    assert alone.stdout.splitlines()[-1] == "nothing to compare: the layer was only tried on jax"


def test_mistakes_in_the_command_get_one_sentence(compared):
    """Nothing is started for an unknown backend, a single one, or a module without a name."""
    for backends, sentence in {
        "jaxx,torch": "--backends does not know 'jaxx' (did you mean 'jax'?); the backends are jax, torch, "
        "tensorflow, numpy",
        "jax": "--backends compares two or more, such as jax,torch, got 'jax'",
    }.items():
        done = compared(BROKEN, "Dense", backends=backends)

        assert done.returncode == 2
        assert done.stderr.splitlines()[-1] == f"Error: {sentence}"
    done = compared(BROKEN, "Dense", "--select", "modes")
    assert done.returncode == 2
    assert "--backends takes MODULE:NAME, and no --select" in done.stderr


def test_a_layer_that_runs_on_no_backend_is_not_compared(compared):
    """The reason of the first backend is shown."""
    done = compared(BROKEN, "Missing", backends="jax,numpy")

    assert done.returncode == 2
    assert "runs on none of jax, numpy; jax: mine.py does not have Missing" in done.stderr.replace("\n", " ")
