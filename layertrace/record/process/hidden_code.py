"""Hide wrappers from the program's tools, by the file name in their code."""

from __future__ import annotations

from typing import Any, TypeVar

__all__ = ["HIDDEN_FILE", "hidden"]

F = TypeVar("F", bound=Any)

HIDDEN_FILE = "<layertrace, hidden from stacklevel like importlib._bootstrap>"
"""The file name in the code of wrappers.

`warnings.warn(…, stacklevel=2)` skips frames whose file contains both words, as it does for Python's
own import machinery (`_is_internal_frame` in `Lib/warnings.py`, Python 3.3 to 3.14), so a warning from
`Layer.__init__` still names the line of the subclass.
"""


def hidden(function: F) -> F:
    """Set the file name of a function's code to that of wrappers, and return the function."""
    function.__code__ = function.__code__.replace(co_filename=HIDDEN_FILE)
    return function
