"""Say values, shapes, durations and counts in few signs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layertrace.render.wording.glyphs import UNICODE, Glyphs
from layertrace.timeline.event import Opaque, Structure, TensorSpec
from layertrace.timeline.literals import literal

__all__ = ["arguments", "counted", "duration", "first_line", "shortened", "structure", "tensors"]

WIDEST_VALUE = 40
MOST_VALUES = 6
DEEPEST_VALUE = 4


def structure(value: Structure, glyphs: Glyphs = UNICODE, depth: int = 0) -> str:
    """Say a value or a nest of tensor specs, leaving out what would run on.

    Example:
        >>> structure((TensorSpec("float32", (4, None)), "same"))
        "(float32[4, None], 'same')"
    """
    if isinstance(value, (TensorSpec, Opaque)):
        return glyphs.user(shortened(str(value), 2 * WIDEST_VALUE, glyphs))
    if isinstance(value, (Mapping, tuple, list)):
        return _nest(value, glyphs, depth)
    return glyphs.user(shortened(literal(value), WIDEST_VALUE, glyphs))


def _nest(value: Mapping[str, Structure] | Iterable[Structure], glyphs: Glyphs, depth: int) -> str:
    if isinstance(value, Mapping):
        said = [(f"{glyphs.user(str(key))}: ", inner) for key, inner in value.items()]
        opening, closing = "{", "}"
    else:
        said = [("", inner) for inner in value]
        opening, closing = ("(", ",)") if len(said) == 1 else ("(", ")")
    if depth >= DEEPEST_VALUE:
        return f"{opening}{glyphs.dots}{closing}"
    parts = [key + structure(inner, glyphs, depth + 1) for key, inner in said[:MOST_VALUES]]
    if len(said) > MOST_VALUES:
        parts.append(f"{glyphs.dots} {len(said) - MOST_VALUES} more")
    return f"{opening}{', '.join(parts)}{closing}"


def tensors(value: Structure, glyphs: Glyphs = UNICODE) -> str:
    """Say what came into a call; several arguments by name, without brackets around them.

    Example:
        >>> tensors({"query": TensorSpec("float32", (2, 3)), "causal": True})
        'query: float32[2, 3], causal: True'
    """
    if isinstance(value, Mapping) and value:
        return structure(value, glyphs)[1:-1]
    return structure(value, glyphs)


def arguments(values: Mapping[str, Structure], glyphs: Glyphs = UNICODE) -> str:
    """Say keyword arguments as they are written in a call: `units=3, use_bias=False`."""
    said = [f"{glyphs.user(name)}={structure(value, glyphs, 1)}" for name, value in values.items()]
    if len(said) > MOST_VALUES:
        said[MOST_VALUES:] = [f"{glyphs.dots} {len(said) - MOST_VALUES} more"]
    return ", ".join(said)


def duration(nanoseconds: int, glyphs: Glyphs = UNICODE) -> str:
    """Say a duration with two or three figures: `85 µs`, `2.1 ms`, `88 ms`, `1.2 s`, `3 min 5 s`.

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
    """Say how many: `1 variable`, `1,250 parameters`."""
    ending = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{ending}"


def shortened(text: str, width: int, glyphs: Glyphs = UNICODE) -> str:
    """Cut out the middle of a long text; its end often tells as much as its beginning."""
    if len(text) <= width:
        return text
    kept = width - len(glyphs.dots)
    return f"{text[: kept - kept // 3]}{glyphs.dots}{text[len(text) - kept // 3 :]}"


def first_line(message: str, glyphs: Glyphs = UNICODE) -> str:
    """Return the first line of an error's message that says anything."""
    for line in message.splitlines():
        said = glyphs.user(line).strip()
        if said:
            return said
    return ""
