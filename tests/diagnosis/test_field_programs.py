"""The programs from public threads can be scored: each has a header and a twin without the mistake."""

import pytest
from cases.cases import HERE
from diagnosis.scoreboard import group_of, header_of

pytestmark = pytest.mark.reading

BROKEN = [path for path in sorted((HERE / "field").glob("*.py")) if not path.stem.endswith("_mended")]


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_program_has_a_header_and_a_twin(path):
    """The header names thread, symptom, culprit, line, fix, outcome and the sentence to wish for."""
    header = header_of(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    mended = path.with_name(f"{path.stem}_mended.py")

    assert {"SOURCE", "SYMPTOM", "CULPRIT", "LINE", "FIX", "OUTCOME", "IDEAL"} <= set(header)
    assert lines[int(header["LINE"].split()[0]) - 1].strip()
    assert (group_of(path), group_of(mended)) == ("field", "mended")
    assert header_of(mended)["SOURCE"] == header["SOURCE"]


def test_there_are_a_hundred_programs():
    """A glob that finds nothing would pass."""
    assert len(BROKEN) >= 100
