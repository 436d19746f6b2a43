"""The judge itself: what it calls a difference."""

from collections import Counter

from compare import differences
from keras_suite import Run

ENDS = {"dense_test.py::test_it": ("passed", ""), "dense_test.py::test_gpu": ("skipped", "no GPU")}
BARE = Run(ENDS)


def traced(faults=(), events=7, **ends):
    changed = {f"dense_test.py::{name}": end for name, end in ends.items()}
    return Run(ENDS | changed, kinds=Counter(call=events), faults=faults)


def test_equal_runs_have_no_difference():
    """Two runs whose tests ended alike agree."""
    assert not list(differences(BARE, traced()))


def test_another_outcome_is_a_difference():
    """A test that passes bare and fails traced is told with both outcomes and what it said."""
    assert list(differences(BARE, traced(test_it=("failed", "KeyError: 'a'")))) == [
        "dense_test.py::test_it\n    bare    passed\n    traced  failed: KeyError: 'a'"
    ]


def test_another_message_is_a_difference():
    """Failing or skipping for another reason, or with another warning, is not the same."""
    assert len(list(differences(BARE, traced(test_gpu=("skipped", "no Keras"))))) == 1


def test_a_test_that_only_one_run_has_is_a_difference():
    """A test that was not even collected in one of the runs is told."""
    (told,) = differences(BARE, traced(test_new=("passed", "")))

    assert "bare    did not run" in told


def test_a_fault_of_layertrace_is_a_difference():
    """Where layertrace had to step aside the run fails, though every outcome is the same."""
    assert list(differences(BARE, traced(faults=("record a call",)))) == [
        "layertrace stepped aside: record a call"
    ]


def test_a_trace_that_saw_nothing_is_a_difference():
    """Without an event nothing was compared."""
    assert list(differences(BARE, traced(events=0))) == ["layertrace recorded nothing"]
