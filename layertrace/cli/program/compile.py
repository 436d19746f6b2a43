"""Compile a program, and show the line where that fails."""

from __future__ import annotations

import importlib.util
import marshal
import sys
import traceback
from types import CodeType

from layertrace.errors import ProgramError

__all__ = ["compile_source", "compiling_failed", "load_bytecode"]


def compile_source(source: bytes | str, file: str, name: str) -> CodeType:
    """Compile the text of a program.

    Args:
        source: The text.
        file: The file that the code names as its own.
        name: The name of the program in messages, as the user wrote it.

    Raises:
        ProgramError: If it does not compile.
    """
    try:
        return compile(source, file, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError) as error:
        raise compiling_failed(error, name, source) from error


def compiling_failed(error: BaseException, name: str, source: bytes | str = b"") -> ProgramError:
    """Return the error to raise, with the line and a mark under the fault where they are known."""
    text = source if isinstance(source, bytes) else source.encode(errors="replace")
    number = getattr(error, "lineno", None)
    if not number and b"\0" in text:
        number = text[: text.index(b"\0")].count(b"\n") + 1
    if not isinstance(error, SyntaxError):
        error = SyntaxError(str(error) or type(error).__name__)
    lines = text.decode(errors="replace").splitlines()
    if error.text is None and number and number <= len(lines):
        error.lineno, error.text = number, lines[number - 1].partition("\0")[0]
        error.filename = error.filename or name
    formatted = "".join(traceback.TracebackException(type(error), error, None).format_exception_only())
    excerpt = [line.rstrip() for line in formatted.splitlines() if line.startswith("    ")]
    place = f"{name}:{number}" if number else name
    return ProgramError("\n".join([f"{place} does not compile: {error.msg}", *excerpt]))


def load_bytecode(source: bytes, name: str) -> CodeType:
    """Return the code in the content of a bytecode file.

    Raises:
        ProgramError: If another version of Python wrote the file, or if it is damaged.
    """
    if source[:4] != importlib.util.MAGIC_NUMBER:
        version = sys.version.split()[0]
        raise ProgramError(f"{name} was compiled for another version of Python than this one ({version})")
    try:
        code = marshal.loads(source[16:])  # noqa: S302  # as Python loads it
    except (EOFError, ValueError, TypeError) as error:
        raise ProgramError(f"{name} is damaged: {error}") from error
    if not isinstance(code, CodeType):
        raise ProgramError(f"{name} contains no code")
    return code
