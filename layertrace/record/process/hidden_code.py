"""The file that wrappers claim to come from, by which the program's tools skip them."""

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
    """Give a function that is written in a module the file name of generated wrappers."""
    function.__code__ = function.__code__.replace(co_filename=HIDDEN_FILE)
    return function
