"""What `torch.compile` compiles is recorded: each compilation, its cause, and its graph breaks.

`.ci/run` runs these tests in an environment that has torch and no TensorFlow. Its backends here are `eager`
and `aot_eager`, which need no compiler of C++.
"""

from __future__ import annotations

import re

import pytest
from keras_programs import NET, needs_torch, printed

from layertrace.record.frameworks import torch_private

pytestmark = [pytest.mark.slow, needs_torch]


@pytest.fixture
def lines_of(start):
    """Return a function that runs a program on torch, and returns the lines that it prints."""

    def lines_of(program, **environment):
        return printed(start("torch", "-c", program, **environment)).splitlines()

    return lines_of


STEP = """
import keras, layertrace, torch

@torch.compile(backend="eager")
def step(x, alpha=0.1, mode="sum", items=()):
    y = x * alpha
    for item in items:
        y = y + item
    return y.sum() if mode == "sum" else y.mean()

def show(timeline):
    for event in timeline.where(kind="trace"):
        print(event.function.label, event.trace, event.cause)

x = torch.ones(2, 3)
"""


def test_each_compilation_has_its_number_and_its_cause(lines_of):
    """Size, rank, dtype, value and structure are described as on JAX, from the most similar compilation."""
    seen = lines_of(f"""{STEP}
with layertrace.trace() as timeline:
    for tensor in (x, x, x[:1], x[0], x.double()):
        step(tensor)
    step(x, 0.2)
    step(x, mode="mean")
    step(x, items=(x,))
show(timeline)
first = timeline[0]
print(first.function, first.defined_at.line, first.location.line, first.mode, first.inputs["mode"])
print(first.graph.ops, first.graph.breaks, timeline[0].duration_ns > 0, timeline.notes)
print([event.cause.compared_with for event in timeline[1:]])
""")

    assert seen == [
        "step 1 None",
        "step 2 x: float32[1, 3], was float32[2, 3] (dimension 0)",
        "step 3 x: float32[3], was float32[1, 3]",
        "step 4 x: float64[2, 3], was float32[3]",
        "step 5 alpha=0.2, was 0.1",
        "step 6 mode='mean', was 'sum'",
        "step 7 items: (float32[2, 3],), was ()",
        "step 4 19 graph sum",
        "2 () True ()",
        "[1, 2, 3, 1, 1, 1]",
    ]


def test_state_outside_of_the_arguments_is_named_with_its_value(lines_of):
    """An attribute, a global variable, one of the function around it; and a guard that compares nothing."""
    seen = lines_of(f"""{STEP}
class Scale(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.factor = 2.0
    def call(self, x):
        return x * self.factor

def make():
    settings = {{"rate": 1}}
    return settings, torch.compile(lambda x: x * settings["rate"], backend="eager")

SHIFT = 1
scale = Scale()
call = torch.compile(scale.call, backend="eager")
settings, inner = make()
shifted = torch.compile(lambda x: x + SHIFT, backend="eager")
graded = torch.compile(lambda x: x + 1, backend="eager")
with layertrace.trace() as timeline:
    call(x), inner(x), shifted(x), graded(x)
    scale.factor, settings["rate"], SHIFT = 3.0, 2, 5
    call(x), inner(x), shifted(x)
    with torch.no_grad():
        graded(x)
show(timeline.where(lambda event: event.cause))
""")

    assert seen == [
        "Scale.call 2 self.factor=3.0, was 2.0",
        "<lambda> 2 settings['rate']=2, was 1",
        "<lambda> 2 SHIFT=5, was 1",
        "<lambda> 2 torch's guard failed: GLOBAL_STATE changed: grad_mode",
    ]


