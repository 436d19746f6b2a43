"""Traces of `jax.jit` functions are recorded with their causes, and the runs of those that Keras creates.

`.ci/run` runs these tests in an environment that has JAX and no TensorFlow.
"""

from __future__ import annotations

import importlib.util
import sys

import pytest
from keras_programs import NET, printed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs JAX, as in .ci/run"),
]


@pytest.fixture
def lines_of(start):
    """Return a function that runs a program on JAX, and returns the lines that it prints."""

    def lines_of(program, **environment):
        return printed(start("jax", "-c", program, **environment)).splitlines()

    return lines_of


def test_a_fit_has_two_traces_and_all_its_runs(lines_of):
    """Keras infers shapes twice, and JAX traces once for each number of rows; each batch is a run."""
    calls, traces, causes, runs, notes, names = lines_of(f"""{NET}
import layertrace
with layertrace.trace() as timeline:
    net, _ = fitted()
calls, traces = timeline.of(net).where(kind="call"), timeline.where(kind="trace")
print(*[(call.mode, call.function and call.function.label, call.trace) for call in calls])
print(*[(event.trace, str(event.inputs["data"][0])) for event in traces])
print([event.cause and [str(change) for change in event.cause.changes] for event in traces])
print(sum(event.times for event in timeline.where(kind="run")))
print(timeline.notes)
print({{tuple(event.inputs) for event in traces}})
""")

    assert calls == (
        "('symbolic', None, None) ('symbolic', None, None) "
        "('graph', 'train of net', 1) ('graph', 'train of net', 2)"
    )
    assert traces == "(1, 'float32[4, 4]') (2, 'float32[2, 4]')"
    assert causes == (
        "[None, ['data[0]: float32[2, 4], was float32[4, 4] (dimension 0)', "
        "'data[1]: float32[2, 3], was float32[4, 3] (dimension 0)']]"
    )
    assert runs == "6"
    assert notes == "()"
    assert names == "{('data',)}"  # the state of a hundred layers has no place in a line


def test_evaluate_and_predict_are_traced_once_and_each_fit_has_its_runs(lines_of):
    """A later fit with the same shapes has runs and no trace, and evaluate and predict the second time."""
    seen = lines_of(f"""{NET}
import layertrace
net, _ = fitted()
x, y = np.ones((8, 4)), np.ones((8, 3))
with layertrace.trace() as timeline:
    for _ in range(2):
        net.fit(x, y, batch_size=4, verbose=0)
        net.evaluate(x, y, batch_size=4, verbose=0)
        net.predict(x, batch_size=4, verbose=0)
for event in timeline.where(kind=("trace", "run")):
    print(event.kind, event.function.label, event.trace, event.times, event.traced_before)
""")

    assert seen == [
        "run train of net 2 2 2",
        "trace test of net 1 1 None",
        "run test of net 1 2 0",
        "trace predict of net 1 1 None",
        "run predict of net 1 2 0",
        "run train of net 2 2 2",
        "run test of net 1 2 0",
        "run predict of net 1 2 0",
    ]


STEP = """
import functools
import jax, layertrace
import keras
import numpy as np

@functools.partial(jax.jit, static_argnames=("mode",))
def step(x, alpha, mode="sum", **more):
    y = x * alpha + sum(more.values())
    return y.sum() if mode == "sum" else y.mean()

def causes(*calls):
    with layertrace.trace() as timeline:
        for args, kwargs in calls:
            step(*args, **kwargs)
    for event in timeline.where(kind="trace"):
        print(event.trace, event.cause, event.graph.ops is not None)

x = np.ones((2, 3), "float32")
"""


def test_a_python_number_is_a_type_and_a_static_argument_a_value(lines_of):
    """Another number is not a trace; another type of number is one; so is each static value."""
    seen = lines_of(f"""{STEP}
causes(
    ((x, 0.1), {{}}), ((x, 0.2), {{}}), ((x, 1), {{}}), ((x, np.float32(2)), {{}}),
    ((x, 0.3), {{"mode": "mean"}}), ((x, 0.4), {{"mode": "mean"}}),
    ((x[:1], 0.1), {{}}), ((x, 0.5), {{"bias": 1.0}}),
)
""")

    assert seen == [
        "1 None True",
        "2 alpha: weak int32[], was weak float32[] True",
        "3 alpha: float32[], was weak int32[] True",
        "4 mode is new: 'mean' True",
        "5 x: float32[1, 3], was float32[2, 3] (dimension 0) True",
        "6 bias is new: weak float32[] True",
    ]


