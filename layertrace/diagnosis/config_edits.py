"""Write the entries that a `get_config` lacks into the user's lines."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from layertrace.diagnosis.finding import Edit, FixPlace
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.user_source import dotted, function_at, line_of, methods_beside, nodes_of
from layertrace.timeline.event import Location

__all__ = ["ConfigFix", "accepting_kwargs", "config_with", "key_renamed"]


@dataclass(frozen=True)
class ConfigFix:
    """How arguments get into a config.

    Attributes:
        location: The line to change.
        fix: What to write there.
        place: Whether that replaces the line, or goes before it.
        edits: Other lines to change.
    """

    location: Location
    fix: str
    place: FixPlace | None
    edits: tuple[Edit, ...] = ()


def config_with(
    init: Location | None, get_config: Location | None, arguments: Sequence[str]
) -> ConfigFix | None:
    """Return how some arguments of `__init__` get into the config; None if the source is unknown.

    Args:
        init: Where `__init__` is defined.
        get_config: Where `get_config` is defined.
        arguments: The names of the arguments.
    """
    if function_at(init) is None or init is None:
        return None
    stored = {name: _stored(init, name) for name in arguments}
    edits = _stored_too(init, [name for name, value in stored.items() if not value])
    entries = {name: value or f"self.{name}" for name, value in stored.items()}
    own = methods_beside(init).get("get_config")
    if own is None:
        text = "".join(f', "{name}": {value}' for name, value in entries.items())
        method = f"def get_config(self):\n    return {{**super().get_config(){text}}}\n"
        return ConfigFix(init, method, "before", edits)
    if get_config is None or get_config.line != own.line:
        return None
    returned = [node for node in nodes_of(get_config) if isinstance(node, ast.Return)]
    value = returned[-1].value if returned else None
    return None if value is None else _returned(get_config, returned[-1], value, entries, edits)


def _returned(
    method: Location, statement: ast.Return, value: ast.expr, entries: dict[str, str], edits: tuple[Edit, ...]
) -> ConfigFix:
    """Return the edit of the line that returns the config."""
    place = line_of(method, statement)
    line = linecache.getline(place.file, place.line)
    text = ", ".join(f'"{name}": {entry}' for name, entry in entries.items())
    if isinstance(value, ast.Name) and statement.lineno != method.line:
        added = [f'{value.id}["{name}"] = {entry}' for name, entry in entries.items()]
        return ConfigFix(place, "\n".join(added), "before", edits)
    if isinstance(value, ast.Dict) and value.values and value.lineno != value.end_lineno:
        last = value.values[-1]
        place = line_of(method, last)
        end, source = last.end_col_offset or 0, linecache.getline(place.file, last.end_lineno or 0).rstrip()
        rest = source.encode()[end:].decode()
        if last.lineno == last.end_lineno and rest.partition("#")[0].strip() in ("", ","):
            rest = rest.strip().removeprefix(",")
            added = [f'"{name}": {entry},' for name, entry in entries.items()]
            code = (
                source.encode()[:end].decode().strip() + "," + ("  " + rest.strip() if rest.strip() else "")
            )
            edit = Edit(Location(place.file, last.lineno, place.function), source, "\n".join((code, *added)))
            return ConfigFix(line_of(method, statement), "", None, (edit, *edits))
    if value.lineno != value.end_lineno:
        return ConfigFix(place, f"return {{**{ast.unparse(value)}, {text}}}", "in place", edits)
    start, end = value.col_offset, value.end_col_offset or 0
    before, inner, after = (
        part.decode().strip("\n")
        for part in (line.encode()[:start], line.encode()[start:end], line.encode()[end:])
    )
    is_plain = isinstance(value, ast.Dict) and value.values
    whole = f"{inner[:-1].rstrip().removesuffix(',')}, {text}}}" if is_plain else f"{{**{inner}, {text}}}"
    return ConfigFix(place, f"{before}{whole}{after}".strip(), "in place", edits)


def _stored(init: Location, argument: str) -> str:
    """Return the expression by which a config stores an argument: `self.k`; empty if no attribute has it."""
    for node in nodes_of(init):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))
            for attribute, value in pairs:
                if dotted(attribute).startswith("self.") and (stored := _written(attribute, value, argument)):
                    return stored
    return ""


def _written(attribute: ast.expr, value: ast.expr, argument: str) -> str:
    """Return how an attribute with an argument is written in a config."""
    name = dotted(attribute)
    if isinstance(value, ast.Name) and value.id == argument:
        return name
    if isinstance(value, ast.Call) and [getattr(each, "id", "") for each in value.args] == [argument]:
        function = dotted(value.func)
        if function in ("int", "float", "str", "bool", "tuple", "list"):
            return name
        if function.endswith(tuple(f"{module}.get" for module in _SERIALIZED)):
            return f"{function.removesuffix('get')}serialize({name})"
    return ""


_SERIALIZED = ("activations", "initializers", "regularizers", "constraints", "losses", "optimizers")


def _stored_too(init: Location, arguments: list[str]) -> tuple[Edit, ...]:
    """Return the edit that stores arguments in attributes, after the line of `super().__init__`."""
    calls = [call for call, base in _init_calls(init) if isinstance(base, ast.Call)]
    if not arguments or not calls:
        return ()
    place = line_of(init, calls[0])
    end, line = calls[0].end_col_offset or 0, calls[0].end_lineno or place.line
    source = linecache.getline(init.file, line).rstrip("\n")
    kept = [f"self.{name} = {name}" for name in arguments]
    head, rest = source.encode()[:end].decode(), source.encode()[end:].decode()
    is_alone = not rest.partition("#")[0].strip() and line != init.line
    code = "\n".join((source.strip(), *kept)) if is_alone else f"{'; '.join((head, *kept))}{rest}".strip()
    return (Edit(Location(place.file, line, place.function), source, code),)


def _init_calls(init: Location | None) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Yield the calls of the `__init__` of a base class, each with what it is called on: `super()`."""
    for node in nodes_of(init):
        method = node.func if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Call) and isinstance(method, ast.Attribute) and method.attr == "__init__":
            yield node, method.value


def accepting_kwargs(init: Location | None) -> tuple[Edit, ...]:
    """Return the edits by which `__init__` takes `**kwargs` and passes them to that of its base class."""
    function = function_at(init)
    calls = [call for call, _ in _init_calls(init)]
    if init is None or function is None or function.args.kwarg is not None or not calls:
        return ()
    signature = function.args
    given: list[ast.arg | ast.expr] = [*signature.posonlyargs, *signature.args, *signature.kwonlyargs]
    given += [
        *signature.defaults,
        *(each for each in (signature.vararg, *signature.kw_defaults) if each is not None),
    ]
    last = max(given, key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0))
    passed = "**kwargs" if not calls[0].args and not calls[0].keywords else ", **kwargs"
    column = (calls[0].end_col_offset or 1) - 1
    end = calls[0].end_lineno or 0, column, column
    after = last.end_col_offset or 0
    return lines_with(init, [(last.end_lineno or 0, after, after, ", **kwargs"), (*end, passed)])


def key_renamed(get_config: Location | None, key: str, new: str) -> Edit | None:
    """Return the edit of a `get_config` that gives one key another name."""
    for node in nodes_of(get_config):
        if isinstance(node, ast.Constant) and node.value == key and node.lineno == node.end_lineno:
            place = line_of(get_config, node)
            source = linecache.getline(place.file, place.line).rstrip("\n")
            before = source.encode()[: node.col_offset].decode()
            after = source.encode()[node.end_col_offset :].decode()
            return Edit(place, source, f'{before}"{new}"{after}'.strip())
    return None
