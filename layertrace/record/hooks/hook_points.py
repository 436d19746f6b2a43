"""List the functions to observe: of Keras, tf_keras and TensorFlow, and the methods of layer classes."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from typing import Literal

from layertrace.record.backends.loading import layer_base, loaded
from layertrace.record.frameworks import (
    jax_private,
    keras_private,
    parts,
    tensorflow_private,
    torch_private,
)
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.attention_masks import ATTENTION_MASKS
from layertrace.record.hooks.checkpoints import RESTORED
from layertrace.record.hooks.dataset_splits import SHUFFLES
from layertrace.record.hooks.datasets import ITERATIONS
from layertrace.record.hooks.discarded_datasets import RETURNING_A_DATASET, TRANSFORMATIONS
from layertrace.record.hooks.disconnected_outputs import GRAPHS_OF_LAYERS
from layertrace.record.hooks.dropped_states import STATELESS_CALLS
from layertrace.record.hooks.dynamo_traces import BEGINS, ENDS, MEASURED
from layertrace.record.hooks.fits import FITS, passes
from layertrace.record.hooks.ignored_modes import EVALS
from layertrace.record.hooks.jit_runs import MAKERS, made
from layertrace.record.hooks.jit_traces import JIT_TRACES, STAGED
from layertrace.record.hooks.kept_states import RESETS
from layertrace.record.hooks.layer_calls import begin, end, fail
from layertrace.record.hooks.loss_facts import GRADIENTS, WEIGHTED_LOSSES
from layertrace.record.hooks.loss_scales import LOSSES_SCALED, SCALED_UPDATES
from layertrace.record.hooks.metric_resets import METRIC_RESETS, RESETS_BY_PROGRAM
from layertrace.record.hooks.metric_updates import METRIC_UPDATES, METRICS_READ
from layertrace.record.hooks.observer import AnyObserver, Call, HookPoint, Observer, watching
from layertrace.record.hooks.optimizer_updates import (
    KERAS_UPDATES,
    LOSSES,
    TF_KERAS_UPDATES,
    UNKNOWN_VARIABLES,
)
from layertrace.record.hooks.runs import concrete_observer, run_observer
from layertrace.record.hooks.stateless_updates import STATELESS_UPDATES
from layertrace.record.hooks.tape_facts import WATCHES
from layertrace.record.hooks.torch_losses import (
    CROSSENTROPIES_OF_KERAS,
    TORCH_CROSSENTROPIES,
    TORCH_LOSSES,
    crossentropies,
    losses_of_numbers,
)
from layertrace.record.hooks.torch_schedules import RATES_READ, SCHEDULES
from layertrace.record.hooks.torch_updates import OPTIMIZERS
from layertrace.record.hooks.traces import TRACES
from layertrace.record.hooks.training_facts import (
    ADAPTED,
    COMPILED,
    LOSSES_READ,
    TRAINABLE_SET,
    WEIGHTS_SET,
)
from layertrace.record.hooks.unknown_attributes import OPTIMIZER_ATTRIBUTES
from layertrace.record.hooks.unsaved_layers import SAVED_STATES
from layertrace.record.hooks.unsynced_state import ASSIGNED
from layertrace.record.hooks.variables import creation_observer
from layertrace.record.hooks.weight_averages import AVERAGES, FINALIZED
from layertrace.record.process import safe
from layertrace.record.spans import HookedMethod, Kind
from layertrace.timeline.ownership import is_functional, is_keras_name, is_sequential
from layertrace.timeline.query import qualified_name

__all__ = ["METHODS", "class_points", "shared_points", "subclasses"]

METHODS: dict[str, Kind] = {"__init__": "init", "build": "build", "call": "call"}
_LIFECYCLE = Observer(begin, end, fail)


def shared_points(framework: str, cover: Callable[[type], None]) -> list[HookPoint]:
    """Return what is observed once for a whole framework: the creation of layers, variables and traces.

    Args:
        framework: `keras` or `tf_keras`.
        cover: Called with the class of each layer before the layer is created, to hook its methods.
    """
    functions = [_function_point(part) for part in _FUNCTIONS if tensorflow_private.find(part) is not None]
    if framework == "keras" and Loaded.backend.name == "jax":
        functions += _jit_points()
    if framework == "keras" and Loaded.backend.name == "torch":
        functions += _dynamo_points()
    return [_creation_of_layers(framework, cover), *_framework_points(framework), *functions]


@functools.cache
def _jit_points() -> tuple[HookPoint, ...]:
    """Return the functions of JAX that trace, and those of Keras that jit."""
    points = []
    if jax_private.find("trace_for_jit") is not None and (staged := jax_private.find("staged_trace")):
        points.append(_point(*jax_private.home("trace_for_jit"), JIT_TRACES, "trace"))
        points.append(_point(staged, "__init__", STAGED, "trace"))
    if jax_private.find("jitted") is not None and jax_private.find("step_function") is not None:
        trainer, _ = jax_private.home("step_function")
        points += [_point(trainer, name, made(name), "watch") for name in MAKERS]
    return tuple(points)


@functools.cache
def _dynamo_points() -> tuple[HookPoint, ...]:
    """Return where dynamo reports what it compiles; Keras has imported dynamo."""
    if torch_private.PARTS["compilation_begins"].module not in sys.modules:
        return ()
    if None in map(torch_private.find, ("compilation_begins", "compilation_ends", "compile_frame")):
        return ()
    points = [
        _point(*torch_private.home(part), observer, kind, while_compiling=True)
        for part, (observer, kind) in _DYNAMO.items()
    ]
    if torch_private.find("metrics") is not None:
        points.append(_point(*torch_private.home("metrics"), MEASURED, "watch"))
    return tuple(points)


_DYNAMO: dict[str, tuple[AnyObserver, Kind]] = {
    "compilation_begins": (BEGINS, "trace"),
    "compilation_ends": (ENDS, "watch"),
}


@functools.cache
def _framework_points(framework: str) -> tuple[HookPoint, ...]:
    source: Literal["keras", "tf_keras"] = "keras" if framework == "keras" else "tf_keras"
    base = layer_base(framework)
    points = [
        _point(
            base,
            "add_weight",
            creation_observer(source, subject_is_layer=True),
            "variable",
            takes_anything=True,
        ),
    ]
    if framework == "keras":
        variable = sys.modules["keras"].Variable
        points.append(
            _point(_owner(variable, "__init__"), "__init__", creation_observer("keras"), "variable")
        )
    points += _keras_points(framework, "graph_of_layers", GRAPHS_OF_LAYERS)
    points += _keras_points(framework, "saved_state", SAVED_STATES)
    if framework == "keras" and Loaded.backend.name == "jax":
        points.append(_point(base, "stateless_call", STATELESS_CALLS, "watch"))
        optimizer = sys.modules["keras"].optimizers.Optimizer
        owner = _owner(optimizer, "stateless_apply")
        points.append(_point(owner, "stateless_apply", STATELESS_UPDATES, "watch"))
        points.append(_point(_owner(sys.modules["keras"].Variable, "assign"), "assign", ASSIGNED, "watch"))
    if framework == "keras" and Loaded.backend.name == "torch":
        points.append(_point(_owner(base, "eval"), "eval", EVALS, "watch"))
        points += _schedule_points()
        points += [_point(cls, "forward", TORCH_LOSSES, "watch") for cls in losses_of_numbers()]
        points += [_point(cls, "forward", TORCH_CROSSENTROPIES, "watch") for cls in crossentropies()]
        points += [
            _point(*torch_private.home(name), CROSSENTROPIES_OF_KERAS, "watch")
            for name in ("binary_crossentropy", "categorical_crossentropy")
            if torch_private.find(name) is not None
        ]
        points.append(_point(sys.modules["torch"].optim.Optimizer, "__init__", OPTIMIZERS, "watch"))
    if Loaded.backend.name == "numpy":  # nothing is trained there
        return (*points, *_updates(framework))
    points += [_point(base, "add_loss", LOSSES, "watch"), *_training_points(framework, base)]
    if Loaded.tf is None:  # the other facts are read with TensorFlow
        return (*points, *_update_points(framework))
    points += [
        _point(type(Loaded.tf.Variable), "__call__", creation_observer("tf"), "variable"),
        _point(Loaded.tf.data.Dataset, "shuffle", SHUFFLES, "watch"),
        _point(_owner(Loaded.tf.train.Checkpoint, "read"), "read", RESTORED, "watch"),
        *(_point(Loaded.tf.data.Dataset, name, RETURNING_A_DATASET, "watch") for name in TRANSFORMATIONS),
        _point(_owner(Loaded.tf.GradientTape, "gradient"), "gradient", GRADIENTS, "watch"),
        _point(_owner(Loaded.tf.GradientTape, "watch"), "watch", WATCHES, "watch"),
    ]
    points += _keras_points(framework, "attention_mask", ATTENTION_MASKS)
    points += _keras_points(framework, "weighted_losses", WEIGHTED_LOSSES)
    return (*points, *_update_points(framework))


def _keras_points(framework: str, name: str, observer: AnyObserver) -> tuple[HookPoint, ...]:
    """Return a private function of a Keras, if it has it."""
    part = keras_private.PARTS[framework].get(name)
    if part is None or not parts.exists(part):
        return ()
    return (_point(*parts.home(part), observer, "watch"),)


def _training_points(framework: str, base: type) -> Iterator[HookPoint]:
    """Yield the public methods by which a program decides how its models train."""
    keras = sys.modules[framework]
    yield _point(_owner(keras.Model, "compile"), "compile", COMPILED, "watch")
    yield _point(_owner(base, "losses"), "losses", LOSSES_READ, "watch")
    yield _point(_owner(base, "set_weights"), "set_weights", WEIGHTS_SET, "watch")
    yield _point(_owner(keras.Model, "load_weights"), "load_weights", WEIGHTS_SET, "watch")
    if type(vars(base).get("trainable")) is property:
        yield _point(base, "trainable", TRAINABLE_SET, "watch", is_setter=True)
    yield _point(_owner(keras.Model, "fit"), "fit", FITS, "watch")
    yield _point(_owner(keras.Model, "reset_metrics"), "reset_metrics", METRIC_RESETS, "watch")
    for metric in filter(_lasts, subclasses(keras.metrics.Metric)):
        if "reset_state" in vars(metric):
            yield _point(metric, "reset_state", RESETS_BY_PROGRAM, "watch")
        for name, observer in _METRIC_USES.items():
            if framework == "keras" and name in vars(metric):
                yield _point(metric, name, observer, "watch")
    for name in _PASSES:
        yield _point(_owner(keras.Model, name), name, _passes(name), "watch")
    for rnn in (keras.layers.RNN, getattr(keras.layers, "ConvLSTM2D", keras.layers.RNN)):
        for name in ("reset_state", "reset_states"):
            if hasattr(rnn, name) and (owner := _owner(rnn, name)).__name__ != "Layer":
                yield _point(owner, name, RESETS, "watch")
    adapting = (getattr(keras.layers, name, None) for name in _ADAPTING)
    classes = [cls for cls in adapting if cls is not None]
    owners = {
        (owner, name): None
        for cls in classes
        for name in ("adapt", "set_vocabulary")
        if name in vars(owner := _owner(cls, name))
    }
    for owner, name in owners:
        yield _point(owner, name, ADAPTED, "watch")


_METRIC_USES = {"update_state": METRIC_UPDATES, "result": METRICS_READ}
_PASSES = ("evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch")
_passes = functools.cache(passes)
_ADAPTING = ("Normalization", "Discretization", "StringLookup", "IntegerLookup", "TextVectorization")


def _updates(framework: str) -> list[HookPoint]:
    """Return the function that gets gradients in a list; the arguments of `apply` may be iterators."""
    updates = keras_private.PARTS[framework]["updates"]
    if not parts.exists(updates):
        parts.warn_about(updates, framework)
        return []
    owner, name = parts.home(updates)
    if framework == "tf_keras":
        return [_point(owner, name, TF_KERAS_UPDATES, "watch")]
    return [_point(_owner(sys.modules["keras"].optimizers.Optimizer, name), name, KERAS_UPDATES, "watch")]


def _update_points(framework: str) -> tuple[HookPoint, ...]:
    """Return what optimizers are given, and what becomes of the averages that they keep."""
    points = _updates(framework)
    if not points:
        return ()
    table = keras_private.PARTS[framework]
    optimizer = sys.modules[framework].optimizers.Optimizer
    averages = [
        _point(_owner(optimizer, method), method, observer, "watch")
        for method, observer in (("build", AVERAGES), ("finalize_variable_values", FINALIZED))
        if hasattr(optimizer, method)
    ]
    points = [*averages, *points]
    if framework == "tf_keras":
        return tuple(points)
    points += _scaling_points()
    check = table["known_variables"]
    if parts.exists(check):
        _, name = parts.home(check)
        points.append(_point(_owner(optimizer, name), name, UNKNOWN_VARIABLES, "watch"))
    # Layers inherit the `__setattr__` of other base classes, and run it in every call.
    of_layers = layer_base(framework).__mro__
    own = [cls for cls in optimizer.__mro__ if cls not in of_layers and "__setattr__" in vars(cls)]
    points += [_point(cls, "__setattr__", OPTIMIZER_ATTRIBUTES, "watch") for cls in own[:1]]
    return tuple(points)


def _schedule_points() -> Iterator[HookPoint]:
    """Yield where the schedules of torch are stepped and read."""
    schedules = sys.modules["torch"].optim.lr_scheduler
    for cls in (each for each in vars(schedules).values() if isinstance(each, type)):
        if issubclass(cls, schedules.LRScheduler) and "step" in vars(cls):
            yield _point(cls, "step", SCHEDULES, "watch")
    yield _point(schedules.LRScheduler, "get_last_lr", RATES_READ, "watch")


def _scaling_points() -> Iterator[HookPoint]:
    """Yield where an optimizer of Keras 3 scales a loss, and divides gradients by that."""
    optimizers = sys.modules["keras"].optimizers
    for cls in (optimizers.Optimizer, optimizers.LossScaleOptimizer):
        yield _point(_owner(cls, "scale_loss"), "scale_loss", LOSSES_SCALED, "watch")
    yield _point(_owner(optimizers.LossScaleOptimizer, "apply"), "apply", SCALED_UPDATES, "watch")


_FUNCTIONS: dict[str, tuple[Kind, Callable[[], AnyObserver]]] = {
    "create_concrete_function": ("trace", lambda: TRACES),
    "call_function": ("run", run_observer),
    "call_concrete": ("run", concrete_observer),
    "iterate_dataset": ("watch", lambda: ITERATIONS),
}


@functools.cache
def _function_point(part: str) -> HookPoint:
    kind, make = _FUNCTIONS[part]
    owner, name = tensorflow_private.home(part)
    return _point(owner, name, make(), kind)


def _owner(cls: type, name: str) -> type:
    """Return the class that defines a method."""
    return next((owner for owner in cls.__mro__ if name in vars(owner)), cls)


def _point(
    owner: object,
    name: str,
    observer: AnyObserver,
    kind: Kind,
    *,
    takes_anything: bool = False,
    is_setter: bool = False,
    while_compiling: bool = False,
) -> HookPoint:
    return HookPoint(
        owner,
        name,
        observer,
        functools.partial(HookedMethod, kind),
        takes_anything=takes_anything,
        is_setter=is_setter,
        while_compiling=while_compiling,
        below_decorators=True,
        lasts=True,
    )


@functools.cache
def _creation_of_layers(framework: str, cover: Callable[[type], None]) -> HookPoint:
    def begin(call: Call) -> None:
        cover(call.subject)

    return _point(layer_base(framework), "__new__", watching(begin), "watch")


def class_points(cls: type) -> tuple[HookPoint, ...]:
    """Return the methods to observe in a class itself in order to record its layers.

    Each is observed in the class that defines it: Keras regards a `build` in a subclass as an override
    (`keras/src/utils/python_utils.py`, `is_default`).
    """
    # The classes of a framework live as long as the program, so their hook points can be cached.
    return _lasting_points(cls) if _lasts(cls) else _class_points(cls)


def _class_points(cls: type) -> tuple[HookPoint, ...]:
    if cls is object or _stands_above_layers(cls):
        return ()
    uses_callers_location = _only_runs_its_layers(cls)
    return tuple(
        HookPoint(
            cls,
            name,
            _LIFECYCLE,
            functools.partial(HookedMethod, kind, uses_callers_location=uses_callers_location),
            lasts=_lasts(cls),
        )
        for name, kind in METHODS.items()
        if name in safe.namespace(cls) and type(safe.namespace(cls)[name]) not in _NOT_METHODS
    )


_NOT_METHODS = (staticmethod, classmethod, property)
_lasting_points = functools.lru_cache(maxsize=4096)(_class_points)


def _lasts(cls: type) -> bool:
    return is_keras_name(safe.module_of(cls))


def _stands_above_layers(cls: type) -> bool:
    return any(cls is above for base in map(layer_base, loaded()) for above in safe.mro(base)[1:])


def _only_runs_its_layers(cls: type) -> bool:
    """Return whether a class only calls its layers, without a line of the user in between."""
    name = qualified_name(cls)
    return is_functional(name) or is_sequential(name)


def subclasses(cls: type) -> Iterator[type]:
    """Yield a class and all classes below it, each once."""
    seen = {id(cls)}  # a metaclass of the program may compare and hash its classes as it likes
    todo = [cls]
    while todo:
        parent = todo.pop()
        yield parent
        children: list[type] = type.__subclasses__(parent)
        below = [child for child in children if id(child) not in seen]
        seen.update(map(id, below))
        todo += below