def test_arguments_are_described_by_structure(lines_of):
    """Containers keep their form, also those of the program; a static function has its name."""
    (inputs,) = lines_of("""
import dataclasses, functools
import jax, layertrace
import keras
import numpy as np

@jax.tree_util.register_dataclass
@dataclasses.dataclass
class Batch:
    x: jax.Array
    y: jax.Array

@functools.partial(jax.jit, static_argnums=0)
def step(kind, batch, pairs, *others, rate, nothing=None):
    return batch.x.sum()

x = np.ones((2, 3), "float32")
with layertrace.trace() as timeline:
    step(len, Batch(x, x[0]), {"b": [1.0], "a": (x, None)}, 2, rate=np.int32(3), nothing=None)
print(dict(timeline.where(kind="trace")[0].inputs))
""")

    assert inputs == (
        "{'kind': <function len>, "
        "'batch': {'x': TensorSpec(dtype='float32', shape=(2, 3), encoding='dense'), "
        "'y': TensorSpec(dtype='float32', shape=(3,), encoding='dense')}, "
        "'pairs': {'a': (TensorSpec(dtype='float32', shape=(2, 3), encoding='dense'), None), "
        "'b': (TensorSpec(dtype='float32', shape=(), encoding='weak'),)}, "
        "'others[0]': TensorSpec(dtype='int32', shape=(), encoding='weak'), "
        "'nothing': None, 'rate': TensorSpec(dtype='int32', shape=(), encoding='dense')}"
    )


def test_calls_belong_to_the_trace_around_them(lines_of):
    """A jitted function inside another has its own trace, and a layer inside it the number of that one."""
    seen = lines_of("""
import jax, keras, layertrace
import jax.numpy as jnp

layer = keras.layers.Dense(2)
layer.build((None, 3))

@jax.jit
def inner(x):
    return layer(x)

@jax.jit
def outer(x):
    return jax.lax.scan(lambda total, row: (total + inner(row[None]).sum(), None), 0.0, x)[0]

with layertrace.trace() as timeline:
    for _ in range(3):
        outer(jnp.ones((2, 3)))
    jax.jit(outer.__wrapped__)(jnp.ones((2, 3)))  # which JAX has traced
for event in timeline:
    print(event.depth, event.kind, event.layer and event.layer.name, event.function.label, event.trace)
""")

    assert seen == [
        "0 trace None outer 1",
        "1 trace None inner 1",
        "2 call dense inner 1",
    ]


def test_what_jax_traces_before_a_function_runs_is_not_taken_for_it(lines_of):
    """A container of the program that computes when it is opened is traced by itself."""
    seen = lines_of("""
import jax, keras, layertrace
import jax.numpy as jnp
import numpy as np

@jax.tree_util.register_pytree_node_class
class Scaled:
    def __init__(self, x):
        self.x = x
    def tree_flatten(self):
        jax.clear_caches()  # so that the product is traced each time
        return (jnp.multiply(self.x, 2.0),), None
    @classmethod
    def tree_unflatten(cls, _, children):
        return cls(children[0])

layer = keras.layers.Dense(2)
layer.build((None, 3))

@jax.jit
def step(batch):
    return layer(batch.x)

with layertrace.trace() as timeline:
    step(Scaled(np.ones((2, 3), "float32")))
for event in timeline:
    print(event.kind, event.function and event.function.label, event.trace)
""")

    assert seen == ["trace step 1", "call step 1"]


def test_a_failed_trace_has_its_error_and_the_next_one_its_cause(lines_of):
    """The error is described where it arose, with the line in the program."""
    seen = lines_of("""
import jax, keras, layertrace
import jax.numpy as jnp
fails = True

@jax.jit
def step(x):
    if fails:
        raise ValueError("not yet")
    return x

with layertrace.trace() as timeline:
    for _ in range(2):
        try:
            step(jnp.ones(3))
        except ValueError as error:
            print(error)
        fails = False
for event in timeline:
    print(event.kind, event.trace, event.cause, event.error and event.error.message)
""")

    assert seen == [
        "not yet",
        "trace 1 None not yet",
        "trace 2 traced again because the trace before failed None",
    ]


