"""The places in Keras, tf_keras and TensorFlow that are hooked, and the hosts themselves."""

from __future__ import annotations

import functools
import gc
import importlib
import importlib.util
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

from layertrace.errors import HostError
from layertrace.record import private, safe
from layertrace.record.faults import notice
from layertrace.record.functions import trace_hook
from layertrace.record.hook_file import hidden
from layertrace.record.hooks import hook
from layertrace.record.host import Host
from layertrace.record.hub import Method
from layertrace.record.imports import importing
from layertrace.record.layers import FUNCTIONAL, SEQUENTIAL
from layertrace.record.objects import hook_object
from layertrace.record.observe import begin, end, hide
from layertrace.record.patching import Slot
from layertrace.record.runs import concrete_hook, run_hook
from layertrace.record.training import keras_update_hook, loss_hook, tf_keras_update_hook
from layertrace.record.variables import creation_hook
from layertrace.timeline.query import qualified_name

__all__ = [
    "Place",
    "class_places",
    "layer_base",
    "live_layers",
    "load",
    "loaded",
    "shared_places",
    "subclasses",
]

Place = tuple[Slot, Callable[[Any], Any]]
"""A place to patch and what makes the replacement from the original."""

HOSTS = ("keras", "tf_keras")
WATCHED = (*HOSTS, "tensorflow")
"""What to wait for: importing one of them may import another, which is hooked when all have finished."""
_OLDEST = (2, 16)
_METHODS = {"__init__": "init", "build": "build", "call": "call"}


# Hosts


def load() -> None:
    """Make sure that TensorFlow and a Keras are there.

    Raises:
        HostError: If TensorFlow or Keras is missing or too old, or Keras runs on another backend.
    """
    if "keras" in sys.modules or "tf_keras" in sys.modules:
        wanted = ["tensorflow"]
    else:
        legacy = os.environ.get("TF_USE_LEGACY_KERAS", "").lower() in ("1", "true")
        wanted = ["tensorflow", "tf_keras" if legacy else "keras"]
    for name in wanted:
        _import(name)
    _check_versions()
    Host.tf = sys.modules["tensorflow"]


def tensor_type() -> type | None:
    """Return the class of eager tensors, if their shapes can be had cheaply (`describe.eager_shape`)."""
    if Host.tf is None or None in map(private.find, ("known_shape", "shape_tuple", "shape_sizes")):
        return None
    found: type = Host.tf.__internal__.EagerTensor
    return found


def replica() -> int | None:
    """Return which replica of a `tf.distribute` strategy the current thread serves; None where none."""
    if Host.tf is None:
        return None
    distribute = Host.tf.distribute
    if not distribute.has_strategy() or distribute.in_cross_replica_context():
        return None
    return private.replica_number(distribute.get_replica_context())


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        what = "tf_keras" if name == "tf_keras" else "'tensorflow>=2.16'"
        raise HostError(f"layertrace needs {name} ({error}): pip install {what}") from error


def _check_versions() -> None:
    version = sys.modules["tensorflow"].__version__
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if numbers and tuple(map(int, numbers.groups())) < _OLDEST:
        raise HostError(
            f"TensorFlow {version} is older than layertrace supports: pip install 'tensorflow>=2.16'"
        )
    keras = sys.modules.get("keras")
    if keras is not None and "keras" in loaded() and keras.backend.backend() != "tensorflow":
        raise HostError(
            f"Keras runs on its {keras.backend.backend()!r} backend, and layertrace sees TensorFlow only: "
            "set KERAS_BACKEND=tensorflow before importing keras"
        )


def loaded() -> list[str]:
    """Return which of `keras` and `tf_keras` are imported to the end."""
    return [
        name
        for name in HOSTS
        if name not in importing
        and (hasattr(sys.modules.get(name), "Model") or hasattr(sys.modules.get(name), "models"))
    ]


def versions() -> dict[str, str]:
    """Return the versions of TensorFlow and of each Keras that is loaded."""
    names = [name for name in ("tensorflow", *loaded()) if name in sys.modules]
    return {name: str(getattr(sys.modules[name], "__version__", "?")) for name in names}


def layer_base(host: str) -> type:
    """Return the base class of all layers of `keras` or `tf_keras`."""
    base: type = sys.modules[host].layers.Layer
    return base


# Places


def shared_places(host: str, cover: Callable[[type], None]) -> Iterator[Place]:
    """Yield what is patched once for a whole host: making layers, variables and traces.

    Args:
        host: `keras` or `tf_keras`.
        cover: Called with the class of each layer before it is made, so that it can be hooked.
    """
    base = layer_base(host)
    yield Slot(base, "__new__"), _new_hook(cover)
    yield Slot(base, "add_weight"), creation_hook(host, subject_is_layer=True)
    if host == "keras":
        variable = sys.modules["keras"].Variable
        maker = next(cls for cls in variable.__mro__ if "__init__" in vars(cls))
        yield Slot(maker, "__init__"), creation_hook("keras")
    yield Slot(type(Host.tf.Variable), "__call__"), creation_hook("tf")
    yield Slot(base, "add_loss"), loss_hook
    yield from _update_places(host)
    for name, make in _FUNCTION_HOOKS.items():
        if private.find(name) is not None:
            yield Slot(*private.home(name)), make