def test_compilations_before_the_recording_are_counted_and_forgotten_ones_are_no_riddle(lines_of):
    """Their numbers are those of torch. Only its own words describe the arguments of those before."""
    seen = lines_of(f"""{STEP}
step(x), step(x[:1])
with layertrace.trace() as timeline:
    step(x[0])
    torch._dynamo.reset()
    step(x)
    step(x.double())
show(timeline)
with layertrace.trace() as later:
    step(x.int())
show(later)
""")

    assert seen == [
        "step 3 x: rank 1, was rank 2",
        "step 4 compiled again because torch forgot its compilations (reset)",
        "step 5 x: float64[2, 3], was float32[2, 3]",
        "step 6 x: int32[2, 3], was float64[2, 3]",
    ]


BREAKS = """
import keras, layertrace, torch

class Noisy(keras.layers.Layer):
    def call(self, x):
        x = x + 1
        torch._dynamo.graph_break()  # line 7
        return x * 2

noisy = Noisy()
x = torch.ones(2, 3)
noisy(x)
compiled = torch.compile(lambda x: noisy(x), backend="aot_eager")

@torch.compile(backend="eager")
def loop(x):
    for _ in range(2):
        if x.sum() > 0:  # line 18
            x = x + 1
    return x

@torch.compile(backend="eager", fullgraph=True)
def whole(x):
    torch._dynamo.graph_break()  # line 24
    return x

class Count:
    n = 0

@torch.compile(backend="eager")
def count(x):
    Count.n += 1
    return x + Count.n
"""


def test_graph_breaks_have_the_line_and_the_reason(lines_of):
    """Also where nothing can be compiled, where one graph is demanded, and where torch gives up."""
    seen = lines_of(f"""{BREAKS}
import logging
logging.getLogger("torch._dynamo").setLevel(logging.ERROR)  # its own warning of the limit
with layertrace.trace() as timeline:
    compiled(x)
    loop(x)
    try:
        whole(x)
    except torch._dynamo.exc.Unsupported as error:
        print(type(error).__name__)
    for _ in range(10):
        count(x)
own = [event for event in timeline.where(kind="trace") if event not in timeline.plumbing]
for event in own:
    for found in event.graph.breaks:
        place = found.location
        where = place and (place.line, place.function)
        print(event.function.label, event.trace, found.skips, where, found.reason)
print([(event.function.label, event.error.type, event.graph.ops) for event in own if event.error])
print([event.function.label for event in own if "after" in event.function.label], timeline.notes)
print(sum(event.graph.compile_ns or 0 for event in own) > 0)
timeline.save("breaks.layertrace")
print(tuple(layertrace.Timeline.load("breaks.layertrace")) == tuple(timeline))
""")
    asked = "Call to `torch._dynamo.graph_break()`: User-inserted graph break"
    branch = "Data-dependent branching: Detected data-dependent branching (e.g. `if my_tensor.sum() > 0:`)"

    assert seen == [
        "Unsupported",
        f"<lambda> 1 False (7, 'call') {asked}",
        f"Noisy.call 1 False (7, 'call') {asked}",
        f"loop 1 True (18, 'loop') {branch}",
        f"whole 1 False (24, 'whole') {asked}",
        "count 8 True None Dynamo recompile limit exceeded",
        "[('whole', 'Unsupported', None)]",
        "['Noisy.call after line 7'] ()",
        "True",
        "True",
    ]


def test_reports_say_why_a_function_was_compiled_again(start, tmp_path):
    """The table of functions and the tree have causes and graph breaks, and runs are not counted."""
    (tmp_path / "program.py").write_text(f"{BREAKS}\ncompiled(x)\ncompiled(x[:1])\n")
    start("torch", "-m", "layertrace", "run", "--save", "run.layertrace", "program.py")
    table, tree = (
        printed(start("torch", "-m", "layertrace", "report", option, "run.layertrace", COLUMNS="200"))
        for option in ("--functions", "--all")
    )
    row = next(line for line in table.splitlines() if line.startswith("Noisy.call program.py:5"))

    assert re.search(r" 2 +\? .* x: float32\[1, 3\], was float32\[2, 3\] \(dimension 0\)", row)
    assert "graph break at program.py:7: Call to `torch._dynamo.graph_break()`" in table
    assert "?: runs of what torch.compile has compiled cannot be counted" in table
    assert "graph break at program.py:7: Call to `torch._dynamo.graph_break()`" in tree
    assert tree.count("its runs are not counted") == 1


