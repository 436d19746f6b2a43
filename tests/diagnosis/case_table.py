"""Keep the README's table of cases: what layertrace says of each program in `tests/cases`.

python tests/diagnosis/case_table.py           # print it
python tests/diagnosis/case_table.py --write   # put it into the README
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from cases.cases import expected, programs, run  # noqa: E402  # which the line above lets be found

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- cases: begin -->", "<!-- cases: end -->"


def rows_of(path: Path, timeline) -> list[str]:
    """Return the lines of the table that a case has: one for each finding that it is to have."""
    codes = {code for code, _, _ in expected(path)}
    return [
        f"| {one.code} {one.name} | {_plain(one.message)} |"
        for one in timeline.findings(select=["LT"])
        if one.code in codes
    ]


def _plain(message: str) -> str:
    """Leave out what differs from run to run: numbers of objects, and the version of Keras."""
    steady = re.sub(r" #\d+|(?<=Keras 3)[.\d]+\d", "", message)
    return re.sub(r"\s+", " ", steady).replace("|", "\\|")


def table() -> str:
    """Run all cases, and return the table."""
    lines = ["| finding | what it says |", "|---|---|"]
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
    verbatim = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=verbatim)
    parser.add_argument("--write", action="store_true", help="put it into the README")
    given = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    made = table()
    if not given.write:
        print(made)
        return
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{made}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
