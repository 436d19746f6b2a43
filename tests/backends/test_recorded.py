"""Keras on JAX, torch and NumPy is recorded: the life of each layer, its variables, the mode of each call.

`.ci/run` runs these tests in an environment that has JAX and no TensorFlow.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from keras_programs import NET, needs_torch, printed

from layertrace.diagnosis.registry import all_rules

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs JAX, as in .ci/run"),
]

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TORCH = pytest.param("torch", marks=needs_torch)
BACKENDS = pytest.mark.parametrize("backend", ["jax", "numpy", TORCH])


def without_times(text):
    """Return a timeline without durations and places."""
    times = r" +[\d.]+ (ns|µs|ms|s) .*| +\S+\.py:\d+$"
    return [re.sub(times, "", line).rstrip() for line in text.splitlines()]


@BACKENDS
def test_the_first_timeline_of_the_readme_is_the_same(start, tmp_path, backend):
    """Keras builds and calls the layer alike on each backend."""
    text = re.search(r"```text\n(my_dense_layer.*?)```", README, re.S)[1]
    program = (ROOT / "demos" / "tutorial.py").read_text(encoding="utf-8")
    program = program.replace("import tensorflow as tf\n", "").replace("tf.", "keras.ops.")
    (tmp_path / "tutorial.py").write_text(program)

    shown = printed(start(backend, "tutorial.py"))

    assert without_times(shown.partition("\n\n")[0]) == without_times(text)


def test_the_calls_of_a_fit_have_their_modes(start):
    """JAX: two symbolic calls before anything runs, then one for each shape of a batch that is traced."""
    shown = printed(
        start(
            "jax",
            "-c",
            f"""{NET}
import layertrace
with layertrace.trace() as timeline:
    net, _ = fitted()
    net(np.ones((1, 4)))
calls = timeline.of(net).where(kind="call")
print(*[call.mode for call in calls])
print(*[call.inputs.shape for call in calls])
print(timeline.surroundings.backend, *timeline.surroundings.versions)
""",
        )
    )
    modes, inputs, versions = shown.splitlines()

    assert modes == "symbolic symbolic graph graph eager"
    assert inputs == "(4, 4) (4, 4) (4, 4) (2, 4) (1, 4)"
    assert versions == "jax jax jaxlib keras"


def test_gradients_outside_of_a_jit_are_eager(start):
    """`grad` and `vmap` call the layer with tracers, and yet run it now."""
    shown = printed(
        start(
            "jax",
            "-c",
            """
import jax, keras, layertrace
import jax.numpy as jnp
layer = keras.layers.Dense(1)
layer.build((None, 3))
x = jnp.ones((2, 3))
with layertrace.trace() as timeline:
    jax.grad(lambda x: layer(x).sum())(x)
    jax.vmap(layer)(x[:, None])
    jax.jit(lambda x: layer(x))(x)
    jax.jit(jax.grad(lambda x: layer(x).sum()))(x)
print(*[call.mode for call in timeline.of(layer).where(kind="call")])
""",
        )
    )

    assert shown.split() == ["eager", "eager", "graph", "graph"]


def test_a_trace_changes_nothing(start):
    """Losses, predictions, jaxprs, gradients and the number of traces are the same; no tracer leaks."""
    shown = printed(
        start(
            "jax",
            "-c",
            f"""{NET}
import random, re
import jax, layertrace
events = []
jax.monitoring.register_event_duration_secs_listener(lambda event, _, **about: events.append(event))

def results():
    events.clear()
    random.seed(0)  # the seeds of initializers; `keras.utils.set_random_seed` imports TensorFlow
    net, losses = fitted()
    weights = [v.value for v in net.trainable_variables], [v.value for v in net.non_trainable_variables]
    x = np.ones((2, 4), "float32")
    call = lambda trainable: net.stateless_call(trainable, weights[1], x)[0].sum()
    jaxpr = re.sub("0x[0-9a-f]+", "", str(jax.make_jaxpr(call)(weights[0])))
    gradients = [np.asarray(g).tolist() for g in jax.grad(call)(weights[0])]
    predicted = net.predict(x, verbose=0).tolist()
    return losses, predicted, jaxpr, gradients, sorted(event for event in events if "trace" in event)

results()  # the traces of what all models share, such as operations of Adam

bare = results()
with layertrace.trace() as timeline:
    traced = results()
