"""Compare whole texts with files, and rewrite the files where the change was meant."""

from __future__ import annotations

import os
from difflib import unified_diff
from pathlib import Path

HERE = Path(__file__).parent
UPDATE = "LAYERTRACE_UPDATE_GOLDEN"


def assert_golden(name: str, text: str) -> None:
    """Fail, and show the difference, unless `text` equals the golden file `name`.

    With LAYERTRACE_UPDATE_GOLDEN=1 in the environment, the file is written instead.
    """
    path = HERE / f"{name}.txt"
    told = text.replace("\x1b", "␛").rstrip("\n") + "\n"
    if os.environ.get(UPDATE):
        path.write_text(told, encoding="utf-8")
    expected = path.read_text(encoding="utf-8") if path.exists() else ""
    if told != expected:
        lines = unified_diff(expected.splitlines(), told.splitlines(), "golden", "now", lineterm="")
        difference = "\n".join(lines)
        raise AssertionError(f"{path.name} differs (to accept: {UPDATE}=1)\n{difference}")
