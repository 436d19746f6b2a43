"""Write the code with which a layer is created again from its config."""

from __future__ import annotations

import ast
import copy
import inspect
from typing import Any

from layertrace.diagnosis.user_source import function_at
from layertrace.testing.contract.places import method_line
from layertrace.timeline.ownership import is_framework_name

__all__ = ["KEYWORDS", "with_argument", "with_config_of_keras", "with_keywords_of_keras"]

KEYWORDS = ("name", "trainable", "dtype")
"""What `Layer.get_config` returns, and `Layer.__init__` takes (Keras 3.15, tf_keras 2.21)."""


def with_config_of_keras(layer: Any) -> str:
    """Return the code with which `get_config` has the name, and `__init__` takes it."""
    fix = f"return {_config_of(layer)}  # in get_config"
    return "\n".join(filter(None, (with_keywords_of_keras(layer), fix)))


def with_keywords_of_keras(layer: Any) -> str:
    """Return the lines of an `__init__` that takes the name, the dtype and `trainable`; empty if it does."""
    function = _method(layer, "__init__")
    if function is None:
        return (
            ""
            if _takes_keywords(layer)
            else "def __init__(self, ..., **kwargs):\n    super().__init__(**kwargs)"
        )
    call = _call_of_super(function)
    passes = call is not None and any(keyword.arg is None for keyword in call.keywords)
    if function.args.kwarg is not None and passes:
        return ""
    arguments = copy.deepcopy(function.args)
    arguments.kwarg = arguments.kwarg or ast.arg("kwargs")
    return f"def __init__({ast.unparse(arguments)}):\n    super().__init__({_passed(call, arguments)})"


def with_argument(layer: Any, name: str) -> str:
    """Return the code with which the config has an argument of `__init__`."""
    keep = "" if hasattr(layer, name) else f"self.{name} = {name}  # in __init__"
    if _method(layer, "get_config") is not None or not _inherits_config(layer):
        return "\n".join(filter(None, (keep, f'"{name}": self.{name}')))
    define = f'def get_config(self):\n    return {{**super().get_config(), "{name}": self.{name}}}'
    return "\n".join(filter(None, (with_keywords_of_keras(layer), keep, define)))


def _config_of(layer: Any) -> str:
    """Return what `get_config` returns, with what that of Keras does."""
    function = _method(layer, "get_config")
    returns = (
        [] if function is None else [node for node in ast.walk(function) if isinstance(node, ast.Return)]
    )
    value = returns[0].value if len(returns) == 1 else None
    if value is None:
        return "{**super().get_config(), ...}"
    if isinstance(value, ast.Dict):
        return "{**super().get_config(), " + ast.unparse(value).removeprefix("{")
    return f"{{**super().get_config(), **{ast.unparse(value)}}}"


def _passed(call: ast.Call | None, arguments: ast.arguments) -> str:
    """Return the arguments of `super().__init__` with the keywords, which come before constants."""
    assert arguments.kwarg is not None  # noqa: S101  # the caller has set it
    rest = f"**{arguments.kwarg.arg}"
    names = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    keywords = [] if call is None else [each for each in call.keywords if each.arg is not None]
    forwarded = [f"{each}={each}" for each in KEYWORDS if each in names]
    constant = [each for each in keywords if each.arg in KEYWORDS and each.arg not in names]
    other = [ast.unparse(each) for each in keywords if each.arg not in KEYWORDS]
    positional = [] if call is None else [ast.unparse(each) for each in call.args]
    if constant:
        defaults = ", ".join(f'"{each.arg}": {ast.unparse(each.value)}' for each in constant)
        rest = f"**{{{defaults}, {rest}}}"
    return ", ".join([*positional, *forwarded, *other, rest])


def _call_of_super(function: ast.FunctionDef) -> ast.Call | None:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".__init__"):
            return node
    return None


def _method(layer: Any, name: str) -> ast.FunctionDef | None:
    """Return a method that the program defines; None without one, or without its source."""
    if not any(name in vars(cls) and not is_framework_name(cls.__module__) for cls in type(layer).__mro__):
        return None
    function = function_at(method_line(layer, name))
    return function if isinstance(function, ast.FunctionDef) else None


def _inherits_config(layer: Any) -> bool:
    owner = next(cls for cls in type(layer).__mro__ if "get_config" in vars(cls))
    return is_framework_name(owner.__module__)


def _takes_keywords(layer: Any) -> bool:
    kinds = [each.kind for each in inspect.signature(type(layer).__init__).parameters.values()]
    return inspect.Parameter.VAR_KEYWORD in kinds
