"""Read what a traced program owns without running any of its code.

The program's `__getattr__`, property, `__class__`, `__iter__`, `__eq__` or `__repr__` may load a file,
consume an iterator, raise anything, or exit. These functions only look at memory: at the dictionary of an
instance, the namespaces of its classes, the items of the builtin collection behind it. Only attributes that
a framework defines are evaluated.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from types import (
    BuiltinFunctionType,
    CellType,
    FunctionType,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    TracebackType,
)
from typing import Any, cast

from layertrace.timeline import ownership
from layertrace.timeline.registry import Register

__all__ = [
    "MISSING",
    "bare_function",
    "class_attribute",
    "class_name",
    "closure",
    "code_name",
    "first_items",
    "framework_attribute",
    "home_of",
    "instance_dict",
    "is_a",
    "is_framework_class",
    "is_library_class",
    "is_plain",
    "key_words",
    "last_items",
    "module_of",
    "mro",
    "name_of",
    "namespace",
    "plain_attribute",
    "size_of",
    "truth",
    "unwrap",
    "unwrapped",
]

_WRAPPERS = "tensorflow.python.trackable.data_structures"

MISSING: Any = object()
"""Stands for an attribute that does not exist."""

# The descriptors of `type` itself, which no metaclass can override.
_mro = type.__dict__["__mro__"].__get__
_namespace = type.__dict__["__dict__"].__get__
_name = type.__dict__["__name__"].__get__
_module: Any = vars(type)["__module__"].__get__
_flags = type.__dict__["__flags__"].__get__
_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a `class` statement made it, in an `exec` with "builtins" as its module


# Classes


def mro(cls: type) -> tuple[type, ...]:
    """Return the classes that a class looks its attributes up in."""
    return cast("tuple[type, ...]", _mro(cls))


def namespace(cls: type) -> MappingProxyType[str, Any]:
    """Return what a class itself defines."""
    return cast("MappingProxyType[str, Any]", _namespace(cls))


def class_name(thing: object) -> str:
    """Return the name of the class of an object."""
    return str(_name(type(thing)))


def name_of(cls: type) -> str:
    """Return the name of a class."""
    return str(_name(cls))


def module_of(cls: type) -> str:
    """Return the name of the module of a class; an empty string if the program has changed its type."""
    module = _namespace(cls).get("__module__", "builtins")
    return module if type(module) is str else ""


def is_framework_class(cls: type) -> bool:
    """Return whether a class is Keras's or TensorFlow's."""
    return ownership.is_framework_name(module_of(cls))


def is_library_class(cls: type) -> bool:
    """Return whether a class belongs to a package whose properties run no code of the program.

    These are more than the frameworks: an array of NumPy may be asked for its shape, too.
    """
    module = module_of(cls)
    if module == "builtins":  # or a class written in C, whose module is only in its name
        module = str(_module(cls))
    return ownership.package_of(module) in ownership.WITHOUT_USER_CODE


def _is_builtin(cls: type) -> bool:
    """Return whether a class is Python's own, written in C; so are the proxies of wrapt before 2.0."""
    return module_of(cls) == "builtins" and not _flags(cls) & _HEAP


def is_a(thing: object, *classes: type) -> bool:
    """Return whether an object is an instance, whatever its `__class__` and its metaclass claim."""
    kind = type(thing)
    return any(type.__subclasscheck__(cls, kind) for cls in classes)


def class_attribute(cls: type, name: str, default: Any = None) -> Any:
    """Return what a class or a base of it defines under a name; a descriptor is returned, not called."""
    for owner in _mro(cls):
        value = _namespace(owner).get(name, MISSING)
        if value is not MISSING:
            return value
    return default


# Instances


def instance_dict(thing: object) -> dict[str, Any]:
    """Return the dictionary of an instance; an empty one if it has no dictionary that can be read."""
    descriptor = _kind_of(type(thing)).dictionary or _dictionary_of(type(thing))
    value = {} if descriptor is None else descriptor.__get__(thing)
    return value if type(value) is dict else {}


