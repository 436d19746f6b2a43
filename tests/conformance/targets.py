"""Find the files that a target of the command line names."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

__all__ = ["located", "rootdir_of"]


def located(target: str, source: Path | None = None) -> str:
    """Return the absolute path of a file, a folder or `file::test`; return the name of a package unchanged.

    Args:
        target: A target of the command line.
        source: The folder that paths are relative to; the current one by default.
    """
    path, separator, test = target.partition("::")
    file = (source or Path()) / path
    return f"{file.resolve()}{separator}{test}" if file.exists() else target


def rootdir_of(targets: Sequence[str], python: str) -> Path | None:
    """Return the folder that names of tests start from: a package's, or the one that contains all files.

    Args:
        targets: As `located` returns them.
        python: The Python in which the packages are installed.
    """
    files = [Path(target.partition("::")[0]) for target in targets]
    folders = [file if file.is_dir() else file.parent for file in files if file.is_absolute()]
    if folders:
        return Path(os.path.commonpath(folders))
    package = targets[0].partition(".")[0]
    code = f"import importlib.util as u; s = u.find_spec({package!r}); print(s.origin if s else '')"
    found = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    return Path(found).parent.parent if found else None
