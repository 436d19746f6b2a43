"""Find the sentence of an exception that describes the mistake, and write messages as they are shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from layertrace.render.wording.glyphs import UNICODE, Glyphs

__all__ = ["prose", "sentence"]

# The beginning of the message of an exception that passed through a call of a layer (traceback_utils.py of
# Keras 3 and tf_keras), or through code of AutoGraph (tensorflow/python/autograph/pyct/error_utils.py).
OF_KERAS = "Exception encountered when calling "
OF_AUTOGRAPH = "in user code:"
# What TensorFlow writes before the message of an op that failed while a graph ran, and how the lines of the
# traceback that follow begin (tensorflow/python/eager/execute.py and graph_debug_info, 2.16 to 2.21).
OF_GRAPH = "Graph execution error:"
_OF_TRACEBACK = ("Detected at node ", 'File "', "<stack traces", "Stack trace for op", "node ")
_LONG_NUMBER = re.compile(r"\b\d+\.\d{5,}(e[-+]?\d+)?\b")
_ROOT_ERRORS = re.compile(r"\d+ root error\(s\) found\.|\(\d+\) [A-Z_]+:\s*")


def sentence(message: str) -> str:
    r"""Return the first line of a message, without what Keras, AutoGraph and graphs write before it.

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
        elif lines[0].strip() == OF_GRAPH:
            lines = _after_nodes(lines[1:])
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


def _after_nodes(lines: Sequence[str]) -> list[str]:
    """Return what follows the traceback of each node; the message has them all before the mistake."""
    last = max((at for at, line in enumerate(lines) if line.strip().startswith(_OF_TRACEBACK)), default=-1)
    rest = [_ROOT_ERRORS.sub("", line.strip()) for line in lines[last + 1 :]]
    return [line for line in rest if line] or list(lines[-1:])


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


def prose(message: str, glyphs: Glyphs) -> str:
    """Return a message as it is shown, with four digits of long numbers.

    Example:
        >>> prose("rate was 0.016666666666666666", UNICODE)
        'rate was 0.01667'
    """
    text = message.replace("…", glyphs.dots).replace("→", glyphs.arrow)
    return _LONG_NUMBER.sub(lambda match: f"{float(match[0]):.4g}", glyphs.user(text))