class _Kind:
    """What is known about a class: where its instances have their dictionary, and its framework attributes.

    It holds only descriptors of frameworks, so that it keeps no class of the program alive.
    """

    __slots__ = ("attributes", "dictionary", "is_open", "is_users")

    def __init__(self, cls: type) -> None:
        users = [owner for owner in _mro(cls) if not is_library_class(owner) and not _is_builtin(owner)]
        dictionary = _dictionary_of(cls)  # which holds the class that defines it
        is_lasting = dictionary is not None and all(dictionary.__objclass__ is not owner for owner in users)
        self.dictionary = dictionary if is_lasting else None
        self.attributes: dict[tuple[str, bool], Any] = {}
        self.is_users = bool(users)
        # Code of a framework that reads any attribute of such an instance runs code of the program.
        self.is_open = not any(
            name in _namespace(owner) for owner in users for name in ("__getattr__", "__getattribute__")
        )


_kinds: Register[_Kind] = Register()
_DICTIONARIES = (GetSetDescriptorType, MemberDescriptorType)  # the latter of `types.SimpleNamespace`


def _kind_of(cls: type) -> _Kind:
    return _kinds.by_id.get(id(cls)) or _kinds.add(cls, _Kind(cls))


def _dictionary_of(cls: type) -> Any:
    """Return Python's own descriptor for dictionaries of instances, but not that of wrapt's proxies."""
    for owner in _mro(cls):
        value = _namespace(owner).get("__dict__")
        if type(value) in _DICTIONARIES and not _name(owner).endswith("ObjectProxy"):
            return value
    return None


def framework_attribute(thing: object, name: str, default: Any = None, *, below: bool = False) -> Any:
    """Return an attribute if a framework defines it, or if only the instance has it.

    Args:
        thing: Anything.
        name: The name of the attribute.
        default: What to return if the attribute does not exist, the program defines it, or reading fails.
        below: Whether to skip classes of the program, and read the first definition in a framework's class.
    """
    kind = _kind_of(type(thing))
    defined = kind.attributes.get((name, below), _UNKNOWN)
    if defined is _UNKNOWN:
        defined = kind.attributes[name, below] = _defined(type(thing), name, below)
    if defined is _USERS:
        return default
    if defined is MISSING or not hasattr(type(defined), "__set__"):  # the instance's own comes first
        own = instance_dict(thing).get(name, MISSING)
        if own is not MISSING or defined is MISSING:
            return default if own is MISSING else own
    if not hasattr(type(defined), "__get__"):
        return defined
    if not kind.is_open and type(defined) not in (GetSetDescriptorType, MemberDescriptorType):
        return default
    try:
        return defined.__get__(thing, type(thing))
    except Exception:  # such as a tensor that has no value yet
        return default
    except BaseException:  # a property of a framework that has run code of the program after all
        if kind.is_users:
            return default
        raise


def _defined(cls: type, name: str, below: bool) -> Any:
    """Return what the first class that defines a name has there, if it is a class of a framework."""
    for owner in _mro(cls):
        defined = _namespace(owner).get(name, MISSING)
        if defined is not MISSING:
            if is_library_class(owner) or _is_builtin(owner):
                return defined
            if not below:
                return _USERS
    return MISSING


_UNKNOWN, _USERS = object(), object()


def plain_attribute(thing: object, name: str, default: Any = None) -> Any:
    """Return what an instance has under a name, or its class if that is not a descriptor."""
    own = instance_dict(thing).get(name, MISSING)
    if own is MISSING:
        own = class_attribute(type(thing), name, MISSING)
        if own is not MISSING and class_attribute(type(own), "__get__", MISSING) is not MISSING:
            return default
    return default if own is MISSING else own


# Values


def is_plain(value: object) -> bool:
    """Return whether a value is a bool, an int, a float or a str, and not of a class derived from one."""
    kind = type(value)
    return kind is str or kind is int or kind is float or kind is bool


def truth(value: object, default: bool | None = None) -> bool | None:
    """Return the truth of a plain value; `default` for any other, whose truth the program computes."""
    return bool(value) if value is None or is_plain(value) else default


def key_words(key: object) -> str:
    """Return the key of a mapping as Python writes it; a key of a class of the program by its class."""
    kind = type(key)
    if key is None or is_plain(key) or kind is bytes or kind is complex:
        return repr(key)
    if kind is tuple:
        inside = ", ".join(map(key_words, cast("tuple[object, ...]", key)))
        return f"({inside},)" if len(cast("tuple[object, ...]", key)) == 1 else f"({inside})"
    if type.__subclasscheck__(str, kind):
        return str.__repr__(cast(str, key))
    if type.__subclasscheck__(int, kind):
        return int.__repr__(cast(int, key))
    return f"<{class_name(key)}>"


