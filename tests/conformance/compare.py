"""Run Keras's own tests bare and with every layer traced, and tell every difference.

    python tests/conformance/compare.py            # the part that CI runs, some 4 minutes
    python tests/conformance/compare.py --all      # all of keras.src.layers and keras.src.models, some 12
    python tests/conformance/compare.py keras.src.layers.core.dense_test    # a part of your choice

Both runs go side by side, so two cores serve best. The exit status is 1 if one test differs in its outcome,
the message it fails or skips with, or its warnings; if layertrace had to step aside; or if it saw nothing.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from keras_suite import Run, run_both

ALL = ("keras.src.layers", "keras.src.models")
CI = (
    "keras.src.layers.layer_test",
    "keras.src.layers.core",
    "keras.src.layers.rnn",
    "keras.src.models",
)
"""Where layers are made, built and called in every way there is; the other folders test what they compute."""


def differences(bare: Run, traced: Run) -> Iterator[str]:
    """Yield a sentence for each test that ended in another way, and for each fault of layertrace."""
    missing = ("did not run", "")
    for test in sorted(bare.tests.keys() | traced.tests.keys()):
        before, after = bare.tests.get(test, missing), traced.tests.get(test, missing)
        if before != after:
            yield f"{test}\n    bare    {_told(before)}\n    traced  {_told(after)}"
    yield from (f"layertrace stepped aside: {fault}" for fault in traced.faults)
    if not traced.kinds.total():
        yield "layertrace recorded nothing"


def _told(end: tuple[str, str]) -> str:
    return ": ".join(filter(None, end))


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parse(arguments)
    parts = ALL if given.all else given.parts or CI
    print(f"{', '.join(parts)}, bare and traced side by side ...", flush=True)
    with tempfile.TemporaryDirectory() as passing:
        bare, traced = run_both(parts, given.keep or Path(passing))
    found = list(differences(bare, traced))
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in traced.kinds.most_common())
    print(f"bare    {bare}\ntraced  {traced}; {traced.kinds.total():,} events: {kinds or 'none'}")
    print("\n".join([*found, f"{len(found) or 'no'} difference{'s' * (len(found) > 1)}"]))
    return 1 if found else 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    verbatim = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=verbatim)
    parser.add_argument("parts", nargs="*", help="packages and modules with tests (default: CI's)")
    parser.add_argument("--all", action="store_true", help="all of keras.src.layers and keras.src.models")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="a new folder for reports and logs")
    given = parser.parse_args(arguments)
    if given.all and given.parts:
        parser.error("--all leaves nothing to choose: name parts, or give --all")
    return given


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that both runs end with this
    sys.exit(main())
