"""Run the programs in this folder, which reproduce real mistakes, under trace.

Each folder is one case, named after the rule that finds it. `broken.py` has the mistake, `another_*.py` are
other programs with the same mistake, and `fixed.py` is `broken.py` without it. The programs in `clean/` have
no mistakes. A comment `# finds: LT101 scale` at the end of a line names the finding that layertrace reports
for that line and its layer (`-` for none); several findings are separated by commas.
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
    """The result of a program: its timeline, its output, and the exception that ended it."""

    timeline: Timeline
    printed: str
    error: Exception | None


def path_of(case: str) -> Path:
    """Return the broken program of a case: `path_of("lt201_retraced_by_shape")`."""
    return HERE / case / "broken.py"


def programs(kind: str) -> list[Path]:
    """Return all programs of a kind: `broken`, `another`, `fixed` or `clean`."""
    return sorted(HERE.glob("clean/*.py" if kind == "clean" else f"lt*/{kind}*.py"))


def run(path: Path) -> Ran:
    """Run a program under trace in this process, with the global state of Keras reset before and after."""
    _fresh()
    registered = {name: dict(names) for name, names in _registries().items()}
    printed, error = io.StringIO(), None
    tracer = layertrace.trace(report=False)
    timeline = None
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
            warnings.simplefilter("ignore")  # the programs cause warnings on purpose
            with tracer as timeline:
                kept = runpy.run_path(str(path), run_name="__main__")  # its layers outlive the trace
                assert kept
    except Exception as raised:
        error = raised
    finally:
        for name, names in _registries().items():
            names.clear()
            names.update(registered.get(name, {}))
        _fresh()
    return Ran(timeline, printed.getvalue(), error)


def _registries():
    """Return the classes and functions that are registered for saving, with each Keras."""
    loaded = [name for name in ("keras", "tf_keras") if name in sys.modules]
    return {name: sys.modules[name].saving.get_custom_objects() for name in loaded}


def _fresh():
    for name in ("keras", "tf_keras"):
        if name in sys.modules:
            sys.modules[name].backend.clear_session()
            sys.modules[name].mixed_precision.set_global_policy("float32")
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].config.run_functions_eagerly(False)
    gc.collect()


def expected(path: Path) -> list[Expected]:
    """Return the findings that the comments of a program expect."""
    findings = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        comment = re.search(r"# finds: (.*)$", line)
        for finding in comment.group(1).split(",") if comment else ():
            code, _, layer = finding.strip().partition(" ")
            findings.append((code, layer.strip() or "-", number))
    return sorted(findings)


def found_in(timeline: Timeline) -> list[Expected]:
    """Return the findings of layertrace in the form of `expected`, one for each layer."""
    expectations = []
    for finding in timeline.findings(select=["LT"]):
        line = 0 if finding.location is None else finding.location.line
        names = [layer.name for layer in finding.layers] or ["-"]
        expectations += [(finding.code, name, line) for name in names]
    return sorted(expectations)