def test_two_models_and_a_model_compiled_again(lines_of):
    """Keras jits a step for each model, and another one when a model is compiled again."""
    seen = lines_of(f"""{NET}
import layertrace
with layertrace.trace() as timeline:
    nets = [fitted()[0] for _ in range(2)]
    nets[0].compile("sgd", "mse")
    nets[0].fit(np.ones((4, 4)), np.ones((4, 3)), verbose=0)
for event in timeline.where(kind="trace"):
    print(event.function.label, event.trace, event.cause and event.cause.reason)
""")

    assert seen == [
        "train of net 1 None",
        "train of net 2 signature",
        "train of net_1 1 new model",
        "train of net_1 2 signature",
        "train of net 1 new function",
    ]


def test_compiling_is_no_part_of_a_run(lines_of):
    """XLA compiles after a trace; the time belongs to the trace, and the first run is short."""
    compiled, first = map(float, lines_of(f"""{NET}
import layertrace
with layertrace.trace() as timeline:
    fitted()
traces, runs = (timeline.where(kind=kind) for kind in ("trace", "run"))
print(sum(event.graph.compile_ns for event in traces))
print(sum(event.duration_ns for event in runs))
"""))

    assert compiled > 5 * first


def test_a_file_that_is_written_meanwhile_has_the_time_to_compile(lines_of, tmp_path):
    """A trace is written at its end, and again when XLA has compiled its graph."""
    path = str(tmp_path / "run.jsonl")
    live, kept = lines_of(f"""{NET}
import layertrace
from layertrace.record.recording import autosave
autosave.SECONDS = 0.01
with layertrace.trace(save={path!r}) as timeline:
    fitted()
for each in (timeline, layertrace.Timeline.load({path!r})):
    print([event.graph.compile_ns for event in each.where(kind="trace")])
""")

    assert "None" not in live
    assert kept == live


def test_a_trace_leaves_the_functions_of_keras_as_they_were(lines_of):
    """Also those of models that lived before, and while two recordings overlap."""
    seen = lines_of(f"""{NET}
import layertrace
net, _ = fitted()

def held():
    return type(net.train_function.__closure__[0].cell_contents).__name__

first, second = layertrace.trace(), layertrace.trace()
function, jitted = net.train_function, net.train_function.__closure__[0].cell_contents
first.__enter__()
net.fit(np.ones((4, 4)), np.ones((4, 3)), verbose=0)
second.__enter__()
print(held())
first.__exit__(None, None, None)
print(held())
second.__exit__(None, None, None)
print(held(), net.train_function is function, function.__closure__[0].cell_contents is jitted)
""")

    assert seen == ["CountedStep", "CountedStep", "PjitFunction True True"]


def test_an_error_in_a_step_is_that_of_keras(lines_of):
    """No frame of layertrace is in the traceback, and the trace that failed has the error.

    In Python 3.10 a bare `raise` restores the frames that were taken out.
    """
    seen = lines_of("""
import traceback
import keras, layertrace
import numpy as np

class Net(keras.Model):
    def call(self, x):
        if fails:
            raise ValueError("no output")
        return x

net, fails = Net(), False
net.compile("sgd", "mse")
net(np.ones((2, 3)))
fails = True
with layertrace.trace() as timeline:
    try:
        net.predict(np.ones((2, 3)), verbose=0)
    except ValueError as error:
        print(type(error).__name__, "layertrace" in "".join(traceback.format_tb(error.__traceback__)))
print(*[(event.kind, event.error.type, event.error.origin) for event in timeline if event.error])
""")

    assert seen == [
        f"ValueError {sys.version_info < (3, 11)}",
        "('trace', 'ValueError', False) ('call', 'ValueError', True)",
    ]


def test_steps_that_are_not_jitted_have_no_runs(lines_of):
    """With `run_eagerly` or `jit_compile=False` each batch is a call of its own."""
    seen = lines_of(f"""{NET}
import layertrace
for options in ({{"run_eagerly": True}}, {{"jit_compile": False}}):
    net = Net()
    net.compile("sgd", "mse", **options)
    with layertrace.trace() as timeline:
        net.fit(np.ones((8, 4)), np.ones((8, 3)), batch_size=4, verbose=0)
    modes = [event.mode for event in timeline.of(net).where(kind="call")]
    print(*modes, len(timeline.where(kind=("trace", "run"))))
""")

    assert seen == ["symbolic symbolic eager eager 0"] * 2


