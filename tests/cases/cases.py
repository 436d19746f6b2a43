"""Run the programs of this folder, which go wrong the way people's programs do, under trace.

Each folder is one case, named as the rule that finds it. `broken.py` is the program that goes wrong,
`another_*.py` are other programs with the same mistake, and `fixed.py` is the first one, fixed. `clean/` has
programs without a mistake. A comment `# finds: LT101 scale` at the end of a line names what layertrace finds
there and for which layer (`-` for none); several are separated by commas.
"""

from __future__ import annotations

import contextlib
import gc
import io
import re
import runpy
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import layertrace
from layertrace import Timeline

HERE = Path(__file__).parent
Expected = tuple[str, str, int]
"""A code, the name of a layer or `-`, and a line."""


@dataclass(frozen=True)
class Ran:
    """What became of a program: its timeline, what it printed, and the exception that ended it."""

    timeline: Timeline
    printed: str
    error: Exception | None


def path_of(case: str) -> Path:
    """Return the broken program of a case: `path_of("lt201_retraced_by_shape")`."""
    return HERE / case / "broken.py"


def programs(kind: str) -> list[Path]:
    """Return the programs of a kind: `broken`, `another`, `fixed` or `clean`."""
    return sorted(HERE.glob("clean/*.py" if kind == "clean" else f"lt*/{kind}*.py"))


def run(path: Path) -> Ran:
    """Run a program under trace, in this process, from a fresh start; it leaves nothing behind."""
    _fresh()
    printed, error = io.StringIO(), None
    tracer = layertrace.trace(report=False)
    timeline = None
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
            warnings.simplefilter("ignore")  # the programs are meant to cause some
            with tracer as timeline:
                kept = runpy.run_path(str(path), run_name="__main__")  # its layers live until the end
                assert kept
    except Exception as raised:
        error = raised
    finally:
        _fresh()
    return Ran(timeline, printed.getvalue(), error)


def _fresh():
    for name in ("keras", "tf_keras"):
        if name in sys.modules:
            sys.modules[name].backend.clear_session()
            sys.modules[name].mixed_precision.set_global_policy("float32")
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].config.run_functions_eagerly(False)
    gc.collect()


def expected(path: Path) -> list[Expected]:
    """Return what is to be found in a program, as its comments say."""
    found = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        said = re.search(r"# finds: (.*)$", line)
        for one in said.group(1).split(",") if said else ():
            code, _, layer = one.strip().partition(" ")
            found.append((code, layer.strip() or "-", number))
    return sorted(found)


def found_in(timeline: Timeline) -> list[Expected]:
    """Return what layertrace finds, in the same form, one for each layer."""
    found = []
    for finding in timeline.findings(select=["LT"]):
        line = 0 if finding.location is None else finding.location.line
        names = [layer.name for layer in finding.layers] or ["-"]
        found += [(finding.code, name, line) for name in names]
    return sorted(found)