print(bare == traced, len(timeline) > 50, len(bare[-1]) > 4, timeline.notes)
""",
            JAX_CHECK_TRACER_LEAKS="1",
        )
    )

    assert shown.split() == ["True", "True", "True", "()"]


def test_a_program_is_judged_by_the_rules_that_know_jax(start, tmp_path):
    """The verdict names how many these are; a mistake makes the status 1."""
    (tmp_path / "clean.py").write_text(f"{NET}\nfitted()\n")
    (tmp_path / "broken.py").write_text(
        "import keras, numpy as np\n"
        "class Grows(keras.layers.Layer):\n"
        "    def call(self, x):\n"
        "        return keras.layers.Dense(3)(x)\n"
        "layer = Grows()\n"
        "layer(np.ones((1, 3)))\n"
        "layer(np.ones((1, 3)))\n"
    )
    clean = start("jax", "-m", "layertrace", "check", "clean.py")
    broken = start("jax", "-m", "layertrace", "check", "broken.py")

    assert clean.returncode == 0, clean.stderr
    assert re.search(r"nothing wrong found by the \d+ rules for Keras on JAX, in", clean.stderr)
    assert broken.returncode == 1, broken.stderr
    assert "LT103 layer-created-in-call" in broken.stderr


def test_an_unknown_dimension_is_shown_as_such(start):
    """JAX has symbols for the sizes that Keras does not know when it infers shapes."""
    shown = printed(
        start(
            "jax",
            "-c",
            """
import keras, layertrace
class Twice(keras.layers.Layer):
    def call(self, x):
        return 2 * x
with layertrace.trace() as timeline:
    Twice()(keras.Input((None, 3)))
(call,) = timeline.of(Twice).where(kind="call")
print(call.mode, call.inputs, timeline.notes)
""",
        )
    )

    assert shown.strip() == "symbolic float32[None, None, 3] ()"


CASES = ROOT / "tests" / "cases"
RUN_CASES = """
import contextlib, io, pathlib, sys, traceback
import keras, layertrace
for path in map(pathlib.Path, sys.argv[1:]):
    keras.backend.clear_session()
    code = compile(path.read_text(), str(path), "exec")
    try:
        with contextlib.redirect_stdout(io.StringIO()), layertrace.trace() as timeline:
            exec(code, {"__name__": "__main__", "__file__": str(path)})
    except Exception as error:
        print(type(error).__name__, end=" ")  # which the finding explains
    found = {finding.code for finding in layertrace.diagnose(timeline) if finding.severity != "note"}
    print(end="|")
    print(path.parent.name, path.name, *sorted(found), *timeline.notes)