def test_a_fit_that_is_compiled_is_traced_for_its_model(lines_of):
    """The last batch explains the second compilation; what is compiled may serve the next model."""
    seen = lines_of(f"""{NET}
import layertrace, torch
compile_ = torch.compile
torch.compile = lambda function: compile_(function, backend="eager")

class Small(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3)
    def call(self, x):
        return self.dense(x)

def fit():
    net = Small()
    net.compile("sgd", "mse", jit_compile=True)
    net.fit(np.ones((6, 4)), np.ones((6, 3)), batch_size=4, verbose=0)
    return net

with layertrace.trace() as timeline:
    for _ in range(2):
        net = fit()
    net.predict(np.ones((4, 4)), verbose=0)
for event in timeline.where(kind="trace"):
    if event not in timeline.plumbing:
        print(event.function.label, event.trace, event.cause and (event.cause.reason, event.cause.detail))
print(timeline.notes, len([event for event in timeline.where(kind="trace") if event.error]))
""")

    assert seen == [
        "train step of small 1 None",
        "train step of small 2 ('signature', 'last batch: 2 rows, not 4')",
        "predict step of small_1 1 None",
        "() 0",
    ]


SAME = """
import contextlib, logging, sys
import keras, torch, layertrace
from torch._dynamo.utils import counters, get_compilation_metrics, clear_compilation_metrics

# A wrapper is compiled as a function of its own where a graph breaks inside; see record/README.md.
IS_WRAPPED = sys.version_info < (3, 12)

class Noisy(keras.layers.Layer):
    def call(self, x):
        x = x + 1
        if not IS_WRAPPED:
            print("", end="")
        return x * 2

def results():
    torch._dynamo.reset()
    counters.clear()
    clear_compilation_metrics()
    graphs, callbacks = [], []
    torch._dynamo.callback.on_compile_start(lambda _: callbacks.append("start"))
    torch._dynamo.callback.on_compile_end(lambda _: callbacks.append("end"))

    def backend(graph, inputs):
        graphs.append([str(node.target) for node in graph.graph.nodes])
        return graph.forward

    noisy, dense = Noisy(), keras.layers.Dense(2, kernel_initializer="ones")
    noisy(torch.ones(2, 3)), dense(torch.ones(2, 3))

    def bare_step(x, alpha):
        x = noisy(x)
        print("", end="")
        return x * alpha

    step = torch.compile(bare_step, backend=backend)
    whole = torch.compile(dense, backend=backend, fullgraph=True)
    numbers = [step(torch.ones(size, 3), 0.5 * size).tolist() for size in (2, 2, 3, 4)]
    numbers += [whole(torch.ones(2, 3)).tolist()]
    limited = torch.compile(lambda x, rate: x * rate, backend=backend, dynamic=False)
    numbers += [limited(torch.ones(1), rate / 8).tolist() for rate in range(10)]
    broken = torch.compile(bare_step, backend=backend, fullgraph=True)
    try:
        broken(torch.ones(2, 3), 0.5)
    except Exception as error:
        numbers.append((type(error).__name__, str(error)))
    explained = torch._dynamo.explain(bare_step)(torch.ones(2, 3), 0.5)
    found = [
        (noted.co_name, noted.compile_id, noted.recompile_reason, noted.graph_op_count, noted.fail_type,
         None if IS_WRAPPED else noted.guard_count)
        for noted in get_compilation_metrics()
    ]
    counted = {name: dict(counters[name]) for name in ("frames", "graph_break", "stats", "unimplemented")}
    levels = {name: logging.getLogger(name).level for name in ("torch", "torch._dynamo", "torch.__trace")}
    return {
        "graphs": graphs, "numbers": numbers, "callbacks": callbacks, "found": found, "counted": counted,
        "levels": levels,
        "explained": (explained.graph_count, explained.graph_break_count, explained.op_count),
        "handlers": len(logging.getLogger("torch.__trace").handlers),
    }

found = []
for title, recording in (("bare", contextlib.nullcontext()), ("traced", layertrace.trace())):
    print(title, file=sys.stderr)
    with recording as timeline:
        found.append(results())
print("end", file=sys.stderr)
bare, traced = found
for name in bare:
    if bare[name] != traced[name]:
        print(name, str(bare[name])[:500], str(traced[name])[:500])
print(len(bare["graphs"]), len(timeline.where(kind="trace")) > 10, *timeline.notes)
"""


