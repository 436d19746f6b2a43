"""Count which mistakes layertrace finds in programs that have a header, and where it gives a false alarm.

python tests/diagnosis/scoreboard.py                      # all programs in tests/cases, and the demos
python tests/diagnosis/scoreboard.py FOLDER_OR_FILE ...   # only these
python tests/diagnosis/scoreboard.py --applications       # and all of keras.applications: 20 minutes more

A program with a mistake has either comments `# finds: LT101 scale` at the lines to blame, or a header with
`# SOURCE:`, `# CULPRIT:` (the name of the instance) and `# LINE:` (the line to change), as those in
`tests/cases/field`. There, `NAME_mended.py` is the same program without the mistake. The headers in `field`
were written before a rule could find the mistake, so they measure how well the rules do on what they have
not seen.

A mistake counts as found if an error or a warning names its instance and its line, or edits that line, and
has a fix, and as half found if a finding names either. Each finding above a note in a program without a
mistake is a false alarm.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from cases.cases import HERE, expected, found_in, run  # noqa: E402  # found by the line above

TESTS = Path(__file__).parents[1]
FIELDS = ("SOURCE", "SYMPTOM", "CULPRIT", "LINE", "FIX", "OUTCOME", "IDEAL", "MENDED", "FINDS")
DEMOS = Path(__file__).parents[2] / "demos"
APPLICATIONS = Path("keras.applications")
SHOWS_A_MISTAKE = {
    "check_layer": {"LT301", "LT601"},
    "gcn_in_cnn_eager": {"LT101"},
    "gcn_in_cnn_traced": {"LT101"},
    "retrace_shapes": {"LT201"},
    "retrace_values": {"LT202"},
}
"""What the demos find that have a mistake."""
VERDICTS = ("found", "half", "missed", "silent", "false alarm", "failed")


@dataclass(frozen=True)
class Score:
    """How one program was judged.

    Attributes:
        group: `broken`, `another`, `fixed`, `clean`, `field`, `mended`, `demo` or `application`.
        verdict: One of `VERDICTS`.
        findings: What was found, one line each.
        seconds: How long the program took under trace, without starting Python and TensorFlow.
    """

    path: Path
    group: str
    verdict: str
    findings: tuple[str, ...]
    seconds: float


def header_of(path: Path) -> dict[str, str]:
    """Return the header of a program, by the name of each field."""
    lines = re.findall(r"^# ([A-Z]+): (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: text.strip() for name, text in lines if name in FIELDS}


def group_of(path: Path) -> str:
    """Return the group that a program is counted in."""
    if path.parent == APPLICATIONS:
        return "application"
    if path.stem.endswith("_mended") or "MENDED" in header_of(path):
        return "mended"
    if "CULPRIT" in header_of(path):
        return "field"
    if path.parent.name == "clean":
        return "clean"
    if path.parent.name == "demos":
        return "demo"
    return path.stem.partition("_")[0]


def judge(path: Path) -> Score:
    """Run one program and compare what is found in it with what is wrong with it."""
    gc.collect()
    gc.freeze()  # what earlier programs left would be looked at in each collection: Keras collects often
    group, started, before = group_of(path), time.perf_counter(), os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            timeline = None if group == "application" else run(path).timeline
            findings = _of_application(path.name) if timeline is None else _findings(timeline)
        finally:
            os.chdir(before)
    seconds = time.perf_counter() - started
    lines = tuple(
        f"{finding.severity} {finding.code} {'' if finding.location is None else finding.location.line} "
        f"{', '.join(layer.name for layer in finding.layers)}: {finding.message}"
        for finding in findings
    )
    if group == "field":
        return Score(path, group, _field_verdict(header_of(path), findings), lines, seconds)
    if group == "demo" and path.stem in SHOWS_A_MISTAKE:
        is_found = {finding.code for finding in findings} == SHOWS_A_MISTAKE[path.stem]
        return Score(path, group, "found" if is_found else "missed", lines, seconds)
    if timeline is not None and expected(path):
        verdict = "found" if found_in(timeline) == expected(path) else "half" if findings else "missed"
        return Score(path, group, verdict, lines, seconds)
    is_alarmed = any(finding.severity != "note" for finding in findings)
    return Score(path, group, "false alarm" if is_alarmed else "silent", lines, seconds)


def _of_application(name: str):
    from diagnosis.applications import findings_of  # which imports Keras

    return findings_of(name)


def _findings(timeline):
    return timeline.findings(select=["LT"], ignore=[])


def _field_verdict(header: dict[str, str], findings) -> str:
    culprit, line = header["CULPRIT"].split()[0].strip("`,"), int(header["LINE"].split()[0])
    verdicts = []
    for finding in findings:
        names = {layer.name for layer in finding.layers}
        is_named = culprit in names or re.search(rf"\b{re.escape(culprit)}\b", finding.message) is not None
        places = [finding.location, *(edit.location for edit in finding.edits)]
        is_placed = any(place is not None and place.line == line for place in places)
        has_fix = bool(finding.fix or finding.edits)
        is_found = is_named and is_placed and has_fix and finding.severity != "note"
        verdicts.append("found" if is_found else "half" if is_named or is_placed else "missed")
    return min(verdicts, key=VERDICTS.index, default="missed")


def programs_in(places: list[str]) -> list[Path]:
    """Return the programs in files and folders; without any, all programs that have an expectation."""
    if not places:
        cases = [*HERE.glob("lt*/*.py"), *HERE.glob("clean/*.py"), *HERE.glob("field/*.py")]
        demos = [path for path in DEMOS.glob("*.py") if not path.stem.startswith("test_")]
        return sorted(cases) + sorted(demos)
    paths = map(Path, places)
    return [file for path in paths for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])]


def scores_of(paths: list[Path], jobs: int) -> Iterator[Score]:
    """Judge programs in processes of their own, several programs in each."""
    context = multiprocessing.get_context("spawn")
    pending = [path if path.parent == APPLICATIONS else path.resolve() for path in paths]
    while pending:
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            futures = [(path, pool.submit(judge, path)) for path in pending]
            pending = []
            for at, (path, future) in enumerate(futures):
                try:
                    yield future.result()
                except BrokenProcessPool:  # the program ended its process: judge the rest in a new one
                    yield Score(path, group_of(path), "failed", ("the program ended its process",), 0.0)
                    pending = [later for later, _ in futures[at + 1 :]]
                    break
                except Exception as error:
                    yield Score(path, group_of(path), "failed", (f"{type(error).__name__}: {error}",), 0.0)


def table(scores: list[Score]) -> Iterator[str]:
    """Yield the table: a row for each group."""
    yield "| programs | " + " | ".join(VERDICTS) + " | seconds |"
    yield "|---|" + "---:|" * (len(VERDICTS) + 1)
    for group in sorted({score.group for score in scores}):
        mine = [score for score in scores if score.group == group]
        counts = Counter(score.verdict for score in mine)
        cells = [str(counts[verdict] or "") for verdict in VERDICTS]
        seconds = sum(score.seconds for score in mine)
        yield f"| {len(mine)} {group} | " + " | ".join(cells) + f" | {seconds:.0f} |"


def main() -> int:
    """Print each program that was misjudged, then the table."""
    verbatim = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=verbatim)
    parser.add_argument("places", nargs="*", help="files and folders; default: all programs")
    parser.add_argument("--all", action="store_true", help="print the findings of every program")
    parser.add_argument("--applications", action="store_true", help="judge keras.applications, too")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    scores = []
    programs = programs_in(arguments.places)
    if arguments.applications:
        from diagnosis.applications import architectures

        programs += [APPLICATIONS / name for name in architectures()]
    for score in scores_of(programs, arguments.jobs):
        scores.append(score)
        if arguments.all or score.verdict not in ("found", "silent"):
            name = f"{score.path.parent.name}/{score.path.name}"
            print(f"{score.verdict:11}  {score.group}  {name}", flush=True)
            for line in score.findings:
                print(f"             {line[:160]}", flush=True)
    print("\n".join(table(scores)))
    return int(any(score.verdict in ("false alarm", "failed") for score in scores))


if __name__ == "__main__":
    sys.exit(main())