def _update_places(host: str) -> Iterator[Place]:
    """Yield the function that is given gradients in a list; the arguments of `apply` may be iterators."""
    optimizer = sys.modules[host].optimizers.Optimizer
    if host == "keras":
        name, make = "_filter_empty_gradients", keras_update_hook
        owner: Any = next((cls for cls in optimizer.__mro__ if name in vars(cls)), None)
    else:
        name, make = "filter_empty_gradients", tf_keras_update_hook
        owner = getattr(sys.modules.get(optimizer.__module__), "optimizer_utils", None)
    if hasattr(owner, name):
        yield Slot(owner, name), make
        return
    notice(
        f"this {host} has no {name} (seen in Keras 3.0 to 3.15 and tf_keras 2.16 to 2.21), so updates by "
        "optimizers are not recorded. All else is recorded. A newer layertrace may support it.",
        key=f"updates of {host}",
    )


_FUNCTION_HOOKS = {
    "create_concrete_function": trace_hook,
    "call_function": run_hook,
    "call_concrete": concrete_hook,
}


def _new_hook(cover: Callable[[type], None]) -> Callable[[Any], Any]:
    def replace(original: staticmethod[Any, Any]) -> staticmethod[Any, Any]:
        make = original.__func__

        @functools.wraps(make)
        @hidden
        def __new__(cls, *args, **kwargs):  # type: ignore[no-untyped-def]  # noqa: N807  # stands for one
            cover(cls)
            try:
                return make(cls, *args, **kwargs)
            except BaseException as error:
                hide(error)
                raise

        return staticmethod(__new__)

    return replace


def class_places(cls: type) -> Iterator[Place]:
    """Yield the methods to hook so that layers of class `cls` are seen, inherited ones included.

    Each is hooked in the class that defines it: Keras takes a `build` that lies in a subclass for an
    override (`keras/src/utils/python_utils.py`, `is_default`).
    """
    for owner in safe.mro(cls):
        if owner is object or _stands_above_layers(owner):
            continue
        for name, kind in _METHODS.items():
            found = safe.namespace(owner).get(name)
            if found is not None and not isinstance(found, (staticmethod, classmethod, property)):
                yield Slot(owner, name), _method_hook(owner, kind)


def _stands_above_layers(cls: type) -> bool:
    return any(cls is above for base in map(layer_base, loaded()) for above in safe.mro(base)[1:])


def _method_hook(owner: type, kind: Any) -> Callable[[Any], Any]:
    # The classes of a host last as long as the program, so may their hooks: it makes a start quick.
    make = _lasting_hook if owner.__module__.partition(".")[0] in HOSTS else _new_method_hook
    return functools.partial(make, owner, kind)


def _new_method_hook(owner: type, kind: Any, original: Any) -> Any:
    method = Method(kind, inherits_place=_only_runs_its_layers(owner))
    make = hook if isinstance(original, FunctionType) else hook_object
    return make(method, original, (begin, end))


_lasting_hook = functools.lru_cache(maxsize=4096)(_new_method_hook)


def _only_runs_its_layers(owner: type) -> bool:
    """Tell a container, between whose `call` and its layers' there is never a line of the user's."""
    return qualified_name(owner) in (
        FUNCTIONAL,
        SEQUENTIAL,
        "tf_keras.src.engine.functional.Functional",
        "tf_keras.src.engine.sequential.Sequential",
    )


def subclasses(cls: type) -> Iterator[type]:
    """Yield a class and all classes below it, each once."""
    seen = {id(cls)}  # a metaclass of the program may compare and hash its classes as it likes
    todo = [cls]
    while todo:
        one = todo.pop()
        yield one
        children: list[type] = type.__subclasses__(one)
        below = [child for child in children if id(child) not in seen]
        seen.update(map(id, below))
        todo += below


def live_layers(wanted: Callable[[type], bool]) -> list[Any]:
    """Return the layers of Keras 3 that exist already, found by the `build` that each was given.

    `Layer.__new__` defines that function, so all of them share their code. (`gc.get_objects()` would be
    simpler, but it takes hold of tuples that another thread is filling just then, in C, which fails there:
    "Error while creating shape", seen in TensorFlow 2.21. `gc.get_referrers` touches what it returns alone.)
    """
    code = inspect.unwrap(layer_base("keras").__new__).__code__
    builds = gc.get_referrers(*(inner for inner in code.co_consts if isinstance(inner, CodeType)))
    behind = (getattr(build, "__wrapped__", None) for build in builds if isinstance(build, FunctionType))
    layers = (getattr(method, "__self__", None) for method in behind)
    return [layer for layer in layers if layer is not None and wanted(type(layer))]