@pytest.mark.parametrize("logs", ["", "recompiles,graph_breaks"])
def test_a_trace_changes_nothing_that_torch_does(start, logs):
    """Graphs, breaks, compilations, counters, callbacks, errors, loggers and what it logs are the same."""
    quiet = {"PYTHONWARNINGS": "ignore::RuntimeWarning"}  # torch warns of Python 3.13.0, but once
    done = start("torch", "-c", SAME, **quiet, **({"TORCH_LOGS": logs} if logs else {}))
    lines = printed(done).splitlines()
    _, _, said = done.stderr.partition("bare\n")
    bare, _, traced = said.partition("traced\n")
    traced = traced.partition("end\n")[0]

    assert len(lines) == 1, lines
    assert lines[0].endswith(" True")
    assert _without_times(bare) == _without_times(traced)
    assert ("Recompiling function" in bare) == bool(logs)


def _without_times(text):
    return re.sub(r"^\w\d{4} \d\d:\d\d:\d\d\.\d+ \d+ ", "", text, flags=re.MULTILINE)


def test_nothing_is_left_after_a_recording(lines_of):
    """What is hooked is restored, and compilations after it are not recorded."""
    seen = lines_of(f"""{STEP}
from layertrace.record.frameworks import torch_private
parts = ("compilation_begins", "compilation_ends", "metrics")
before = [vars(owner)[name] for owner, name in map(torch_private.home, parts)]
with layertrace.trace() as timeline:
    step(x)
after = [vars(owner)[name] for owner, name in map(torch_private.home, parts)]
step(x[:1])
print(before == after, len(timeline))
""")

    assert seen == ["True 1"]


@pytest.mark.parametrize("part", [name for name, part in torch_private.PARTS.items() if not part.in_code])
def test_without_a_private_part_all_else_is_recorded(start, part):
    """One warning names it, and the program is unaffected."""
    done = start(
        "torch",
        "-c",
        f"""
from dataclasses import replace
from layertrace.record.frameworks import torch_private
torch_private.PARTS["{part}"] = replace(torch_private.PARTS["{part}"], name="Gone")
{STEP}
with layertrace.trace() as timeline:
    step(x)
    step(x[:1])
    keras.layers.Dense(2)(x)
    weight = torch.nn.Parameter(torch.ones(2))
    weight.sum().backward()
    torch.optim.SGD([weight]).step()
print(*[event.kind for event in timeline if event.kind in ("trace", "call")], *timeline.notes)
""",
    )
    private = torch_private.PARTS[part]
    is_needed = private.without == "what torch.compile compiles is not recorded"

    assert printed(done).split() == ["trace", "trace"] * (not is_needed) + ["call"]
    assert done.stderr.count("LayertraceWarning") == done.stderr.count(f".Gone (seen in {private.seen})") == 1


def test_debug_shows_the_parts(start):
    """`layertrace debug` shows that each private part of torch was found."""
    shown = printed(start("torch", "-m", "layertrace", "debug"))

    assert f"torch: {len(torch_private.PARTS)} of {len(torch_private.PARTS)} private parts" in shown
