"""Write values as in Python code, for sentences that are part of an event."""

from __future__ import annotations

from collections.abc import Mapping

from layertrace.timeline.event import Structure, TensorSpec

__all__ = ["literal", "words"]


def literal(value: object) -> str:
    """Return the repr of one plain value, shortened if it is a very large int."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 256:
        # Python refuses to spell out an int of more than 4,300 digits.
        return f"<int of {value.bit_length()} bits>"
    return repr(value)


def words(value: Structure) -> str:
    """Return a structure of arguments as in Python code, with specs for tensors.

    Example:
        >>> words((TensorSpec("float32", (2, 3)), {"alpha": 0.1}))
        "(float32[2, 3], {'alpha': 0.1})"
    """
    if isinstance(value, TensorSpec):
        return str(value)
    if isinstance(value, tuple):
        inside = ", ".join(map(words, value))
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name!r}: {words(inner)}" for name, inner in value.items()) + "}"
    return literal(value)
