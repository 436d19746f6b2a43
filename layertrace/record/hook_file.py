"""The file that hooks claim to come from, by which the program's tools overlook them."""

from __future__ import annotations

from typing import Any, TypeVar

__all__ = ["HOOK_FILE", "hidden"]

F = TypeVar("F", bound=Any)


class _HookFile(str):
    """A file name that also equals `<string>`."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return other == "<string>" or str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other


HOOK_FILE = _HookFile("<layertrace, hidden from stacklevel like importlib._bootstrap>")
"""What hooks give as their file, so that the program's tools overlook them.

`warnings.warn(…, stacklevel=2)` skips frames whose file contains both words, as it does for Python's
own import machinery (`_is_internal_frame` in `Lib/warnings.py`, Python 3.3 to 3.14), so a warning from
`Layer.__init__` still names the line of the subclass. AutoGraph leaves code from `<string>` alone
(`tensorflow/python/autograph/impl/api.py`, TensorFlow 2.21: "dynamic code"), so our own lines are never
converted.
"""


def hidden(function: F) -> F:
    """Let a function that is written out in a module be overlooked as the generated hooks are."""
    function.__code__ = function.__code__.replace(co_filename=HOOK_FILE)
    return function
