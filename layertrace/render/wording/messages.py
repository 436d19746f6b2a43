"""Find the sentence of an exception that describes the mistake."""

from __future__ import annotations

from collections.abc import Sequence

from layertrace.render.wording.glyphs import UNICODE

__all__ = ["sentence"]

# The beginning of the message of an exception that passed through a call of a layer (traceback_utils.py of
# Keras 3 and tf_keras), or through code of AutoGraph (tensorflow/python/autograph/pyct/error_utils.py).
OF_KERAS = "Exception encountered when calling "
OF_AUTOGRAPH = "in user code:"


def sentence(message: str) -> str:
    r"""Return the first line of a message, without what Keras and AutoGraph write before it.

    Example:
        >>> sentence("Exception encountered when calling GCN.call().\n\nno such axis\n\nArguments: x")
        'no such axis'
    """
    lines = [line for line in UNICODE.user_lines(message).splitlines() if line.strip()]
    while len(lines) > 1:
        if lines[0].strip().startswith(OF_KERAS):
            lines = lines[1:]
        elif lines[0].strip() == OF_AUTOGRAPH:
            lines = _after_files(lines[1:])
        else:
            break
    return lines[0].strip() if lines else ""


def _after_files(lines: Sequence[str]) -> list[str]:
    """Return what follows a traceback, without the type of the exception."""
    margin = _margin(lines[0])
    for number, line in enumerate(lines):
        if _margin(line) <= margin and not line.lstrip().startswith('File "'):
            return [line.partition(": ")[2] or line, *lines[number + 1 :]]
    return list(lines[-1:])


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())
