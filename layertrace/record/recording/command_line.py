"""Return how the recorded program was started."""

from __future__ import annotations

import sys

__all__ = ["command_line"]

LONGEST, MOST = 200, 40


def command_line() -> tuple[str, ...]:
    """Return the program and its arguments; nothing for a notebook, `python -c` and an interactive session.

    Long arguments are shortened, and of many only the first are kept: a header is not the place for data.
    """
    arguments = [str(argument) for argument in getattr(sys, "argv", None) or ()]
    if not arguments or arguments[0] in ("", "-c", "-") or "ipykernel" in arguments[0]:
        return ()
    return tuple(argument[:LONGEST] for argument in arguments[:MOST])
