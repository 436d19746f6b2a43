"""Format values, shapes, durations and counts concisely."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from rich.cells import cell_len

from layertrace.render.wording.glyphs import UNICODE, Glyphs
from layertrace.timeline.defaults import config_arguments, is_config
from layertrace.timeline.event import Opaque, Structure, TensorSpec
from layertrace.timeline.literals import literal

__all__ = [
    "argument_list",
    "arguments",
    "counted",
    "duration",
    "first_line",
    "joined",
    "shortened",
    "structure",
    "tensors",
]

WIDEST_VALUE = 40
MOST_VALUES = 6
DEEPEST_VALUE = 4
MOST_POSITIONAL = 2
DTYPE_POLICY = "<DTypePolicy "
_NAMED = re.compile(r"<[A-Z]\w* ([^<>\s]+)>")
"""A layer in a list of layers: its class, and its name."""


def structure(value: Structure, glyphs: Glyphs = UNICODE, depth: int = 0) -> str:
    """Return a value or nested tensor specs, shortened if they are long.

    Example:
        >>> structure((TensorSpec("float32", (4, None)), "same"))
        "(float32[4, None], 'same')"
    """
    if isinstance(value, Opaque) and value.text.startswith(DTYPE_POLICY):
        return glyphs.user(value.text.removeprefix(DTYPE_POLICY).removesuffix(">"))
    if isinstance(value, (TensorSpec, Opaque)):
        return glyphs.user(shortened(str(value), 2 * WIDEST_VALUE, glyphs))
    if isinstance(value, Mapping) and is_config(value):
        return _config(value, glyphs, depth)
    if isinstance(value, (Mapping, tuple, list)):
        return _nest(value, glyphs, depth)
    if isinstance(value, float):
        return _rounded(value)
    return glyphs.user(shortened(literal(value), WIDEST_VALUE, glyphs))


def _nest(value: Mapping[str, Structure] | Iterable[Structure], glyphs: Glyphs, depth: int) -> str:
    if isinstance(value, Mapping):
        entries = [(f"{glyphs.user(str(key))}: ", inner) for key, inner in value.items()]
        opening, closing = "{", "}"
    else:
        items = list(value)
        names = _names(items)
        entries = [("", inner) for inner in names or items]
        opening, closing = ("[", "]") if names else ("(", ",)") if len(entries) == 1 else ("(", ")")
    if depth >= DEEPEST_VALUE:
        return f"{opening}{glyphs.dots}{closing}"
    parts = [key + structure(inner, glyphs, depth + 1) for key, inner in entries[:MOST_VALUES]]
    if len(entries) > MOST_VALUES:
        parts.append(f"{glyphs.dots} {len(entries) - MOST_VALUES} more")
    return f"{opening}{', '.join(parts)}{closing}"


def _names(items: Sequence[Structure]) -> list[Structure]:
    """Return the layers of a Sequential by their names, next to the tensor of its input; else nothing.

    Example:
        >>> structure((TensorSpec("float32", (None, 8)), Opaque("<Dense dense>")))
        '[float32[None, 8], dense]'
    """
    names: list[Structure] = []
    for item in items:
        named = _NAMED.fullmatch(item.text) if isinstance(item, Opaque) else None
        if named is None and not isinstance(item, TensorSpec):
            is_rest = isinstance(item, Opaque) and item is items[-1] and item.text.endswith(" more")
            if not is_rest:
                return []
        names.append(item if named is None else Opaque(named[1]))
    return names if any(isinstance(name, Opaque) for name in names) else []


def _config(value: Mapping[str, Structure], glyphs: Glyphs, depth: int) -> str:
    """Return the config of an object as the call that would create it: `VarianceScaling(2.0, 'fan_out')`."""
    name, given = glyphs.user(str(value["class_name"])), config_arguments(value)
    if name == "DTypePolicy" and isinstance(given.get("name"), str):
        return glyphs.user(str(given["name"]))
    if depth >= DEEPEST_VALUE:
        return name
    parts = [structure(inner, glyphs, depth + 1) for inner in given.values()]
    if len(parts) > MOST_POSITIONAL:
        parts = [f"{glyphs.user(key)}={part}" for key, part in zip(given, parts, strict=True)]
    return f"{name}({joined(parts, glyphs)})" if parts else name


def _rounded(number: float) -> str:
    """Return a float with four significant digits, or with one decimal place if it is large.

    Example:
        >>> _rounded(0.00392156862745098), _rounded(2.0), _rounded(12345.678)
        ('0.003922', '2.0', '12345.7')
    """
    return repr(float(f"{number:.4g}") if abs(number) < 1000 else round(number, 1))


def tensors(value: Structure, glyphs: Glyphs = UNICODE) -> str:
    """Return the inputs of a call; several arguments by name, without brackets around them.

    Example:
        >>> tensors({"query": TensorSpec("float32", (2, 3)), "causal": True})
        'query: float32[2, 3], causal: True'
    """
    if isinstance(value, Mapping) and value:
        return structure(value, glyphs)[1:-1]
    return structure(value, glyphs)


def arguments(values: Mapping[str, Structure], glyphs: Glyphs = UNICODE) -> str:
    """Return keyword arguments as in a call: `units=3, use_bias=False`."""
    return joined(argument_list(values, glyphs), glyphs)


def argument_list(values: Mapping[str, Structure], glyphs: Glyphs = UNICODE) -> list[str]:
    """Return each keyword argument as in a call."""
    return [f"{glyphs.user(name)}={structure(value, glyphs, 1)}" for name, value in values.items()]


def joined(parts: list[str], glyphs: Glyphs = UNICODE) -> str:
    """Return the first six arguments in one text, and the number of the others."""
    rest = [f"{glyphs.dots} {len(parts) - MOST_VALUES} more"] if len(parts) > MOST_VALUES else []
    return ", ".join([*parts[:MOST_VALUES], *rest])


def duration(nanoseconds: int, glyphs: Glyphs = UNICODE) -> str:
    """Return a duration with two or three digits: `85 µs`, `2.1 ms`, `88 ms`, `1.2 s`, `3 min 5 s`.

    Example:
        >>> duration(2_140_000)
        '2.1 ms'
    """
    if nanoseconds < 99_500:
        return f"{nanoseconds / 1e3:.0f} {glyphs.micro}s"
    if nanoseconds < 9_950_000:
        return f"{nanoseconds / 1e6:.1f} ms"
    if nanoseconds < 999_500_000:
        return f"{nanoseconds / 1e6:.0f} ms"
    if nanoseconds < 59_950_000_000:
        return f"{nanoseconds / 1e9:.1f} s"
    minutes, seconds = divmod(round(nanoseconds / 1e9), 60)
    return f"{minutes:,} min {seconds} s"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 variable`, `1,250 parameters`."""
    ending = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{ending}"


def shortened(text: str, width: int, glyphs: Glyphs = UNICODE) -> str:
    """Return a text without its middle if it is long; its end is often as informative as its beginning."""
    if cell_len(text) <= width:
        return text
    for kept in range(width - len(glyphs.dots), 0, -1):  # wide signs take two columns each
        short = f"{text[: kept - kept // 3]}{glyphs.dots}{text[len(text) - kept // 3 :]}"
        if cell_len(short) <= width:
            return short
    return glyphs.dots[:width]


def first_line(message: str, glyphs: Glyphs = UNICODE) -> str:
    """Return the first line of an error's message that is not empty."""
    for line in message.splitlines():
        text = glyphs.user(line).strip()
        if text:
            return text
    return ""
