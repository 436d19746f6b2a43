"""Updates by optimizers are recorded on JAX and torch, also by those of torch, and nothing else changes."""

from __future__ import annotations

import importlib.util

import pytest
from keras_programs import needs_torch, printed

pytestmark = pytest.mark.slow

needs_jax = pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs JAX, as in .ci/run")

# Without garbage collections: JAX, which Keras imports if it is installed, has a callback that runs in each,
# and dynamo compiles that too if one comes within a step.
COMPILED_BEFORE = """
import gc
gc.disable()

import keras, torch, layertrace
from torch._dynamo.utils import counters
from torch.optim import optimizer as of_torch

weight = torch.nn.Parameter(torch.ones(2))
optimizer = torch.optim.SGD([weight], lr=0.1)

@torch.compile(backend="eager")
def step(x):
    torch.sum(weight * x).backward()
    optimizer.step()

x = torch.ones(2)
{}
compiled = dict(counters["frames"])
{}
step(x)
print(compiled and dict(counters["frames"]) == compiled, len(of_torch._global_optimizer_pre_hooks))
"""

STEPS = """
import keras, torch, layertrace
from torch.optim import optimizer as of_torch

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2), keras.layers.BatchNormalization()])

def losses(optimizer):
    torch.manual_seed(1)
    x, shown = torch.rand(8, 4), []
    for _ in range(3):
        optimizer.zero_grad()
        loss = torch.mean(model(x, training=True) ** 2)
        loss.backward()
        optimizer.step()
        shown.append(loss.item())
    return shown

weights = model.get_weights()
bare = losses(torch.optim.Adam(model.parameters()))
model.set_weights(weights)
"""

SEEN = (
    STEPS
    + """
with layertrace.trace() as timeline:
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    own = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([*other.parameters(), own], lr=0.1)
    (torch.sum(other(torch.ones(1, 4)) * own)).backward()
    optimizer.step()
from layertrace.diagnosis.context import DiagnosisContext
(update,) = DiagnosisContext(timeline).observations("update")
seen = sorted((path.rpartition("/")[2], number > 0) for path, number in zip(update.paths, update.variables))
print(update.name, seen, update.without_gradient)
"""
)


@needs_torch
def test_a_step_of_an_optimizer_of_torch_is_an_update_of_keras_variables(start):
    """Its parameters are the variables that hold them, and one of torch alone has no number."""
    shown = printed(start("torch", "-c", SEEN, has_tensorflow=False)).splitlines()[-1]

    assert shown == "<SGD #1> [('?', False), ('bias', True), ('kernel', True)] ()"


BARE_AND_TRACED = (
    STEPS
    + """
with layertrace.trace(report=False):
    traced = losses(torch.optim.Adam(model.parameters()))
print(bare == traced, len(of_torch._global_optimizer_pre_hooks))
"""
)


@needs_torch
def test_steps_of_torch_are_the_same_bare_and_traced(start):
    """The losses are equal, and no hook is left in torch."""
    assert printed(start("torch", "-c", BARE_AND_TRACED, has_tensorflow=False)).split()[-2:] == ["True", "0"]


COMPILED = """
import contextlib, torch, keras, layertrace
from torch._dynamo.testing import CompileCounter

def run(context):
    torch._dynamo.reset()
    counter = CompileCounter()
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([weight], lr=0.1)

    @torch.compile(backend=counter)
    def step(x):
        optimizer.zero_grad()
        loss = torch.sum(weight * x)
        loss.backward()
        optimizer.step()
        return loss

    with context:
        values = [step(torch.ones(2)).item() for _ in range(3)]
    return counter.frame_count, counter.op_count, values

print(run(contextlib.nullcontext()) == run(layertrace.trace(report=False)))
"""


@needs_torch
def test_torch_compile_meets_no_hook_of_a_step(start):
    """A compiled step has the same frames, operations and values."""
    assert printed(start("torch", "-c", COMPILED, has_tensorflow=False)).split()[-1] == "True"


UPDATES = """
import keras, numpy as np, layertrace
from layertrace.diagnosis.context import DiagnosisContext

x, y = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")
with layertrace.trace(report=False) as timeline:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y, epochs=2, verbose=0)
for update in DiagnosisContext(timeline).observations("update"):
    print(update.name, [path.rpartition("/")[2] for path in update.paths], update.without_gradient)
"""


@needs_jax
@needs_torch
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_fit_is_seen_to_update_the_weights(start, backend):
    """The optimizer, and each weight, are named, on either backend."""
    shown = printed(start(backend, "-c", UPDATES, has_tensorflow=False)).splitlines()

    assert shown[-1] == "<Adam #1> ['kernel', 'bias'] ()"


@needs_torch
@pytest.mark.parametrize(
    ("before", "after", "hooks"),
    [
        ("step(x)", "with layertrace.trace(report=False):\n    step(x)", 0),
        ("with layertrace.trace(report=False):\n    step(x)", "", 1),
    ],
    ids=["a trace after compiling", "compiled in a trace"],
)
def test_a_compiled_step_is_not_compiled_again(start, before, after, hooks):
    """Dynamo guards the hooks of torch's optimizers: none comes after it has compiled, and one stays."""
    program = COMPILED_BEFORE.format(before, after)

    assert printed(start("torch", "-c", program, has_tensorflow=False)).split()[-2:] == ["True", str(hooks)]
