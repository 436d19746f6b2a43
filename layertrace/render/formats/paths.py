"""Name files as the tools of a CI job find them: relative to the folder of the check, with slashes."""

from __future__ import annotations

import os
import re
from pathlib import PurePath
from urllib.parse import quote

from layertrace.timeline.event import Location

__all__ = ["columns_of", "path_of", "uri_of"]

_NOT_A_FILE = re.compile(r"^<.*>|[\\/]ipykernel_\d+[\\/]")


def path_of(file: str, folder: str) -> str | None:
    """Return the path of a file from a folder, or its whole path if it is outside; None if it is not a file.

    Example:
        >>> path_of("/net/src/./model.py", "/net"), path_of("/lib/x.py", "/net"), path_of("<stdin>", "/net")
        ('src/model.py', '/lib/x.py', None)
    """
    if not file or _NOT_A_FILE.search(file):
        return None
    whole = PurePath(os.path.normpath(os.path.join(folder, file)))
    return (whole.relative_to(folder) if whole.is_relative_to(folder) else whole).as_posix()


def uri_of(path: str) -> str:
    """Return the URI of a path that `path_of` returned: a relative reference, or one with a scheme.

    Example:
        >>> uri_of("src/my model.py"), uri_of("/lib/x.py")
        ('src/my%20model.py', 'file:///lib/x.py')
    """
    if not PurePath(path).is_absolute():
        return quote(path)
    return f"file://{quote(path)}" if path.startswith("/") else f"file:///{quote(path, safe='/:')}"


def columns_of(location: Location, source: str) -> tuple[int, int] | None:
    """Return the first column of an expression and the one after it, counted in characters from 1.

    Args:
        location: The place, which counts bytes.
        source: The line as it is in the file.

    Returns:
        None if the columns or the line are unknown. An expression that goes on in the next line ends with its
        first one.
    """
    if location.columns is None or not source:
        return None
    line = source.encode("utf-8", "replace")
    start, end = (len(line[:at].decode("utf-8", "ignore")) + 1 for at in location.columns)
    return (start, end) if start < end else None
