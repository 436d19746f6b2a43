"""The doctor finds each mistake with its layer and line, and nothing in programs without one."""

import pytest
from cases.cases import expected, found_in, programs, run


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Let programs save their models where they cannot meet."""
    monkeypatch.chdir(tmp_path)


def of(folder):
    found = [path for path in programs(folder) if folder == "fixed" or expected(path)]
    return pytest.mark.parametrize("path", found, ids=lambda path: path.stem[:40])


@of(".")
def test_each_case_is_diagnosed(path):
    """Each mistake is found, with the layer's name and the line, and nothing besides."""
    assert expected(path), "a case without an expectation shows nothing"
    assert found_in(run(path).timeline) == expected(path)


@of("other")
def test_each_mistake_is_known_in_another_dress(path):
    """Other names, deeper nesting, two instances of which one misbehaves: the finding is of the right one."""
    assert expected(path)
    assert found_in(run(path).timeline) == expected(path)


@of("fixed")
def test_each_fix_is_one(path):
    """A case with the fix applied runs, and nothing is found."""
    ran = run(path)

    assert ran.error is None
    assert found_in(ran.timeline) == []


@pytest.mark.parametrize("path", programs("clean", ""), ids=lambda path: path.stem)
def test_ordinary_programs_are_left_in_peace(path):
    """Nothing above a note is found in programs that do what Keras's guides do."""
    ran = run(path)

    assert ran.error is None
    assert len(ran.timeline)
    assert [str(one) for one in ran.timeline.findings(select=["LT"]) if one.severity != "note"] == []
