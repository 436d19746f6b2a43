"""Keras on torch is recorded, and `torch.compile` does not meet a hook.

`.ci/run` runs these tests in an environment that has torch and no TensorFlow.
"""

from __future__ import annotations

import pytest
from keras_programs import NET, needs_torch, printed

pytestmark = [pytest.mark.slow, needs_torch]


def test_each_step_of_a_fit_is_an_eager_call(start):
    """Two symbolic calls before anything runs, then one for each batch; nothing is traced."""
    shown = printed(
        start(
            "torch",
            "-c",
            f"""{NET}
import layertrace
with layertrace.trace() as timeline:
    net, _ = fitted()
calls = timeline.of(net).where(kind="call")
print(*[call.mode for call in calls])
print(*[call.inputs for call in calls[:2]], *[call.inputs.shape[0] for call in calls[2:]])
print(timeline.surroundings.backend, *timeline.surroundings.versions, len(timeline.where(kind="trace")))
""",
        )
    )

    assert shown.splitlines() == [
        "symbolic symbolic eager eager eager eager eager eager",
        "float32[4, 4] float32[4, 4] 4 4 2 4 4 2",
        "torch torch keras 0",
    ]


def test_a_trace_changes_nothing(start):
    """Losses, predictions and gradients are the same."""
    shown = printed(
        start(
            "torch",
            "-c",
            f"""{NET}
import random, torch, layertrace

def results():
    random.seed(0)  # the seeds of initializers; `keras.utils.set_random_seed` imports TensorFlow
    torch.manual_seed(0)
    net, losses = fitted()
    net.zero_grad()
    net(np.ones((2, 4), "float32")).sum().backward()
    gradients = [v.value.grad.tolist() for v in net.trainable_variables]
    return losses, net.predict(np.ones((2, 4), "float32"), verbose=0).tolist(), gradients

bare = results()
with layertrace.trace() as timeline:
    traced = results()
print(bare == traced, len(timeline) > 50, timeline.notes)
""",
        )
    )

    assert shown.split() == ["True", "True", "()"]


INFERRED = """
import keras, layertrace, numpy as np
class Twice(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.dense = keras.layers.Dense(units)
    def call(self, x):
        return self.dense(2 * x)
with layertrace.trace() as timeline:
    twice = Twice(83)
    twice(keras.Input((None, 3)))
    twice(np.ones((2, 83, 3), "float32"))
    twice(keras.Input((83, 3)))
    Twice(2)(keras.Input(batch_shape=(83, 89, 3)))
for event in timeline.of(Twice).where(kind="call"):
    print(event.mode, event.inputs, event.outputs)
for event in timeline.of(keras.layers.Dense).where(kind="build"):
    print(event.arguments["input_shape"])
"""


@pytest.mark.parametrize("backend", ["torch", "numpy"])
def test_a_size_that_keras_does_not_know_is_shown_as_such(start, backend):
    """Keras calls a layer with 83 and 89 in its place; a size that is 83 or 89 itself stays."""
    lines = printed(start(backend, "-c", INFERRED)).splitlines()
    unknown = "symbolic float32[None, None, 3] float32[None, None, 83]"
    half_known = "symbolic float32[None, 83, 3] float32[None, 83, 83]"
    known = "symbolic float32[83, 89, 3] float32[83, 89, 2]"

    assert set(lines[:-2]) == {unknown, "eager float32[2, 83, 3] float32[2, 83, 83]", half_known, known}
    assert lines[0] == lines[1] == unknown
    assert lines[-2:] == ["(None, None, 3)", "(83, 89, 3)"]


COMPILED = f"""{NET}
import random, torch, layertrace
from torch._dynamo.utils import counters

def results():
    torch._dynamo.reset()
    counters.clear()
    random.seed(0)
    torch.manual_seed(0)
    graphs = []

    def backend(graph, inputs):
        graphs.append([str(node.target) for node in graph.graph.nodes])
        return graph.forward

    net = Net()
    net(np.ones((2, 4), "float32"))
    function = torch.compile(lambda x: net(x), backend=backend)
    numbers = [function(torch.ones(size, 4)).tolist() for size in (2, 2, 3, 3)]
    whole = torch.compile(net.dense, backend=backend, fullgraph=True)
    numbers.append(whole(torch.ones(2, 4)).tolist())
    return graphs, numbers, {{name: dict(counters[name]) for name in ("frames", "graph_break", "stats")}}

bare = results()
with layertrace.trace() as timeline:
    traced = results()
print(bare == traced, len(bare[0]), *(timeline.notes or ["no notes"]))
"""


