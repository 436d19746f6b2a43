"""The rules find each mistake with its layer and line, and nothing in programs without a mistake."""

from dataclasses import replace

import pytest
from cases.cases import expected, found_in, path_of, programs, run
from diagnosis.case_table import PAGE, rows_of

from layertrace import Timeline
from layertrace.diagnosis import all_rules

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Run each program in its own folder, where it can save a model."""
    monkeypatch.chdir(tmp_path)


def of(kind):
    return pytest.mark.parametrize("path", programs(kind), ids=lambda path: f"{path.parent.name}-{path.stem}")


def test_every_case_has_all_its_programs():
    """Each case has a broken program, other programs with the mistake, and a fixed one."""
    cases = {path.parent for path in programs("broken")}

    assert len(cases) >= 44
    for kind in ("another", "fixed"):
        assert {path.parent for path in programs(kind)} == cases


def test_every_rule_is_broken_by_a_program():
    """The codes that programs expect are the codes of all rules; those of JAX are in `tests/backends`."""
    paths = [*programs("broken"), *programs("another")]
    broken = {code for path in paths for code, _, _ in expected(path)}
    rules = [rule for rule in all_rules() if "tensorflow" in rule.backends]

    assert broken == {rule.code for rule in rules if rule.code.startswith("LT")}


@of("broken")
def test_each_case_is_diagnosed(path, run_once):
    """Each mistake is found with the name of its layer and its line, and nothing else is."""
    assert expected(path), "a case without an expectation shows nothing"
    timeline = run_once(path).timeline
    assert found_in(timeline) == expected(path)
    for finding in timeline.findings(select=["LT"]):
        assert finding.fix or finding.edits, finding.code
        assert finding.evidence, finding.code
        assert len(finding.evidence) <= 2, finding.code
    missing = [row for row in rows_of(path, timeline) if row not in PAGE.read_text(encoding="utf-8")]
    assert not missing, "run python tests/diagnosis/case_table.py --write"


@of("another")
def test_each_mistake_is_found_in_another_program(path, run_once):
    """With other names, deeper nesting, or two instances, the finding names the right layer and line."""
    assert expected(path)
    assert found_in(run_once(path).timeline) == expected(path)


@of("fixed")
def test_each_fix_works(path):
    """A fixed program runs, and nothing is found in it."""
    ran = run(path)

    assert ran.error is None
    assert found_in(ran.timeline) == []


@of("clean")
def test_a_clean_program_has_no_finding(path):
    """Nothing above a note is found in a program that follows the guides of Keras."""
    ran = run(path)

    assert ran.error is None
    assert len(ran.timeline)
    findings = ran.timeline.findings(select=["LT"])
    assert [str(finding) for finding in findings if finding.severity != "note"] == []


def test_what_must_happen_first_is_shown_where_it_goes(run_once):
    """A model is called above the line that needs its weights, and an optimizer built before the function."""
    towers = path_of("lt302_model_without_build_in_summary").with_name("another_two_towers.py")
    (unbuilt,) = run_once(towers).timeline.findings(select=["LT302"])
    (late,) = run_once(path_of("lt102_variable_created_in_later_trace")).timeline.findings(select=["LT102"])

    assert (unbuilt.fix, unbuilt.fix_place) == ("unbuilt(keras.Input((2,)))", "before")
    assert late.fix == "opt.build(model.trainable_variables)  # once, before line 16 calls step"


def test_a_model_that_has_no_name_gets_one(run_once):
    """A model that is created where its weights are loaded gets a name, so that it can be built before."""
    path = path_of("lt302_model_without_build_in_summary").with_name("another_weights_loaded_into_nothing.py")
    (fresh,) = run_once(path).timeline.findings(select=["LT302"])

    lines = fresh.fix.partition("  #")[0].splitlines()
    assert lines == ["fresh = Net(name='fresh')", "fresh.build((None, 2))", "fresh.load_weights(path)"]


def test_what_a_recording_did_not_look_for_is_no_mistake(run_once):
    """A recording of an earlier version does not know who read `losses`, so LT506 reports nothing."""
    timeline = run_once(path_of("lt506_losses_ignored")).timeline
    earlier = Timeline(list(timeline), timeline.notes, replace(timeline.surroundings, watched=()))

    assert timeline.findings(select=["LT506"])
    assert not earlier.findings(select=["LT506"])