"""


def programs_of_keras_alone(*folders):
    """Return the case programs that import no TensorFlow."""
    files = [file for folder in folders for file in sorted(CASES.glob(f"{folder}/*.py"))]
    others = re.compile(r"tensorflow|tf_keras|jax")
    return [file for file in files if not others.search(file.read_text(encoding="utf-8"))]


OTHER_MISTAKES = {
    # np.argsort calls the method of a tracer, and JAX 0.10 cannot compile that; jnp.tile raises an
    # error of its own for sizes in an array, which no rule explains; of models around layers that were
    # trained, LT203 is not sure there
    "jax": {
        "another_probe_for_each_batch.py",
        "another_pooled_probe.py",
        # what a graph of TensorFlow shows: a softmax that the program applies, or an Activation
        "another_distillation.py",
        "another_export_of_a_trained_model.py",
        # no layer gets training from the context of a model in fit, whether it is called or its call
        "another_backbone_in_fit.py",
        "another_sorted_by_numpy.py",
        "another_sizes_in_a_tensor.py",
        "another_inside_bidirectional.py",  # Keras refuses to build it in a fit there
        "another_towers_in_another_order.py",  # a note: the program chose the order
    },
    # on torch nothing is traced: each step draws other numbers, and sizes have values; the gradient
    # of floor is 0
    "torch": {
        "another_numpy_augmentation_in_lambda.py",
        "another_export_of_a_trained_model.py",  # a softmax that only a graph of TensorFlow shows
        "another_distillation.py",
        "another_deviation_of_one.py",  # its weights stay finite there
        "another_log_in_xla.py",
        "another_order_of_calls.py",
        "another_sizes_in_a_tensor.py",
        "another_steps_of_a_layer.py",
        "another_class_in_a_function.py",  # a module of torch can be assigned to any property
        "another_inside_bidirectional.py",
        "another_towers_in_another_order.py",
        # Keras 3.15 cannot train a stateful LSTM there: it changes a state that the gradient reads
        "lt568_state_shuffled/broken.py",
        "lt568_state_shuffled/fixed.py",
    },
}
TRAINING_BACKENDS = pytest.mark.parametrize("backend", ["jax", TORCH])


FAILS = {(backend, "discriminator_thawed_for_its_own_steps.py") for backend in ("jax", "torch")}
"""Programs that go wrong there: `compile` decides which weights `fit` trains, and JAX raises an error."""
FAILS.add(("torch", "states_kept_on_purpose.py"))  # Keras 3.15 cannot train a stateful LSTM there: LT589


def wanted(folder, file):
    """Return the codes that may be found in a program: that of its folder, or all that its comments name."""
    if file.startswith("fixed"):
        return [[]]
    text = (CASES / folder / file).read_text(encoding="utf-8")
    named = re.findall(r"\bLT\d+\b", " ".join(re.findall("# finds: (.*)", text)))
    return [[folder[:5].upper()], sorted(set(named))]


@TRAINING_BACKENDS
def test_rules_that_know_a_backend_find_the_mistakes_in_programs_of_keras_alone(start, backend):
    """Each program in the folder of such a rule has its mistake there, too, and the fixed one has none."""
    known = [rule.code.lower() for rule in all_rules() if {"tensorflow", backend} <= {*rule.backends}]
    files = programs_of_keras_alone(*(f"{code}_*" for code in known))
    names = {file: {file.name, f"{file.parent.name}/{file.name}"} for file in files}
    files = [file for file in files if names[file].isdisjoint(OTHER_MISTAKES[backend])]
    shown = printed(start(backend, "-c", RUN_CASES, *map(str, files), has_tensorflow=False))
    found = [line.partition("|")[2].split() for line in shown.splitlines()]
    wrong = [row for row in found if row[2:] not in wanted(*row[:2])]

    assert len(found) == len(files) >= 25
    assert wrong == []


@TRAINING_BACKENDS
def test_clean_programs_of_keras_alone_are_clean(start, backend):
    """No rule that knows the backend finds anything in them, and nothing is missing from their recordings."""
    files = [file for file in programs_of_keras_alone("clean") if (backend, file.name) not in FAILS]
    shown = printed(start(backend, "-c", RUN_CASES, *map(str, files), has_tensorflow=False))
    found = [line.partition("|")[2].split() for line in shown.splitlines()]

    assert len(found) == len(files) >= 30
    assert [row for row in found if row[2:]] == []


def test_each_private_part_of_jax_exists(start):
    """The table names what the installed JAX has."""
    shown = printed(start("jax", "-m", "layertrace", "debug"))

    assert re.search(r"^jax: (\d+) of \1 private parts$", shown, re.M)


def test_without_a_private_part_calls_in_a_jit_are_eager(start):
    """One warning names the part and what is lost; everything else is recorded."""
    done = start(
        "jax",
        "-c",
        """
from dataclasses import replace
import jax, keras, layertrace
import jax.numpy as jnp
from layertrace.record.frameworks import jax_private
jax_private.PARTS["staged_trace"] = replace(jax_private.PARTS["staged_trace"], name="Gone")
layer = keras.layers.Dense(1)
layer.build((None, 3))
with layertrace.trace() as timeline:
    jax.jit(lambda x: layer(x))(jnp.ones((2, 3)))
print(*[call.mode for call in timeline.of(layer).where(kind="call")])
""",
    )

    assert printed(done).split() == ["eager"]
    assert done.stderr.count("LayertraceWarning") == 1
    assert "partial_eval.Gone" in done.stderr
    assert "calls inside a jax.jit are recorded as eager" in done.stderr


HOLDS = """
import keras, layertrace, numpy as np
class Holds(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.table = keras.ops.arange(3.0)
        self.half = keras.ops.cast(self.table, "bfloat16")
        self.dense = keras.layers.Dense(3)
    def call(self, x):
        self.last = self.dense(x) + self.table
        return self.last
with layertrace.trace() as timeline:
    holds = Holds()
    holds(np.ones((1, 3), "float32"))
state = timeline.surroundings.states[timeline.of(holds)[0].layer.id]
print(*sorted(state.arrays), state.built, timeline.notes)
dtypes = {text.split("[")[0] for text in state.arrays.values()}
print(*sorted(dtypes | {held.dtype for held in state.tensors.values()}))
"""


@BACKENDS
def test_the_tensors_that_a_layer_holds_are_read(start, backend):
    """Their values are compared, also of one that needs a gradient; NumPy has no bfloat16."""
    first, dtypes = printed(start(backend, "-c", HOLDS)).splitlines()

    assert first == "last table True ()"
    assert dtypes == ("float32" if backend == "numpy" else "bfloat16 float32")