def test_torch_compile_meets_no_hook(start):
    """Graphs, operations, breaks and compilations are the same, and `fullgraph=True` works."""
    assert printed(start("torch", "-c", COMPILED)).split(maxsplit=2) == ["True", "3", "no notes\n"]


MANY_CLASSES = """
import keras, layertrace, torch, numpy as np
layers = []
for number in range(12):
    names = {"torch": torch}
    exec(f"def call(self, x):\\n x = x + {number}\\n torch._dynamo.graph_break()\\n return x * 2", names)
    layers.append(type(f"Break{number}", (keras.layers.Layer,), {"call": names["call"]})())
    layers[-1](np.ones((1, 2), "float32"))

def graphs():
    torch._dynamo.reset()
    graphs = []

    def backend(graph, inputs):
        graphs.append([str(node.target) for node in graph.graph.nodes])
        return graph.forward

    def run(x):
        for layer in layers:
            x = layer.call(x)
        return x

    torch.compile(run, backend=backend)(torch.ones(1, 2))
    return graphs

bare = graphs()
with layertrace.trace():
    traced = graphs()
print(bare == traced, len(bare))
"""


def test_torch_counts_the_compilations_of_each_method_alone(start):
    """It compiles a code object eight times at most: wrappers of a dozen classes must not share one."""
    assert printed(start("torch", "-c", MANY_CLASSES)).split() == ["True", "24"]


def test_a_fit_that_is_compiled_has_the_same_graphs(start):
    """Keras breaks the graph of its step, so that hooked functions are compiled by themselves, too."""
    shown = printed(
        start(
            "torch",
            "-c",
            f"""{NET}
import random, torch, layertrace
compile_ = torch.compile

def results():
    torch._dynamo.reset()
    random.seed(0)
    torch.manual_seed(0)
    graphs = []

    def backend(graph, inputs):
        graphs.append([str(node.target) for node in graph.graph.nodes])
        return graph.forward

    torch.compile = lambda function: compile_(function, backend=backend)
    net = Net()
    net.compile("sgd", "mse", jit_compile=True)
    history = net.fit(np.ones((10, 4)), np.ones((10, 3)), batch_size=4, verbose=0)
    return graphs, history.history["loss"]

bare = results()
with layertrace.trace() as timeline:
    traced = results()
print(bare == traced, len(bare[0]) > 4, *(timeline.notes or ["no notes"]))
""",
        )
    )

    assert shown.split(maxsplit=2) == ["True", "True", "no notes\n"]


def test_a_tensor_that_needs_a_gradient_is_not_for_numpy(start, tmp_path):
    """LT405 in torch's words: it computes, and refuses only in training."""
    (tmp_path / "program.py").write_text(
        "import keras, numpy as np\n"
        "class Sorted(keras.layers.Layer):\n"
        "    def call(self, x):\n"
        "        return x * np.sort(x, axis=-1)\n"
        "model = keras.Sequential([keras.layers.Dense(3), Sorted()])\n"
        "model.compile('sgd', 'mse')\n"
        "model.fit(np.ones((4, 2)), np.ones((4, 3)), verbose=0)\n"
    )
    done = start("torch", "-m", "layertrace", "check", "program.py", COLUMNS="200")

    assert done.returncode == 1
    assert "LT405 numpy-in-call  program.py:4" in done.stderr
    assert "takes a tensor through NumPy, where its gradient is lost" in done.stderr
    assert "keras.ops.sort(x, axis=-1)" in done.stderr


