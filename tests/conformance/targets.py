"""Find the files that a target of the command line names."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

__all__ = ["located", "rootdir_of"]


def located(target: str, source: Path | None = None) -> str:
    """Return a file, a folder or `file::test` with its whole path, and the name of a package as it is.

    Args:
        target: What the user named.
        source: The folder that paths start from, if not the current one.
    """
    path, separator, test = target.partition("::")
    file = (source or Path()) / path
    return f"{file.resolve()}{separator}{test}" if file.exists() else target


def rootdir_of(targets: Sequence[str], python: str) -> Path | None:
    """Return where the names of tests may begin: the folder of a package, or the one that has all files.

    Args:
        targets: As `located` returns them.
        python: The Python that has the packages.
    """
    files = [Path(target.partition("::")[0]) for target in targets]
    folders = [file if file.is_dir() else file.parent for file in files if file.is_absolute()]
    if folders:
        return Path(os.path.commonpath(folders))
    package = targets[0].partition(".")[0]
    code = f"import importlib.util as u; s = u.find_spec({package!r}); print(s.origin if s else '')"
    found = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    return Path(found).parent.parent if found else None
