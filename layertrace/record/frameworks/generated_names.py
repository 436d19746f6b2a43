"""Number the names that Keras generates for layers."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

from layertrace.record.frameworks import keras_private
from layertrace.record.frameworks.parts import exists, home, installed

__all__ = ["names_numbered_from"]


@contextmanager
def names_numbered_from(framework: str, number: int) -> Iterator[bool]:
    """Number the names that Keras generates in a block from a number on: `dense_9`, `dense_10`.

    Yields whether it does, which a Keras without its private part does not.

    Args:
        framework: `keras` or `tf_keras`.
        number: The first number, of the names that Keras has generated before.
    """
    counts = _counts(framework)
    before = dict(counts or {})
    try:
        if counts is not None:
            counts.update(dict.fromkeys(before, number))
        yield counts is not None
    finally:
        if counts is not None:
            counts.update(before)


def _counts(framework: str) -> MutableMapping[str, int] | None:
    """Return the next number of each name; None if the private part is gone."""
    parts = keras_private.PARTS[framework]
    part = installed(parts["name_numbers"])
    if part is None:
        return None
    counts: MutableMapping[str, int] | None
    if framework == "tf_keras":
        owner, name = home(part)
        counts = getattr(owner, name)()
        return counts
    if not exists(parts["call_context"]):
        return None
    owner, name = home(parts["call_context"])
    counts = getattr(owner, name)(part.name)
    return {} if counts is None else counts  # None if no name was generated yet
