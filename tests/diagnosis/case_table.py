"""Write the table of cases in `tests/cases/README.md`: the finding of each broken program in `tests/cases`.

python tests/diagnosis/case_table.py           # print the table
python tests/diagnosis/case_table.py --write   # write it to that page
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from cases.cases import expected, programs, run  # noqa: E402  # found by the line above

PAGE = Path(__file__).parents[1] / "cases" / "README.md"
BEGIN, END = "<!-- cases: begin -->", "<!-- cases: end -->"


def rows_of(path: Path, timeline) -> list[str]:
    """Return the rows of a case: one for each finding that it expects."""
    codes = {code for code, _, _ in expected(path)}
    return [
        f"| {finding.code} {finding.name} | {_plain(finding.message)} |"
        for finding in timeline.findings(select=["LT"])
        if finding.code in codes
    ]


def _plain(message: str) -> str:
    """Return a message without what differs from run to run: numbers of objects, Keras's version, times."""
    steady = re.sub(r" #\d+|(?<=Keras 3)[.\d]+\d| Tracing took .*", "", message)
    return re.sub(r"\s+", " ", steady).replace("|", "\\|")


def table() -> str:
    """Run all cases and return the table."""
    lines = ["| finding | message |", "|---|---|"]
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for path in programs("broken"):
                lines += rows_of(path, run(path).timeline)
        finally:
            os.chdir(before)
    return "\n".join(lines)


def main() -> None:
    """Print the table, or write it to the page."""
    verbatim = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=verbatim)
    parser.add_argument("--write", action="store_true", help="write it to the page")
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    new_table = table()
    if not arguments.write:
        print(new_table)
        return
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{new_table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
