"""Run any tests bare and with every layer traced, and print every difference.

    python tests/conformance/compare.py            # what CI runs of Keras's own tests, about 3 minutes
    python tests/conformance/compare.py --all      # all of keras.src.layers and keras.src.models, about 12
    python tests/conformance/compare.py keras.src.trainers keras.src.layers.core.dense_test
    python tests/conformance/compare.py path/to/folder path/to/file_test.py::test_one --python path/to/python
    python tests/conformance/compare.py --suite keras-rs --source path/to/checkout
    python tests/conformance/compare.py --backend torch keras.src.layers.layer_test

Both runs go side by side, on two cores; `--in-turn` measures times better. A run is one process with a fixed
order, hash seed 0, no configuration file, and no plugins except ours and those of `--pytest`.

The exit status is 1 if one test differs in its outcome, its message or its warnings; if only the traced run
crashed; if layertrace stepped aside or issued a warning; or if it recorded nothing. It is 2 if no test ran.
Addresses, names of generated files, temporary folders and timings in messages do not count.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from differences import differences, flaky
from report import print_report, row
from sessions import Job, run_all
from suites import SUITES
from targets import located, rootdir_of

ALL = ("keras.src.layers", "keras.src.models")
CI = (
    "keras.src.layers.layer_test",
    "keras.src.layers.core",
    "keras.src.layers.rnn",
    "keras.src.models",
)
"""Tests that create, build and call layers in every way; the other folders test what layers compute."""

CI_PYTEST = ("-k", "not (int4 or float8 or gptq or awq)")
"""CI runs the int8 tests of quantized layers, and not those of other formats, which call the same hooks."""


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parse(arguments)
    with tempfile.TemporaryDirectory() as passing:
        folder = given.keep or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        job = _job(given, folder)
        name = " ".join([given.suite or "", *given.parts]).strip() or "the tests that CI runs"
        name = "keras.src.layers keras.src.models" if given.all else name
        how = "in turn" if given.in_turn else "side by side"
        print(f"{name}, bare and traced {how} ...", flush=True)
        try:
            runs = run_all(job, folder, in_turn=given.in_turn, repeat_bare=given.repeat_bare)
        except RuntimeError as error:
            print(error)
            return 2
    bare, traced = runs["bare"], runs["traced"]
    unsteady = flaky(bare, runs["again"]) if "again" in runs else {}
    found = list(differences(bare, traced, frozenset(unsteady)))
    print_report(runs, unsteady, found)
    if given.append:
        with given.append.open("a") as table:
            table.write(row(name, runs, unsteady, found) + "\n")
    return 1 if found else 0


def _job(given: argparse.Namespace, folder: Path) -> Job:
    """Return what to run, with absolute paths."""
    suite = SUITES.get(given.suite)
    parts = given.parts or (suite.parts if suite else ALL if given.all else CI)
    selection = suite.pytest if suite else CI_PYTEST if parts is CI else ()
    source = None
    if suite and suite.in_checkout:
        (folder / "suite").mkdir()
        source = suite.prepare(given.source.resolve(), (folder / "suite").resolve())
    targets = [located(part, source) for part in parts]
    return Job(
        targets=targets,
        python=given.python,
        rootdir=given.rootdir or source or rootdir_of(targets, given.python),
        pytest=[*selection, *shlex.split(given.pytest)],
        environment=(suite.environment if suite else {}) | {"KERAS_BACKEND": given.backend},
        paths=[source] if suite and source and suite.imports_checkout else (),
        engine=given.engine or "",
        timeout=given.timeout,
    )


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    verbatim = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=verbatim)
    add = parser.add_argument
    add("parts", nargs="*", help="packages, modules, files, folders, file::test (default: CI's)")
    add("--all", action="store_true", help="all of keras.src.layers and keras.src.models")
    add("--suite", choices=SUITES, help="a suite of another project; parts select its files and folders")
    add("--source", type=Path, metavar="FOLDER", help="a checkout of the suite's repository")
    add("--python", default=sys.executable, help="the Python that runs the tests (default: this one)")
    add("--backend", default="tensorflow", help="the backend of Keras (default: tensorflow)")
    add("--engine", choices=("monitoring", "wrapping"), help="LAYERTRACE_ENGINE of the traced run")
    add("--in-turn", action="store_true", help="run one after the other")
    add("--repeat-bare", action="store_true", help="run bare twice, and ignore what differs by itself")
    add("--timeout", type=float, metavar="SECONDS", help="time limit of each run")
    add("--rootdir", type=Path, help="the folder that names of tests start from")
    add("--pytest", default="", metavar="ARGUMENTS", help="further arguments of pytest: --pytest='-k dense'")
    add("--keep", type=Path, metavar="FOLDER", help="a new folder for reports and logs")
    add("--append", type=Path, metavar="FILE", help="add a row of a Markdown table to a file")
    given = parser.parse_args(arguments)
    if given.all and (given.parts or given.suite):
        parser.error("--all cannot be combined with parts or --suite: give one of them")
    if given.suite and SUITES[given.suite].in_checkout and not given.source:
        parser.error(f"--suite {given.suite} needs a checkout of its repository: give --source FOLDER")
    return given


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that both runs end with this process
    sys.exit(main())