@pytest.mark.parametrize("part", ["trace_for_jit", "staged_trace"])
def test_without_its_private_parts_traces_of_keras_are_counted(start, part):
    """JAX reports in public that it traced; one warning names what is lost."""
    done = start(
        "jax",
        "-c",
        f"""{NET}
from dataclasses import replace
import layertrace
from layertrace.record.frameworks import jax_private
jax_private.PARTS["{part}"] = replace(jax_private.PARTS["{part}"], name="Gone", former=None)
with layertrace.trace() as timeline:
    fitted()
for event in timeline.where(kind=("trace", "run")):
    print(event.kind, event.function.label, event.trace, event.times, event.cause and event.cause.reason)
""",
    )

    assert printed(done).splitlines() == [
        "trace train of net 1 1 None",
        "run train of net 1 2 None",
        "trace train of net 2 1 unknown",
        "run train of net 2 4 None",
    ]
    assert done.stderr.count("LayertraceWarning") == 1


def test_a_function_that_is_jitted_again_is_named_as_jax_does(lines_of):
    """JAX traces each function object, although the code is the same."""
    seen = lines_of("""
import jax, keras, layertrace
import jax.numpy as jnp

with layertrace.trace() as timeline:
    for rate in (1.0, 2.0):
        jax.jit(lambda x: x * rate)(jnp.ones(3))
print(*[event.cause for event in timeline.where(kind="trace")], sep="\\n")
""")

    assert seen == ["None", "another jax.jit function from the same code (number 2)"]


def test_the_cause_has_what_functions_from_the_same_code_take_from_around_them(lines_of):
    """A partial is named as the function in it, and a method of the same object is not a new instance."""
    seen = lines_of("""
import functools
import jax, keras, layertrace
import jax.numpy as jnp

class Net(keras.layers.Layer):
    def scaled(self, x):
        return x * 2

def power(x, n):
    return x ** n

net, x = Net(name="net"), jnp.ones(3)

def score(rate, shift):
    jax.jit(lambda x: x * rate + shift)(x)
    jax.jit(functools.partial(power, n=2))(x)
    jax.jit(net.scaled)(x)

with layertrace.trace() as timeline:
    score(1.0, jnp.ones(3))
    score(2.0, jnp.zeros(3))
for event in timeline.where(kind="trace")[3:]:
    changes = [(change.argument, change.what) for change in event.cause.changes]
    print(event.function.name, event.cause, changes)
""")

    again = "another jax.jit function from the same code (number 2)"
    assert seen == [
        f"<lambda> {again} [('rate', 'value'), ('shift', 'object')]",
        f"power {again} []",
        f"scaled {again} []",
    ]


def test_functions_that_are_static_arguments_have_numbers(lines_of):
    """A lambda that is created for each call is another object, which JAX traces for."""
    seen = lines_of("""
import functools
import jax, keras, layertrace
import jax.numpy as jnp

@functools.partial(jax.jit, static_argnums=1)
def step(x, function):
    return function(x)

with layertrace.trace() as timeline:
    for _ in range(2):
        step(jnp.ones(3), lambda x: x + 1)
    step(jnp.ones(3), jnp.sin)
print(*[event.cause for event in timeline.where(kind="trace")], sep="\\n")
""")

    assert seen == [
        "None",
        "function: <function <lambda> #2>, was <function <lambda>>",
        seen[2],
    ]
    assert "sin" in seen[2]


def test_a_model_dies_with_its_last_reference(lines_of):
    """Counting its steps keeps no model alive while a recording runs."""
    (alive,) = lines_of(f"""{NET}
import gc, weakref
import layertrace
with layertrace.trace() as timeline:
    net, _ = fitted()
    reference = weakref.ref(net)
    del net
    keras.backend.clear_session()
    gc.collect()
    print(reference() is not None)
""")

    assert alive == "False"


def test_a_training_issues_no_warning_of_numpy(lines_of):
    """The learning rate that `compile` is given is read without an array that NumPy makes of the variable."""
    seen = lines_of("""
import warnings
warnings.simplefilter("error")
import keras, layertrace
import numpy as np

with layertrace.trace(report=False) as timeline:
    model = keras.Sequential([keras.layers.Dense(2), keras.layers.BatchNormalization()])
    model.compile(keras.optimizers.Adam(0.25), "mse")
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
(compiled,) = [each for each in timeline.surroundings.observations if each.what == "compiled"]
print(compiled.now, timeline.notes)
""")

    assert seen == ["0.25 ()"]