def unwrapped(value: Any) -> Any:
    """Return the list, tuple or dict behind a value; None if it is not such a collection.

    Of a class derived from one, only the storage of the builtin is read. TensorFlow wraps what is assigned to
    its trackable objects (`trackable/data_structures.py`, TensorFlow 2.16 to 2.21).
    """
    kind = type(value)
    if kind is list or kind is tuple or kind is dict:
        return value
    if module_of(kind) == _WRAPPERS:
        inner = instance_dict(value).get("_storage", MISSING)
        if inner is MISSING:
            inner = framework_attribute(value, "__wrapped__")
        return inner if is_a(inner, list, tuple, dict) else None
    return value if is_a(value, list, tuple, dict) else None


def size_of(value: Any) -> int:
    """Return the length of a list, tuple or dict."""
    return next(base.__len__(value) for base in (dict, list, tuple) if is_a(value, base))


def first_items(value: Any, most: int) -> list[tuple[Any, Any]]:
    """Return the first items of a list, tuple or dict with their keys or numbers."""
    if is_a(value, dict):
        return _taken(iter(dict.items(value)), most)
    return list(enumerate(_sliced(value, slice(0, most))))


def last_items(value: Any, most: int) -> list[Any]:
    """Return the last items of a list or tuple, or values of a dict."""
    if is_a(value, dict):
        return _taken(reversed(dict.values(value)), most)[::-1]
    return _sliced(value, slice(-most, None))


def _sliced(value: Any, part: slice) -> list[Any]:
    base: Any = list if is_a(value, list) else tuple
    return list(base.__getitem__(value, part))


def _taken(items: Iterator[Any], most: int) -> list[Any]:
    try:
        return list(islice(items, most))
    except RuntimeError:  # another thread has changed its size meanwhile
        return []


# Functions


def unwrap(function: Any) -> Any:
    """Return the function below decorators, by the `__wrapped__` that each of them has set."""
    for _ in range(64):
        bare = function.__func__ if type(function) is MethodType else function
        inner = instance_dict(bare).get("__wrapped__", MISSING)
        if inner is MISSING:  # a proxy of wrapt
            inner = framework_attribute(bare, "__wrapped__", MISSING)
        if inner is MISSING:
            return function
        function = inner
    return function


def bare_function(function: object) -> FunctionType | None:
    """Return the Python function below decorators and methods, or None."""
    bare = unwrap(function)
    bare = bare.__func__ if type(bare) is MethodType else bare
    return bare if type(bare) is FunctionType else None


def home_of(function: object) -> str:
    """Return the module of the function below decorators; an empty string if it is not a function."""
    bare = bare_function(function)
    home = None if bare is None else bare.__module__
    return home if type(home) is str else ""


def closure(function: object) -> dict[str, object]:
    """Return the variables of the functions around it that a function below decorators uses, by name."""
    bare = bare_function(function)
    if bare is None:
        return {}
    cells = zip(bare.__code__.co_freevars, bare.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells if _is_set(cell)}


def _is_set(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def code_name(value: Any) -> str | None:
    """Return the name of a function, or of a callable with a name; None for anything else."""
    kind = type(value)
    if kind is MethodType:
        return code_name(value.__func__)
    if kind is FunctionType or kind is BuiltinFunctionType:
        return str(value.__name__)
    name = instance_dict(value).get("__name__") if callable(value) else None
    if name is None and callable(value):
        name = framework_attribute(value, "__name__")
    return name if type(name) is str else None


def traceback_of(error: BaseException) -> TracebackType | None:
    """Return the traceback of an exception."""
    return cast("TracebackType | None", _EXCEPTION["__traceback__"].__get__(error))


def origins_of(error: BaseException) -> tuple[BaseException | None, BaseException | None]:
    """Return the cause of an exception, and the exception that was being handled when it was raised."""
    return _EXCEPTION["__cause__"].__get__(error), _EXCEPTION["__context__"].__get__(error)


def message_of(error: BaseException) -> str:
    """Return the message of an exception; made of its arguments if the program defines `__str__`."""
    owner = next(cls for cls in mro(type(error)) if "__str__" in namespace(cls))
    if is_library_class(owner) or module_of(owner) in sys.stdlib_module_names:
        return str(namespace(owner)["__str__"](error))
    return BaseException.__str__(error)


_EXCEPTION: Any = namespace(BaseException)