MODES = """
import keras, torch, layertrace

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Dropout(0.5), torch.nn.BatchNorm1d(4))

    def call(self, x):
        return self.body(x)

def results():
    torch._dynamo.reset()
    torch.manual_seed(0)
    graphs = []

    def backend(graph, inputs):
        graphs.append([str(node.target) for node in graph.graph.nodes])
        return graph.forward

    net, x = Net(), torch.ones(6, 4)
    seen = [net.eval() is net, net(x).tolist(), net.body.training, net(x, training=False).tolist()]
    seen += [net.train() is net, net(x).tolist(), net.predict(x, verbose=0).tolist(), net.training]

    def evaluated(x):
        net.eval()
        return net(x)

    seen.append(torch.compile(evaluated, backend=backend)(x).tolist())
    return seen, net.body.module[2].running_mean.tolist(), net.training, graphs

bare = results()
with layertrace.trace() as timeline:
    traced = results()
print(bare == traced, len(bare[-1]) > 0, timeline.notes)
print([seen.what for seen in timeline.surroundings.observations if seen.what == "eval ignored"])
"""


def test_the_mode_of_a_module_is_the_same_in_a_trace(start):
    """Also the graphs of what is compiled; the calls after `eval` and in `predict` are noted."""
    shown = printed(start("torch", "-c", MODES)).splitlines()

    assert shown == ["True True ()", "['eval ignored', 'eval ignored']"]


SCHEDULES = """
import warnings, keras, torch, layertrace
from torch.optim import lr_scheduler

def results():
    layer = keras.layers.Dense(1)
    layer.build((None, 2))
    optimizer = torch.optim.SGD(layer.parameters(), lr=1.0)
    parts = [lr_scheduler.StepLR(optimizer, 1), lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 3)]
    schedule = lr_scheduler.SequentialLR(optimizer, parts, milestones=[2])
    plateau = lr_scheduler.ReduceLROnPlateau(torch.optim.SGD(layer.parameters(), lr=1.0), patience=0)
    seen = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(4):
            schedule.step()
            plateau.step(1.0)
            seen.append((schedule.get_last_lr(), plateau.get_last_lr()))
    own = {name: str(value) for name, value in schedule.state_dict().items() if name != "_schedulers"}
    return seen, own, [(str(each.message), each.filename, each.lineno) for each in caught]

bare = results()
with layertrace.trace() as timeline:
    traced = results()
print(bare == traced, len(bare[-1]) > 0, timeline.notes)
"""


def test_a_schedule_does_the_same_in_a_trace(start):
    """Its rates, its state, and the warnings of torch with their lines."""
    assert printed(start("torch", "-c", SCHEDULES)).split() == ["True", "True", "()"]


LOSSES = """
import warnings, numpy as np, keras, torch, layertrace

def results():
    torch.manual_seed(0)
    layer = keras.layers.Dense(1)
    layer.build((None, 2))
    layer.set_weights([np.array([[1.0], [2.0]]), np.array([0.5])])
    x, y, graphs = torch.rand(4, 2), torch.rand(4), []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        losses = [torch.nn.MSELoss(), torch.nn.L1Loss(), torch.nn.SmoothL1Loss(), torch.nn.HuberLoss()]
        total = sum(loss(layer(x), y) for loss in losses)
        total.backward()
    backend = lambda graph, _: graphs.append(str(graph.graph)) or graph.forward
    inner = torch.compile(lambda: torch.nn.MSELoss()(x[:, :1], y), backend=backend)()
    outer = torch.compile(lambda: losses[1](x[:, :1], y), backend=backend)()
    gradients = [each.grad.tolist() for each in layer.parameters()]
    return total.item(), inner.item(), outer.item(), gradients, graphs, [
        (str(each.message), each.filename, each.lineno) for each in caught
    ]

bare = results()
with layertrace.trace() as timeline:
    traced = results()
print(bare == traced, len(bare[-1]), timeline.notes)
seen = [each for each in timeline.surroundings.observations if each.what == "broadcast"]
print([(str(each.before), str(each.now), each.times) for each in seen])
"""


def test_a_loss_does_the_same_in_a_trace(start):
    """Its value, its gradients, its graph, and the warnings with their lines; each eager loss is noted."""
    shown = printed(start("torch", "-c", LOSSES)).splitlines()

    assert shown == ["True 4 ()", str([("float32[4, 1]", "float32[4]", 4)])]
